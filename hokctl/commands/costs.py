"""Compare estimated with actual costs on the live reserve."""

from typing import TYPE_CHECKING, Annotated

import typer

from hokctl.context import AppContext
from hokctl.options import AmountArgument, ModelArgument, OptionalModels, command
from hokctl.result import CommandResult

if TYPE_CHECKING:
    from hokctl.domain.findings import Finding
    from hokctl.domain.plans import Plan
    from hokctl.domain.units import InvoiceHash, ModelId

app = typer.Typer(
    help="Compare estimated with actual costs on the live reserve.",
    rich_markup_mode=None,
    add_completion=False,
)


@command(app, "show")
def show(
    context: AppContext,
    models: OptionalModels = None,
    periods: Annotated[
        int, typer.Option("--periods", min=1, max=120, metavar="N", help="How many past periods to show.")
    ] = 6,
) -> CommandResult:
    """Show the period that runs for each model, estimated against actual costs, past periods, and the next estimate.

    Anyone may run it.

    Example: hokctl costs show 21
    """
    from hokctl.domain.units import parse_model_id
    from hokctl.result.costs import costs_result
    from hokctl.services.cost_periods import check_costs, read_costs

    model_ids = tuple(parse_model_id(model) for model in models or ())
    state = read_costs(context.snapshot, context.deployment, model_ids, periods=periods)
    return costs_result(state, tuple(check_costs(state)), context.snapshot.block)


@command(app, "snapshot", carries=True)
def snapshot(context: AppContext, model: ModelArgument, amount: AmountArgument) -> CommandResult:
    """Set what the period that runs is estimated to cost.

    Needs PAYER_ROLE on the reserve.

    Example: hokctl costs snapshot 21 900 --dry-run
    """
    from hokctl.domain.units import parse_model_id
    from hokctl.services.cost_plans import plan_snapshot

    model_id = parse_model_id(model)
    return _carried(context, plan_snapshot(context.snapshot, context.deployment, model_id, amount), model_id)


@command(app, "record", carries=True)
def record(
    context: AppContext,
    model: ModelArgument,
    amount: AmountArgument,
    invoice: Annotated[
        str,
        typer.Option("--invoice", metavar="NUMBER|HASH", help="The invoice number, or its hash.", show_default=False),
    ],
    period: Annotated[
        int | None,
        typer.Option("--period", min=0, metavar="N", help="A period that is over; default: the one that runs."),
    ] = None,
) -> CommandResult:
    """Record costs that were paid in another way. Payments from the reserve record their own: those are refused here.

    Needs PAYER_ROLE on the reserve.

    Example: hokctl costs record 21 120.50 --invoice AWS-2026-07 --dry-run
    """
    from hokctl.domain.units import parse_model_id
    from hokctl.services.cost_plans import Costs, plan_record

    model_id, hash_ = parse_model_id(model), _hash(context, invoice)
    booked = context.ledger.invoices.find_by_hash(hash_)
    costs = Costs(model_id=model_id, amount_text=amount, invoice_hash=hash_, period=period, booked=booked)
    plan, findings = plan_record(context.snapshot, context.deployment, costs)
    return _carried(context, plan, model_id, findings=findings)


@command(app, "advance", carries=True)
def advance(context: AppContext, model: ModelArgument) -> CommandResult:
    """End the period that runs for a model and begin the next; too early, it exits 8 with the time.

    Needs PAYER_ROLE on the reserve.

    Example: hokctl costs advance 21 --dry-run
    """
    from hokctl.domain.units import parse_model_id
    from hokctl.services.cost_plans import plan_advance

    model_id = parse_model_id(model)
    return _carried(context, plan_advance(context.snapshot, context.deployment, model_id), model_id)


@command(app, "period", carries=True)
def period(
    context: AppContext,
    days: Annotated[int, typer.Argument(metavar="DAYS", min=1, max=3650, help="Whole days.", show_default=False)],
) -> CommandResult:
    """Set how long reconciliation periods are at least, those that run included.

    Needs DEFAULT_ADMIN_ROLE on the reserve.

    Example: hokctl costs period 30 --dry-run
    """
    from hokctl.services.cost_plans import plan_period

    return _carried(context, plan_period(context.snapshot, context.deployment, days))


def _hash(context: AppContext, invoice: str) -> "InvoiceHash":
    """Return the hash of the invoice that is named: as it is given, as the book has it, or that of its number."""
    from hokctl.domain.invoices import hash_number, parse_invoice_number
    from hokctl.domain.references import is_hash, parse_hash
    from hokctl.domain.units import InvoiceHash

    if is_hash(invoice):
        return InvoiceHash(parse_hash(invoice))
    number = parse_invoice_number(invoice)
    known = [one for one in context.ledger.invoices.list() if one.number == number]
    return known[0].invoice_hash if len(known) == 1 else hash_number(number)


def _carried(
    context: AppContext, plan: "Plan", *model_ids: "ModelId", findings: "tuple[Finding, ...]" = ()
) -> CommandResult:
    from hokctl.result.carried import carried_result
    from hokctl.services.proposals import carry

    return carried_result(carry(plan, context.carrier(*model_ids), findings=findings))
