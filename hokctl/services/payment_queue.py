"""What waits and would pay from the reserve: Safe transactions, operations, votes, and files that lie elsewhere."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from eth_typing import ChecksumAddress

from hokctl.checks.call_facts import GovernedPayment
from hokctl.checks.payments import PendingPayment, check_pending
from hokctl.clients.infrastructure_reserve import Payment
from hokctl.clients.safe import Safe
from hokctl.config.file_errors import UnreadableFileError
from hokctl.domain.findings import Finding, Severity
from hokctl.domain.invoices import Invoice, InvoiceState
from hokctl.domain.units import InvoiceHash, ModelId
from hokctl.errors import UsageError
from hokctl.routes.governance_store import GovernanceStore
from hokctl.safe.proposals import Proposal, ProposalStore
from hokctl.services.check_subjects import decode_safe_tx, own_calls
from hokctl.services.governed_payments import ask_governed, governed_payments
from hokctl.services.payment_facts import payments_in
from hokctl.services.reading import read_transaction

if TYPE_CHECKING:
    from hokctl.chain.session import Snapshot
    from hokctl.services.deployments import Deployment

_MOST_BYTES: Final = 8_000_000

PaymentKey = tuple[ModelId, ChecksumAddress, InvoiceHash]


class PendingFileError(UsageError):
    """A file named by --beside that holds no transaction."""

    code = "invalid-pending-file"

    def __init__(self, path: Path, reason: str) -> None:
        """Name the file and what is wrong with it."""
        super().__init__(
            f"{path} cannot be searched for payments: {reason}.",
            hint="Name a proposal, a bundle, a Transaction Builder file or a Safe transaction, or a folder of them.",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentQueue:
    """Everything that waits and would pay from the reserve."""

    waiting: tuple[GovernedPayment, ...]
    """Each with what it would pay."""
    findings: tuple[Finding, ...]
    """What in the folder is false."""

    @property
    def payments(self) -> tuple[Payment, ...]:
        """All that is to be paid."""
        return tuple(payment for one in self.waiting for payment in one.payments)

    def check(self, payments: Sequence[Payment], numbers: Sequence[str]) -> list[Finding]:
        """Return an error for each invoice of `payments` and each that waits and would pay it too."""
        by_key: dict[PaymentKey, list[PendingPayment]] = {}
        for one in self.waiting:
            for payment in one.payments:
                by_key.setdefault(key_of(payment), []).append(one.pending)
        found: list[Finding] = []
        for payment, number in zip(payments, numbers, strict=True):
            found.extend(item for item in check_pending(number, by_key.get(key_of(payment), ())) if item not in found)
        return found


def key_of(payment: Payment) -> PaymentKey:
    """Return what the reserve pays once."""
    return payment.model_id, payment.payee, payment.invoice_hash


def read_queue(
    snapshot: "Snapshot",
    deployment: "Deployment",
    store: ProposalStore,
    governance: GovernanceStore,
    invoices: Sequence[Invoice],
) -> PaymentQueue:
    """Return what can still be executed and would pay anything, in one round trip besides those of `store`.

    A proposal whose nonce the Safe has passed is no danger any more, and does not hold an invoice back; nor does an
    operation that was executed or cancelled, or a governor's proposal that was decided. Of `invoices`, those that the
    book has in a Safe transaction that is in no store wait too.
    """
    scan, reserve = store.scan(deployment.chain_id), deployment.suite.reserve.address
    paying = [(one, made) for one in scan.proposals if (made := _made_by(one, reserve))]
    with snapshot.batch() as batch:
        nonces = {safe: batch.add(Safe(safe).nonce()) for safe in {one.safe_tx.safe for one, _ in paying}}
        governed = ask_governed(batch, governance, deployment)
    waiting = [
        GovernedPayment(pending=_pending(one), payments=made)
        for one, made in paying
        if one.safe_tx.nonce >= nonces[one.safe_tx.safe].value_or(0)
    ]
    known = {str(one.safe_tx_hash) for one in scan.proposals}
    waiting += [*_known_to_the_book(invoices, known), *governed_payments(governed, deployment)]
    return PaymentQueue(
        waiting=tuple(waiting), findings=tuple(_untrusted(one.message, one.hint) for one in scan.errors)
    )


def read_pending_files(paths: Sequence[Path], deployment: "Deployment") -> tuple[GovernedPayment, ...]:
    """Return what files elsewhere would pay from the reserve: those named, and all `*.json` of folders that are named.

    Raises PendingFileError, UnreadableFileError.
    """
    files = [file for path in paths for file in (sorted(path.glob("**/*.json")) if path.is_dir() else [path])]
    found = []
    for file in files:
        payments = _payments_in_file(file, deployment)
        if payments:
            pending = PendingPayment(
                safe_tx_hash=str(file), nonce=None, title="named by --beside", kind="file", follow="hokctl tx decode"
            )
            found.append(GovernedPayment(pending=pending, payments=payments))
    return tuple(found)


def _payments_in_file(file: Path, deployment: "Deployment") -> tuple[Payment, ...]:
    try:
        content = file.read_bytes()
    except OSError as error:
        raise UnreadableFileError(file, error, what="file with transactions") from error
    if len(content) > _MOST_BYTES:
        raise PendingFileError(file, "it is too large")
    try:
        reading = read_transaction(content.decode(), to=None, labels=deployment.labels)
    except (UsageError, UnicodeDecodeError) as error:
        reason = error.message.rstrip(".") if isinstance(error, UsageError) else "it is not text in UTF-8"
        raise PendingFileError(file, reason) from error
    return payments_in(reading.calls, deployment.suite.reserve.address)


def _made_by(proposal: Proposal, reserve: ChecksumAddress) -> tuple[Payment, ...]:
    """Return what the proposal's bytes pay, whatever its plan says."""
    return payments_in(own_calls(decode_safe_tx(proposal.safe_tx)), reserve)


def _pending(proposal: Proposal) -> PendingPayment:
    safe_tx = proposal.safe_tx
    return PendingPayment(safe_tx_hash=proposal.safe_tx_hash, nonce=safe_tx.nonce, title=proposal.plan.title)


def _known_to_the_book(invoices: Sequence[Invoice], known: set[str]) -> list[GovernedPayment]:
    lost: dict[str, list[Invoice]] = {}
    for invoice in invoices:
        if invoice.state is InvoiceState.PROPOSED and invoice.safe_tx_hash and invoice.safe_tx_hash not in known:
            lost.setdefault(invoice.safe_tx_hash, []).append(invoice)
    return [
        GovernedPayment(
            pending=PendingPayment(safe_tx_hash=safe_tx_hash, nonce=None, title="known to the book only"),
            payments=tuple(payment for invoice in those for payment in payments_of(invoice)),
        )
        for safe_tx_hash, those in lost.items()
    ]


def payments_of(invoice: Invoice) -> tuple[Payment, ...]:
    """Return the payments that settle what is open of the invoice, one per line that is not paid."""
    return tuple(
        Payment(
            model_id=line.model_id,
            payee=invoice.payee,
            amount_units=line.amount.units,
            invoice_hash=invoice.invoice_hash,
            memo=invoice.memo,
        )
        for line in invoice.lines
        if line.payment is None
    )


def _untrusted(message: str, hint: str) -> Finding:
    return Finding(
        code="proposal-untrusted",
        severity=Severity.WARNING,
        subject="proposals",
        message=message,
        remedy=hint,
    )
