"""The hash that stands for an invoice on the chain."""

from pathlib import Path
from typing import Annotated

import typer

from hokctl.commands.invoice.common import OptionalNumber
from hokctl.context import AppContext
from hokctl.options import command
from hokctl.result import CommandResult, Facts

app = typer.Typer()


@command(app, "hash")
def hash_(
    context: AppContext,
    number: OptionalNumber = None,
    document: Annotated[
        Path | None, typer.Option("--document", metavar="FILE", help="Hash this document instead of a number.")
    ] = None,
) -> CommandResult:
    """Show the hash that stands for an invoice on the chain: keccak256 of its number, or of its document's bytes.

    Anyone may run it; it asks no node and no book.

    Example: hokctl invoice hash INV-2024-001
    """
    from hokctl.domain.invoices import HashMethod
    from hokctl.services.invoice_documents import document_hash, invoice_hash

    del context
    method = HashMethod.NUMBER if document is None else HashMethod.DOCUMENT
    digest = invoice_hash(method, number=number, content_hash=document_hash(document))
    source = number if document is None else str(document)
    return CommandResult(
        data={"invoice_hash": digest, "hash_method": method.value, "source": source},
        blocks=(Facts(((f"keccak256 of the {method.value}", digest),)),),
    )
