"""InfrastructureCostOracle of the live protocol: what a thousand calls of a model cost.

Costs are base units of the reserve token (USDC: 6 decimals). Source: the live interface.
"""

from dataclasses import dataclass
from typing import cast

from hokctl.chain.reads import Read
from hokctl.clients.access_control import AccessControl
from hokctl.clients.base import Values, as_bool, as_int
from hokctl.domain.calls import Call
from hokctl.domain.roles import DEFAULT_ADMIN_ROLE, GOV_ROLE
from hokctl.domain.units import ModelId


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingCost:
    """A cost that waits to be applied."""

    exists: bool
    cost_units: int
    """Per thousand calls."""
    queued_at: int
    effective_after: int
    """From when it can be applied, in Unix seconds."""


class InfrastructureCostOracle(AccessControl):
    """The oracle. A cost is queued by its governors and takes effect once anybody applies it."""

    contract_name = "InfrastructureCostOracle"

    def epoch_duration(self) -> Read[int]:
        """The least time between two changes of a cost, in seconds."""
        return self._read("epochDuration()", ("uint256",), (), as_int)

    def min_epoch_duration(self) -> Read[int]:
        """The shortest epoch that the contract accepts, in seconds."""
        return self._read("MIN_EPOCH_DURATION()", ("uint256",), (), as_int)

    def max_epoch_duration(self) -> Read[int]:
        """The longest epoch that the contract accepts, in seconds."""
        return self._read("MAX_EPOCH_DURATION()", ("uint256",), (), as_int)

    def gross_margin_bps(self) -> Read[int]:
        """The margin of the price for users over the cost, in basis points."""
        return self._read("grossMarginBps()", ("uint16",), (), as_int)

    def max_gross_margin_bps(self) -> Read[int]:
        """The largest margin that the contract accepts, in basis points."""
        return self._read("MAX_GROSS_MARGIN_BPS()", ("uint16",), (), as_int)

    def max_cost_per_thousand_calls(self) -> Read[int]:
        """The largest cost that the contract accepts."""
        return self._read("MAX_COST_PER_THOUSAND_CALLS()", ("uint256",), (), as_int)

    def get_estimated_cost(self, model_id: ModelId) -> Read[int]:
        """What a thousand calls of `model_id` cost; 0 where no cost is in effect."""
        return self._read("getEstimatedCost(string)", ("uint256",), (model_id,), as_int)

    def has_cost(self, model_id: ModelId) -> Read[bool]:
        """Whether `model_id` has a cost."""
        return self._read("hasCost(string)", ("bool",), (model_id,), as_bool)

    def get_end_user_price(self, model_id: ModelId) -> Read[int]:
        """What a user is to pay for a thousand calls of `model_id`: the cost with the margin."""
        return self._read("getEndUserPrice(string)", ("uint256",), (model_id,), as_int)

    def get_last_updated(self, model_id: ModelId) -> Read[int]:
        """When the cost of `model_id` was applied, in Unix seconds; 0 where none was."""
        return self._read("getLastUpdated(string)", ("uint256",), (model_id,), as_int)

    def get_pending_update(self, model_id: ModelId) -> Read[PendingCost]:
        """The cost of `model_id` that waits to be applied."""
        returns = ("bool", "uint256", "uint256", "uint256")
        return self._read("getPendingUpdate(string)", returns, (model_id,), _as_pending)

    def set_estimated_cost(self, model_id: ModelId, cost_units: int, effective_epoch: int, *, purpose: str) -> Call:
        """Queue a cost per thousand calls of `model_id`, to take effect at `effective_epoch` or later. GOV_ROLE."""
        return self._call(
            "setEstimatedCost(string,uint256,uint256)",
            ("modelId", "costPerThousandCalls", "effectiveEpoch"),
            (model_id, cost_units, effective_epoch),
            purpose=purpose,
            requires=(self._role(GOV_ROLE),),
        )

    def apply_pending_update(self, model_id: ModelId, *, purpose: str) -> Call:
        """Let the queued cost of `model_id` take effect, once its time has come. Anyone."""
        return self._call("applyPendingUpdate(string)", ("modelId",), (model_id,), purpose=purpose)

    def set_gross_margin_bps(self, new_bps: int, *, purpose: str) -> Call:
        """Set the margin, in basis points. GOV_ROLE."""
        return self._call(
            "setGrossMarginBps(uint16)",
            ("newGrossMarginBps",),
            (new_bps,),
            purpose=purpose,
            requires=(self._role(GOV_ROLE),),
        )

    def set_epoch_duration(self, new_duration: int, *, purpose: str) -> Call:
        """Set the epoch, in seconds. DEFAULT_ADMIN_ROLE."""
        return self._call(
            "setEpochDuration(uint256)",
            ("newDuration",),
            (new_duration,),
            purpose=purpose,
            requires=(self._role(DEFAULT_ADMIN_ROLE),),
        )


def _as_pending(values: Values) -> PendingCost:
    exists, cost, queued_at, effective_after = cast("tuple[bool, int, int, int]", values)
    return PendingCost(exists=exists, cost_units=cost, queued_at=queued_at, effective_after=effective_after)
