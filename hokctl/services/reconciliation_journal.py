"""What became of the transactions that hokctl signed, and of those that the book names: journal against chain."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Final

from eth_typing import ChecksumAddress

from hokctl.chain.wire import Json, parse_object, parse_quantity
from hokctl.domain.day_spans import day_of
from hokctl.domain.findings import Finding, Severity
from hokctl.domain.ports import JournalEntry, JournalState
from hokctl.domain.protocol_events import IndexedTransaction
from hokctl.domain.reconciliation import Fate
from hokctl.domain.units import TxHash
from hokctl.services.reconciliation_scope import Scope

if TYPE_CHECKING:
    from hokctl.chain.session import Snapshot

Indexed = Callable[[Iterable[TxHash]], Mapping[TxHash, IndexedTransaction]]
"""Gives the receipts that the index holds."""
_AT_ONCE: Final = 200
"""How many receipts are asked for in one round trip."""
_OPEN: Final = frozenset({JournalState.SIGNED, JournalState.SENT})


def read_fates(snapshot: "Snapshot", tx_hashes: Iterable[TxHash], indexed: Indexed) -> dict[TxHash, Fate]:
    """Return what became of transactions by the snapshot's block; the chain is asked for those not in the index."""
    wanted = sorted(set(tx_hashes))
    found = {tx_hash: _fate_of(one, snapshot.block.number) for tx_hash, one in indexed(wanted).items()}
    missing = [tx_hash for tx_hash in wanted if tx_hash not in found]
    for start in range(0, len(missing), _AT_ONCE):
        with snapshot.batch() as batch:
            slots = {
                tx_hash: batch.ask("eth_getTransactionReceipt", [tx_hash], _fate_by(snapshot.block.number))
                for tx_hash in missing[start : start + _AT_ONCE]
            }
        found |= {tx_hash: slot.value for tx_hash, slot in slots.items()}
    return found


def _fate_of(one: IndexedTransaction, block: int) -> Fate:
    if one.block_number > block:
        return Fate.LATER
    return Fate.MINED if one.succeeded else Fate.REVERTED


def _fate_by(block: int) -> Callable[[Json], Fate]:
    def parse(answer: Json) -> Fate:
        if answer is None:
            return Fate.UNKNOWN
        fields = parse_object(answer, "a receipt")
        if parse_quantity(fields.get("blockNumber"), "a receipt's block") > block:
            return Fate.LATER
        return Fate.MINED if parse_quantity(fields.get("status"), "a receipt's status") == 1 else Fate.REVERTED

    return parse


def read_nonces(snapshot: "Snapshot", senders: Collection[ChecksumAddress]) -> dict[ChecksumAddress, int]:
    """Return how many transactions each account has sent by the snapshot's block."""
    if not senders:
        return {}
    with snapshot.batch() as batch:
        slots = {sender: batch.add_nonce(sender) for sender in sorted(set(senders))}
    return {sender: slot.value for sender, slot in slots.items()}


def check_journal(
    entries: Iterable[JournalEntry],
    scope: Scope,
    fates: Mapping[TxHash, Fate],
    nonces: Mapping[ChecksumAddress, int],
) -> Iterator[Finding]:
    """Yield where the journal and the chain say different things about a transaction of hokctl's own."""
    for entry in entries:
        fate = fates.get(entry.tx_hash, Fate.LATER)
        if entry.state in _OPEN and fate is Fate.UNKNOWN and entry.created_at < scope.last_timestamp:
            yield _not_mined(entry, used=nonces.get(entry.sender, 0) > entry.nonce)
        elif entry.state in {JournalState.MINED, JournalState.CONCLUDED} and fate is Fate.UNKNOWN:
            yield _differs(
                entry,
                code="transaction-unknown",
                severity=Severity.ERROR,
                what="and the chain has no such transaction any more: it was reorganised away",
                remedy="Find out what it did, and do it again: nothing of it holds.",
            )
        elif entry.state is not JournalState.FAILED and fate is Fate.REVERTED:
            yield _differs(
                entry,
                code="transaction-failed",
                severity=Severity.WARNING,
                what="and it failed: it changed nothing",
                remedy="`hokctl tx simulate` shows why; do it again when the cause is gone.",
            )
        elif entry.state is JournalState.FAILED and fate is Fate.MINED:
            yield _differs(
                entry,
                code="transaction-not-failed",
                severity=Severity.ERROR,
                what="and it succeeded",
                remedy="Look at what it did before anything is done again.",
            )


def open_senders(entries: Iterable[JournalEntry], fates: Mapping[TxHash, Fate]) -> frozenset[ChecksumAddress]:
    """Return the accounts with transactions that are in no block, whose nonces tell whether they still can be."""
    return frozenset(
        entry.sender for entry in entries if entry.state in _OPEN and fates.get(entry.tx_hash) is Fate.UNKNOWN
    )


def _not_mined(entry: JournalEntry, *, used: bool) -> Finding:
    if used:
        what = f"and never will be in a block: another transaction took its nonce {entry.nonce}"
        remedy = "Find out with `hokctl ledger history` what was done instead; nothing needs to be sent again."
    else:
        what = f"and is in no block yet; it waits with nonce {entry.nonce}"
        remedy = (
            f"Give it a better price with `hokctl tx bump {entry.tx_hash}`, or take it back with `hokctl tx cancel`."
        )
    return _differs(entry, code="transaction-not-mined", severity=Severity.WARNING, what=what, remedy=remedy)


def _differs(entry: JournalEntry, *, code: str, severity: Severity, what: str, remedy: str) -> Finding:
    return Finding(
        code=code,
        severity=severity,
        subject=entry.tx_hash,
        message=f"The journal has transaction {entry.tx_hash} ({entry.purpose}) as {entry.state.value} since "
        f"{day_of(entry.created_at)}, {what}.",
        remedy=remedy,
        evidence={"sender": entry.sender, "nonce": str(entry.nonce), "key": entry.key},
    )
