"""What the chain says about payments that are to be made: one multicall at one block, and past payments in the logs."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast

from eth_typing import ChecksumAddress

from hokctl.checks.payments import PaymentFacts
from hokctl.clients.decoding import DecodedCall, decode_calldata
from hokctl.clients.infrastructure_reserve import ModelAccounting, Payment
from hokctl.domain.amounts import Token
from hokctl.domain.calls import Call
from hokctl.domain.units import InvoiceHash, ModelId, TxHash, model_topic
from hokctl.domain.versions import Version
from hokctl.services.versions import VersionProbe

if TYPE_CHECKING:
    from hokctl.chain.batch import Batch
    from hokctl.chain.receipts import Log
    from hokctl.chain.session import Snapshot
    from hokctl.services.deployments import Deployment

_PAY: Final = "payInfrastructureCost(string,address,uint256,bytes32,string)"
_BATCH_PAY: Final = "batchPayInfrastructureCosts((string,address,uint256,bytes32,string)[])"
_TOPIC_DIGITS: Final = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentReads:
    """The state of the reserve, and of each payment's model and invoice, at one block."""

    token: Token
    reserve: ChecksumAddress
    paused: bool
    balance_units: int
    payments: tuple[Payment, ...]
    accounts: tuple[ModelAccounting, ...]
    remembers_invoices: bool
    """Whether the reserve itself knows which invoices it paid; v2.0.0 does not."""
    counts_costs: bool
    """Whether the reserve counts what it pays among the costs of the period; the live version does."""
    paid: tuple[bool, ...]
    """Per payment, whether it was made before."""
    logged: "tuple[Log | None, ...]"
    """Per payment, the log of the one that was made before, where there is one."""

    @property
    def paid_in(self) -> tuple[TxHash | None, ...]:
        """Per payment, the transaction that made it before, where the logs tell."""
        return tuple(None if log is None else log.tx_hash for log in self.logged)

    def paid_by(self) -> TxHash | None:
        """Return the last of the transactions that paid everything before; None when something is open."""
        return self.paid_in[-1] if self.paid and all(self.paid) else None

    def facts(
        self, *, number_of: Callable[[InvoiceHash], str], name_of: Callable[[ChecksumAddress], str | None]
    ) -> tuple[PaymentFacts, ...]:
        """Return the facts about each payment; what the ones before it take is taken off."""
        spent: dict[ModelId, int] = {}
        found = []
        for payment, account, paid, paid_in in zip(self.payments, self.accounts, self.paid, self.paid_in, strict=True):
            found.append(
                PaymentFacts(
                    model_id=payment.model_id,
                    number=number_of(payment.invoice_hash),
                    payee=payment.payee,
                    amount=self.token.amount(payment.amount_units),
                    invoice_hash=payment.invoice_hash,
                    accrued=self.token.amount(max(0, account.accrued_units - spent.get(payment.model_id, 0))),
                    reserve_balance=self.token.amount(max(0, self.balance_units - sum(spent.values()))),
                    provider=account.provider,
                    paused=self.paused,
                    already_paid=paid,
                    paid_by=paid_in,
                    token=self.token.address,
                    reserve=self.reserve,
                    payee_name=name_of(payment.payee),
                )
            )
            spent[payment.model_id] = spent.get(payment.model_id, 0) + payment.amount_units
        return tuple(found)


class PaymentSlots:
    """The reads of everything that the checks of payments need, placed in a batch among others."""

    def __init__(self, batch: "Batch", deployment: "Deployment", payments: Sequence[Payment]) -> None:
        """Add the reads to `batch`; ask for `reads` once it ran."""
        suite = deployment.suite
        self._deployment, self._payments = deployment, tuple(payments)
        self._decimals, self._symbol = batch.add(suite.usdc.decimals()), batch.add(suite.usdc.symbol())
        self._version = VersionProbe(batch, suite.reserve)
        self._paused, self._balance = batch.add(suite.reserve.paused()), batch.add(suite.reserve.get_balance())
        models = dict.fromkeys(payment.model_id for payment in payments)
        self._accounts = {model_id: batch.add(suite.reserve.get_model_accounting(model_id)) for model_id in models}
        self._paid = [
            batch.add(suite.reserve.is_invoice_paid(payment.model_id, payment.payee, payment.invoice_hash))
            for payment in payments
        ]

    def reads(self, snapshot: "Snapshot") -> PaymentReads:
        """Return what was read.

        The logs are asked besides where the reserve does not remember its invoices, or to name an earlier payment.
        """
        deployment, payments = self._deployment, self._payments
        remembers = not any(view.failed for view in self._paid)
        known_paid = [view.value_or(default=False) for view in self._paid]
        logged = {} if remembers and not any(known_paid) else _find_past(snapshot, deployment, payments)
        found = tuple(logged.get(_key(payment)) for payment in payments)
        return PaymentReads(
            token=Token(
                chain_id=deployment.chain_id,
                address=deployment.suite.usdc.address,
                decimals=self._decimals.value,
                symbol=self._symbol.value,
            ),
            reserve=deployment.suite.reserve.address,
            paused=self._paused.value,
            balance_units=self._balance.value,
            payments=payments,
            accounts=tuple(self._accounts[payment.model_id].value for payment in payments),
            remembers_invoices=remembers,
            counts_costs=self._version.version is Version.LIVE,
            paid=tuple(known or log is not None for known, log in zip(known_paid, found, strict=True)),
            logged=found,
        )


def read_payments(snapshot: "Snapshot", deployment: "Deployment", payments: Sequence[Payment]) -> PaymentReads:
    """Return everything that the checks of `payments` need, in one round trip.

    The logs are asked besides where the reserve does not remember its invoices, or to name an earlier payment.
    """
    with snapshot.batch() as batch:
        slots = PaymentSlots(batch, deployment, payments)
    return slots.reads(snapshot)


def payments_in(calls: Sequence[Call | DecodedCall], reserve: ChecksumAddress | None) -> tuple[Payment, ...]:
    """Return the payments that `calls` make from the reserve, in order; also those that they schedule or propose.

    Without a reserve those from any contract.
    """
    return tuple(payment for call in calls for payment in _payments_of(call, reserve))


def _payments_of(call: Call | DecodedCall, reserve: ChecksumAddress | None) -> Iterator[Payment]:
    pays = call.signature in {_PAY, _BATCH_PAY}
    if not pays if reserve is None else call.to != reserve:
        decoded = call if isinstance(call, DecodedCall) else decode_calldata(call.data, to=call.to)
        for inner in decoded.inner:
            yield from _payments_of(inner, reserve)
    elif call.signature == _PAY:
        yield _payment(tuple(argument.value for argument in call.args))
    elif call.signature == _BATCH_PAY:
        yield from (
            _payment(cast("tuple[object, ...]", item)) for item in cast("tuple[object, ...]", call.args[0].value)
        )


def _payment(values: tuple[object, ...]) -> Payment:
    model_id, payee, amount_units, invoice_hash, memo = values
    return Payment(
        model_id=ModelId(cast("str", model_id)),
        payee=cast("ChecksumAddress", payee),
        amount_units=cast("int", amount_units),
        invoice_hash=InvoiceHash("0x" + cast("bytes", invoice_hash).hex()),
        memo=cast("str", memo),
    )


def _find_past(
    snapshot: "Snapshot", deployment: "Deployment", payments: Sequence[Payment]
) -> "Mapping[tuple[str, str, str], Log]":
    """Return the first log of each payment that was made before, by its model's topic, payee and hash."""
    from hokctl.chain.logs import get_logs
    from hokctl.clients.events import event_topic

    reserve = deployment.suite.reserve
    topic = event_topic("InfrastructureReserve", "InfrastructureCostPaid")
    logs = get_logs(
        snapshot.chain,
        addresses=[reserve.address],
        topics=[topic, None, None, sorted({str(payment.invoice_hash) for payment in payments})],
        from_block=deployment.deployed_at_block,
        to_block=snapshot.block.number,
    )
    found: dict[tuple[str, str, str], Log] = {}
    for log in logs:
        _, model, payee, invoice_hash = log.topics
        found.setdefault((model, payee[-_TOPIC_DIGITS:], invoice_hash), log)
    return found


def _key(payment: Payment) -> tuple[str, str, str]:
    return model_topic(payment.model_id), payment.payee[2:].lower(), payment.invoice_hash
