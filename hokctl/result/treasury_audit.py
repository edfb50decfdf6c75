"""The audit of the treasury, for scripts and for people."""

from typing import TYPE_CHECKING

from hokctl.domain.findings import Severity
from hokctl.exit_codes import ExitCode
from hokctl.result.values import CommandResult, Facts, Heading, Line, Status, Table, amount_to_json

if TYPE_CHECKING:
    from hokctl.domain.documents import JsonObject
    from hokctl.domain.findings import Finding
    from hokctl.domain.units import BlockRef
    from hokctl.services.treasury_books import ModelBooks, TreasuryBooks


def treasury_audit_result(books: "TreasuryBooks", findings: "tuple[Finding, ...]", block: "BlockRef") -> CommandResult:
    """Return the books and what is wrong with them; exit 5 when anything is."""
    clean = all(finding.severity is Severity.INFO for finding in findings)
    state, amount = books.state, books.state.token.amount
    rows = tuple(_row(books, model) for model in books.models)
    donated = f"{'-' if books.donated < 0 else ''}{amount(abs(books.donated))}"
    return CommandResult(
        data=_to_json(books),
        blocks=(
            Heading("Audit of the treasury"),
            Facts(
                (
                    ("deposited in all", str(state.total_accrued)),
                    ("paid in all", str(state.total_paid)),
                    ("withdrawn in all", str(amount(books.withdrawn))),
                    ("donated", donated),
                    ("balance", str(state.balance)),
                    ("owed to providers", str(state.owed)),
                    ("treasury", state.treasury),
                    ("logs", f"from block {books.from_block} to {block.number}"),
                )
            ),
            Table(
                ("model", "deposited", "paid", "accrued", "can be paid"),
                rows,
                frozenset({"deposited", "paid", "accrued"}),
            ),
            *((Line("Everything that came in is accounted for."),) if clean else ()),
        ),
        status=Status.OK if clean else Status.FINDINGS,
        exit_code=ExitCode.OK if clean else ExitCode.FINDINGS,
        findings=findings,
        block=block,
    )


def _row(books: "TreasuryBooks", model: "ModelBooks") -> tuple[str, ...]:
    amount = books.state.token.amount
    figures = (str(amount(each)) for each in (model.logged_deposits, model.paid, max(0, model.accrued)))
    return (model.model_id or model.topic, *figures, "yes" if model.accrued <= books.state.balance.units else "no")


def _to_json(books: "TreasuryBooks") -> "JsonObject":
    state, amount = books.state, books.state.token.amount
    return {
        "from_block": books.from_block,
        "balance": amount_to_json(state.balance),
        "owed": amount_to_json(state.owed),
        "total_accrued": amount_to_json(state.total_accrued),
        "total_paid": amount_to_json(state.total_paid),
        "withdrawn": amount_to_json(amount(books.withdrawn)),
        "received": amount_to_json(amount(books.received)),
        "sent": amount_to_json(amount(books.sent)),
        "donated_units": str(books.donated),
        "router_balance": amount_to_json(amount(books.router_balance)),
        "solvent": not state.shortfall,
        "treasury": state.treasury,
        "models": [
            {
                "model_id": model.model_id,
                "topic": model.topic,
                "accrued_units": str(model.accrued),
                "paid": amount_to_json(amount(model.paid)),
                "logged_deposits": amount_to_json(amount(model.logged_deposits)),
                "logged_payments": amount_to_json(amount(model.logged_payments)),
                "solvent": model.accrued <= state.balance.units,
            }
            for model in books.models
        ],
        "pools": [
            {
                "model_id": pool.model_id,
                "address": pool.address,
                "reserve_balance": amount_to_json(amount(pool.counted)),
                "balance": amount_to_json(amount(pool.balance)),
            }
            for pool in books.pools
        ],
    }
