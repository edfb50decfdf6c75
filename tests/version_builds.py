"""How a deployment of v2.0.0 and one of the live version come to be."""

from typing import Final

from eth_typing import ChecksumAddress

from hokctl.clients.codec import word_from_hex
from hokctl.domain.roles import (
    DEFAULT_ADMIN_ROLE,
    DEPLOYER_ROLE,
    DEPOSITOR_ROLE,
    FEE_DEPOSITOR_ROLE,
    GOV_ROLE,
    MINTER_ROLE,
    PAUSER_ROLE,
    PAYER_ROLE,
    role_id,
)
from hokctl.domain.units import ZERO_ADDRESS
from tests.authorities import DELAY_S
from tests.version_yard import LICENSE, SUPPLY, WEEK_S, ShapedModel, Yard
from tests.world import ACCOUNTS, BACKEND, DEPLOYER, MALLORY, TOGETHER
from tests.world import USDC as UNITS

RELAYER, SETTLER, SUPPLIER = ACCOUNTS[7:10]
WHITELIST_ADMIN_ROLE: Final = role_id("WHITELIST_ADMIN_ROLE")
SUBMITTER_ROLE: Final = role_id("SUBMITTER_ROLE")
RELEASER_ROLE: Final = role_id("RELEASER_ROLE")
RECORDER_ROLE: Final = role_id("RECORDER_ROLE")
VERIFIER_ROLE: Final = role_id("VERIFIER_ROLE")
AUDITOR_ROLE: Final = role_id("AUDITOR_ROLE")
"""A role of no record, for leftovers."""

V2_MODELS: Final = (
    ShapedModel(model_id="21", symbol="LSCOR", split_bps=8000, crr_ppm=100_000, provider=TOGETHER, fees=1_000 * UNITS),
    ShapedModel(model_id="22", symbol="HCHAT", split_bps=7000, crr_ppm=100_000, provider=TOGETHER, fees=500 * UNITS),
)
LIVE_MODELS: Final = (
    ShapedModel(model_id="28", symbol="HMESS", split_bps=8000, crr_ppm=300_000, provider=TOGETHER, fees=1_000 * UNITS),
    ShapedModel(model_id="27", symbol="HLEAD", split_bps=7000, crr_ppm=100_000, provider=TOGETHER, fees=500 * UNITS),
    ShapedModel(model_id="30", symbol="HROUT", split_bps=8000, crr_ppm=200_000, provider=None, fees=0),
)
VESTING: Final = (True, 1_000, 31_536_000, 0)
SUPPLIER_ALLOCATION: Final = 2_500_000 * 10**18
INVESTOR_ALLOCATION: Final = 10_000_000 * 10**18
FLAT: Final = (25_000 * UNITS, 10_000)
LIVE_PARAMS_TYPE: Final = "(uint256,uint16,uint256,bytes32,string,address,(bool,uint16,uint64,uint64))"
_DEPLOY_WITH_ALLOCATIONS = (
    f"deployTokenWithAllocations(string,string,string,uint256,address,uint256,{LIVE_PARAMS_TYPE})"
)
_POOL_WITH_WHITELIST = (
    "createPoolWithParamsAndWhitelist(string,address,uint256,uint256,uint256,uint256,uint256,address)"
)


def build_v2(yard: Yard) -> None:
    """Deploy v2.0.0 with models 21 and 22, and leave it in the Safe's hands as its documents want it."""
    registry = yard.create("ModelRegistry", "V2ModelRegistry")
    manager = yard.create("TokenManager", "V2TokenManager", registry)
    usdc = yard.create("USDC", "V2MockUSDC")
    factory = yard.create("HokusaiAMMFactory", "V2HokusaiAMMFactory", registry, manager, usdc, yard.safe)
    reserve = yard.create("InfrastructureReserve", "V2InfrastructureReserve", usdc, factory, yard.safe)
    router = yard.create("UsageFeeRouter", "V2UsageFeeRouter", factory, usdc, reserve)
    yard.grant("InfrastructureReserve", DEPOSITOR_ROLE, router)
    yard.grant("InfrastructureReserve", PAYER_ROLE, yard.safe)
    yard.grant("UsageFeeRouter", FEE_DEPOSITOR_ROLE, BACKEND)
    for model in V2_MODELS:
        add_v2_model(yard, model)
    yard.fill(V2_MODELS)
    yard.act("TokenManager", "setFeeRecipient(address)", yard.safe)
    for target in ("TokenManager", "InfrastructureReserve", "UsageFeeRouter"):
        yard.grant(target, DEFAULT_ADMIN_ROLE, yard.safe)
    yard.own(yard.safe, "ModelRegistry", "TokenManager", "HokusaiAMMFactory")
    yard.revoke("TokenManager", MINTER_ROLE, DEPLOYER_ROLE, DEFAULT_ADMIN_ROLE)
    for target in ("InfrastructureReserve", "UsageFeeRouter"):
        yard.revoke(target, DEFAULT_ADMIN_ROLE)


def add_v2_model(yard: Yard, model: ShapedModel) -> None:
    """Deploy a model of v2.0.0, governed by the Safe, with a pool."""
    name = f"Hokusai {model.symbol}"
    params = (1_000, model.split_bps, *LICENSE, yard.safe)
    signature = "deployTokenWithParams(string,string,string,uint256,(uint256,uint16,bytes32,string,address))"
    yard.act("TokenManager", signature, model.model_id, name, model.symbol, SUPPLY, params)
    token = yard.ask("TokenManager", "getTokenAddress(string)", model.model_id)
    yard.act("ModelRegistry", "registerStringModel(string,address,string)", model.model_id, token, "accuracy")
    signature = "createPoolWithParams(string,address,uint256,uint256,uint256,uint256,uint256)"
    yard.act("HokusaiAMMFactory", signature, model.model_id, token, model.crr_ppm, 30, WEEK_S, *FLAT)
    yard.note_model(model.model_id)
    pool = yard.models[model.model_id]["pool"]
    yard.act("TokenManager", "authorizeAMM(address)", pool)
    yard.act("ModelRegistry", "registerPool(string,address)", model.model_id, pool)


def build_live(yard: Yard, *, leftovers: bool = False) -> None:
    """Deploy the live version with models 28, 27 and 30, and hand it to Safe and timelock.

    `leftovers`: as the records show it, with what the handover forgot, and a few more oddities.
    """
    if leftovers:
        _create_live(yard, DEPLOYER, "OddContributionRegistry")
    else:
        _create_live(yard, yard.safe, "DataContributionRegistry")
    for model in LIVE_MODELS:
        add_live_model(yard, model)
    yard.fill(LIVE_MODELS, 0)
    _hand_live_over(yard)
    if leftovers:
        _leave_oddities(yard)
    else:
        _take_from_deployer(yard)
    yard.own(yard.contracts["TimelockController"], "ModelRegistry", "TokenManager", "HokusaiAMMFactory")
    yard.revoke("TokenManager", DEFAULT_ADMIN_ROLE)
    yard.revoke("InfrastructureReserve", DEFAULT_ADMIN_ROLE)
    yard.revoke("UsageFeeRouter", DEFAULT_ADMIN_ROLE)
    yard.revoke("DataContributionRegistry", DEFAULT_ADMIN_ROLE)


def _create_live(yard: Yard, treasury: ChecksumAddress, contribution_registry: str) -> None:
    registry = yard.create("ModelRegistry", "LiveModelRegistry")
    tokens = yard.create("TokenDeploymentFactory", "LiveTokenDeploymentFactory")
    manager = yard.create("TokenManager", "LiveTokenManager", registry, tokens)
    vault = yard.create("RewardVestingVault", "RewardVestingVault", manager)
    yard.act("TokenManager", "setVestingVault(address)", vault)
    contributions = yard.create("DataContributionRegistry", contribution_registry)
    yard.act("ModelRegistry", "setStringModelTokenManager(address)", manager)
    usdc = yard.create("USDC", "V2MockUSDC")
    factory = yard.create("HokusaiAMMFactory", "LiveHokusaiAMMFactory", registry, manager, usdc, treasury)
    deployer = yard.create("HokusaiAMMPoolDeployer", "LivePoolDeployer", factory)
    yard.act("HokusaiAMMFactory", "setPoolDeployer(address)", deployer)
    yard.act("HokusaiAMMFactory", "setDefaults(uint256,uint256,uint256)", 200_000, 30, WEEK_S)
    yard.act("ModelRegistry", "setPoolRegistrar(address,bool)", factory, True)
    yard.create("PurchaserWhitelist", "PurchaserWhitelist", DEPLOYER)
    reserve = yard.create("InfrastructureReserve", "LiveInfrastructureReserve", usdc, factory, treasury)
    oracle = yard.create("InfrastructureCostOracle", "InfrastructureCostOracle", DEPLOYER, 1_500)
    router = yard.create("UsageFeeRouter", "LiveUsageFeeRouter", factory, usdc, reserve, oracle)
    yard.grant("InfrastructureReserve", DEPOSITOR_ROLE, router)
    yard.grant("InfrastructureReserve", PAYER_ROLE, DEPLOYER)
    yard.grant("UsageFeeRouter", FEE_DEPOSITOR_ROLE, DEPLOYER, BACKEND)
    limits = (1_000, 100, SUPPLIER_ALLOCATION)
    verifier = yard.create("DeltaVerifier", "DeltaVerifier", registry, manager, contributions, *limits)
    yard.grant("DataContributionRegistry", RECORDER_ROLE, verifier)
    yard.act("TokenManager", "setDeltaVerifier(address)", verifier)
    safe = yard.safe
    yard.create("TimelockController", "HokusaiTimelockController", DELAY_S, (safe,), (safe,), ZERO_ADDRESS)
    yard.create("PendingClaimsEscrow", "PendingClaimsEscrow", DEPLOYER)


def add_live_model(yard: Yard, model: ShapedModel) -> None:
    """Deploy a model of the live version, governed by the Safe, with a pool for listed buyers."""
    params = (250_000, model.split_bps, 0, *LICENSE, yard.safe, VESTING)
    supply = (SUPPLIER_ALLOCATION, SUPPLIER, INVESTOR_ALLOCATION)
    names = (model.model_id, f"Hokusai {model.symbol}", model.symbol)
    yard.act("TokenManager", _DEPLOY_WITH_ALLOCATIONS, *names, *supply, params)
    token = yard.ask("TokenManager", "getTokenAddress(string)", model.model_id)
    yard.act("ModelRegistry", "registerModel(uint256,address,string)", int(model.model_id), token, "accuracy")
    whitelist = yard.contracts["PurchaserWhitelist"]
    shape = (model.crr_ppm, 30, WEEK_S, *FLAT)
    yard.act("HokusaiAMMFactory", _POOL_WITH_WHITELIST, model.model_id, token, *shape, whitelist)
    yard.note_model(model.model_id)
    yard.act("TokenManager", "authorizeAMM(address)", yard.models[model.model_id]["pool"])


def _hand_live_over(yard: Yard) -> None:
    """Give Safe, timelock, backend and relayers what is theirs; whoever had it keeps it for now."""
    timelock = yard.contracts["TimelockController"]
    for target in ("TokenManager", "InfrastructureReserve", "UsageFeeRouter", "InfrastructureCostOracle"):
        yard.grant(target, DEFAULT_ADMIN_ROLE, timelock)
    yard.grant("InfrastructureCostOracle", GOV_ROLE, timelock)
    for target in ("DeltaVerifier", "DataContributionRegistry", "PendingClaimsEscrow"):
        yard.grant(target, DEFAULT_ADMIN_ROLE, yard.safe)
    for target in ("InfrastructureReserve", "DeltaVerifier", "PendingClaimsEscrow"):
        yard.grant(target, PAUSER_ROLE, yard.safe)
    yard.act("HokusaiAMMFactory", "setPauser(address)", yard.safe)
    yard.grant("InfrastructureReserve", PAYER_ROLE, yard.safe)
    yard.grant("DeltaVerifier", SUBMITTER_ROLE, RELAYER)
    yard.grant("PendingClaimsEscrow", RELEASER_ROLE, SETTLER)
    yard.revoke("InfrastructureCostOracle", GOV_ROLE, DEFAULT_ADMIN_ROLE)
    yard.revoke("DeltaVerifier", SUBMITTER_ROLE, PAUSER_ROLE, DEFAULT_ADMIN_ROLE)
    yard.revoke("PendingClaimsEscrow", PAUSER_ROLE, DEFAULT_ADMIN_ROLE)
    yard.revoke("DataContributionRegistry", RECORDER_ROLE)


def _take_from_deployer(yard: Yard) -> None:
    """Take from the deployer what the records show it kept."""
    yard.revoke("InfrastructureReserve", PAYER_ROLE)
    yard.revoke("UsageFeeRouter", FEE_DEPOSITOR_ROLE)
    yard.grant("DataContributionRegistry", VERIFIER_ROLE, yard.safe)
    yard.revoke("DataContributionRegistry", VERIFIER_ROLE)
    yard.grant("PurchaserWhitelist", WHITELIST_ADMIN_ROLE, yard.safe)
    yard.grant("PurchaserWhitelist", DEFAULT_ADMIN_ROLE, yard.safe)
    yard.revoke("PurchaserWhitelist", WHITELIST_ADMIN_ROLE, DEFAULT_ADMIN_ROLE)
    yard.act("TokenManager", "setFeeRecipient(address)", yard.safe)
    yard.revoke("TokenManager", MINTER_ROLE, DEPLOYER_ROLE)


def _leave_oddities(yard: Yard) -> None:
    """Beside what the deployer kept: a minter on no list, a role that came back, and a changed admin of a role."""
    yard.grant("TokenManager", MINTER_ROLE, MALLORY)
    yard.grant("UsageFeeRouter", FEE_DEPOSITOR_ROLE, RELAYER)
    yard.act("UsageFeeRouter", "revokeRole(bytes32,address)", word_from_hex(FEE_DEPOSITOR_ROLE), RELAYER)
    yard.grant("UsageFeeRouter", FEE_DEPOSITOR_ROLE, RELAYER)
    yard.act(
        "DataContributionRegistry", "setRoleAdmin(bytes32,bytes32)", *map(word_from_hex, (VERIFIER_ROLE, AUDITOR_ROLE))
    )
    yard.grant("DataContributionRegistry", AUDITOR_ROLE, MALLORY)
