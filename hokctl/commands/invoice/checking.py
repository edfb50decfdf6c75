"""Check invoices before they are paid."""

from typing import TYPE_CHECKING, Annotated

import typer

from hokctl.commands.invoice.common import ProviderOption, provider_key
from hokctl.context import AppContext
from hokctl.exit_codes import ExitCode
from hokctl.options import command
from hokctl.result import CommandResult, Status

if TYPE_CHECKING:
    from hokctl.domain.invoices import Invoice

app = typer.Typer()

Numbers = Annotated[
    list[str] | None, typer.Argument(metavar="NUMBER", help="Invoice numbers; all that are owed without.")
]
AllOption = Annotated[bool, typer.Option("--all", help="All that are open or proposed, as without numbers.")]
DueOption = Annotated[bool, typer.Option("--due", help="All that are owed and due today or before.")]


@command(app, "check")
def check(
    context: AppContext,
    *,
    numbers: Numbers = None,
    all_: AllOption = False,
    due: DueOption = False,
    provider: ProviderOption = None,
) -> CommandResult:
    """Look for what speaks against paying invoices; exit 5 when something does. Nothing is changed.

    Duplicates in the book, in what waits and on the chain; payees that changed, are new or look like another;
    amounts, periods, currency, due days and documents. docs/invoices.md lists the codes. Anyone may run it.

    Example: hokctl invoice check --all
    """
    from hokctl.result.invoice_checks import review_blocks, review_to_json
    from hokctl.services.invoice_checks import check_invoices

    invoices = _choose(context, numbers or [], due=due, every=all_, provider=provider_key(context, provider))
    review = check_invoices(context.carrier(), context.deployment, context.ledger.invoices, invoices)
    return CommandResult(
        data=review_to_json(review),
        blocks=review_blocks(review),
        findings=review.findings,
        folded=True,
        status=Status.FINDINGS if review.findings else Status.OK,
        exit_code=ExitCode.FINDINGS if review.findings else ExitCode.OK,
        block=context.snapshot.block,
    )


def _choose(
    context: AppContext, numbers: list[str], *, due: bool, every: bool, provider: str | None
) -> "tuple[Invoice, ...]":
    """Return the invoices of this network that are meant."""
    from hokctl.services.invoice_lists import ChoiceError, due_by, owed_invoices

    if numbers and (due or every):
        raise ChoiceError
    book = context.ledger.invoices
    if numbers:
        return tuple(book.get(number, provider) for number in dict.fromkeys(numbers))
    return owed_invoices(book, context.deployment, provider=provider, due_by=due_by(context.now()) if due else None)
