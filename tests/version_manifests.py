"""What the scripts of v2.0.0 and of the live version write down of a deployment."""

from typing import Any

from tests.authorities import DELAY_S
from tests.version_builds import (
    FLAT,
    INVESTOR_ALLOCATION,
    LIVE_MODELS,
    SETTLER,
    SUPPLIER,
    SUPPLIER_ALLOCATION,
    V2_MODELS,
)
from tests.version_yard import SUPPLY, WEEK_S, ShapedModel, Yard
from tests.world import BACKEND, DEPLOYER


def manifest_v2(yard: Yard) -> dict[str, Any]:
    """Return what the script of v2.0.0 writes: flat roles, no blocks, the test token under its own name."""
    contracts = {("MockUSDC" if name == "USDC" else name): address for name, address in yard.contracts.items()}
    return {
        "network": "devnet",
        "chainId": "31337",
        "timestamp": "2026-02-05T12:00:00.000Z",
        "deployer": DEPLOYER,
        "treasury": yard.safe,
        "backendService": BACKEND,
        "contracts": contracts,
        "tokens": [
            {
                "configKey": model.symbol.lower(),
                "modelId": model.model_id,
                "name": f"Hokusai {model.symbol}",
                "symbol": model.symbol,
                "address": yard.models[model.model_id]["token"],
                "paramsAddress": yard.models[model.model_id]["params"],
                "initialSupply": str(SUPPLY),
                "infrastructureAccrualBps": 8000,
            }
            for model in V2_MODELS
        ],
        "pools": [_pool(yard, model, str(FLAT[0]), str(FLAT[1])) for model in V2_MODELS],
        "roles": {
            "InfrastructureReserve_DEPOSITOR": yard.contracts["UsageFeeRouter"],
            "InfrastructureReserve_PAYER": yard.safe,
            "UsageFeeRouter_FEE_DEPOSITOR": BACKEND,
        },
        "gasUsed": {},
    }


def manifest_live(yard: Yard) -> dict[str, Any]:
    """Return what the live scripts write: with the roles of the day of deployment, which are wrong by now."""
    timelock = yard.contracts["TimelockController"]
    apart = {"USDC", "TimelockController", "PendingClaimsEscrow"}
    contracts: dict[str, str] = {name: address for name, address in yard.contracts.items() if name not in apart}
    return {
        "network": "devnet",
        "chainId": "31337",
        "dryRun": False,
        "timestamp": "2026-07-01T21:16:41.832Z",
        "git": {"sha": "0" * 40, "dirty": True},
        "deployer": DEPLOYER,
        "treasury": DEPLOYER,
        "backendService": None,
        "contracts": {**contracts, "_tokenManagerImpl": "DeployableTokenManager"},
        "deploymentBlocks": {name: block for name, block in yard.blocks.items() if name in contracts},
        "roles": {
            "ModelRegistry": {"owner": DEPLOYER, "poolRegistrar": contracts["HokusaiAMMFactory"]},
            "TokenManager": {"owner": DEPLOYER, "deltaVerifier": contracts["DeltaVerifier"]},
            "InfrastructureReserve": {"DEFAULT_ADMIN_ROLE": [DEPLOYER], "PAYER_ROLE": [DEPLOYER]},
        },
        "config": {
            "reserveToken": yard.contracts["USDC"],
            "purchaserWhitelist": contracts["PurchaserWhitelist"],
            "factoryDefaults": {"crr": 200_000, "tradeFee": 30, "ibrDuration": WEEK_S},
            "expectedChainId": "31337",
        },
        "governance": {"timelock": timelock, "adminSafe": yard.safe, "emergencySafe": yard.safe, "minDelay": DELAY_S},
        "settlement": {"PendingClaimsEscrow": yard.contracts["PendingClaimsEscrow"], "backendSettler": SETTLER},
        "tokens": [
            {
                "configKey": model.symbol.lower(),
                "modelId": model.model_id,
                "name": f"Hokusai {model.symbol}",
                "symbol": model.symbol,
                "address": yard.models[model.model_id]["token"],
                "paramsAddress": yard.models[model.model_id]["params"],
                "supplierRecipient": SUPPLIER,
                "supplierAllocation": str(SUPPLIER_ALLOCATION),
                "investorAllocation": str(INVESTOR_ALLOCATION),
                "modelSupplierDistributed": False,
            }
            for model in LIVE_MODELS
        ],
        "pools": [_pool(yard, model, "25000.0", "0.01") for model in LIVE_MODELS],
    }


def _pool(yard: Yard, model: ShapedModel, threshold: str, price: str) -> dict[str, Any]:
    return {
        "configKey": model.symbol.lower(),
        "modelId": model.model_id,
        "tokenAddress": yard.models[model.model_id]["token"],
        "ammAddress": yard.models[model.model_id]["pool"],
        "initialReserve": "10000000",
        "crr": model.crr_ppm,
        "tradeFee": 30,
        "ibrDuration": WEEK_S,
        "flatCurveThreshold": threshold,
        "flatCurvePrice": price,
    }
