"""What the live UsageFeeRouter has and v2.0.0's has not: each fee carries the number of calls that it is for.

Amounts are base units of the reserve token (USDC: 6 decimals). Source: the published interface.
"""

from collections.abc import Sequence
from typing import cast

from eth_typing import ChecksumAddress

from hokctl.chain.reads import Read
from hokctl.clients.base import Client, Values, as_address, as_int
from hokctl.clients.usage_fee_router import FeeSplit
from hokctl.domain.calls import Call
from hokctl.domain.roles import DEFAULT_ADMIN_ROLE, FEE_DEPOSITOR_ROLE
from hokctl.domain.splits import CostBasis
from hokctl.domain.units import ModelId


class LiveUsageFeeRouter(Client):
    """The live router, beside what every version has."""

    contract_name = "UsageFeeRouter"

    def cost_oracle(self) -> Read[ChecksumAddress]:
        """What tells the cost of calls, the zero address where nothing does."""
        return self._read("costOracle()", ("address",), (), as_address)

    def max_cost_age_seconds(self) -> Read[int]:
        """How old a cost may be to count; 0 for any age."""
        return self._read("maxCostAgeSeconds()", ("uint256",), (), as_int)

    def max_infra_share_bps(self) -> Read[int]:
        """The largest share of a fee that a cost may take; 10000 for no limit."""
        return self._read("maxInfraShareBps()", ("uint16",), (), as_int)

    def calculate_fee_split(self, model_id: ModelId, amount_units: int, call_count: int) -> Read[FeeSplit]:
        """What a fee of `amount_units` for `call_count` calls would split into now, and by what."""
        return self._read(
            "calculateFeeSplit(string,uint256,uint256)",
            ("uint256", "uint256", "uint8"),
            (model_id, amount_units, call_count),
            _as_split,
        )

    def deposit_fee(self, model_id: ModelId, amount_units: int, call_count: int, *, purpose: str) -> Call:
        """Split a fee for `call_count` calls, taken from the caller's allowance to the router. FEE_DEPOSITOR_ROLE."""
        return self._call(
            "depositFee(string,uint256,uint256)",
            ("modelId", "amount", "callCount"),
            (model_id, amount_units, call_count),
            purpose=purpose,
            requires=(self._role(FEE_DEPOSITOR_ROLE),),
        )

    def batch_deposit_fees(self, fees: Sequence[tuple[ModelId, int, int]], *, purpose: str) -> Call:
        """Split several fees (model, base units, calls), all or none. FEE_DEPOSITOR_ROLE."""
        return self._call(
            "batchDepositFees(string[],uint256[],uint256[])",
            ("modelIds", "amounts", "callCounts"),
            (tuple(fee[0] for fee in fees), tuple(fee[1] for fee in fees), tuple(fee[2] for fee in fees)),
            purpose=purpose,
            requires=(self._role(FEE_DEPOSITOR_ROLE),),
        )

    def set_max_cost_age(self, new_max_age: int, *, purpose: str) -> Call:
        """Set how old a cost may be to count, in seconds; 0 for any age. DEFAULT_ADMIN_ROLE."""
        return self._call(
            "setMaxCostAge(uint256)",
            ("newMaxAge",),
            (new_max_age,),
            purpose=purpose,
            requires=(self._role(DEFAULT_ADMIN_ROLE),),
        )

    def set_max_infra_share_bps(self, new_bps: int, *, purpose: str) -> Call:
        """Set the largest share of a fee that a cost may take; 10000 for no limit. DEFAULT_ADMIN_ROLE."""
        return self._call(
            "setMaxInfraShareBps(uint16)",
            ("newMaxInfraShareBps",),
            (new_bps,),
            purpose=purpose,
            requires=(self._role(DEFAULT_ADMIN_ROLE),),
        )


def _as_split(values: Values) -> FeeSplit:
    infrastructure, profit, basis = cast("tuple[int, int, int]", values)
    return FeeSplit(infrastructure_units=infrastructure, profit_units=profit, basis=CostBasis(basis))
