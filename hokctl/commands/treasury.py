"""Show balances, accruals and solvency; set the treasury."""

from typing import TYPE_CHECKING, Annotated

import typer

from hokctl.context import AppContext
from hokctl.options import command
from hokctl.result import CommandResult, Facts, Heading, amount_to_json

if TYPE_CHECKING:
    from hokctl.domain.documents import JsonObject
    from hokctl.services.treasuries import TreasuryState

app = typer.Typer(
    help="Show balances, accruals and solvency; set the treasury.",
    rich_markup_mode=None,
    add_completion=False,
)


@command(app, "status")
def status(context: AppContext) -> CommandResult:
    """Show what the reserve holds against what it owes, and who receives an emergency withdrawal.

    Anyone may run it.

    Example: hokctl treasury status
    """
    from hokctl.services.treasuries import check_treasury, read_treasury

    state = read_treasury(context.snapshot, context.deployment)
    return CommandResult(
        data=_to_json(state),
        blocks=(Heading("Infrastructure reserve"), _facts(state)),
        block=context.snapshot.block,
        findings=check_treasury(state),
    )


@command(app, "audit")
def audit(
    context: AppContext,
    *,
    no_cache: Annotated[
        bool, typer.Option("--no-cache", help="Read all logs anew, and keep none of them for the next time.")
    ] = False,
) -> CommandResult:
    """Rebuild deposits, payments and withdrawals from logs, and compare them with what the contracts keep and hold.

    Anyone may run it; exit 5 when something is not conserved, owed without being there, or with a single key.

    Example: hokctl treasury audit
    """
    from hokctl.result.treasury_audit import treasury_audit_result
    from hokctl.services.log_keeping import open_history
    from hokctl.services.treasury_audit import audit_treasury
    from hokctl.services.treasury_books import read_books

    snapshot, deployment = context.snapshot, context.deployment
    history = open_history(snapshot, deployment, cached=not no_cache, note=context.ui.note, clock=context.now)
    books = read_books(snapshot, deployment, history)
    return treasury_audit_result(books, audit_treasury(books), snapshot.block)


@command(app, "set", carries=True)
def set_treasury(
    context: AppContext,
    treasury: Annotated[
        str, typer.Argument(metavar="ADDRESS", help="An address, or a name in the address book.", show_default=False)
    ],
) -> CommandResult:
    """Change who receives emergency withdrawals. An account that is no Safe needs --allow treasury-not-multisig.

    Needs DEFAULT_ADMIN_ROLE on the reserve.

    Example: hokctl treasury set 0x158B985CC667b4E022AD05B99E89007790da66E2 --dry-run
    """
    from hokctl.result.carried import carried_result
    from hokctl.services.proposals import carry
    from hokctl.services.treasuries import plan_treasury

    plan, findings = plan_treasury(context.snapshot, context.deployment, context.address(treasury))
    return carried_result(carry(plan, context.carrier(), findings=findings))


def _facts(state: "TreasuryState") -> Facts:
    withdrawn = state.total_withdrawn
    safe = state.treasury_safe
    account = "no multisig" if safe is None else f"a {safe.threshold}-of-{len(safe.owners)} Safe"
    return Facts(
        (
            ("balance", str(state.balance)),
            ("owed to providers", str(state.owed)),
            ("shortfall", str(state.shortfall)),
            ("unallocated", str(state.unallocated)),
            ("deposited in all", str(state.total_accrued)),
            ("paid in all", str(state.total_paid)),
            ("withdrawn in all", "not booked by this contract" if withdrawn is None else str(withdrawn)),
            ("paused", "yes" if state.paused else "no"),
            ("treasury", f"{state.treasury}, {account}"),
        )
    )


def _to_json(state: "TreasuryState") -> "JsonObject":
    from hokctl.result.authorities import authority_to_json

    withdrawn = state.total_withdrawn
    return {
        "balance": amount_to_json(state.balance),
        "owed": amount_to_json(state.owed),
        "shortfall": amount_to_json(state.shortfall),
        "unallocated": amount_to_json(state.unallocated),
        "total_accrued": amount_to_json(state.total_accrued),
        "total_paid": amount_to_json(state.total_paid),
        "total_withdrawn": None if withdrawn is None else amount_to_json(withdrawn),
        "paused": state.paused,
        "solvent": not state.shortfall,
        "treasury": {
            "address": state.treasury,
            "has_code": state.treasury_has_code,
            "safe": None if state.treasury_safe is None else authority_to_json(state.treasury_safe),
        },
    }
