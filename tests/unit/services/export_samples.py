"""A reserve's history for tests of exports: fees, payments, a gift and an emergency, in two months of 2025."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

from eth_utils.address import to_checksum_address

from hokctl.domain.amounts import Token
from hokctl.domain.calls import AbiValue
from hokctl.domain.invoices import HashMethod, Invoice, InvoiceLine, InvoiceState, LinePayment, hash_number
from hokctl.domain.protocol_events import Coverage, IndexedTransaction, ProtocolEvent
from hokctl.domain.units import ModelId, TxHash, model_topic
from hokctl.services.ledger_export import Export, Scope, build_export, share_gas
from hokctl.services.ledger_movements import Movement, MovementKind, read_movements
from hokctl.services.ledger_obligations import Obligations

RESERVE = to_checksum_address("0x" + "0e" * 20)
TOKEN_ADDRESS = to_checksum_address("0x" + "05" * 20)
ROUTER = to_checksum_address("0x" + "0f" * 20)
PAYEE = to_checksum_address("0x" + "a1" * 20)
STRANGER = to_checksum_address("0x" + "c1" * 20)
TREASURY = to_checksum_address("0x" + "5a" * 20)
USDC = Token(chain_id=31337, address=TOKEN_ADDRESS, decimals=6, symbol="USDC")
NAMES = {PAYEE: "together"}


def at(text: str) -> int:
    """Return a moment of UTC in seconds since the epoch."""
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


@dataclass
class History:
    """Events as the index would have them, one transaction after the other."""

    events: list[ProtocolEvent] = field(default_factory=list)
    block: int = 0

    def say(self, when: str, *said: tuple[str, str | None, dict[str, AbiValue]]) -> TxHash:
        """Add a transaction with events: name, model, arguments."""
        self.block += 1
        tx_hash = TxHash(f"0x{self.block:064x}")
        for number, (name, model, args) in enumerate(said):
            topic = None if model is None else model_topic(ModelId(model))
            self.events.append(
                ProtocolEvent(
                    block_number=self.block,
                    block_hash=f"0x{self.block:064x}",
                    timestamp=at(when),
                    tx_hash=tx_hash,
                    log_index=number,
                    contract="USDC" if name == "Transfer" else "InfrastructureReserve",
                    address=TOKEN_ADDRESS if name == "Transfer" else RESERVE,
                    name=name,
                    args=args,
                    model_id=None if model is None else ModelId(model),
                    model_topic=topic,
                )
            )
        return tx_hash

    def fee(self, when: str, model: str, units: int, bps: int = 8_000) -> TxHash:
        """Add a usage fee."""
        share = units * bps // 10_000
        deposit: dict[str, AbiValue] = {"amount": share, "newBalance": 0}
        split: dict[str, AbiValue] = {
            "poolAddress": STRANGER,
            "totalAmount": units,
            "infrastructureAmount": share,
            "profitAmount": units - share,
            "depositor": ROUTER,
        }
        brought = [moved(ROUTER, RESERVE, share), ("InfrastructureDeposited", model, deposit)] if share else []
        return self.say(when, *brought, ("FeeDeposited", model, split))

    def pay(self, when: str, *payments: tuple[str, int, str]) -> TxHash:
        """Add payments of one transaction: model, units, invoice number."""
        said: list[tuple[str, str | None, dict[str, AbiValue]]] = []
        for model, units, number in payments:
            args: dict[str, AbiValue] = {
                "payee": PAYEE,
                "amount": units,
                "invoiceHash": bytes.fromhex(hash_number(number)[2:]),
                "memo": f"for {number}",
                "payer": TREASURY,
            }
            said += [moved(RESERVE, PAYEE, units), ("InfrastructureCostPaid", model, args)]
        return self.say(when, *said)

    def withdraw(self, when: str, units: int) -> TxHash:
        """Add an emergency withdrawal."""
        withdrawn: dict[str, AbiValue] = {"recipient": TREASURY, "amount": units}
        return self.say(when, moved(RESERVE, TREASURY, units), ("EmergencyWithdrawal", None, withdrawn))

    def movements(self) -> list[Movement]:
        """Return the movements of all events."""
        return list(read_movements(self.events, RESERVE))

    @property
    def coverage(self) -> Coverage:
        """An index that holds exactly these events."""
        last = self.events[-1]
        return Coverage(
            first_block=1, last_block=last.block_number, last_hash=last.block_hash, last_timestamp=last.timestamp
        )


def moved(giver: str, taker: str, units: int) -> tuple[str, None, dict[str, AbiValue]]:
    """Return a transfer of the reserve token."""
    return "Transfer", None, {"from": giver, "to": taker, "value": units}


def receipt_of(tx_hash: TxHash, when: str, gas_used: int = 100_000, price: int = 1_000_000_007) -> IndexedTransaction:
    """Return the receipt of a transaction."""
    return IndexedTransaction(
        chain_id=31337,
        tx_hash=tx_hash,
        block_number=int(tx_hash, 16),
        timestamp=at(when),
        sender=STRANGER,
        to=TREASURY,
        gas_used=gas_used,
        gas_price_wei=price,
        succeeded=True,
        safe_tx_hash=None,
        safe_nonce=None,
    )


def owed(number: str, *lines: tuple[str, int], paid: tuple[TxHash, int] | None = None, when: str) -> Invoice:
    """Return an invoice entered at a moment, whose lines were paid in a transaction, from a log index on."""
    made = [
        InvoiceLine(
            model_id=ModelId(model),
            amount=USDC.amount(units),
            payment=None
            if paid is None
            else LinePayment(
                tx_hash=paid[0],
                block_number=int(paid[0], 16),
                log_index=paid[1] + 2 * place,
                paid_at=at(when),
                safe_tx_hash=None,
                safe_nonce=None,
            ),
        )
        for place, (model, units) in enumerate(lines)
    ]
    return Invoice(
        number=number,
        provider="together",
        payee=PAYEE,
        lines=tuple(made),
        invoice_hash=hash_number(number),
        hash_method=HashMethod.NUMBER,
        currency="USDC",
        state=InvoiceState.OPEN if paid is None else InvoiceState.PAID,
        entered_at=at(when),
    )


def two_months() -> tuple[History, list[Movement]]:
    """Return May and June 2025: two models, three invoices, a gift, an emergency withdrawal, and gas."""
    history = History()
    history.fee("2025-05-02T10:00", "21", 1_000_000_001)
    history.fee("2025-05-03T10:00", "chat/v2 ½", 500_000_000, 7_000)
    first = history.pay("2025-05-20T10:00", ("21", 50_000_000, "INV-1"), ("chat/v2 ½", 30_000_001, "INV-1"))
    history.say("2025-06-01T00:00", moved(STRANGER, RESERVE, 7_000_000))
    history.fee("2025-06-05T10:00", "21", 1)
    second = history.pay("2025-06-20T10:00", ("21", 20_000_000, "INV-2"))
    history.pay("2025-06-21T10:00", ("21", 5_000_000, "unknown"))
    third = history.withdraw("2025-06-30T23:59", 100_000_000)
    invoices = [
        owed("INV-1", ("21", 50_000_000), ("chat/v2 ½", 30_000_001), paid=(first, 1), when="2025-05-10T08:00"),
        owed("INV-2", ("21", 20_000_000), paid=(second, 1), when="2025-06-25T08:00"),
        owed("INV-3", ("21", 11_000_000), when="2025-06-28T08:00"),
    ]
    return history, settle(history, invoices, [(first, "2025-05-20T10:00"), (third, "2025-06-30T23:59")])


def settle(history: History, invoices: list[Invoice], receipts: list[tuple[TxHash, str]]) -> list[Movement]:
    """Return all movements with the invoices that they settle and the gas that they cost, in order."""
    obligations = Obligations(invoices, USDC, NAMES.get)
    found = [
        obligations.settle(one) if one.kind is MovementKind.PAYMENT else one
        for one in read_movements(history.events, RESERVE)
    ]
    gas = [
        share
        for tx_hash, when in receipts
        for share in share_gas(receipt_of(tx_hash, when), [one for one in found if one.tx_hash == tx_hash])
    ]
    every = [*found, *obligations.owed(history.coverage.last_timestamp), *gas]
    return sorted(every, key=lambda movement: movement.order)


def exported(scope: Scope | None = None) -> Export:
    """Return the export of the two months."""
    history, movements = two_months()
    return build_export(movements, USDC, scope or Scope(), history.coverage)
