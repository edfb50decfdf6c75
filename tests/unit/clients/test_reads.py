"""Answers decoded: a value, a struct, a list."""

from typing import Any

import pytest

from hokctl.chain.abi_values import decode_values
from hokctl.chain.reads import Read
from hokctl.clients.access_control import AccessControl
from hokctl.clients.base import Client
from hokctl.clients.codec import encode_values
from hokctl.clients.erc20 import Erc20
from hokctl.clients.hokusai_amm import HokusaiAmm, PhaseInfo, PoolState, PricingPhase, TradeImpact, TradeInfo
from hokctl.clients.hokusai_amm_factory import HokusaiAmmFactory, PoolInfo
from hokctl.clients.hokusai_params import HokusaiParams, LicenseRef
from hokctl.clients.hokusai_token import HokusaiToken
from hokctl.clients.infrastructure_reserve import InfrastructureReserve, ModelAccounting
from hokctl.clients.model_registry import ModelInfo, ModelRegistry
from hokctl.clients.ownable import Ownable2Step
from hokctl.clients.safe import SENTINEL, Safe, SafeTxFields
from hokctl.clients.token_manager import TokenManager
from hokctl.clients.usage_fee_router import FeeSplit, ModelStats, UsageFeeRouter
from hokctl.domain.calls import AbiValue
from hokctl.domain.roles import (
    PAYER_ROLE,
)
from hokctl.domain.units import SafeTxHash
from tests.unit.clients.samples import (
    ALICE,
    BOB,
    HASH,
    MODEL,
    SAFE,
    TARGET,
    TOKEN,
    every_result,
    sample,
)

pytestmark = pytest.mark.unit

RESERVE = InfrastructureReserve(TARGET)
ALL_CLIENTS: list[type[Client]] = [
    AccessControl,
    Erc20,
    HokusaiAmm,
    HokusaiAmmFactory,
    HokusaiParams,
    HokusaiToken,
    InfrastructureReserve,
    ModelRegistry,
    Ownable2Step,
    Safe,
    TokenManager,
    UsageFeeRouter,
]


def answer(read: Read[Any], *values: AbiValue) -> Any:  # noqa: ANN401 - whatever the read decodes to
    return read.decode(decode_values(read.returns, encode_values(read.returns, values)))


@pytest.mark.parametrize("client", ALL_CLIENTS)
def test_every_read_decodes_an_answer_of_its_types(client: type[Client]) -> None:
    for name, result in every_result(client(TARGET)):
        if isinstance(result, Read):
            decoded = answer(result, *(sample(abi_type) for abi_type in result.returns))
            assert decoded not in (None, ()), name
            assert (result.to, result.label) == (TARGET, client.contract_name)


STRUCTS: list[tuple[Read[Any], tuple[AbiValue, ...], Any]] = [
    (
        RESERVE.get_model_accounting(MODEL),
        (3, 2, ALICE),
        ModelAccounting(accrued_units=3, paid_units=2, provider=ALICE),
    ),
    (
        UsageFeeRouter(TARGET).calculate_fee_split(MODEL, 10),
        (8, 2),
        FeeSplit(infrastructure_units=8, profit_units=2),
    ),
    (
        UsageFeeRouter(TARGET).get_model_stats(MODEL),
        (9, 8000, 2000),
        ModelStats(total_fees_units=9, infrastructure_bps=8000, profit_bps=2000),
    ),
    (HokusaiParams(TARGET).license_ref(), (b"\xab" * 32, "ipfs"), LicenseRef(hash=HASH, uri="ipfs")),
    (HokusaiParams(TARGET).license_hash(), (b"\xab" * 32,), HASH),
    (
        HokusaiAmmFactory(TARGET).get_pool_info(MODEL),
        (ALICE, BOB, 1, 2, 3, 4),
        PoolInfo(pool=ALICE, token=BOB, crr_ppm=1, trade_fee_bps=2, reserve_units=3, spot_price_units=4),
    ),
    (HokusaiAmmFactory(TARGET).get_all_pools(), ((ALICE, BOB),), (ALICE, BOB)),
    (
        HokusaiAmm(TARGET).calculate_buy_impact(1),
        (1, 2, 3),
        TradeImpact(out_units=1, price_impact_bps=2, new_spot_price_units=3),
    ),
    (
        HokusaiAmm(TARGET).get_phase_info(),
        (1, 2, 3, 4, 5),
        PhaseInfo(
            phase=PricingPhase.BONDING_CURVE,
            reserve_units=2,
            threshold_units=3,
            flat_price_units=4,
            percent_to_threshold=5,
        ),
    ),
    (
        HokusaiAmm(TARGET).get_pool_state(),
        (1, 2, 3, 4, 5),
        PoolState(reserve_units=1, supply_units=2, spot_price_units=3, crr_ppm=4, trade_fee_bps=5),
    ),
    (
        HokusaiAmm(TARGET).get_trade_info(),
        (True, 7, False),
        TradeInfo(sells_enabled=True, buy_only_until=7, paused=False),
    ),
    (HokusaiAmm(TARGET).get_current_phase(), (0,), PricingPhase.FLAT_PRICE),
    (HokusaiAmm(TARGET).get_reserves(), (1, 2), (1, 2)),
    (
        ModelRegistry(TARGET).models_by_string(MODEL),
        (ALICE, "f1", True),
        ModelInfo(token_address=ALICE, performance_metric="f1", active=True),
    ),
    (
        ModelRegistry(TARGET).get_model(1),
        ((ALICE, "f1", False),),
        ModelInfo(token_address=ALICE, performance_metric="f1", active=False),
    ),
    (RESERVE.payer_role(), (bytes.fromhex(PAYER_ROLE[2:]),), PAYER_ROLE),
    (Safe(SAFE).get_modules_paginated(), ((ALICE,), SENTINEL), ((ALICE,), SENTINEL)),
    (Safe(SAFE).approved_hashes(ALICE, SafeTxHash(HASH)), (1,), True),
    (Safe(SAFE).approved_hashes(ALICE, SafeTxHash(HASH)), (0,), False),
    (Safe(SAFE).get_transaction_hash(SafeTxFields(to=ALICE), 0), (b"\xab" * 32,), HASH),
    (Erc20(TOKEN).decimals(), (6,), 6),
]


@pytest.mark.parametrize(("read", "values", "expected"), STRUCTS)
def test_answers_of_several_values_get_names(read: Read[Any], values: tuple[AbiValue, ...], expected: object) -> None:
    assert answer(read, *values) == expected
