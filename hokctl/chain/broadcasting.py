"""Bringing signed transactions into blocks: broadcast, wait, find again. It never signs anything."""

import re
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from hokctl.chain.errors import RpcError
from hokctl.chain.receipts import Receipt
from hokctl.chain.sending_errors import (
    TransactionPendingError,
    TransactionRefusedError,
    TransactionReplacedError,
)
from hokctl.chain.session import Chain
from hokctl.chain.sightings import Sighting, find_transactions, read_sighting, sighting_requests
from hokctl.chain.wire import Json, to_data
from hokctl.domain.ports import Journal, JournalEntry, JournalState
from hokctl.errors import ConfigError, UnavailableError

_KNOWN: Final = re.compile(r"already (known|imported|exists|in )|\bknown transaction|alreadyknown", re.IGNORECASE)
"""The node has the transaction already."""
_TOO_LATE: Final = re.compile(r"nonce (is )?too low|oldnonce", re.IGNORECASE)
"""The nonce is used up: by this very transaction, or by another."""
_REFUSED: Final = re.compile(
    r"insufficient (funds|balance)|underpriced|intrinsic gas|gas limit|gas too low|fee cap|base ?fee|configured cap"
    r"|max ?(priority ?)?fee|nonce too high|invalid (sender|chain ?id|signature)|replay-protected|not supported"
    r"|oversized|init ?code|not an eoa|pool is full|reject|could not replace|fee ?too ?low|noncegap|exceeds account",
    re.IGNORECASE,
)
"""The node will not have the transaction, and says why."""
_REFUSAL_CODES: Final = frozenset({-32003, -32600, -32601, -32602})
"""JSON-RPC codes of a transaction that was not even looked at, and EIP-1474's for a rejected one."""
_PATIENT_LOOKS: Final = 3
_FIRST_PAUSE_S: Final = 0.1
_LONGEST_PAUSE_S: Final = 4.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """How long to wait for a block, and by which clock."""

    timeout_s: float
    sleep: Callable[[float], None] = time.sleep
    monotonic: Callable[[], float] = time.monotonic


class _Handed(NamedTuple):
    """What a node answered to a transaction."""

    trouble: str | None
    """What went wrong, when it is not certain that the node has it."""
    seen: Sequence[Json] = ()
    """What it knew about the transaction right afterwards."""


class Broadcaster:
    """Brings transactions that stand in the journal into blocks. It repeats nothing but the very same bytes."""

    def __init__(self, chain: Chain, journal: Journal, waiting: Waiting) -> None:
        """Broadcast to `chain`, keeping `journal` up to date."""
        self._chain = chain
        self._journal = journal
        self._waiting = waiting

    def send(self, entry: JournalEntry) -> Receipt:
        """Broadcast a transaction for the first time and wait for its receipt.

        Raises TransactionRefusedError when the node will not have it (then it is settled as failed),
        TransactionPendingError when nothing is known for certain in time.
        """
        receipt = self._settle_at_once(entry, self._broadcast(entry, refused=self._refuse_new))
        return receipt or self._watch([entry])

    def resume(self, entries: Sequence[JournalEntry]) -> Receipt:
        """Wait for one of `entries`, all of one purpose, oldest first; broadcast the oldest if none is known.

        A later one gets its turn only when those before it can never be mined. Raises TransactionPendingError, or
        TransactionReplacedError when none of them can be mined any more.
        """
        return self._watch(entries)

    def settle(self, sightings: Sequence[Sighting]) -> Receipt | None:
        """Note the fate of a transaction that is in a block, if one is, and return its receipt."""
        mined = [(sighting.receipt, sighting.entry) for sighting in sightings if sighting.receipt is not None]
        if not mined:
            return None
        receipt, chosen = max(reversed(mined), key=lambda pair: pair[0].succeeded)
        self._mark(chosen, JournalState.MINED if receipt.succeeded else JournalState.FAILED)
        for sighting in sightings:
            entry = sighting.entry
            # What nobody has seen stays back for good: its purpose is served.
            same_nonce = (entry.sender, entry.nonce) == (chosen.sender, chosen.nonce)
            if entry is not chosen and (same_nonce or not sighting.known):
                self._mark(entry, JournalState.FAILED)
        return receipt

    def _watch(self, entries: Sequence[JournalEntry]) -> Receipt:
        deadline = self._waiting.monotonic() + self._waiting.timeout_s
        overtaken_looks, pauses = 0, _pauses()
        while True:
            sightings = self._look(entries)
            if isinstance(sightings, str):
                trouble = sightings
            else:
                receipt = self.settle(sightings)
                if receipt is not None:
                    return receipt
                first = next((sighting for sighting in sightings if not sighting.overtaken_for_good), None)
                if any(sighting.known for sighting in sightings):
                    trouble = "the node has it, and it waits for a block"
                elif first is not None and not first.overtaken:
                    trouble = self._broadcast_again(first.entry) or "the network does not know it"
                else:
                    overtaken_looks += 1
                    trouble = "another transaction took its nonce, but not for good yet"
                    self._check_overtaken(sightings, overtaken_looks, trouble)
            left_s = deadline - self._waiting.monotonic()
            if left_s <= 0:
                raise TransactionPendingError(entries[-1], trouble)
            self._waiting.sleep(min(next(pauses), left_s))

    def _look(self, entries: Sequence[JournalEntry]) -> list[Sighting] | str:
        """Return where the transactions stand, or why that cannot be known now. Waiting goes on in any case."""
        try:
            return find_transactions(self._chain, entries)
        except (UnavailableError, ConfigError) as error:
            return error.message

    def _check_overtaken(self, sightings: Sequence[Sighting], looks: int, reason: str) -> None:
        """Raise once it is certain that none can be mined, or that only time can tell."""
        if looks < _PATIENT_LOOKS:
            return
        newest = sightings[-1].entry
        if not all(sighting.overtaken_for_good for sighting in sightings):
            raise TransactionPendingError(newest, reason)
        for sighting in sightings:
            self._mark(sighting.entry, JournalState.FAILED)
        raise TransactionReplacedError(newest)

    def _broadcast(self, entry: JournalEntry, *, refused: Callable[[JournalEntry, str], None]) -> "_Handed":
        """Hand the signed bytes to the node once, and look in the same breath whether they are in a block."""
        look = sighting_requests(entry)
        try:
            answer, *seen = self._chain.submit(("eth_sendRawTransaction", [to_data(entry.raw)]), also=look)
        except RpcError as error:
            return _Handed(error.message)
        except (UnavailableError, ConfigError) as error:
            return _Handed(error.message)
        if isinstance(answer, RpcError):
            if _TOO_LATE.search(answer.rpc_message):
                return _Handed(answer.message)
            if not _KNOWN.search(answer.rpc_message):
                if _REFUSED.search(answer.rpc_message) or answer.rpc_code in _REFUSAL_CODES:
                    refused(entry, answer.rpc_message)
                return _Handed(answer.message)
        self._mark(entry, JournalState.SENT)
        return _Handed(None, seen)

    def _settle_at_once(self, entry: JournalEntry, handed: "_Handed") -> Receipt | None:
        """Return the receipt of a transaction that came into a block while it was handed over.

        Anything less certain is looked at anew: a node may answer the parts of one request out of order.
        """
        if not handed.seen or any(isinstance(answer, RpcError) for answer in handed.seen):
            return None
        return self.settle([read_sighting(entry, handed.seen)])

    def _broadcast_again(self, entry: JournalEntry) -> str | None:
        try:
            self._chain.check_chain_id()
        except (UnavailableError, ConfigError) as error:
            return error.message
        return self._broadcast(entry, refused=_refuse_again).trouble

    def _refuse_new(self, entry: JournalEntry, reason: str) -> None:
        self._mark(entry, JournalState.FAILED)
        raise TransactionRefusedError(entry, reason)

    def _mark(self, entry: JournalEntry, state: JournalState) -> None:
        if entry.state is not state:
            self._journal.settle(entry.chain_id, entry.tx_hash, state)


def _refuse_again(entry: JournalEntry, reason: str) -> None:
    """Give up for now: an earlier run may have brought the transaction to other nodes, so it stays open."""
    raise TransactionPendingError(entry, f"the node does not take it now ({reason})")


def _pauses() -> Iterator[float]:
    pause_s = _FIRST_PAUSE_S
    while True:
        yield pause_s
        pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)
