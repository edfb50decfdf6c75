"""Kinds of signer at the command line: what each refuses, and how it says so."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from hokctl.config.writing import render_toml
from hokctl.devnet.keys import dev_account
from tests.world import ALICE, BOB, Ran, World

pytestmark = pytest.mark.cli

PROPOSE = ("split", "set", "21", "70%", "--signer", "planted", "--yes")


def configure(world: World, table: Mapping[str, object], *, production: bool = False) -> None:
    """Make `table` the signer `planted`."""
    world.write_config(**({"production": True} if production else {}))
    path = world.directory / "hokctl.toml"
    path.write_text(path.read_text(encoding="utf-8") + "\n" + render_toml({"signers": {"planted": table}}))


def own_configuration(world: World) -> Path:
    """Move the configuration to the user's own place; return the directory's file, which is gone."""
    path = world.directory / "hokctl.toml"
    own = world.directory.parent / "config" / "hokctl" / "config.toml"
    own.parent.mkdir(parents=True, exist_ok=True)
    text = path.read_text(encoding="utf-8")
    for name in ("deployments/devnet.json", "spec.toml", "proposals"):
        text = text.replace(f'"{name}"', f'"{world.directory / name}"')
    own.write_text(text.replace("sqlite:///hokctl.db", f"sqlite:///{world.directory}/hokctl.db"), encoding="utf-8")
    path.unlink()
    return path


def code(ran: Ran) -> str:
    return str(ran.json["errors"][0]["code"])


@pytest.fixture
def environment_key(monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
    """Put alice's key into a variable; return the signer's table."""
    monkeypatch.setenv("PIPELINE_KEY", bytes(dev_account(1).key).hex())
    return {"kind": "environment", "variable": "PIPELINE_KEY", "address": ALICE}


def test_a_key_in_the_environment_is_refused_on_a_production_network(
    world: World, environment_key: dict[str, object]
) -> None:
    configure(world, environment_key, production=True)
    own_configuration(world)
    ran = world.run(*PROPOSE, "-o", "json")
    assert (ran.exit_code, code(ran)) == (6, "environment-signer-refused")
    assert "allow_production = true in [signers.planted]" in ran.json["errors"][0]["hint"]
    assert world.ok("safe", "queue")["proposals"] == []
    assert world.run(*PROPOSE, "--dry-run").exit_code == 0
    doctor = world.run("doctor", "--signer", "planted", "-o", "json")
    assert [finding["code"] for finding in doctor.json["findings"]] == ["environment-signer-refused"]


def test_the_users_own_configuration_may_allow_it(world: World, environment_key: dict[str, object]) -> None:
    configure(world, {**environment_key, "allow_production": True}, production=True)
    own_configuration(world)
    assert world.ok(*PROPOSE)["proposal"]["confirmations"] == [ALICE]


def test_a_file_in_the_working_directory_cannot_allow_it(world: World, environment_key: dict[str, object]) -> None:
    configure(world, environment_key, production=True)
    table = {"signers": {"planted": {**environment_key, "allow_production": True}}}
    own_configuration(world).write_text(render_toml(table), encoding="utf-8")
    ran = world.run(*PROPOSE, "-o", "json")
    assert (ran.exit_code, code(ran)) == (3, "untrusted-config")


def test_elsewhere_a_key_in_the_environment_signs(world: World, environment_key: dict[str, object]) -> None:
    configure(world, environment_key)
    assert world.ok(*PROPOSE)["proposal"]["confirmations"] == [ALICE]


def test_an_account_without_a_key_plans_and_never_signs(world: World) -> None:
    configure(world, {"kind": "none", "address": ALICE})
    assert world.run(*PROPOSE, "--dry-run").exit_code == 0
    ran = world.run(*PROPOSE, "-o", "json")
    assert (ran.exit_code, code(ran)) == (6, "export-only-signer")
    assert "--via export" in ran.json["errors"][0]["hint"]
    assert "hokctl safe export" in ran.json["errors"][0]["hint"]
    assert world.ok("safe", "queue")["proposals"] == []


def test_an_account_without_a_key_sends_nothing_either(world: World) -> None:
    proposed = world.ok("split", "set", "21", "70%", "--signer", "alice", "--yes")["proposal"]["safe_tx_hash"]
    configure(world, {"kind": "none", "address": BOB})
    ran = world.run("safe", "sign", proposed, "--signer", "planted", "--yes", "-o", "json")
    assert (ran.exit_code, code(ran)) == (6, "export-only-signer")
    world.ok("safe", "sign", proposed, "--signer", "bob", "--yes")
    ran = world.run("safe", "execute", proposed, "--signer", "planted", "--yes", "-o", "json")
    assert (ran.exit_code, code(ran)) == (6, "export-only-signer")
    assert world.ok("safe", "queue")["proposals"][0]["executable"] is True


@pytest.mark.parametrize("kind", ["ledger", "trezor", "kms"])
def test_without_its_library_a_kind_says_what_to_install(
    world: World, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    more = {"key_id": "alias/x", "region": "eu-central-1"} if kind == "kms" else {}
    configure(world, {"kind": kind, "address": ALICE, **more})
    monkeypatch.setattr("hokctl.chain.remote_signers.find_spec", lambda _: None)
    ran = world.run(*PROPOSE, "-o", "json")
    assert (ran.exit_code, code(ran)) == (3, "missing-library")
    assert ran.json["errors"][0]["hint"] == f"Install it: pip install 'hokctl[{kind}]'"
    for command in (("config", "check"), ("doctor", "--signer", "planted")):
        found = world.run(*command, "-o", "json")
        assert (found.exit_code, [item["code"] for item in found.json["findings"]]) == (5, ["missing-library"])


def test_the_configuration_is_shown_with_the_new_kinds_and_without_the_endpoints_path(world: World) -> None:
    url = "https://user:pl4nted@kms.example/pl4nted?pl4nted"
    table = {"kind": "kms", "address": ALICE, "key_id": "alias/x", "region": "eu-central-1", "endpoint_url": url}
    configure(world, table)
    shown = {entry["key"]: entry["value"] for entry in world.ok("config", "show")["entries"]}
    assert shown["signers.planted.kind"] == "kms"
    assert shown["signers.planted.endpoint_url"] == "https://kms.example"
    assert shown["signers.planted.key_id"] == "alias/x"
