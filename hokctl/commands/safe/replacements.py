"""Reject and replace proposed Safe transactions."""

from typing import TYPE_CHECKING, Annotated

import typer

from hokctl.context import AppContext
from hokctl.options import SafeTxArgument, command
from hokctl.result import CommandResult, Facts

if TYPE_CHECKING:
    from hokctl.services.replacements import Replacement

app = typer.Typer()


@command(app, "reject", carries=True)
def reject(
    context: AppContext,
    reference: Annotated[
        str,
        typer.Argument(metavar="SAFE_TX_HASH|NONCE", help="A proposal, or a nonce of the Safe.", show_default=False),
    ],
) -> CommandResult:
    """Propose to use up a nonce with a call that does nothing, so that what was proposed with it never can be executed.

    Needs the key of an owner of the Safe; other owners sign and anyone executes it, and until then what it cancels
    can still be executed. It says what it cancels.

    Example: hokctl safe reject 0x1a2b3c4d --signer alice
    """
    from hokctl.services.replacements import reject as propose_rejection

    safe = context.safe_address
    return _result(propose_rejection(context.bare_carrier({}), reference, safe))


@command(app, "replace", carries=True)
def replace(
    context: AppContext,
    safe_tx_hash: SafeTxArgument,
    other: Annotated[
        str | None,
        typer.Option("--with", metavar="SAFE_TX_HASH", help="The proposal whose plan takes the nonce instead."),
    ] = None,
) -> CommandResult:
    """Propose another proposal's plan at this one's nonce (--with), or this one's plan anew when its nonce is used.

    Needs the key of an owner of the Safe. Every other command replaces too, with --nonce: this one is for plans that
    are proposed already, to let one overtake another, or to bring back one that was overtaken. Nothing of the plan
    changes, all checks run again, and it says what it cancels.

    Example: hokctl safe replace 0x1a2b3c4d --with 0x5e6f7a8b --signer alice
    """
    from hokctl.services.replacements import replace_proposal

    return _result(replace_proposal(context.bare_carrier({}), safe_tx_hash, other))


def _result(done: "Replacement") -> CommandResult:
    from hokctl.result.carried import carried_result

    facts = tuple(("cancels", f"{item.safe_tx_hash[:10]} {item.plan.title}") for item in done.cancels)
    return carried_result(
        done.carried, data={"safe": done.safe, "cancels": done.cancelled}, blocks=(Facts(facts),) if facts else ()
    )
