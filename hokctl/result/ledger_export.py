"""The result of an export: the text itself, or where it went and what is in it."""

from hokctl.domain.units import BlockRef
from hokctl.exit_codes import ExitCode
from hokctl.result.values import Block, CommandResult, Line, Raw, Status, Table
from hokctl.services.ledger_entries import COIN_UNIT, Unit
from hokctl.services.ledger_export import Export
from hokctl.services.ledger_export_formats import Written, describe
from hokctl.services.ledger_export_tables import sum_up


def export_result(export: Export, written: Written) -> CommandResult:
    """Return what was exported; without a file the text is the output itself."""
    coverage, behind = export.coverage, bool(export.findings)
    return CommandResult(
        data={
            **describe(export),
            "format": written.format.value,
            "movements": len(export.movements),
            "path": None if written.path is None else str(written.path),
            "text": written.text if written.path is None else None,
        },
        blocks=(Raw(written.text),) if written.path is None else _blocks(export, written),
        status=Status.FINDINGS if behind else Status.OK,
        exit_code=ExitCode.FINDINGS if behind else ExitCode.OK,
        block=BlockRef(number=coverage.last_block, hash=coverage.last_hash, timestamp=coverage.last_timestamp),
        findings=export.findings,
    )


def _blocks(export: Export, written: Written) -> tuple[Block, ...]:
    unit = Unit(export.token.symbol, export.token.decimals)
    rows = tuple(
        (
            model or "none",
            provider or "none",
            *(
                f"{unit.text(units)} {export.token.symbol}"
                for units in (sums.fees, sums.infrastructure, sums.deposits, sums.invoiced, sums.paid)
            ),
            f"{COIN_UNIT.text(sums.gas_wei)} {COIN_UNIT.commodity}",
        )
        for (model, provider), sums in sum_up(export.movements).items()
    )
    columns = ("model", "provider", "fees", "infrastructure", "deposits", "invoiced", "paid", "gas")
    return (
        Table(columns, rows, right=frozenset(columns[2:]), empty="Nothing happened."),
        Line(f"{len(export.movements)} movements as of block {export.coverage.last_block}."),
        Line(f"Written to {written.path}."),
    )
