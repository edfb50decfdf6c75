"""Matching payments that the chain logged with the lines of the book's invoices: each line its own event."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast

from eth_typing import ChecksumAddress

from hokctl.domain.invoices import Invoice, LinePayment
from hokctl.domain.outcomes import Event, TransactionRecord
from hokctl.domain.units import InvoiceHash, ModelId, SafeTxHash, TxHash, model_topic
from hokctl.ledger.settling import PaidLine

if TYPE_CHECKING:
    from hokctl.chain.receipts import Log
    from hokctl.chain.session import Chain
    from hokctl.domain.protocol_events import ProtocolEvent

PAID: Final = "InfrastructureCostPaid"


@dataclass(frozen=True, slots=True)
class SafeReference:
    """The Safe transaction that a transaction executed."""

    safe_tx_hash: SafeTxHash
    nonce: int | None
    """None where nobody kept the proposal."""


SafeOf = Callable[[TxHash], SafeReference | None]
"""Tells which Safe transaction a transaction executed, if it did and that is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaidEvent:
    """One payment as the reserve logged it."""

    model: str
    """The hash of the model's id, as it stands on the chain."""
    payee: ChecksumAddress
    units: int
    invoice_hash: InvoiceHash
    payment: LinePayment

    @property
    def key(self) -> tuple[str, ChecksumAddress, InvoiceHash, int]:
        """What a line must agree in."""
        return self.model, self.payee, self.invoice_hash, self.units


def match_lines(invoices: Iterable[Invoice], events: Iterable[PaidEvent], *, chain_id: int) -> tuple[PaidLine, ...]:
    """Return which event paid which line: model, payee, hash and amount agree, and no event serves two lines.

    Lines that have their event are passed over, and so is an event that is some line's already.
    """
    waiting: dict[tuple[str, ChecksumAddress, InvoiceHash, int], list[tuple[Invoice, int]]] = {}
    taken: set[tuple[int, int]] = set()
    for invoice in invoices:
        for position, line in enumerate(invoice.lines):
            if line.amount.token.chain_id != chain_id:
                continue
            if line.payment is not None:
                taken.add((line.payment.block_number, line.payment.log_index))
            else:
                key = (model_topic(line.model_id), invoice.payee, invoice.invoice_hash, line.amount.units)
                waiting.setdefault(key, []).append((invoice, position))
    found = []
    for event in events:
        place = (event.payment.block_number, event.payment.log_index)
        lines = waiting.get(event.key)
        if lines and place not in taken:
            taken.add(place)
            invoice, position = lines.pop(0)
            found.append(
                PaidLine(
                    provider=invoice.provider,
                    number=invoice.number,
                    model_id=invoice.lines[position].model_id,
                    payment=event.payment,
                )
            )
    return tuple(found)


def events_of(
    chain: "Chain", transactions: Sequence[TransactionRecord], safe: SafeReference | None
) -> tuple[PaidEvent, ...]:
    """Return the payments that mined transactions logged.

    One round trip for the times of their blocks, none where the node says them with the logs.
    """
    logged = [
        (record, event) for record in transactions if record.succeeded for event in record.events if event.name == PAID
    ]
    times = read_times(chain, [(record.block_number, event.timestamp) for record, event in logged])
    return tuple(
        PaidEvent(
            model=_topic(event.arg("modelId")),
            payee=cast("ChecksumAddress", event.arg("payee")),
            units=cast("int", event.arg("amount")),
            invoice_hash=InvoiceHash("0x" + cast("bytes", event.arg("invoiceHash")).hex()),
            payment=_payment(record.tx_hash, record.block_number, event, times, safe),
        )
        for record, event in logged
    )


def events_in_logs(chain: "Chain", logs: Sequence["Log"], safe_of: SafeOf) -> tuple[PaidEvent, ...]:
    """Return the payments in the reserve's logs; round trips as `events_of`."""
    from hokctl.clients.events import decode_logs

    times = read_times(chain, [(log.block_number, log.timestamp) for log in logs])
    return tuple(
        PaidEvent(
            model=log.topics[1],
            payee=cast("ChecksumAddress", event.arg("payee")),
            units=cast("int", event.arg("amount")),
            invoice_hash=InvoiceHash(log.topics[3]),
            payment=line_payment(log, times[log.block_number], safe_of(log.tx_hash)),
        )
        for log, event in zip(logs, decode_logs(logs), strict=True)
        if event.name == PAID
    )


def events_in_index(events: Iterable["ProtocolEvent"], safe_of: SafeOf) -> Iterable[PaidEvent]:
    """Yield the payments among indexed events, one after the other."""
    for event in events:
        if (event.contract, event.name) == ("InfrastructureReserve", PAID):
            safe = safe_of(event.tx_hash)
            yield PaidEvent(
                model=event.model_topic or _topic(event.args["modelId"]),
                payee=cast("ChecksumAddress", event.args["payee"]),
                units=cast("int", event.args["amount"]),
                invoice_hash=InvoiceHash("0x" + cast("bytes", event.args["invoiceHash"]).hex()),
                payment=LinePayment(
                    tx_hash=event.tx_hash,
                    block_number=event.block_number,
                    log_index=event.log_index,
                    paid_at=event.timestamp,
                    safe_tx_hash=None if safe is None else safe.safe_tx_hash,
                    safe_nonce=None if safe is None else safe.nonce,
                ),
            )


def read_times(chain: "Chain", logged: Iterable[tuple[int, int | None]]) -> Mapping[int, int]:
    """Return when each block was, in Unix seconds, from blocks and what the node said of their times with the logs.

    One round trip for the blocks that it said nothing of.
    """
    from hokctl.chain.block_times import get_timestamps

    stated = dict(logged)
    known = {number: time for number, time in stated.items() if time is not None}
    unknown = sorted(set(stated) - set(known))
    asked = dict(zip(unknown, get_timestamps(chain, unknown), strict=True)) if unknown else {}
    return {**known, **asked}


def line_payment(log: "Log", paid_at: int, safe: SafeReference | None) -> LinePayment:
    """Return what the book keeps of the log that paid a line."""
    return LinePayment(
        tx_hash=log.tx_hash,
        block_number=log.block_number,
        log_index=log.log_index,
        paid_at=paid_at,
        safe_tx_hash=None if safe is None else safe.safe_tx_hash,
        safe_nonce=None if safe is None else safe.nonce,
    )


def _payment(
    tx_hash: TxHash, block: int, event: Event, times: Mapping[int, int], safe: SafeReference | None
) -> LinePayment:
    if event.log_index is None:
        raise RuntimeError("an event of a mined transaction knows the place of its log")
    return LinePayment(
        tx_hash=tx_hash,
        block_number=block,
        log_index=event.log_index,
        paid_at=times[block],
        safe_tx_hash=None if safe is None else safe.safe_tx_hash,
        safe_nonce=None if safe is None else safe.nonce,
    )


def _topic(model: object) -> str:
    """Return the hash of the model's id, of which an event holds either the id or the hash."""
    return model_topic(ModelId(model)) if isinstance(model, str) else "0x" + cast("bytes", model).hex()
