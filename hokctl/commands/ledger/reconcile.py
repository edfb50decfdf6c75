"""Compare the book with the chain."""

from typing import Annotated

import typer

from hokctl.context import AppContext
from hokctl.options import command
from hokctl.result import CommandResult

app = typer.Typer()
DUST = "1"


@command(app, "reconcile")
def reconcile(
    context: AppContext,
    first: Annotated[
        str | None, typer.Option("--from", metavar="DATE", help="The first day, in UTC; else all days.")
    ] = None,
    last: Annotated[
        str | None, typer.Option("--to", metavar="DATE", help="The last day, in UTC; else up to the last block.")
    ] = None,
    dust: Annotated[
        str, typer.Option("--dust", metavar="AMOUNT", help="Gifts below this, in token units, are only summed up.")
    ] = DUST,
) -> CommandResult:
    """Compare invoices, journal and proposals with the indexed events, and those with the balances, for a period.

    Reads only. Exit 5 when something is left over, each with its own code; remarks do not count. The last block of
    the index is compared, or the one that --block names. Anyone may run it; run `hokctl ledger sync` before.

    Example: hokctl ledger reconcile --from 2026-01-01 --to 2026-01-31
    """
    from hokctl.domain.invoices import parse_day
    from hokctl.result.reconciliation import reconciliation_result
    from hokctl.routes.governance_store import GovernanceStore
    from hokctl.services.log_keeping import open_history
    from hokctl.services.reconciling import Workplace, reconcile_days

    deployment = context.deployment
    place = Workplace(
        chain=context.chain,
        deployment=deployment,
        ledger=context.ledger,
        proposals=context.proposals,
        governance=GovernanceStore(context.network.proposals),
        name_of=lambda address: context.settings.name_of(address, context.network),
        history=lambda snapshot: open_history(
            snapshot, deployment, cached=False, note=context.ui.note, clock=context.now
        ),
    )
    block = None if context.options.block == "latest" else context.snapshot.block.number
    return reconciliation_result(reconcile_days(place, parse_day(first), parse_day(last), block=block, dust=dust))
