"""Policies that fit the worlds of the tests."""

from pathlib import Path
from typing import Any

from hokctl.config.writing import render_toml
from tests.world import World

ADMINS = ["deployer", "treasury"]


def suite_policy(**changes: object) -> dict[str, Any]:
    """Return what the world of tests/world.py agreed on; `changes` add to or replace tables."""
    return {
        "roles": {
            "ModelRegistry": {"owner": ["deployer"]},
            "HokusaiAMMFactory": {"owner": ["deployer"], "treasury": ["treasury"]},
            "HokusaiAMM": {"treasury": ["treasury"]},
            "TokenManager": {
                "owner": ["deployer"],
                "feeRecipient": ["deployer"],
                "DEFAULT_ADMIN_ROLE": list(ADMINS),
                "DEPLOYER_ROLE": list(ADMINS),
            },
            "InfrastructureReserve": {
                "DEFAULT_ADMIN_ROLE": list(ADMINS),
                "PAUSER_ROLE": list(ADMINS),
                "PAYER_ROLE": ["treasury"],
                "treasury": ["treasury"],
            },
            "UsageFeeRouter": {"DEFAULT_ADMIN_ROLE": list(ADMINS), "FEE_DEPOSITOR_ROLE": ["backend"]},
            "HokusaiParams": {"DEFAULT_ADMIN_ROLE": ["treasury"], "GOV_ROLE": ["treasury"]},
            "HokusaiParams/23": {"DEFAULT_ADMIN_ROLE": ["deployer"], "GOV_ROLE": ["deployer"]},
        },
        "audit": {"hot_key_limit": 11},
        **changes,
    }


def handed_over_policy() -> dict[str, Any]:
    """Return what holds after `deploy handoff` where there are no models: the Safe has all but the backend's role."""
    own = {name: table for name, table in suite_policy()["roles"].items() if not name.startswith("HokusaiParams")}
    roles = {name: {power: ["treasury"] for power in table} for name, table in own.items() if name != "HokusaiAMM"}
    roles["UsageFeeRouter"]["FEE_DEPOSITOR_ROLE"] = ["backend"]
    return {"roles": roles, "audit": {"contracts_only": ["treasury", "owner", "DEFAULT_ADMIN_ROLE", "GOV_ROLE"]}}


def live_policy(timelock: str, relayer: str, settler: str) -> dict[str, Any]:
    """Return what should be by the live protocol's records: a timelock administers, the Safe pauses and pays."""
    safe, lock = ["treasury"], [timelock]
    return {
        "roles": {
            "ModelRegistry": {"owner": lock},
            "TokenManager": {"owner": lock, "DEFAULT_ADMIN_ROLE": lock, "feeRecipient": safe, "MINTER_ROLE": []},
            "HokusaiAMMFactory": {"owner": lock, "pauser": safe, "treasury": safe},
            "HokusaiAMM": {"treasury": safe},
            "HokusaiToken": {"owner": safe},
            "HokusaiParams": {"DEFAULT_ADMIN_ROLE": safe, "GOV_ROLE": safe},
            "InfrastructureReserve": {
                "DEFAULT_ADMIN_ROLE": lock,
                "PAYER_ROLE": safe,
                "PAUSER_ROLE": safe,
                "treasury": safe,
            },
            "UsageFeeRouter": {"DEFAULT_ADMIN_ROLE": lock, "FEE_DEPOSITOR_ROLE": ["backend"]},
            "InfrastructureCostOracle": {"DEFAULT_ADMIN_ROLE": lock, "GOV_ROLE": lock},
            "DeltaVerifier": {"DEFAULT_ADMIN_ROLE": safe, "PAUSER_ROLE": safe, "SUBMITTER_ROLE": [relayer]},
            "DataContributionRegistry": {"DEFAULT_ADMIN_ROLE": safe, "VERIFIER_ROLE": safe},
            "PendingClaimsEscrow": {"DEFAULT_ADMIN_ROLE": safe, "PAUSER_ROLE": safe, "RELEASER_ROLE": [settler]},
            "PurchaserWhitelist": {"DEFAULT_ADMIN_ROLE": safe, "WHITELIST_ADMIN_ROLE": safe},
            "TimelockController": {"PROPOSER_ROLE": safe, "EXECUTOR_ROLE": safe, "CANCELLER_ROLE": safe},
        },
        "audit": {"contracts_only": ["treasury", "owner", "DEFAULT_ADMIN_ROLE", "GOV_ROLE", "MINTER_ROLE"]},
    }


def write_policy(world: World, policy: dict[str, Any]) -> Path:
    """Write a policy into the working directory."""
    path = world.directory / "policy.toml"
    path.write_text(render_toml(policy), encoding="utf-8")
    return path
