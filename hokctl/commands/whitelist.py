"""Show and change who may buy from the live protocol's pools."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hokctl.context import AppContext
from hokctl.exit_codes import ExitCode
from hokctl.options import command
from hokctl.result import CommandResult, Facts, Heading, Status, Table

if TYPE_CHECKING:
    from eth_typing import ChecksumAddress

app = typer.Typer(
    help="Show and change who may buy from the live protocol's pools.", rich_markup_mode=None, add_completion=False
)

Wallets = Annotated[
    list[str] | None,
    typer.Argument(metavar="ADDRESS|NAME", help="Addresses, or names in the address book.", show_default=False),
]
WalletFile = Annotated[
    Path | None, typer.Option("--file", metavar="FILE", help="A file with one address or name a line.")
]


@command(app, "show")
def show(context: AppContext) -> CommandResult:
    """Show who may buy, rebuilt from logs and confirmed by the contract, and which pools ask the list.

    Anyone may run it.

    Example: hokctl whitelist show
    """
    from hokctl.services.whitelists import read_whitelist

    state = read_whitelist(context.snapshot, context.deployment)
    facts = (
        ("list", state.whitelist.address),
        ("wallets", str(len(state.listed))),
        ("asked by the pools of", ", ".join(state.asked_by) or "no model"),
        ("open to anyone", ", ".join(state.open_pools) or "no pool"),
    )
    rows = tuple((wallet,) for wallet in state.listed)
    return CommandResult(
        data={
            "whitelist": state.whitelist.address,
            "listed": [*state.listed],
            "removed": [*state.removed],
            "asked_by": [*state.asked_by],
            "open_pools": [*state.open_pools],
        },
        blocks=(Heading("Purchasers"), Facts(facts), Table(("wallet",), rows, empty="Nobody is on the list.")),
        block=context.snapshot.block,
    )


@command(app, "check")
def check(context: AppContext, wallets: Wallets = None, file: WalletFile = None) -> CommandResult:
    """Tell whether wallets may buy; exit 5 when one may not.

    Anyone may run it.

    Example: hokctl whitelist check 0x15d34AAf54267DB7D7c367839AAf71A00a2C6A65
    """
    from hokctl.services.whitelists import check_wallets, missing_wallets

    found = check_wallets(context.snapshot, context.deployment, _addresses(context, wallets, file))
    findings = missing_wallets(found)
    rows = tuple((wallet, "yes" if listed else "no") for wallet, listed in found.items())
    return CommandResult(
        data={"wallets": [{"wallet": wallet, "listed": listed} for wallet, listed in found.items()]},
        blocks=(Table(("wallet", "may buy"), rows),),
        status=Status.FINDINGS if findings else Status.OK,
        exit_code=ExitCode.FINDINGS if findings else ExitCode.OK,
        findings=findings,
        block=context.snapshot.block,
    )


@command(app, "add", carries=True)
def add(context: AppContext, wallets: Wallets = None, file: WalletFile = None) -> CommandResult:
    """Let wallets buy; those that may already are left out.

    Needs WHITELIST_ADMIN_ROLE on the list.

    Example: hokctl whitelist add --file wallets.txt --dry-run
    """
    return _change(context, wallets, file, add=True)


@command(app, "remove", carries=True)
def remove(context: AppContext, wallets: Wallets = None, file: WalletFile = None) -> CommandResult:
    """Let wallets buy no more; those that may not anyhow are left out.

    Needs WHITELIST_ADMIN_ROLE on the list.

    Example: hokctl whitelist remove 0x15d34AAf54267DB7D7c367839AAf71A00a2C6A65 --dry-run
    """
    return _change(context, wallets, file, add=False)


def _change(context: AppContext, wallets: list[str] | None, file: Path | None, *, add: bool) -> CommandResult:
    from hokctl.result.carried import carried_result
    from hokctl.services.proposals import carry
    from hokctl.services.whitelists import plan_wallets

    addresses = _addresses(context, wallets, file)
    plan = plan_wallets(context.snapshot, context.deployment, addresses, add=add)
    return carried_result(carry(plan, context.carrier()))


def _addresses(context: AppContext, wallets: list[str] | None, file: Path | None) -> "tuple[ChecksumAddress, ...]":
    """Return the wallets named as arguments and in the file, each once."""
    from hokctl.services.whitelists import NoWalletsError, read_wallet_file

    texts = [*(wallets or ()), *(() if file is None else read_wallet_file(file))]
    if not texts:
        raise NoWalletsError
    return tuple(dict.fromkeys(context.address(text) for text in texts))
