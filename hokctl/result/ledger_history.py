"""The history of a deployment, as scripts and people read it."""

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from eth_typing import ChecksumAddress
from eth_utils.address import is_checksum_address, to_checksum_address

from hokctl.domain.abi_values import value_to_json
from hokctl.domain.documents import JsonObject
from hokctl.domain.findings import Finding, Severity
from hokctl.domain.history import describe
from hokctl.result.values import CommandResult, Line, Table, amount_to_json

if TYPE_CHECKING:
    from hokctl.domain.protocol_events import Coverage
    from hokctl.services.ledger_history import HistoryEntry

_ADDRESS: Final = re.compile(r"\b0x[0-9a-fA-F]{40}\b")


def history_result(
    lines: "Sequence[HistoryEntry]",
    coverage: "Coverage | None",
    *,
    limit: int,
    name_of: Callable[[ChecksumAddress], str | None],
) -> CommandResult:
    """Return the lines as a result that says up to which block the index tells.

    People read the name alone of an address that the address book has, of which `name_of` knows.
    """
    covers = (
        Line("The index is empty.")
        if coverage is None
        else Line(f"The index holds blocks {coverage.first_block} to {coverage.last_block}.")
    )
    more = (Line(f"Only the newest {limit}; --limit shows more."),) if len(lines) == limit else ()
    return CommandResult(
        data={
            "entries": [_to_json(line) for line in lines],
            "first_block": None if coverage is None else coverage.first_block,
            "last_block": None if coverage is None else coverage.last_block,
        },
        blocks=(_table(lines, name_of), covers, *more),
        block=None if coverage is None else coverage.last,
        findings=(_empty(),) if coverage is None else (),
    )


def _empty() -> Finding:
    return Finding(
        code="index-empty",
        severity=Severity.INFO,
        subject="index",
        message="The index holds no block yet, so only what hokctl sent is told.",
        remedy="hokctl ledger sync fills it.",
    )


def _table(lines: "Sequence[HistoryEntry]", name_of: Callable[[ChecksumAddress], str | None]) -> Table:
    def name(match: re.Match[str]) -> str:
        address = match.group()
        return (name_of(to_checksum_address(address)) or address) if is_checksum_address(address) else address

    rows = tuple(
        (
            _when(line.timestamp),
            "-" if line.block_number is None else str(line.block_number),
            _ADDRESS.sub(name, _words(line)),
            "" if line.amount is None else str(line.amount),
            "" if line.event is None else line.event.model_id or _short(line.event.model_topic or ""),
            ", ".join(f"{invoice.number} of {invoice.provider}" for invoice in line.invoices),
            _short(line.tx_hash),
            _nonce(line),
        )
        for line in lines
    )
    columns = ("time (UTC)", "block", "what happened", "amount", "model", "invoice", "transaction", "Safe nonce")
    return Table(columns, rows, right=frozenset({"block", "amount", "Safe nonce"}), empty="Nothing happened.")


def _to_json(line: "HistoryEntry") -> JsonObject:
    event, receipt = line.event, line.transaction
    return {
        "timestamp": line.timestamp,
        "at": datetime.fromtimestamp(line.timestamp, tz=UTC).isoformat(),
        "block": line.block_number,
        "kind": line.kind,
        "what": _words(line),
        "contract": None if event is None else event.contract,
        "event": None if event is None else event.name,
        "args": None if event is None else {name: value_to_json(value) for name, value in event.args.items()},
        "log_index": None if event is None else event.log_index,
        "amount": None if line.amount is None else amount_to_json(line.amount),
        "model_id": None if event is None else event.model_id,
        "invoices": [{"provider": one.provider, "number": one.number} for one in line.invoices],
        "tx_hash": line.tx_hash,
        "state": None if line.entry is None else line.entry.state.value,
        "safe_tx_hash": None if receipt is None else receipt.safe_tx_hash,
        "safe_nonce": None if receipt is None else receipt.safe_nonce,
    }


def _words(line: "HistoryEntry") -> str:
    if line.event is not None:
        return describe(line.event)
    return "" if line.entry is None else f"sent: {line.entry.purpose} ({line.entry.state.value})"


def _nonce(line: "HistoryEntry") -> str:
    nonce = None if line.transaction is None else line.transaction.safe_nonce
    return "" if nonce is None else str(nonce)


def _when(timestamp: int) -> str:
    return datetime.fromtimestamp(timestamp, tz=UTC).strftime("%Y-%m-%d %H:%M:%S")


def _short(digits: str) -> str:
    return digits[:10]
