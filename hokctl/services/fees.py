"""API fees: what one would split into, and depositing it."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from eth_typing import ChecksumAddress

from hokctl.clients.erc20 import Erc20
from hokctl.domain.amounts import Token, TokenAmount
from hokctl.domain.calls import AbiValue, Call
from hokctl.domain.plans import Condition, EventCondition, Plan
from hokctl.domain.units import ModelId, parse_model_id
from hokctl.errors import UsageError
from hokctl.services.fee_effects import Deposit, declare_deposits, read_pools
from hokctl.services.models import ModelState, read_reserve
from hokctl.services.planning import build_plan, event_emitted
from hokctl.services.splits import LegacyModelError

if TYPE_CHECKING:
    from hokctl.chain.session import Snapshot
    from hokctl.clients.hokusai_amm import PhaseInfo
    from hokctl.services.deployments import Deployment


class FeeFileError(UsageError):
    """A file of fees that cannot be read as a whole."""

    code = "invalid-fee-file"

    def __init__(self, path: Path, reason: str) -> None:
        """Name the file and what is wrong with it."""
        super().__init__(
            f"{path} is not a file of fees: {reason}.",
            hint="It needs the header `model,amount` and one fee a line, such as `21,100.50`.",
        )


class ZeroAmountError(UsageError):
    """An amount of nothing."""

    code = "zero-amount"

    def __init__(self, what: str) -> None:
        """Say what was to be moved."""
        super().__init__(f"The amount of {what} is zero.", hint="Give an amount above zero.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fee:
    """A fee for one model."""

    model_id: ModelId
    amount: TokenAmount


@dataclass(frozen=True, slots=True, kw_only=True)
class FeeQuote:
    """What a fee would do at one block. Prices are in the scale of their phase and cannot be compared across phases."""

    model: ModelState
    amount: TokenAmount
    infrastructure: TokenAmount
    profit: TokenAmount
    phase: str
    reserve_before: TokenAmount
    """What backs the pool's tokens now."""
    spot_price_before: int
    spot_price_after: int | None
    """None when the fee would take the pool from one phase to the next, where prices have another scale."""


def quote_fee(snapshot: "Snapshot", deployment: "Deployment", model_id: ModelId, amount_text: str) -> FeeQuote:
    """Return what a fee of `amount_text` token units would split into, and what it does to the pool's price."""
    state = read_reserve(snapshot, deployment, (model_id,))
    (model,) = state.models
    amount = _positive(TokenAmount.parse(amount_text, state.token), "the fee")
    pool = deployment.suite.pool_at(model.pool)
    with snapshot.batch() as batch:
        split = batch.add(deployment.suite.router.calculate_fee_split(model_id, amount.units))
        info, price = batch.add(pool.get_phase_info()), batch.add(pool.spot_price())
    if split.failed:
        raise LegacyModelError(model_id)
    profit = amount.token.amount(split.value.profit_units)
    return FeeQuote(
        model=model,
        amount=amount,
        infrastructure=amount.token.amount(split.value.infrastructure_units),
        profit=profit,
        phase=info.value.phase.name.lower().replace("_", "-"),
        reserve_before=amount.token.amount(info.value.reserve_units),
        spot_price_before=price.value,
        spot_price_after=_price_after(info.value, price.value, profit.units),
    )


def plan_deposit(
    snapshot: "Snapshot", deployment: "Deployment", fees: Sequence[Fee], depositor: ChecksumAddress
) -> Plan:
    """Return the plan that deposits the fees from `depositor`: the missing allowance first, then one deposit."""
    token = fees[0].amount.token
    states = read_reserve(snapshot, deployment, tuple(dict.fromkeys(fee.model_id for fee in fees))).models
    by_id = {state.model_id: state for state in states}
    for state in states:
        if state.infrastructure_accrual_bps is None:
            raise LegacyModelError(state.model_id)
    total = token.amount(sum(fee.amount.units for fee in fees))
    router = deployment.suite.router
    usdc, after = deployment.suite.usdc, list[Condition]()
    allowance = snapshot.get(usdc.allowance(depositor, router.address))
    calls: list[Call] = []
    if allowance < total.units:
        purpose = f"Allow the fee router to take {total}"
        calls.append(usdc.approve(router.address, total.units, purpose=purpose))
        after.append(_allowed(usdc, depositor, router.address, total))
    calls.append(_deposit_call(deployment, fees, total))
    pools = read_pools(snapshot, deployment.suite, [state.pool for state in states])
    deposits = [
        Deposit(model=by_id[fee.model_id], pool=pools[by_id[fee.model_id].pool], amount=fee.amount) for fee in fees
    ]
    after.extend(declare_deposits(deployment.suite, deposits, depositor, batch=len(fees) > 1))
    plan = build_plan(
        snapshot,
        deployment,
        f"Deposit {total} of API fees for {_models(fees)}",
        calls,
        after=after,
        moves_funds=False,
    )
    # Nobody can say what a pool of another make does when it is told to fetch its tokens.
    return plan if all(pool.takes_credit for pool in pools.values()) else replace(plan, declared=False)


def parse_fee(model: str, amount: str, token: Token) -> Fee:
    """Return the fee that the two texts state; InvalidModelIdError, InvalidAmountError, ZeroAmountError."""
    return Fee(model_id=parse_model_id(model), amount=_positive(TokenAmount.parse(amount, token), "the fee"))


def read_fee_file(path: Path, token: Token) -> tuple[Fee, ...]:
    """Return the fees in a CSV file with the header `model,amount`; FeeFileError if any line is wrong.

    A model may stand in one line only, since its event would otherwise not tell which line it proves.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            rows = list(csv.reader(stream, strict=True))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise FeeFileError(path, getattr(error, "strerror", None) or "it is not a CSV file in UTF-8") from error
    if not rows or rows[0] != ["model", "amount"]:
        raise FeeFileError(path, "its header is not `model,amount`")
    fees = [_read_row(path, number, row, token) for number, row in enumerate(rows[1:], start=2) if row]
    if not fees:
        raise FeeFileError(path, "it has no fees")
    models = [fee.model_id for fee in fees]
    for model_id in models:
        if models.count(model_id) > 1:
            raise FeeFileError(path, f"model {model_id} stands in more than one line")
    return tuple(fees)


def _read_row(path: Path, number: int, row: list[str], token: Token) -> Fee:
    if len(row) != 2:  # noqa: PLR2004 - the two columns of the header
        raise FeeFileError(path, f"line {number} has {len(row)} fields, not 2")
    try:
        return parse_fee(row[0], row[1], token)
    except UsageError as error:
        raise FeeFileError(path, f"line {number}: {error.message.rstrip('.')}") from error


def _positive(amount: TokenAmount, what: str) -> TokenAmount:
    if not amount:
        raise ZeroAmountError(what)
    return amount


def _price_after(info: "PhaseInfo", price: int, profit_units: int) -> int | None:
    """Return the price after the pool's reserve grew by `profit_units`, with the supply unchanged.

    On the flat part the price stays; on the curve it is in proportion to the reserve (CRR times supply is constant).
    """
    if info.phase == 0:
        return price if info.reserve_units + profit_units < info.threshold_units else None
    return price * (info.reserve_units + profit_units) // info.reserve_units if info.reserve_units else None


def _deposit_call(deployment: "Deployment", fees: Sequence[Fee], total: TokenAmount) -> Call:
    router = deployment.suite.router
    if len(fees) == 1:
        purpose = f"Deposit a fee of {total} for model {fees[0].model_id}"
        return router.deposit_fee(fees[0].model_id, total.units, purpose=purpose)
    purpose = f"Deposit fees of {total} for {len(fees)} models"
    return router.batch_deposit_fees([(fee.model_id, fee.amount.units) for fee in fees], purpose=purpose)


def _allowed(usdc: Erc20, depositor: ChecksumAddress, spender: ChecksumAddress, total: TokenAmount) -> EventCondition:
    args: dict[str, tuple[str, AbiValue]] = {
        "owner": ("address", depositor),
        "spender": ("address", spender),
        "value": ("uint256", total.units),
    }
    return event_emitted(usdc.address, usdc.label, "Approval", args, f"the allowance of {total} is logged")


def _models(fees: Sequence[Fee]) -> str:
    return f"model {fees[0].model_id}" if len(fees) == 1 else f"{len(fees)} models"
