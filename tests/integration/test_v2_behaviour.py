"""The stand-ins of v2.0.0 behave as is on record of v2.0.0, where hokctl relies on it or guards against it."""

import pytest

from hokctl.clients.codec import word_from_hex
from hokctl.domain.roles import DEFAULT_ADMIN_ROLE, GOV_ROLE
from tests.behaviour import Probe, error
from tests.versions import Shaped
from tests.world import BACKEND, MALLORY, TOGETHER

pytestmark = pytest.mark.integration

PAY = "payInfrastructureCost(string,address,uint256,bytes32,string)"
INVOICE = b"\x07" * 32
USDC = 10**6


@pytest.fixture
def probe(v2: Shaped) -> Probe:
    """The world of v2.0.0, asked directly."""
    return Probe(v2)


def missing(account: str, role: str) -> str:
    """Return OpenZeppelin 4.9's refusal of an account without a role."""
    return f"AccessControl: account {account.lower()} is missing role {role}"


def test_one_invoice_is_paid_as_often_as_asked_for_and_to_anybody(probe: Probe) -> None:
    safe = probe.shaped.safe
    for invoice in (INVOICE, INVOICE, bytes(32)):
        probe.send("InfrastructureReserve", PAY, "21", MALLORY, USDC, invoice, "", sender=safe)
    assert probe.ask("InfrastructureReserve", "paid(string)", "21") == 3 * USDC


def test_payment_beyond_the_accrual_or_of_an_unknown_model_is_refused(probe: Probe) -> None:
    safe = probe.shaped.safe
    for model, amount in (("21", 801 * USDC), ("nobody's", 1)):
        args = (model, TOGETHER, amount, INVOICE, "")
        assert probe.refusal("InfrastructureReserve", PAY, *args, sender=safe) == "Exceeds accrued balance"


def test_emergency_withdrawal_leaves_the_books_as_they_are(probe: Probe) -> None:
    safe = probe.shaped.safe
    probe.send("InfrastructureReserve", "emergencyWithdraw(uint256)", 1_150 * USDC, sender=safe)
    assert probe.ask("InfrastructureReserve", "accrued(string)", "21") == 800 * USDC
    refusal = probe.refusal("InfrastructureReserve", PAY, "21", TOGETHER, USDC, INVOICE, "", sender=safe)
    assert refusal == "ERC20: transfer amount exceeds balance"
    assert probe.refusal("InfrastructureReserve", "emergencyWithdraw(uint256)", 1, sender=MALLORY) == missing(
        MALLORY, DEFAULT_ADMIN_ROLE
    )


def test_governance_of_the_params_is_frozen(probe: Probe) -> None:
    gov, manager = word_from_hex(GOV_ROLE), probe.at("TokenManager")
    assert probe.ask("params:21", "hasRole(bytes32,address)", bytes(32), manager, returns="bool") is True
    assert probe.refusal("params:21", "grantRole(bytes32,address)", gov, MALLORY, sender=probe.shaped.safe) == missing(
        probe.shaped.safe, DEFAULT_ADMIN_ROLE
    )
    assert probe.ask("token:21", "owner()", returns="address") == manager.lower()


def test_pools_belong_to_the_factory_that_cannot_pause_them(probe: Probe) -> None:
    assert probe.ask("pool:21", "owner()", returns="address") == probe.at("HokusaiAMMFactory").lower()
    assert probe.refusal("pool:21", "pause()", sender=probe.shaped.safe) == "Ownable: caller is not the owner"


def test_anyone_deploys_a_token(probe: Probe) -> None:
    probe.send("TokenManager", "deployToken(string,string,string,uint256)", "77", "Any", "ANY", 1, sender=MALLORY)
    assert probe.ask("TokenManager", "hasToken(string)", "77", returns="bool") is True
    gov = word_from_hex(GOV_ROLE)
    assert probe.ask("params:77", "hasRole(bytes32,address)", gov, probe.shaped.safe, returns="bool") is True


def test_one_unit_goes_alone_but_not_in_a_batch(probe: Probe) -> None:
    probe.send("UsageFeeRouter", "depositFee(string,uint256)", "21", 1)
    signature = "batchDepositFees(string[],uint256[])"
    refusal = probe.refusal("UsageFeeRouter", signature, ("21", "22"), (USDC, 1))
    assert refusal == error("InvalidAmount(string)")
    assert probe.refusal("UsageFeeRouter", "depositFee(string,uint256)", "23", USDC) == "Pool does not exist"


def test_pause_of_the_reserve_stops_fees_and_its_admin_pauses(probe: Probe) -> None:
    assert probe.refusal("InfrastructureReserve", "pause()", sender=MALLORY) == missing(MALLORY, DEFAULT_ADMIN_ROLE)
    probe.send("InfrastructureReserve", "pause()", sender=probe.shaped.safe)
    assert probe.refusal("UsageFeeRouter", "depositFee(string,uint256)", "21", USDC) == "Pausable: paused"


def test_bounds_are_those_of_v2(probe: Probe) -> None:
    safe = probe.shaped.safe
    refusal = probe.refusal("params:21", "setInfrastructureAccrualBps(uint16)", 4_999, sender=safe)
    assert refusal == "infrastructureAccrualBps must be between 5000 and 10000"
    refusal = probe.refusal("params:21", "setTokensPerDeltaOne(uint256)", 99, sender=safe)
    assert refusal == "tokensPerDeltaOne must be between 100 and 100000"


def test_runway_without_burn_is_endless(probe: Probe) -> None:
    signature = "getAccrualRunway(string,uint256)"
    assert probe.ask("InfrastructureReserve", signature, "21", 0) == 2**256 - 1
    assert probe.ask("InfrastructureReserve", signature, "21", 801 * USDC) == 0


def test_gift_raises_the_balance_only(probe: Probe) -> None:
    reserve = probe.at("InfrastructureReserve")
    probe.send("USDC", "transfer(address,uint256)", reserve, USDC, sender=BACKEND)
    assert probe.ask("InfrastructureReserve", "getBalance()") == 1_151 * USDC
    assert probe.ask("InfrastructureReserve", "totalAccrued()") == 1_150 * USDC


def test_purchase_needs_an_authorised_pool(probe: Probe) -> None:
    args = (USDC, 0, BACKEND, 2**40)
    probe.send("USDC", "approve(address,uint256)", probe.at("pool:21"), 10 * USDC)
    probe.send("pool:21", "buy(uint256,uint256,address,uint256)", *args)
    assert probe.ask("token:21", "balanceOf(address)", BACKEND) == 997_000 * 10**18 // 10_000
    probe.send("TokenManager", "revokeAMM(address)", probe.at("pool:21"), sender=probe.shaped.safe)
    refusal = probe.refusal("pool:21", "buy(uint256,uint256,address,uint256)", *args)
    assert refusal == "Caller is not authorized to mint"
