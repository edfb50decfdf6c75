"""The example files of the repository: they load, and they leave no key out."""

import re
import tomllib
from pathlib import Path
from types import UnionType
from typing import Any, get_args

import pytest

from hokctl.config.monitoring import MonitorSettings
from hokctl.config.networks import NetworkSettings
from hokctl.config.policy import AcceptedFinding, AuditRules, Limits, Policy, read_policy
from hokctl.config.schema import LedgerSettings, ModelSettings, Settings
from hokctl.config.settings import load_settings
from hokctl.config.signers import SIGNER_KINDS, SignerSettings
from hokctl.config.spec import DeploymentSpec, ModelSpec, read_spec
from hokctl.config.spec_parts import Attestation, Attestations, FactoryDefaults, PoolSpec
from hokctl.config.strict import StrictModel
from hokctl.config.writing import example_config

from .conftest import PROVIDER, Desk
from .test_spec import resolve

pytestmark = pytest.mark.unit

ROOT = Path(__file__).parents[3]
CONFIG = ROOT / "config.example.toml"
SPEC = ROOT / "examples" / "deployment.toml"
POLICY = ROOT / "examples" / "policy.toml"


def uncommented(path: Path) -> str:
    """Return the text with every commented key and table in force; prose has a space after its #."""
    return re.sub(r"(?m)^#(?=\S)", "", path.read_text(encoding="utf-8"))


def keys(model: type[StrictModel]) -> set[str]:
    """Return the keys that a table may have in a file."""
    return set(model.model_fields) - {"name"}


def union(tables: dict[str, dict[str, Any]]) -> set[str]:
    """Return the keys of all tables together."""
    return {key for table in tables.values() for key in table}


def test_config_example_is_what_config_init_writes() -> None:
    assert CONFIG.read_text(encoding="utf-8") == example_config()


def test_config_example_loads_and_changes_nothing() -> None:
    assert load_settings(CONFIG).settings.model_dump() == load_settings().settings.model_dump()


def test_config_example_loads_with_every_key_in_force(desk: Desk) -> None:
    desk.own(uncommented(CONFIG))
    settings = load_settings().settings
    assert settings.resolve_address("together-ai", settings.network()) == PROVIDER
    assert settings.signer(None, settings.network("mainnet")).name == "treasurer"
    assert {signer.kind for signer in settings.signers.values()} == set(SIGNER_KINDS)


def test_config_example_leaves_no_key_out() -> None:
    table = tomllib.loads(uncommented(CONFIG))
    assert set(table) == {field.alias or name for name, field in Settings.model_fields.items()}
    assert union(table["networks"]) == keys(NetworkSettings)
    assert isinstance(SignerSettings, UnionType)
    kinds = {get_args(kind.model_fields["kind"].annotation)[0]: kind for kind in get_args(SignerSettings)}
    assert {signer["kind"]: set(signer) for signer in table["signers"].values()} == {
        name: keys(kind) for name, kind in kinds.items()
    }
    assert union(table["models"]) == keys(ModelSettings)
    assert set(table["ledger"]) == keys(LedgerSettings)
    assert set(table["monitor"]) == keys(MonitorSettings)


def test_deployment_example_loads_and_leaves_no_key_out() -> None:
    spec = read_spec(SPEC, resolve)
    assert [model.infrastructure_accrual_bps for model in spec.models] == [8000, 9000]
    table = tomllib.loads(uncommented(SPEC))
    assert set(table) == keys(DeploymentSpec)
    assert {key for model in table["models"] for key in model} == keys(ModelSpec) | {"name"}
    assert set(table["models"][0]["pool"]) == keys(PoolSpec)
    assert set(table["factory_defaults"]) == keys(FactoryDefaults)
    assert set(table["attestations"]) == keys(Attestations)
    assert set(table["attestations"]["backend_key_secured"]) == keys(Attestation)


def test_policy_example_loads_and_leaves_no_key_out() -> None:
    policy = read_policy(POLICY, resolve)
    assert policy.payees[resolve(PROVIDER)].per_payment == "2500"
    table = tomllib.loads(uncommented(POLICY))
    assert set(table) == keys(Policy)
    assert set(table["limits"]) == keys(Limits)
    assert set(table["audit"]) == keys(AuditRules)
    assert set(table["audit"]["accepted"][0]) == keys(AcceptedFinding)
