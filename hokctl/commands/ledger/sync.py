"""Read the protocol's events into the book's index."""

from typing import TYPE_CHECKING, Annotated

import typer

from hokctl.context import AppContext
from hokctl.errors import HokctlError
from hokctl.options import command
from hokctl.result import CommandResult, Status

if TYPE_CHECKING:
    from hokctl.services.ledger_sync import IndexSync

app = typer.Typer()


@command(app, "sync")
def sync(
    context: AppContext,
    to_block: Annotated[
        int | None,
        typer.Option("--to-block", min=0, metavar="N", help="Go no further than this block.", show_default=False),
    ] = None,
    drop: Annotated[bool, typer.Option("--drop", help="Forget the index first and read the chain anew.")] = False,
) -> CommandResult:
    """Read the protocol's events from the chain into the index of the book, up to the last block that is certain.

    Certain is what the node calls finalized, or what lies `confirmations` of the network behind the head. It goes on
    where the last sync stopped, whatever ended it, takes back what a reorganisation undid, and marks invoices as paid
    that somebody paid elsewhere. --drop keeps invoices, journal and snapshots: only the index is a cache.
    Anyone may run it; it needs no key. Exit code 5 when a payment that the book knew is gone from the chain.

    Example: hokctl ledger sync
    """
    from hokctl.exit_codes import ExitCode
    from hokctl.result.ledger_sync import sync_facts, sync_findings, sync_to_json
    from hokctl.services.ledger_books import keep_snapshots, settle_invoices

    run = _prepare(context, to_block)
    try:
        report = run.run(drop=drop)
    except HokctlError:
        _say_what_is_kept(context, run)
        raise
    settled = settle_invoices(context.ledger, run.index)
    for note in (*report.notes, *keep_snapshots(context.ledger, run.snapshot, context.deployment, report.covered_to)):
        context.ui.note(note)
    return CommandResult(
        data=sync_to_json(report, settled),
        blocks=(sync_facts(report, settled),),
        status=Status.FINDINGS if report.unpaid else Status.OK,
        exit_code=ExitCode.FINDINGS if report.unpaid else ExitCode.OK,
        block=report.covered_to,
        findings=sync_findings(report),
    )


def _say_what_is_kept(context: AppContext, run: "IndexSync") -> None:
    coverage = run.index.coverage
    kept = "Nothing was kept yet." if coverage is None else f"Kept: all events up to block {coverage.last_block}."
    context.ui.note(f"{kept} The next sync goes on from there.")


def _prepare(context: AppContext, to_block: int | None) -> "IndexSync":
    from hokctl.services.ledger_sync import IndexSync, confirmed_snapshot
    from hokctl.services.safe_nonces import folder_nonces

    return IndexSync(
        context.ledger,
        context.chain,
        context.deployment,
        target=lambda: confirmed_snapshot(context.chain, context.network, to_block=to_block),
        nonce_of=folder_nonces(context.folder, context.network.chain_id),
        progress=_Progress(context),
    )


class _Progress:
    """Says now and then how far it is."""

    pause_s = 5

    def __init__(self, context: AppContext) -> None:
        self._context, self._said_at = context, context.now()

    def __call__(self, first: int, done: int, last: int, events: int) -> None:
        now = self._context.now()
        if now - self._said_at >= self.pause_s:
            self._said_at = now
            share = 100 * (done - first + 1) // max(1, last - first + 1)
            self._context.ui.note(f"index: block {done:,} of {last:,} ({share} %), {events:,} events")
