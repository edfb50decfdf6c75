"""UsageFeeRouter: splits API fees into infrastructure and profit, per model.

Amounts are base units of the reserve token (USDC: 6 decimals). Source: interface v2.0.0.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from eth_typing import ChecksumAddress

from hokctl.chain.reads import Read
from hokctl.clients.access_control import LastAdminGuard
from hokctl.clients.base import Values, as_address, as_bool, as_int, as_role
from hokctl.domain.calls import Call
from hokctl.domain.roles import FEE_DEPOSITOR_ROLE, RoleId
from hokctl.domain.splits import CostBasis
from hokctl.domain.units import ModelId


@dataclass(frozen=True, slots=True, kw_only=True)
class FeeSplit:
    """What becomes of a fee. The two always add up to it; infrastructure is rounded down."""

    infrastructure_units: int
    profit_units: int
    basis: CostBasis = CostBasis.PERCENTAGE


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelStats:
    """The fees of one model and its present split."""

    total_fees_units: int
    infrastructure_bps: int
    profit_bps: int


class UsageFeeRouter(LastAdminGuard):
    """The router. It keeps no money: infrastructure goes to the reserve, profit to the model's pool."""

    contract_name = "UsageFeeRouter"

    def calculate_fee_split(self, model_id: ModelId, amount_units: int) -> Read[FeeSplit]:
        """What a fee of `amount_units` would split into now."""
        returns = ("uint256", "uint256")
        return self._read("calculateFeeSplit(string,uint256)", returns, (model_id, amount_units), _as_split)

    def get_model_stats(self, model_id: ModelId) -> Read[ModelStats]:
        """Fees so far and the present split of `model_id`."""
        return self._read("getModelStats(string)", ("uint256", "uint256", "uint256"), (model_id,), _as_stats)

    def get_model_fees(self, model_id: ModelId) -> Read[int]:
        """All fees ever deposited for `model_id`."""
        return self._read("getModelFees(string)", ("uint256",), (model_id,), as_int)

    def model_fees(self, model_id: ModelId) -> Read[int]:
        """The same as `get_model_fees`."""
        return self._read("modelFees(string)", ("uint256",), (model_id,), as_int)

    def total_fees_deposited(self) -> Read[int]:
        """All fees ever deposited."""
        return self._read("totalFeesDeposited()", ("uint256",), (), as_int)

    def get_balance(self) -> Read[int]:
        """The reserve tokens that the router holds: 0, but for tokens sent to it by mistake."""
        return self._read("getBalance()", ("uint256",), (), as_int)

    def is_depositor(self, account: ChecksumAddress) -> Read[bool]:
        """Whether `account` holds FEE_DEPOSITOR_ROLE."""
        return self._read("isDepositor(address)", ("bool",), (account,), as_bool)

    def factory(self) -> Read[ChecksumAddress]:
        """The pool factory."""
        return self._read("factory()", ("address",), (), as_address)

    def infra_reserve(self) -> Read[ChecksumAddress]:
        """The infrastructure reserve."""
        return self._read("infraReserve()", ("address",), (), as_address)

    def reserve_token(self) -> Read[ChecksumAddress]:
        """The token that fees are paid in."""
        return self._read("reserveToken()", ("address",), (), as_address)

    def fee_depositor_role(self) -> Read[RoleId]:
        """The id of FEE_DEPOSITOR_ROLE."""
        return self._read("FEE_DEPOSITOR_ROLE()", ("bytes32",), (), as_role)

    def deposit_fee(self, model_id: ModelId, amount_units: int, *, purpose: str) -> Call:
        """Split a fee for `model_id`, taken from the caller's allowance to the router. FEE_DEPOSITOR_ROLE."""
        return self._call(
            "depositFee(string,uint256)",
            ("modelId", "amount"),
            (model_id, amount_units),
            purpose=purpose,
            requires=(self._role(FEE_DEPOSITOR_ROLE),),
        )

    def batch_deposit_fees(self, fees: Sequence[tuple[ModelId, int]], *, purpose: str) -> Call:
        """Split several fees (model, base units), all or none. FEE_DEPOSITOR_ROLE.

        v2.0.0 refuses the batch when an item's infrastructure share rounds to 0; the suite does not.
        """
        return self._call(
            "batchDepositFees(string[],uint256[])",
            ("modelIds", "amounts"),
            (tuple(model_id for model_id, _ in fees), tuple(units for _, units in fees)),
            purpose=purpose,
            requires=(self._role(FEE_DEPOSITOR_ROLE),),
        )


def _as_split(values: Values) -> FeeSplit:
    infrastructure, profit = cast("tuple[int, int]", values)
    return FeeSplit(infrastructure_units=infrastructure, profit_units=profit)


def _as_stats(values: Values) -> ModelStats:
    fees, infrastructure, profit = cast("tuple[int, int, int]", values)
    return ModelStats(total_fees_units=fees, infrastructure_bps=infrastructure, profit_bps=profit)
