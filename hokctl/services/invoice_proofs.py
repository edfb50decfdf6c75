"""Whether a transaction paid an invoice: the reserve's payment events in it, held against the book."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast

from eth_typing import ChecksumAddress

from hokctl.domain.amounts import TokenAmount
from hokctl.domain.findings import Finding, Severity
from hokctl.domain.invoices import Invoice, InvoiceState
from hokctl.domain.units import InvoiceHash, ModelId, TxHash
from hokctl.errors import UsageError, shown

if TYPE_CHECKING:
    from hokctl.chain.receipts import Log, Receipt
    from hokctl.chain.session import Snapshot
    from hokctl.ledger.invoices import InvoiceBook
    from hokctl.services.deployments import Deployment

_PAID: Final = "InfrastructureCostPaid"
_HASH: Final = re.compile(r"0x[0-9a-fA-F]{64}", re.ASCII)


class InvalidTransactionHashError(UsageError):
    """A text that is no hash of a transaction."""

    code = "invalid-transaction-hash"

    def __init__(self, text: str) -> None:
        """Name the text."""
        super().__init__(f"{shown(text, 70)!r} is not a transaction hash.", hint="It is 0x and 64 hex digits.")


class UnknownTransactionError(UsageError):
    """A transaction that the node has not mined."""

    code = "unknown-transaction"

    def __init__(self, network: str) -> None:
        """Name the network; what was typed could be a key in the wrong place."""
        super().__init__(
            f"The node of {network} has mined no transaction with this hash.",
            hint="Compare the hash, choose the network with --network, or wait until it is mined.",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedPayment:
    """One payment that the reserve logged, and what the book knows under its hash."""

    log_index: int
    model_id: ModelId | None
    """None where nobody knows which id has the logged hash."""
    payee: ChecksumAddress
    amount: TokenAmount
    invoice_hash: InvoiceHash
    memo: str
    invoices: tuple[Invoice, ...]
    """The book's invoices with this hash to this payee, those of other payees where there is none."""
    agrees: bool
    """Whether one of them has a line of this model, amount and payee."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentProof:
    """The payments of one transaction, and what is wrong with them."""

    tx_hash: TxHash
    block_number: int
    payments: tuple[LoggedPayment, ...]
    wanted: InvoiceHash | None
    """The hash that was asked for."""
    findings: tuple[Finding, ...]


def parse_tx_hash(text: str) -> TxHash:
    """Return the hash in lower case; raises InvalidTransactionHashError."""
    if not _HASH.fullmatch(text):
        raise InvalidTransactionHashError(text)
    return TxHash(text.lower())


def prove_payment(
    snapshot: "Snapshot",
    deployment: "Deployment",
    book: "InvoiceBook",
    tx_hash: TxHash,
    wanted: InvoiceHash | None,
) -> PaymentProof:
    """Return the payments that the reserve logged in the transaction, each with its invoice of the book.

    `wanted` is the hash that must be among them. Events of other contracts prove nothing and are left out. Raises
    UnknownTransactionError.
    """
    from hokctl.chain.receipts import parse_receipt

    answer = snapshot.chain.request("eth_getTransactionReceipt", [tx_hash])
    if answer is None:
        raise UnknownTransactionError(deployment.network)
    receipt = parse_receipt(answer, tx_hash)
    payments = tuple(_payments(snapshot, deployment, book, receipt))
    findings = (*_check_wanted(receipt, payments, wanted), *(one for paid in payments for one in _check_line(paid)))
    return PaymentProof(
        tx_hash=tx_hash, block_number=receipt.block_number, payments=payments, wanted=wanted, findings=findings
    )


def _payments(
    snapshot: "Snapshot", deployment: "Deployment", book: "InvoiceBook", receipt: "Receipt"
) -> Iterator[LoggedPayment]:
    from hokctl.clients.events import event_topic

    topic = event_topic("InfrastructureReserve", _PAID)
    logs = [
        log for log in receipt.logs if log.address == deployment.suite.reserve_address and log.topics[:1] == (topic,)
    ]
    if not logs:
        return
    token = deployment.token(snapshot)
    for log in logs:
        known = [one for one in book.find_by_hash(InvoiceHash(log.topics[3])) if one.state is not InvoiceState.VOID]
        models = [line.model_id for invoice in known for line in invoice.lines]
        yield _payment(deployment, log, models, known, token.amount(0))


def _payment(
    deployment: "Deployment", log: "Log", models: Sequence[ModelId], known: Sequence[Invoice], nothing: TokenAmount
) -> LoggedPayment:
    (event,) = deployment.decoder(*models)((log,))
    model, payee = event.arg("modelId"), cast("ChecksumAddress", event.arg("payee"))
    amount = nothing.token.amount(cast("int", event.arg("amount")))
    of_payee = tuple(one for one in known if one.payee == payee)
    agrees = any((line.model_id, line.amount) == (model, amount) for one in of_payee for line in one.lines)
    return LoggedPayment(
        log_index=log.log_index,
        model_id=ModelId(model) if isinstance(model, str) else None,
        payee=payee,
        amount=amount,
        invoice_hash=InvoiceHash(log.topics[3]),
        memo=str(event.arg("memo")),
        invoices=of_payee or tuple(known),
        agrees=agrees,
    )


def _check_wanted(
    receipt: "Receipt", payments: Sequence[LoggedPayment], wanted: InvoiceHash | None
) -> Iterator[Finding]:
    if not payments:
        failed = "" if receipt.succeeded else ": it failed"
        yield Finding(
            code="no-payment",
            severity=Severity.ERROR,
            subject=receipt.tx_hash,
            message=f"The transaction pays nothing from the reserve{failed}.",
            remedy="Compare the hash of the transaction, and the network.",
        )
    elif wanted is not None and all(one.invoice_hash != wanted for one in payments):
        yield Finding(
            code="hash-not-in-transaction",
            severity=Severity.ERROR,
            subject=wanted,
            message=f"The transaction logs {len(payments)} payment{'s' if len(payments) > 1 else ''}, and none is of "
            "this invoice.",
            evidence={f"log {one.log_index}": one.invoice_hash for one in payments},
            remedy="Compare number and document byte for byte; a hash of the document is not one of the number.",
        )


def _check_line(paid: LoggedPayment) -> Iterator[Finding]:
    if paid.agrees or not paid.invoices:
        return
    invoice = paid.invoices[0]
    owed = ", ".join(f"{line.amount} of model {line.model_id}" for line in invoice.lines)
    yield Finding(
        code="payment-differs",
        severity=Severity.ERROR,
        subject=invoice.number,
        message=f"The payment is not what invoice {invoice.number} of {invoice.provider} asks for.",
        evidence={
            "paid": f"{paid.amount} of model {paid.model_id or 'unknown'} to {paid.payee}",
            "owed": f"{owed} to {invoice.payee}",
        },
        remedy="Find out who planned it; `hokctl ledger reconcile` looks at the whole period.",
    )
