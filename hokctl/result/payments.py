"""What became of payments: the plan or plans, and each invoice as the book has it now."""

from hokctl.domain.documents import JsonObject
from hokctl.result.carried import carried_result, carried_to_json
from hokctl.result.invoice_imports import totals_table
from hokctl.result.invoices import invoice_to_json
from hokctl.result.values import CommandResult, Line
from hokctl.services.payments import Paying
from hokctl.services.proposals import CarryState


def paying_result(paying: Paying) -> CommandResult:
    """Return the result of `hokctl invoice pay`: of the first plan that did not go like the others, and all of them."""
    first = paying.first
    data: JsonObject = {"invoices": [invoice_to_json(invoice) for invoice in paying.invoices]}
    if len(paying.invoices) == 1:
        data["invoice"] = invoice_to_json(paying.invoices[0])
    shown = first.review is not None and first.state in {CarryState.SHOWN, CarryState.REFUSED}
    # The plan that is shown begins with the same.
    totals = (totals_table(paying.invoices),) if len(paying.invoices) > 1 and not shown else ()
    if len(paying.parts) == 1:
        return carried_result(first, data=data, blocks=totals)
    data["parts"] = [{"state": part.state.value, **carried_to_json(part)} for part in paying.parts]
    lines = tuple(Line(f"Part {n}: {part.plan.title}: {part.state.value}") for n, part in enumerate(paying.parts, 1))
    return carried_result(first, data=data, blocks=(*totals, *lines))
