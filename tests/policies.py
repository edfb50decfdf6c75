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


def write_policy(world: World, policy: dict[str, Any]) -> Path:
    """Write a policy into the working directory."""
    path = world.directory / "policy.toml"
    path.write_text(render_toml(policy), encoding="utf-8")
    return path
