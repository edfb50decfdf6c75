"""A reconciliation, for scripts and for people."""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from hokctl.exit_codes import ExitCode
from hokctl.result.values import Block, CommandResult, Facts, Heading, Line, Status, amount_to_json

if TYPE_CHECKING:
    from hokctl.domain.documents import JsonObject
    from hokctl.services.reconciliation import Reconciliation
    from hokctl.services.reconciliation_totals import Tally


def reconciliation_result(found: "Reconciliation") -> CommandResult:
    """Return what was compared and what is left over; exit 5 when anything is but remarks."""
    clean = found.is_clean
    return CommandResult(
        data=_to_json(found),
        blocks=(Heading(f"Reconciliation of {_span(found)}"), *_blocks(found)),
        status=Status.OK if clean else Status.FINDINGS,
        exit_code=ExitCode.OK if clean else ExitCode.FINDINGS,
        findings=found.findings,
        block=found.block,
    )


def _blocks(found: "Reconciliation") -> tuple[Block, ...]:
    told, invoices = found.statement, found.invoices
    compared = (
        ("compared", f"blocks {found.coverage.first_block} to {found.block.number}"),
        ("invoices paid", _counted(found, invoices.paid)),
        ("payments matched", f"{invoices.matched.count} of {told.payment_count}"),
        ("invoices open", _counted(found, invoices.open)),
        ("invoices void", str(invoices.void)),
        ("transactions of hokctl", str(found.journal_count)),
        ("proposals that pay", str(found.proposal_count)),
    )
    moved = (
        ("opening balance", _amount(found, told.opening)),
        (f"deposits ({told.deposit_count})", _amount(found, told.deposits)),
        (f"other receipts ({told.donation_count})", _amount(found, told.donations)),
        (f"payments ({told.payment_count})", _amount(found, -told.payments)),
        (f"withdrawals ({told.withdrawal_count})", _amount(found, -told.withdrawals)),
        ("otherwise gone", _amount(found, -told.unexplained)),
        ("closing balance", _amount(found, told.closing)),
    )
    after = (
        (f"balance at block {found.block.number}", _amount(found, found.balance_units)),
        ("owed to providers", _amount(found, found.owed_units)),
    )
    last = (Line("Nothing is left over: book and chain say the same."),) if found.is_clean else ()
    return (Facts(compared), Heading("The reserve in the period"), Facts((*moved, *after)), *last)


def _span(found: "Reconciliation") -> str:
    """Return the period in words, by its first and last day."""
    period = found.period
    first, last = _day(period.since), _day(period.until, before=True) if period.is_closed else ""
    if period.since and last:
        return f"{first} to {last}"
    return f"everything up to {last}" if last else f"everything from {first} on" if period.since else "everything"


def _day(timestamp: int, *, before: bool = False) -> str:
    moment = datetime.fromtimestamp(timestamp, tz=UTC) - timedelta(days=1 if before else 0)
    return moment.date().isoformat()


def _counted(found: "Reconciliation", tally: "Tally") -> str:
    return f"{tally.count}, {_amount(found, tally.units)}"


def _amount(found: "Reconciliation", units: int) -> str:
    """Return an amount that may be negative."""
    return f"{'-' if units < 0 else ''}{found.token.amount(abs(units))}"


def _to_json(found: "Reconciliation") -> "JsonObject":
    told, invoices, token = found.statement, found.invoices, found.token

    def tally(one: "Tally") -> "JsonObject":
        return {"count": one.count, "amount": amount_to_json(token.amount(one.units))}

    return {
        "from": _day(found.period.since) if found.period.since else None,
        "to": _day(found.period.until, before=True) if found.period.is_closed else None,
        "index": {"first_block": found.coverage.first_block, "last_block": found.coverage.last_block},
        "clean": found.is_clean,
        "invoices": {
            "paid": tally(invoices.paid),
            "matched": tally(invoices.matched),
            "open": tally(invoices.open),
            "void": invoices.void,
        },
        "reserve": {
            "opening": amount_to_json(token.amount(told.opening)),
            "deposits": {"count": told.deposit_count, "amount": amount_to_json(token.amount(told.deposits))},
            "donations": {"count": told.donation_count, "amount": amount_to_json(token.amount(told.donations))},
            "payments": {"count": told.payment_count, "amount": amount_to_json(token.amount(told.payments))},
            "withdrawals": {"count": told.withdrawal_count, "amount": amount_to_json(token.amount(told.withdrawals))},
            "unexplained": amount_to_json(token.amount(told.unexplained)),
            "closing": amount_to_json(token.amount(told.closing)),
            "adds_up": told.adds_up,
            "balance": amount_to_json(token.amount(found.balance_units)),
            "owed": amount_to_json(token.amount(found.owed_units)),
        },
        "transactions": found.journal_count,
        "proposals": found.proposal_count,
    }
