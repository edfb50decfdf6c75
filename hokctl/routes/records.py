"""Receipts as records: what a mined transaction did, with its events decoded."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from hokctl.domain.outcomes import Event, TransactionRecord

if TYPE_CHECKING:
    from hokctl.chain.receipts import Log, Receipt

Decoder = Callable[[Sequence["Log"]], tuple[Event, ...]]
"""Decodes logs with the names of one deployment's contracts and models."""


def to_record(receipt: "Receipt", decoder: Decoder) -> TransactionRecord:
    """Return the receipt with its events decoded; each knows the place of its log."""
    events = zip(receipt.logs, decoder(receipt.logs), strict=True)
    return TransactionRecord(
        tx_hash=receipt.tx_hash,
        block_number=receipt.block_number,
        gas_used=receipt.gas_used,
        gas_price_wei=receipt.gas_price_wei,
        succeeded=receipt.succeeded,
        contract_address=receipt.contract_address,
        events=tuple(replace(event, log_index=log.log_index, timestamp=log.timestamp) for log, event in events),
    )
