"""hokctl doctor: one line per part, findings for what is wrong, and never silent about the rest."""

import json
from pathlib import Path

import pytest
from eth_account import Account

from tests.world import ALICE, MALLORY, TOGETHER, Ran, World, isolate, run_hokctl

pytestmark = pytest.mark.cli

NAMES = [
    "node",
    "chain id",
    "manifest",
    "contracts",
    "protocol",
    "Multicall3",
    "Safe",
    "Transaction Service",
    "signer",
    "ledger",
    "proposals",
]
MULTICALL3 = "0xcA11bde05977b3631167028862bE2a173976CA11"


def health(ran: Ran) -> dict[str, str]:
    return {line["name"]: line["health"] for line in ran.data["checks"]}


def detail(ran: Ran, name: str) -> str:
    return str(next(line["detail"] for line in ran.data["checks"] if line["name"] == name))


def codes(ran: Ran) -> list[str]:
    return [finding["code"] for finding in ran.json["findings"]]


def run(*argv: str) -> Ran:
    return run_hokctl("doctor", *argv, "-o", "json")


def test_a_sound_world_has_no_findings(world: World) -> None:
    ran = run("--signer", "alice")
    assert (ran.exit_code, ran.json["status"], ran.json["findings"]) == (0, "ok", [])
    assert {name for name, state in health(ran).items() if state != "ok"} == {"Transaction Service"}
    assert health(ran)["Transaction Service"] == "not set"
    assert ran.data["healthy"] is True
    assert {"InfrastructureReserve", "UsageFeeRouter", "USDC", "models"} <= set(health(ran))
    assert "2 of 3" in detail(ran, "Safe")
    assert "additions" in detail(ran, "protocol")
    assert ALICE in detail(ran, "signer")
    assert ran.json["block"]["number"] == world.chain.at().block.number


def test_text_is_one_table(world: World) -> None:
    ran = world.run("doctor")
    assert ran.exit_code == 0
    assert "Everything is as it should be." in ran.stdout
    assert [line.split()[0] for line in ran.stdout.splitlines()[2:4]] == ["node", "chain"]


def test_without_a_signer_that_line_is_not_set_and_no_fault(world: World) -> None:
    assert world.run("doctor").exit_code == 0
    assert health(run())["signer"] == "not set"


def test_a_node_that_is_down_hides_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    isolate(tmp_path, tmp_path, monkeypatch)
    (tmp_path / "hokctl.toml").write_text(
        '[networks.devnet]\nrpc_url = "http://me:p4ss@127.0.0.1:1/s3cret?key=t0ken"\n'
    )
    ran = run()
    assert (ran.exit_code, ran.json["status"], ran.json["block"]) == (5, "findings", None)
    assert [line["name"] for line in ran.data["checks"]] == NAMES
    assert codes(ran)[0] == "node-unreachable"
    assert codes(ran).count("not-checked") == 5
    assert health(ran)["manifest"] == "wrong"
    assert health(ran)["ledger"] == "ok"
    for secret in ("p4ss", "s3cret", "t0ken"):
        assert secret not in ran.stdout + ran.stderr


def test_a_node_of_another_chain_is_named_as_such(world: World) -> None:
    world.write_config(chain_id=1337, manifest=None)
    ran = run()
    assert ran.exit_code == 5
    assert (health(ran)["node"], health(ran)["chain id"]) == ("ok", "wrong")
    assert codes(ran)[0] == "wrong-chain"


def test_a_manifest_that_lies_about_addresses_is_found_out(world: World) -> None:
    path = world.directory / "deployments" / "devnet.json"
    manifest = json.loads(path.read_text())
    manifest["contracts"]["ModelRegistry"] = MALLORY
    manifest["models"][0]["pool"] = TOGETHER
    path.write_text(json.dumps(manifest))
    ran = run()
    assert ran.exit_code == 5
    assert codes(ran) == ["no-code", "no-code"]
    assert health(ran)["ModelRegistry"] == health(ran)["models"] == "wrong"
    assert [finding["subject"] for finding in ran.json["findings"]] == ["ModelRegistry", "HokusaiAMM"]


def test_a_reserve_that_is_none_is_not_the_protocol(world: World) -> None:
    path = world.directory / "deployments" / "devnet.json"
    manifest = json.loads(path.read_text())
    manifest["contracts"]["InfrastructureReserve"] = manifest["contracts"]["USDC"]
    path.write_text(json.dumps(manifest))
    assert codes(run()) == ["not-the-protocol"]


def test_a_router_with_another_factory_is_found_out(world: World) -> None:
    path = world.directory / "deployments" / "devnet.json"
    manifest = json.loads(path.read_text())
    manifest["contracts"]["HokusaiAMMFactory"] = manifest["contracts"]["USDC"]
    path.write_text(json.dumps(manifest))
    ran = run()
    assert codes(ran) == ["wiring"]
    assert "pool factory" in ran.json["findings"][0]["message"]


def test_a_missing_multicall_is_a_finding(world: World) -> None:
    world.chain.request("hardhat_setCode", [MULTICALL3, "0x"])
    ran = run()
    assert (ran.exit_code, codes(ran)) == (5, ["no-multicall"])


def test_an_account_is_no_safe(world: World) -> None:
    world.write_config(safe=MALLORY)
    ran = run()
    assert (ran.exit_code, codes(ran)) == (5, ["not-a-safe"])


def test_a_signer_that_the_configuration_lacks_is_a_finding(world: World) -> None:
    ran = run("--signer", "nobody")
    assert (ran.exit_code, codes(ran)) == (5, ["unknown-signer"])
    assert health(ran)["ledger"] == "ok"
    assert world.run("doctor").exit_code == 0


def test_a_keystore_is_read_and_not_unlocked(world: World) -> None:
    config = (world.directory / "hokctl.toml").read_text()
    (world.directory / "hokctl.toml").write_text(
        config + '\n[signers.treasurer]\nkind = "keystore"\npath = "key.json"\n'
    )
    missing = run("--signer", "treasurer")
    assert (missing.exit_code, codes(missing)) == (5, ["unreadable-keystore"])

    account = Account.create()
    (world.directory / "key.json").write_text(json.dumps(Account.encrypt(account.key, "unknown", iterations=2)))
    found = run("--signer", "treasurer")
    assert account.address in detail(found, "signer")
    assert codes(found) == ["signer-no-gas"]


def test_a_ledger_that_does_not_open_is_a_finding(world: World) -> None:
    (world.directory / "hokctl.db").write_bytes(b"this is no database" * 100)
    ran = run()
    assert ran.exit_code == 5
    assert health(ran)["ledger"] == "wrong"
    assert health(ran)["proposals"] == "ok"


def test_proposals_that_cannot_be_trusted_are_found(world: World) -> None:
    data = world.ok("split", "set", "21", "75%", "--signer", "alice", "--yes")
    path = Path(data["proposal"]["path"]) / "proposal.json"
    assert "1 proposals" in detail(run(), "proposals")
    path.write_text(path.read_text().replace("7500", "9999"))
    ran = run()
    assert (ran.exit_code, codes(ran)) == (5, ["proposal-tampered"])
