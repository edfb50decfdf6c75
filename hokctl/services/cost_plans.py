"""Plans on the live reserve's periods of costs: estimates, costs by hand, ending a period, its length."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from hokctl.clients.codec import word_from_hex
from hokctl.clients.cost_reconciliation import CostReconciliation
from hokctl.clients.events import event_topic
from hokctl.clients.wording import time_text
from hokctl.domain.amounts import TokenAmount
from hokctl.domain.calls import AbiValue
from hokctl.domain.durations import format_duration
from hokctl.domain.findings import Finding, Severity
from hokctl.domain.invoices import Invoice, InvoiceState
from hokctl.domain.plans import Condition, Plan
from hokctl.domain.units import InvoiceHash, ModelId, model_topic
from hokctl.errors import PendingError, RefusedError
from hokctl.services.cost_periods import CostPeriod, CostsState, read_costs
from hokctl.services.fee_files import ZeroAmountError
from hokctl.services.oracle_plans import DAY_S, OutOfBoundsError
from hokctl.services.planning import build_plan, event_emitted, view_is

if TYPE_CHECKING:
    from hokctl.chain.session import Snapshot
    from hokctl.services.deployments import Deployment

RESERVE: Final = "InfrastructureReserve"
PAID: Final = "InfrastructureCostPaid"
RECORDED: Final = "ActualCostsRecorded"


class CostsAlreadyRecordedError(RefusedError):
    """An invoice whose costs are in the books of the reserve already."""

    code = "costs-already-recorded"

    def __init__(self, model_id: ModelId, invoice_hash: InvoiceHash, *, paid: bool, block: int, tx_hash: str) -> None:
        """Name the invoice, and the transaction that counted it."""
        how = "was paid from the reserve, which recorded its costs," if paid else "was recorded"
        super().__init__(
            f"Invoice {invoice_hash} of model {model_id} {how} in block {block} by {tx_hash}: "
            "recording it again would count it twice.",
            hint="Record only invoices that were paid in another way, each once.",
        )


class PeriodNotOverError(PendingError):
    """A period that cannot end yet."""

    code = "period-not-over"

    def __init__(self, model: CostPeriod, now: int) -> None:
        """Name the period and when it can end."""
        ends = model.ends_at or 0
        super().__init__(
            f"Period {model.period} of model {model.model_id} can end from {time_text(ends)} on.",
            hint=f"Come back in {format_duration(ends - now)}.",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Costs:
    """Costs to record by hand."""

    model_id: ModelId
    amount_text: str
    """In token units."""
    invoice_hash: InvoiceHash
    period: int | None
    """The period that they belong to; None for the one that runs."""
    booked: Sequence[Invoice] = ()
    """Invoices of the book with this hash."""


def plan_snapshot(snapshot: "Snapshot", deployment: "Deployment", model_id: ModelId, amount_text: str) -> Plan:
    """Return the plan that sets the estimate of the period that runs; without calls where it is so already."""
    state, model = _model(snapshot, deployment, model_id)
    amount, client = TokenAmount.parse(amount_text, state.token), state.reserve
    what = f"for period {model.period} of model {model_id}"
    purpose = f"Set the estimated costs {what} from {model.estimated} to {amount}"
    is_set = amount == model.estimated and model.started_at is not None
    return build_plan(
        snapshot,
        deployment,
        f"Estimate costs of {amount} {what}",
        () if is_set else (client.snapshot_estimated_costs(model_id, amount.units, purpose=purpose),),
        after=(
            view_is(client.estimated_costs(model_id, model.period), amount.units, f"{amount} is estimated {what}"),
            event_emitted(
                client.address,
                client.label,
                "EstimatedCostsSnapshot",
                {
                    "modelId": ("string", model_id),
                    "period": ("uint256", model.period),
                    "estimatedCost": ("uint256", amount.units),
                },
                "the estimate is logged",
            ),
        ),
        moves_funds=False,
    )


def plan_record(snapshot: "Snapshot", deployment: "Deployment", costs: Costs) -> tuple[Plan, tuple[Finding, ...]]:
    """Return the plan that adds costs which no payment recorded.

    Raises CostsAlreadyRecordedError where a payment or a record with this invoice hash is in the logs of the model,
    OutOfBoundsError for a period that is yet to come, ZeroAmountError.
    """
    model_id, invoice_hash = costs.model_id, costs.invoice_hash
    state, model = _model(snapshot, deployment, model_id)
    amount, client = TokenAmount.parse(costs.amount_text, state.token), state.reserve
    if not amount:
        raise ZeroAmountError("the costs")
    period = model.period if costs.period is None else costs.period
    if not 0 <= period <= model.period:
        raise OutOfBoundsError("a period with costs", str(period), f"0 to {model.period}, the one that runs")
    _refuse_counted(snapshot, deployment, model_id, invoice_hash)
    total = amount + state.token.amount(snapshot.get(client.actual_costs(model_id, period)))
    what = f"period {period} of model {model_id}"
    purpose = f"Record actual costs of {amount} in {what}, invoice {invoice_hash}, {total} in all"
    plan = build_plan(
        snapshot,
        deployment,
        f"Record actual costs of {amount} in {what}",
        (client.record_actual_costs(model_id, period, amount.units, invoice_hash, purpose=purpose),),
        after=_recorded(client, costs, period, amount, total),
        moves_funds=False,
    )
    return plan, tuple(_to_be_paid(invoice) for invoice in costs.booked if _waits(invoice))


def plan_advance(snapshot: "Snapshot", deployment: "Deployment", model_id: ModelId) -> Plan:
    """Return the plan that ends the period that runs and begins the next; PeriodNotOverError when it is too early."""
    state, model = _model(snapshot, deployment, model_id)
    if model.ends_at is not None and model.ends_at > state.now:
        raise PeriodNotOverError(model, state.now)
    client = state.reserve
    told = f"{model.actual} paid of {model.estimated} estimated"
    return build_plan(
        snapshot,
        deployment,
        f"End period {model.period} of model {model_id}",
        (client.advance_period(model_id, purpose=f"End period {model.period} of model {model_id}: {told}"),),
        after=(
            view_is(client.current_period(model_id), model.period + 1, f"period {model.period + 1} runs"),
            event_emitted(
                client.address,
                client.label,
                "CostReconciled",
                {
                    "modelId": ("string", model_id),
                    "period": ("uint256", model.period),
                    "estimated": ("uint256", model.estimated.units),
                    "actual": ("uint256", model.actual.units),
                },
                f"period {model.period} is logged with {told}",
            ),
        ),
        moves_funds=False,
    )


def plan_period(snapshot: "Snapshot", deployment: "Deployment", days: int) -> Plan:
    """Return the plan that sets how long periods are at least, those that run included."""
    state, new = read_costs(snapshot, deployment), days * DAY_S
    client, old = state.reserve, state.period_s
    change = f"from {format_duration(old)} to {format_duration(new)}"
    purpose = f"Set the length of reconciliation periods {change}"
    return build_plan(
        snapshot,
        deployment,
        f"Change the length of reconciliation periods {change}",
        () if new == old else (client.set_reconciliation_period(new, purpose=purpose),),
        after=(
            view_is(client.reconciliation_period(), new, f"a period lasts {format_duration(new)} at least"),
            event_emitted(
                client.address,
                client.label,
                "ReconciliationPeriodUpdated",
                {"oldPeriod": ("uint256", old), "newPeriod": ("uint256", new)},
                f"the change {change} is logged",
            ),
        ),
        moves_funds=False,
    )


def _model(snapshot: "Snapshot", deployment: "Deployment", model_id: ModelId) -> tuple[CostsState, CostPeriod]:
    state = read_costs(snapshot, deployment, (model_id,))
    (model,) = state.models
    return state, model


def _refuse_counted(
    snapshot: "Snapshot", deployment: "Deployment", model_id: ModelId, invoice_hash: InvoiceHash
) -> None:
    """Raise CostsAlreadyRecordedError where a log of the model names the invoice; both events have it in one place."""
    from hokctl.chain.logs import get_logs

    topics = [[event_topic(RESERVE, PAID), event_topic(RESERVE, RECORDED)], model_topic(model_id), None, invoice_hash]
    logs = get_logs(
        snapshot.chain,
        [deployment.suite.reserve_address],
        topics,
        min(deployment.deployed_at_block, snapshot.block.number),
        snapshot.block.number,
    )
    if not logs:
        return
    paid = [log for log in logs if log.topics[0] == event_topic(RESERVE, PAID)]
    log = (paid or logs)[0]
    raise CostsAlreadyRecordedError(
        model_id, invoice_hash, paid=bool(paid), block=log.block_number, tx_hash=log.tx_hash
    )


def _recorded(
    client: CostReconciliation, costs: Costs, period: int, amount: TokenAmount, total: TokenAmount
) -> tuple[Condition, ...]:
    """Return what recording does; a payment that counts the same costs meanwhile makes it untrue."""
    model_id = costs.model_id
    args: dict[str, tuple[str, AbiValue]] = {
        "modelId": ("string", model_id),
        "period": ("uint256", period),
        "amount": ("uint256", amount.units),
        "invoiceHash": ("bytes32", word_from_hex(costs.invoice_hash)),
        "newTotal": ("uint256", total.units),
    }
    stands = f"period {period} of model {model_id} has actual costs of {total}"
    return (
        view_is(client.actual_costs(model_id, period), total.units, stands),
        event_emitted(client.address, client.label, RECORDED, args, f"costs of {amount} are logged"),
    )


def _waits(invoice: Invoice) -> bool:
    return invoice.state in {InvoiceState.OPEN, InvoiceState.PROPOSED}


def _to_be_paid(invoice: Invoice) -> Finding:
    return Finding(
        code="costs-of-open-invoice",
        severity=Severity.ERROR,
        subject=f"invoice {invoice.number}",
        message=f"Invoice {invoice.number} is to be paid from the reserve, which then records its costs by itself.",
        evidence={"state": invoice.state.value, "amount": str(invoice.total)},
        remedy=f"Pay it with `hokctl invoice pay {invoice.number}`, or void it if it was paid in another way.",
    )
