"""Protocol events for tests of the index and of what reads it."""

from eth_utils.address import to_checksum_address

from hokctl.domain.calls import AbiValue
from hokctl.domain.protocol_events import PAYMENT, ProtocolEvent
from hokctl.domain.units import BlockRef, InvoiceHash, ModelId, TxHash, model_topic
from hokctl.ledger.book import Ledger
from hokctl.ledger.events import EventIndex

RESERVE = to_checksum_address("0x" + "0e" * 20)
PAYEE = to_checksum_address("0x" + "a1" * 20)
PAYER = to_checksum_address("0x" + "5a" * 20)
CHAIN_ID = 31337
FIRST_SECOND = 1_750_000_000
BLOCK_SECONDS = 12


def block_at(number: int, branch: int = 0) -> BlockRef:
    """Return a block as a branch of the chain has it."""
    return BlockRef(number=number, hash=f"0x{branch:08x}{number:056x}", timestamp=FIRST_SECOND + number * BLOCK_SECONDS)


def make_event(  # noqa: D417 - the others are as in ProtocolEvent
    block: int,
    name: str = PAYMENT,
    *,
    log_index: int = 0,
    branch: int = 0,
    model_id: str | None = "21",
    contract: str = "InfrastructureReserve",
    tx_hash: TxHash | None = None,
    **args: AbiValue,
) -> ProtocolEvent:
    """Return an event in a block of `branch`, with these arguments; a payment has those that it needs besides.

    Args:
        branch: which of the chain's branches the block is on.
    """
    where = block_at(block, branch)
    topic = None if model_id is None else model_topic(ModelId(model_id))
    named: dict[str, AbiValue] = {} if topic is None else {"modelId": bytes.fromhex(topic[2:])}
    if name == PAYMENT:
        named |= {"payee": PAYEE, "amount": 50_000_000, "invoiceHash": b"\x11" * 32, "memo": "June", "payer": PAYER}
    return ProtocolEvent(
        block_number=block,
        block_hash=where.hash,
        timestamp=where.timestamp,
        tx_hash=tx_hash or TxHash(f"0x{branch:08x}{block:055x}{log_index:01x}"),
        log_index=log_index,
        contract=contract,
        address=RESERVE,
        name=name,
        args=named | args,
        model_id=None if model_id is None else ModelId(model_id),
        model_topic=topic,
    )


def payment(
    block: int, *, invoice_hash: InvoiceHash, units: int, model_id: str = "21", log_index: int = 0
) -> ProtocolEvent:
    """Return the payment of an invoice's line to PAYEE."""
    return make_event(
        block, log_index=log_index, model_id=model_id, amount=units, invoiceHash=bytes.fromhex(invoice_hash[2:])
    )


def fill_index(
    ledger: Ledger, *found: ProtocolEvent, last: int, model_ids: tuple[str, ...] = ("21", "22")
) -> EventIndex:
    """Put events into an index that covers the blocks from 1 to `last`, and return it."""
    index = ledger.index(CHAIN_ID, RESERVE, [ModelId(one) for one in model_ids])
    index.put(found, first=1, last=block_at(last))
    return index
