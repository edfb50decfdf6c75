"""An export as CSV for spreadsheets, and as JSON."""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from hokctl.domain.documents import JsonObject
from hokctl.services.ledger_account_names import one_line
from hokctl.services.ledger_entries import COIN_UNIT, Unit
from hokctl.services.ledger_export import Export
from hokctl.services.ledger_movements import Movement, MovementKind

COLUMNS: Final = (
    "time",
    "kind",
    "model",
    "provider",
    "account",
    "invoice",
    "amount",
    "infrastructure",
    "profit",
    "symbol",
    "block",
    "log_index",
    "tx_hash",
    "safe_tx_hash",
    "safe_nonce",
    "memo",
)
_FORMULA: Final = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What a spreadsheet takes for the beginning of a formula."""
_SUMMED: Final = frozenset({MovementKind.FEE, MovementKind.DEPOSIT, MovementKind.PAYMENT, MovementKind.INVOICE})


@dataclass(slots=True)
class Sums:
    """What one model, or one provider of one model, got and cost in the period."""

    fees: int = 0
    infrastructure: int = 0
    profit: int = 0
    deposits: int = 0
    invoiced: int = 0
    paid: int = 0
    gas_wei: int = 0

    def add(self, movement: Movement) -> None:
        """Count a movement."""
        match movement.kind:
            case MovementKind.FEE:
                self.fees += movement.units
                self.infrastructure += movement.infrastructure_units
                self.profit += movement.profit_units
            case MovementKind.DEPOSIT:
                self.deposits += movement.units
            case MovementKind.INVOICE:
                self.invoiced += movement.units
            case MovementKind.PAYMENT:
                self.paid += movement.units
            case MovementKind.GAS:
                self.gas_wei += movement.units
            case _:
                pass


def sum_up(movements: Iterable[Movement]) -> dict[tuple[str, str], Sums]:
    """Return the sums by model and provider, in order; nothing stands for what belongs to no model or provider."""
    found: dict[tuple[str, str], Sums] = {}
    for movement in movements:
        if movement.kind in _SUMMED or movement.kind is MovementKind.GAS:
            model = "" if movement.model is None else movement.model.label
            found.setdefault((model, movement.provider or ""), Sums()).add(movement)
    return dict(sorted(found.items()))


def csv_table(export: Export) -> str:
    """Return one row for each movement, in the chain's order; texts that would be formulas begin with an apostrophe."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for movement in export.movements:
        writer.writerow(_row(movement, _unit_of(movement, export)))
    return stream.getvalue()


def json_document(export: Export) -> JsonObject:
    """Return movements, sums and closing balances; amounts are strings of base units beside their decimals."""
    return {
        "movements": [_movement_to_json(one, _unit_of(one, export)) for one in export.movements],
        "sums": [
            {
                "model": model or None,
                "provider": provider or None,
                **{
                    name: amount_of(getattr(sums, name), export.unit, export.token.symbol)
                    for name in ("fees", "infrastructure", "profit", "deposits", "invoiced", "paid")
                },
                "gas": amount_of(sums.gas_wei, COIN_UNIT, COIN_UNIT.commodity),
            }
            for (model, provider), sums in sum_up(export.movements).items()
        ],
        "opening": [
            {"account": one.account, "balance": amount_of(one.units, one.unit, export.token.symbol)}
            for one in (() if export.opening is None else export.opening.postings)
        ],
        "closing": [
            {"account": one.account, "balance": amount_of(one.units, one.unit, export.token.symbol)}
            for one in export.closing
        ],
    }


def amount_of(units: int, unit: Unit, symbol: str) -> JsonObject:
    """Return an amount as scripts read it: base units, and the exact decimal value."""
    return {"units": str(units), "decimals": unit.decimals, "symbol": symbol, "display": unit.text(units)}


def moment(timestamp: int) -> str:
    """Return a moment in UTC, to the second."""
    return datetime.fromtimestamp(timestamp, tz=UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _unit_of(movement: Movement, export: Export) -> Unit:
    if movement.kind is MovementKind.GAS:
        return COIN_UNIT
    return Unit(export.token.symbol, export.token.decimals)


def _on_chain(movement: Movement) -> bool:
    return movement.block_number is not None and movement.kind is not MovementKind.GAS


def _row(movement: Movement, unit: Unit) -> list[str]:
    is_fee = movement.kind is MovementKind.FEE
    return [
        moment(movement.timestamp),
        movement.kind.value,
        _cell("" if movement.model is None else movement.model.label),
        _cell(movement.provider or ""),
        movement.account or "",
        _cell(movement.invoice or ""),
        unit.text(movement.units),
        unit.text(movement.infrastructure_units) if is_fee else "",
        unit.text(movement.profit_units) if is_fee else "",
        _cell(unit.commodity),
        "" if movement.block_number is None else str(movement.block_number),
        str(movement.log_index) if _on_chain(movement) else "",
        movement.tx_hash or "",
        movement.safe_tx_hash or "",
        "" if movement.safe_nonce is None else str(movement.safe_nonce),
        _cell(movement.memo),
    ]


def _cell(text: str) -> str:
    shown = one_line(text)
    return f"'{shown}" if shown.lstrip().startswith(_FORMULA) else shown


def _movement_to_json(movement: Movement, unit: Unit) -> JsonObject:
    fee: JsonObject = {
        "infrastructure": amount_of(movement.infrastructure_units, unit, unit.commodity),
        "profit": amount_of(movement.profit_units, unit, unit.commodity),
    }
    return {
        "time": moment(movement.timestamp),
        "timestamp": movement.timestamp,
        "kind": movement.kind.value,
        "model": None if movement.model is None else movement.model.label,
        "provider": movement.provider,
        "account": movement.account,
        "invoice": movement.invoice,
        "invoice_hash": movement.invoice_hash,
        "amount": amount_of(movement.units, unit, unit.commodity),
        **(fee if movement.kind is MovementKind.FEE else {}),
        "block": movement.block_number,
        "log_index": movement.log_index if _on_chain(movement) else None,
        "tx_hash": movement.tx_hash,
        "safe_tx_hash": movement.safe_tx_hash,
        "safe_nonce": movement.safe_nonce,
        "memo": movement.memo,
    }
