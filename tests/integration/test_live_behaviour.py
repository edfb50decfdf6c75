"""The stand-ins of the live version behave as is on record of it, where hokctl relies on it or guards against it."""

import pytest
from eth_typing import ChecksumAddress

from hokctl.clients.codec import word_from_hex
from hokctl.domain.roles import DEFAULT_ADMIN_ROLE, GOV_ROLE, MINTER_ROLE, PAUSER_ROLE
from tests.behaviour import Probe, error, topic
from tests.versions import Shaped
from tests.world import BACKEND, DEPLOYER, MALLORY, TOGETHER

pytestmark = pytest.mark.integration

PAY = "payInfrastructureCost(string,address,uint256,bytes32,string)"
DEPOSIT = "depositFee(string,uint256,uint256)"
SPLIT = "calculateFeeSplit(string,uint256,uint256)"
INVOICE = b"\x07" * 32
USDC = 10**6
DAY_S = 86_400


@pytest.fixture
def probe(live: Shaped) -> Probe:
    """The live world, asked directly."""
    return Probe(live)


def timelock(probe: Probe) -> ChecksumAddress:
    """Return the timelock."""
    assert probe.shaped.timelock is not None
    return probe.shaped.timelock


def set_cost(probe: Probe, model: str, units: int) -> None:
    """Give a model a cost per thousand calls, from now on."""
    probe.send(
        "InfrastructureCostOracle", "setEstimatedCost(string,uint256,uint256)", model, units, 0, sender=timelock(probe)
    )
    probe.send("InfrastructureCostOracle", "applyPendingUpdate(string)", model, sender=MALLORY)


def test_share_is_the_percentage_without_a_cost_and_the_cost_of_the_calls_with_one(probe: Probe) -> None:
    assert probe.ask("UsageFeeRouter", SPLIT, "28", 100 * USDC, 0) == 80 * USDC
    set_cost(probe, "28", 2 * USDC)
    assert probe.ask("UsageFeeRouter", SPLIT, "28", 100 * USDC, 10_000) == 20 * USDC
    assert probe.ask("UsageFeeRouter", SPLIT, "28", 100 * USDC, 10**9) == 100 * USDC
    assert probe.ask("UsageFeeRouter", SPLIT, "28", 100 * USDC, 0) == 0


def test_old_cost_and_ceiling_bind(probe: Probe) -> None:
    set_cost(probe, "28", 2 * USDC)
    probe.send("UsageFeeRouter", "setMaxInfraShareBps(uint16)", 5_000, sender=timelock(probe))
    assert probe.ask("UsageFeeRouter", SPLIT, "28", 100 * USDC, 10**9) == 50 * USDC
    probe.send("UsageFeeRouter", "setMaxCostAge(uint256)", DAY_S, sender=timelock(probe))
    probe.shaped.world.mine(seconds=2 * DAY_S)
    assert probe.ask("UsageFeeRouter", SPLIT, "28", 100 * USDC, 0) == 80 * USDC


def test_deactivated_model_takes_no_fees(probe: Probe) -> None:
    probe.send("ModelRegistry", "deactivateModel(uint256)", 28, sender=timelock(probe))
    assert probe.refusal("UsageFeeRouter", DEPOSIT, "28", USDC, 1) == "Model is deactivated"


def test_payments_count_as_costs_by_themselves(probe: Probe) -> None:
    logged = probe.send("InfrastructureReserve", PAY, "28", TOGETHER, USDC, INVOICE, "", sender=probe.shaped.safe)
    recorded = topic("ActualCostsRecorded(string,uint256,uint256,bytes32,uint256)")
    paid = topic("InfrastructureCostPaid(string,address,uint256,bytes32,string,address)")
    assert logged.index(recorded) < logged.index(paid)
    signature = "recordActualCosts(string,uint256,uint256,bytes32)"
    probe.send("InfrastructureReserve", signature, "28", 0, USDC, INVOICE, sender=probe.shaped.safe)
    assert probe.ask("InfrastructureReserve", "actualCosts(string,uint256)", "28", 0) == 2 * USDC


def test_period_ends_only_when_told(probe: Probe) -> None:
    safe = probe.shaped.safe
    probe.send("InfrastructureReserve", PAY, "28", TOGETHER, USDC, INVOICE, "", sender=safe)
    assert probe.refusal("InfrastructureReserve", "advancePeriod(string)", "28", sender=safe) == "Period not complete"
    probe.shaped.world.mine(seconds=40 * DAY_S)
    assert probe.ask("InfrastructureReserve", "currentPeriod(string)", "28") == 0
    probe.send("InfrastructureReserve", "advancePeriod(string)", "28", sender=safe)
    assert probe.ask("InfrastructureReserve", "currentPeriod(string)", "28") == 1


def test_pauser_pauses_and_admin_unpauses(probe: Probe) -> None:
    safe = probe.shaped.safe
    refusal = probe.refusal("InfrastructureReserve", "pause()", sender=timelock(probe))
    assert refusal.endswith(f"is missing role {PAUSER_ROLE}")
    probe.send("InfrastructureReserve", "pause()", sender=safe)
    refusal = probe.refusal("InfrastructureReserve", "unpause()", sender=safe)
    assert refusal.endswith(f"is missing role {DEFAULT_ADMIN_ROLE}")


def test_factory_pauses_pools_by_model_for_its_pauser_and_unpauses_for_its_owner(probe: Probe) -> None:
    safe = probe.shaped.safe
    probe.send("HokusaiAMMFactory", "pausePool(string)", "28", sender=safe)
    probe.send("HokusaiAMMFactory", "pauseAllPools(uint256,uint256)", 0, 50, sender=safe)
    assert probe.ask("pool:27", "paused()", returns="bool") is True
    refusal = probe.refusal("HokusaiAMMFactory", "unpausePool(string)", "28", sender=safe)
    assert refusal == "Ownable: caller is not the owner"
    probe.send("HokusaiAMMFactory", "unpausePool(string)", "28", sender=timelock(probe))
    too_many = probe.refusal("HokusaiAMMFactory", "pauseAllPools(uint256,uint256)", 0, 51, sender=safe)
    assert too_many == error("ArrayTooLarge(uint256,uint256)")


def test_params_scale_rewards_and_allow_a_tenth(probe: Probe) -> None:
    safe = probe.shaped.safe
    assert probe.ask("params:28", "tokensPerDeltaOne()") == 250_000 * 10**18
    probe.send("params:28", "setTokensPerDeltaOne(uint256)", 2_000, sender=safe)
    assert probe.ask("params:28", "tokensPerDeltaOne()") == 2_000 * 10**18
    probe.send("params:28", "setInfrastructureAccrualBps(uint16)", 1_000, sender=safe)
    refusal = probe.refusal("params:28", "setInfrastructureAccrualBps(uint16)", 999, sender=safe)
    assert refusal == "infrastructureAccrualBps must be between 1000 and 10000"


def test_queued_split_changes_nothing_that_the_router_reads(probe: Probe) -> None:
    args = ("28", "infrastructureAccrualBps", 5_000)
    probe.send("params:28", "queueParamUpdate(string,string,uint256)", *args, sender=probe.shaped.safe)
    probe.shaped.world.mine(seconds=31 * DAY_S)
    probe.send("params:28", "applyPendingUpdates(string)", "28", sender=MALLORY)
    assert probe.ask("params:28", "getModelInfrastructureAccrualBps(string)", "28", returns="uint16") == 5_000
    assert probe.ask("UsageFeeRouter", SPLIT, "28", 100 * USDC, 0) == 80 * USDC


def test_governor_administers_params_and_owns_the_token(probe: Probe) -> None:
    safe, gov = probe.shaped.safe, word_from_hex(GOV_ROLE)
    probe.send("params:28", "grantRole(bytes32,address)", gov, MALLORY, sender=safe)
    assert probe.ask("params:28", "hasRole(bytes32,address)", gov, MALLORY, returns="bool") is True
    assert probe.ask("token:28", "owner()", returns="address") == safe.lower()


def test_model_ids_are_decimal(probe: Probe) -> None:
    signature = "registerStringModel(string,address,string)"
    refusal = probe.refusal("ModelRegistry", signature, "chat", MALLORY, "accuracy", sender=timelock(probe))
    assert refusal == "Model ID must be decimal string"
    assert probe.ask("ModelRegistry", "isStringModelRegistered(string)", "028", returns="bool") is True


def test_buyers_must_be_listed(probe: Probe) -> None:
    probe.send("USDC", "approve(address,uint256)", probe.at("pool:28"), USDC)
    args = (USDC, 0, BACKEND, 2**40)
    refusal = probe.refusal("pool:28", "buy(uint256,uint256,address,uint256)", *args)
    assert refusal == error("NotWhitelisted(address)")
    probe.send("PurchaserWhitelist", "addToWhitelist(address)", BACKEND, sender=probe.shaped.safe)
    probe.send("pool:28", "buy(uint256,uint256,address,uint256)", *args)
    assert probe.ask("token:28", "balanceOf(address)", BACKEND) == 997_000 * 10**18 // 10_000


def test_ex_deployer_still_mints_where_the_handover_forgot_it(live_leftovers: Shaped) -> None:
    probe, minter = Probe(live_leftovers), word_from_hex(MINTER_ROLE)
    assert probe.ask("TokenManager", "hasRole(bytes32,address)", minter, DEPLOYER, returns="bool") is True
    probe.send("TokenManager", "mintTokens(string,address,uint256)", "28", DEPLOYER, 1, sender=DEPLOYER)
    probe.send("TokenManager", "burnTokens(string,address,uint256)", "28", DEPLOYER, 1, sender=DEPLOYER)


def test_suppliers_share_vests_and_does_not_count_as_redeemable(probe: Probe) -> None:
    supplier = probe.shaped.accounts["supplier"]
    probe.send("TokenManager", "distributeModelSupplierAllocation(string)", "28", sender=timelock(probe))
    assert probe.ask("token:28", "balanceOf(address)", supplier) == 250_000 * 10**18
    assert probe.ask("token:28", "balanceOf(address)", probe.at("RewardVestingVault")) == 2_250_000 * 10**18
    assert probe.ask("TokenManager", "getRedeemableSupply(string)", "28") == 0
