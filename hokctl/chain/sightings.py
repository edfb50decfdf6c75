"""Where transactions of hokctl's own stand on the network: found by their hashes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from hokctl.chain.errors import RpcError
from hokctl.chain.receipts import Receipt, parse_receipt
from hokctl.chain.session import Chain
from hokctl.chain.transport import RpcCall
from hokctl.chain.wire import Json, parse_quantity
from hokctl.domain.ports import JournalEntry

_REQUESTS_EACH: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """What a node knows about one transaction."""

    entry: JournalEntry
    receipt: Receipt | None
    """Set once it is in a block."""
    known: bool
    """Whether the node has it, mined or waiting."""
    overtaken: bool
    """Whether the account's nonce has passed this transaction's."""
    overtaken_for_good: bool
    """Whether that is so at the last finalized block, which no reorganisation takes back."""


def find_transactions(chain: Chain, entries: Sequence[JournalEntry]) -> list[Sighting]:
    """Return what the node knows about each of `entries`. One round trip, answered by one node."""
    answers = chain.request_batch([request for entry in entries for request in sighting_requests(entry)])
    return [
        read_sighting(entry, answers[position * _REQUESTS_EACH : (position + 1) * _REQUESTS_EACH])
        for position, entry in enumerate(entries)
    ]


def sighting_requests(entry: JournalEntry) -> tuple[RpcCall, ...]:
    """Return what a node is asked about one transaction; `read_sighting` understands the answers."""
    return (
        ("eth_getTransactionReceipt", [entry.tx_hash]),
        ("eth_getTransactionByHash", [entry.tx_hash]),
        ("eth_getTransactionCount", [entry.sender, "latest"]),
        ("eth_getTransactionCount", [entry.sender, "finalized"]),
    )


def read_sighting(entry: JournalEntry, answers: Sequence[Json]) -> Sighting:
    """Return what the answers to `sighting_requests` say; raises RpcError where one of them is an error."""
    for answer in answers[:3]:
        if isinstance(answer, RpcError):
            raise answer
    receipt, transaction, count, final_count = answers
    latest = parse_quantity(count, "a transaction count")
    # A chain without finality has nothing better than its head.
    final = latest if isinstance(final_count, RpcError) else parse_quantity(final_count, "a transaction count")
    return Sighting(
        entry=entry,
        receipt=None if receipt is None else parse_receipt(receipt, entry.tx_hash),
        known=receipt is not None or transaction is not None,
        overtaken=latest > entry.nonce,
        overtaken_for_good=min(latest, final) > entry.nonce,
    )
