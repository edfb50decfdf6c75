"""The live reserve's periods of costs: what was estimated, what was paid, and how far the two are apart.

Amounts are base units of the reserve token. Payments record their own costs. Source: the live interface.
"""

from dataclasses import dataclass
from typing import Final, cast

from hokctl.chain.reads import Read
from hokctl.clients.base import Client, Values, as_int
from hokctl.clients.codec import word_from_hex
from hokctl.domain.calls import Call
from hokctl.domain.roles import DEFAULT_ADMIN_ROLE, PAYER_ROLE
from hokctl.domain.units import InvoiceHash, ModelId

_RECORDS: Final = "(uint256,uint256,uint256,int256,uint256)[]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Variance:
    """Costs of one period."""

    estimated_units: int
    actual_units: int
    variance_bps: int
    """How much more than estimated was paid, in basis points of the estimate; negative where less."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PastPeriod(Variance):
    """Costs of a period that is over."""

    period: int
    recorded_at: int
    """In Unix seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """By how much the contract would change an estimate."""

    adjustment_bps: int
    cost_units: int


class CostReconciliation(Client):
    """The part of the live InfrastructureReserve that compares costs; other versions have none of it."""

    contract_name = "InfrastructureReserve"

    def reconciliation_period(self) -> Read[int]:
        """How long a period is at least, in seconds."""
        return self._read("reconciliationPeriod()", ("uint256",), (), as_int)

    def current_period(self, model_id: ModelId) -> Read[int]:
        """The number of the period that runs for `model_id`; it ends when told, not by itself."""
        return self._read("currentPeriod(string)", ("uint256",), (model_id,), as_int)

    def period_start_time(self, model_id: ModelId, period: int) -> Read[int]:
        """When a period began, in Unix seconds; 0 where nothing happened in it yet."""
        return self._read("periodStartTime(string,uint256)", ("uint256",), (model_id, period), as_int)

    def estimated_costs(self, model_id: ModelId, period: int) -> Read[int]:
        """What was estimated for a period."""
        return self._read("estimatedCosts(string,uint256)", ("uint256",), (model_id, period), as_int)

    def actual_costs(self, model_id: ModelId, period: int) -> Read[int]:
        """What was recorded for a period, by payments and by hand."""
        return self._read("actualCosts(string,uint256)", ("uint256",), (model_id, period), as_int)

    def get_variance(self, model_id: ModelId, period: int) -> Read[Variance]:
        """Estimate and costs of a period side by side."""
        returns = ("uint256", "uint256", "int256")
        return self._read("getVariance(string,uint256)", returns, (model_id, period), _as_variance)

    def get_variance_history(self, model_id: ModelId, periods: int) -> Read[tuple[PastPeriod, ...]]:
        """Up to `periods` of the periods that are over."""
        return self._read("getVarianceHistory(string,uint256)", (_RECORDS,), (model_id, periods), _as_history)

    def suggest_cost_adjustment(self, model_id: ModelId) -> Read[Suggestion]:
        """What the contract would suggest, asked without sending anything; it reverts before three periods are over."""
        returns = ("int256", "uint256")
        return self._read("suggestCostAdjustment(string)", returns, (model_id,), _as_suggestion)

    def snapshot_estimated_costs(self, model_id: ModelId, estimated_units: int, *, purpose: str) -> Call:
        """Set what is estimated for the period that runs. PAYER_ROLE."""
        return self._call(
            "snapshotEstimatedCosts(string,uint256)",
            ("modelId", "estimatedCost"),
            (model_id, estimated_units),
            purpose=purpose,
            requires=(self._role(PAYER_ROLE),),
        )

    def record_actual_costs(
        self, model_id: ModelId, period: int, actual_units: int, invoice_hash: InvoiceHash, *, purpose: str
    ) -> Call:
        """Add costs that no payment from the reserve has recorded. PAYER_ROLE."""
        return self._call(
            "recordActualCosts(string,uint256,uint256,bytes32)",
            ("modelId", "period", "actualCost", "invoiceHash"),
            (model_id, period, actual_units, word_from_hex(invoice_hash)),
            purpose=purpose,
            requires=(self._role(PAYER_ROLE),),
        )

    def advance_period(self, model_id: ModelId, *, purpose: str) -> Call:
        """End the period that runs and begin the next. PAYER_ROLE."""
        return self._call(
            "advancePeriod(string)", ("modelId",), (model_id,), purpose=purpose, requires=(self._role(PAYER_ROLE),)
        )

    def set_reconciliation_period(self, new_period: int, *, purpose: str) -> Call:
        """Set how long a period is at least, in seconds. DEFAULT_ADMIN_ROLE."""
        return self._call(
            "setReconciliationPeriod(uint256)",
            ("newPeriod",),
            (new_period,),
            purpose=purpose,
            requires=(self._role(DEFAULT_ADMIN_ROLE),),
        )


def _as_variance(values: Values) -> Variance:
    estimated, actual, bps = cast("tuple[int, int, int]", values)
    return Variance(estimated_units=estimated, actual_units=actual, variance_bps=bps)


def _as_history(values: Values) -> tuple[PastPeriod, ...]:
    records = cast("tuple[tuple[int, int, int, int, int], ...]", values[0])
    return tuple(
        PastPeriod(period=period, estimated_units=estimated, actual_units=actual, variance_bps=bps, recorded_at=at)
        for period, estimated, actual, bps, at in records
    )


def _as_suggestion(values: Values) -> Suggestion:
    bps, cost = cast("tuple[int, int]", values)
    return Suggestion(adjustment_bps=bps, cost_units=cost)
