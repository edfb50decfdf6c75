"""The hash that stands for an invoice on the chain."""

from pathlib import Path
from typing import Annotated

import typer

from hokctl.commands.invoice.common import OptionalNumber
from hokctl.context import AppContext
from hokctl.exit_codes import ExitCode
from hokctl.options import command
from hokctl.result import CommandResult, Facts, Heading, Status

app = typer.Typer()

DocumentOption = Annotated[
    Path | None,
    typer.Option("--document", metavar="FILE", readable=False, help="Hash this document instead of a number."),
]
VerifyOption = Annotated[
    str | None,
    typer.Option("--verify", metavar="TX", help="Look for the hash among what this transaction paid."),
]


@command(app, "hash")
def hash_(
    context: AppContext, number: OptionalNumber = None, document: DocumentOption = None, verify: VerifyOption = None
) -> CommandResult:
    """Show the hash that stands for an invoice on the chain: keccak256 of its number, or of its document's bytes.

    Anyone may run it; it asks no node and no book. With --verify it shows what a transaction paid from the reserve
    and for which invoices of the book, and ends with 5 where the number or document given is not among them.

    Example: hokctl invoice hash INV-2024-001
    """
    from hokctl.domain.invoices import HashMethod
    from hokctl.services.invoice_documents import document_hash, invoice_hash

    method = HashMethod.NUMBER if document is None else HashMethod.DOCUMENT
    if verify is not None and number is None and document is None:
        return _verify(context, verify, None)
    digest = invoice_hash(method, number=number, content_hash=document_hash(document))
    if verify is not None:
        return _verify(context, verify, digest)
    source = number if document is None else str(document)
    return CommandResult(
        data={"invoice_hash": digest, "hash_method": method.value, "source": source},
        blocks=(Facts(((f"keccak256 of the {method.value}", digest),)),),
    )


def _verify(context: AppContext, tx_hash: str, digest: str | None) -> CommandResult:
    """Show what the transaction paid, and whether the hash is among it."""
    from hokctl.domain.units import InvoiceHash
    from hokctl.result.invoice_proofs import proof_table, proof_to_json
    from hokctl.services.invoice_proofs import parse_tx_hash, prove_payment

    proof = prove_payment(
        context.snapshot,
        context.deployment,
        context.ledger.invoices,
        parse_tx_hash(tx_hash),
        None if digest is None else InvoiceHash(digest),
    )
    return CommandResult(
        data=proof_to_json(proof),
        blocks=(Heading(f"Payments in {proof.tx_hash}"), proof_table(proof)),
        findings=proof.findings,
        block=context.snapshot.block,
        status=Status.FINDINGS if proof.findings else Status.OK,
        exit_code=ExitCode.FINDINGS if proof.findings else ExitCode.OK,
    )
