"""What a node says about a mined transaction: its receipt and its logs."""

from dataclasses import dataclass, field

from eth_typing import ChecksumAddress

from hokctl.chain.wire import (
    BadAnswerError,
    Json,
    parse_address,
    parse_data,
    parse_hash,
    parse_list,
    parse_object,
    parse_quantity,
)
from hokctl.domain.units import TxHash


@dataclass(frozen=True, slots=True, kw_only=True)
class Log:
    """One event as the chain keeps it."""

    address: ChecksumAddress
    topics: tuple[str, ...]
    """0x and 64 lower-case hex digits each."""
    data: bytes
    block_number: int
    tx_hash: TxHash
    log_index: int
    """The position among all logs of the block."""
    block_hash: str | None = field(default=None, compare=False)
    """The hash of the block, where the node says it with the log."""
    timestamp: int | None = field(default=None, compare=False)
    """The block's time in seconds since the epoch, where the node says it with the log, as newer ones do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What became of a mined transaction."""

    tx_hash: TxHash
    block_number: int
    gas_used: int
    gas_price_wei: int
    """What was paid per gas."""
    succeeded: bool
    contract_address: ChecksumAddress | None
    """The contract it created, if it is a creation."""
    logs: tuple[Log, ...]


def parse_log(document: Json) -> Log:
    """Return the log in an answer of `eth_getLogs` or a receipt; raises BadAnswerError."""
    fields = parse_object(document, "a log")
    block_hash, timestamp = fields.get("blockHash"), fields.get("blockTimestamp")
    return Log(
        address=parse_address(fields.get("address"), "a log's address"),
        topics=tuple(parse_hash(topic, "a log's topic") for topic in parse_list(fields.get("topics"), "topics")),
        data=parse_data(fields.get("data"), "a log's data"),
        block_number=parse_quantity(fields.get("blockNumber"), "a log's block"),
        tx_hash=parse_hash(fields.get("transactionHash"), "a log's transaction"),
        log_index=parse_quantity(fields.get("logIndex"), "a log's index"),
        block_hash=None if block_hash is None else parse_hash(block_hash, "a log's block"),
        timestamp=None if timestamp is None else parse_quantity(timestamp, "a log's time"),
    )


def parse_receipt(document: Json, tx_hash: TxHash) -> Receipt:
    """Return the receipt of `tx_hash` in a node's answer; raises BadAnswerError, also for another's receipt."""
    fields = parse_object(document, "a receipt")
    if parse_hash(fields.get("transactionHash"), "a receipt's transaction") != tx_hash:
        raise BadAnswerError(f"it was asked for the receipt of {tx_hash} and gave another")
    created = fields.get("contractAddress")
    return Receipt(
        tx_hash=tx_hash,
        block_number=parse_quantity(fields.get("blockNumber"), "a receipt's block"),
        gas_used=parse_quantity(fields.get("gasUsed"), "a receipt's gas"),
        gas_price_wei=parse_quantity(fields.get("effectiveGasPrice"), "a receipt's gas price"),
        succeeded=parse_quantity(fields.get("status"), "a receipt's status") == 1,
        contract_address=None if created is None else parse_address(created, "a created contract"),
        logs=tuple(parse_log(log) for log in parse_list(fields.get("logs"), "a receipt's logs")),
    )
