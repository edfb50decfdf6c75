"""hokctl config: written once, shown with origins and without secrets, checked with what it refers to."""

from pathlib import Path

import pytest

from tests.world import Ran, isolate, run_hokctl

pytestmark = pytest.mark.cli

KEYSTORE_OWNER = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"


@pytest.fixture(autouse=True)
def directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    work = tmp_path / "work"
    work.mkdir()
    isolate(work, tmp_path, monkeypatch)
    return work


def run(*argv: str) -> Ran:
    return run_hokctl("config", *argv)


def codes(ran: Ran) -> list[str]:
    return [finding["code"] for finding in ran.json["findings"]]


def test_init_writes_a_commented_configuration_that_passes_its_own_check(directory: Path) -> None:
    ran = run("init", "-o", "json")
    assert (ran.exit_code, ran.data) == (0, {"path": str(directory / "hokctl.toml"), "written": True})
    assert "# Signers: where a key is kept, by kind." in (directory / "hokctl.toml").read_text()
    assert run("check").exit_code == 0


def test_init_again_changes_nothing() -> None:
    run("init")
    ran = run("init", "-o", "json")
    assert ran.exit_code == 0
    assert ran.data["written"] is False


def test_init_leaves_a_file_of_the_users_own_alone(directory: Path) -> None:
    (directory / "hokctl.toml").write_text('network = "devnet"\n')
    ran = run("init", "-o", "json")
    assert ran.exit_code == 6
    assert ran.json["errors"][0]["code"] == "foreign-file"
    assert (directory / "hokctl.toml").read_text() == 'network = "devnet"\n'


def test_init_writes_where_it_is_told(directory: Path, tmp_path: Path) -> None:
    assert run("init", "--config", str(directory / "other" / "mine.toml")).exit_code == 0
    assert run("init", "--user").exit_code == 0
    assert (directory / "other" / "mine.toml").is_file()
    assert (tmp_path / "config" / "hokctl" / "config.toml").is_file()
    assert not (directory / "hokctl.toml").exists()


def test_show_says_where_each_value_comes_from(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (directory / "hokctl.toml").write_text('[networks.sepolia]\nchain_id = 11155111\nrpc_url = "https://n.example"\n')
    monkeypatch.setenv("HOKCTL_NETWORK", "sepolia")
    ran = run("show", "-o", "json")
    assert ran.exit_code == 0
    entries = {entry["key"]: (entry["value"], entry["source"]) for entry in ran.data["entries"]}
    file = str(directory / "hokctl.toml")
    assert entries["network"] == ("sepolia", "environment HOKCTL_NETWORK")
    assert entries["networks.sepolia.chain_id"] == (11155111, file)
    assert entries["networks.sepolia.production"] == (False, "default")
    assert entries["networks.sepolia.allow_lone_key"] == ([], "default")
    assert ran.data["files"] == [file]


@pytest.mark.parametrize("output", ["text", "json"])
def test_show_keeps_the_key_in_a_url_to_itself(directory: Path, output: str) -> None:
    (directory / "hokctl.toml").write_text(
        '[networks.sepolia]\nchain_id = 11155111\nrpc_url = "https://u:p4ss@n.example/v2/s3cret?k=t0ken"\n'
    )
    ran = run("show", "-o", output)
    assert ran.exit_code == 0
    assert "https://n.example" in ran.stdout
    for secret in ("p4ss", "s3cret", "t0ken"):
        assert secret not in ran.stdout + ran.stderr


def test_show_writes_booleans_as_the_file_does() -> None:
    lines = [line.split() for line in run("show").stdout.splitlines()]
    assert ["networks.devnet.production", "false", "default"] in lines


def test_check_passes_without_any_file() -> None:
    ran = run("check", "-o", "json")
    assert (ran.exit_code, ran.json["status"]) == (0, "ok")
    assert ran.data == {"files": [], "ok": True}


@pytest.mark.parametrize("variable", ["HOKCTL_NETWROK", "HOKCTL_SOMETHING"])
def test_check_finds_a_variable_that_nothing_reads(variable: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(variable, "mainnet")
    ran = run("check", "-o", "json")
    assert (ran.exit_code, ran.json["status"]) == (5, "findings")
    (finding,) = ran.json["findings"]
    assert (finding["code"], finding["subject"]) == ("misspelt-variable", variable)


def test_check_finds_every_reference_that_leads_nowhere(directory: Path) -> None:
    (directory / "hokctl.toml").write_text(
        f"""
[networks.devnet]
manifest = "missing.json"
spec = "missing.toml"
policy = "missing.toml"
signer = "nobody"

[networks.sepolia]
chain_id = 11155111
rpc_url_env = "SEPOLIA_URL_NOT_SET"

[signers.file]
kind = "keystore"
path = "missing.json"
address = "{KEYSTORE_OWNER}"
password_env = "PASSWORD_NOT_SET"

[signers.pipeline]
kind = "environment"
variable = "KEY_NOT_SET"
"""
    )
    ran = run("check", "-o", "json")
    assert ran.exit_code == 5
    found = {(finding["subject"], finding["code"]) for finding in ran.json["findings"]}
    assert found == {
        ("networks.devnet.manifest", "manifest-missing"),
        ("networks.devnet.spec", "unreadable-file"),
        ("networks.devnet.policy", "unreadable-file"),
        ("networks.devnet.signer", "unknown-signer"),
        ("networks.sepolia", "missing-secret"),
        ("signers.file.path", "missing-keystore"),
        ("signers.file.password_env", "missing-secret"),
        ("signers.pipeline", "missing-secret"),
    }


def test_check_finds_a_manifest_of_another_chain(directory: Path) -> None:
    (directory / "hokctl.toml").write_text('[networks.devnet]\nmanifest = "m.json"\n')
    (directory / "m.json").write_text(
        '{"hokctl_manifest_version": 1, "network": "mainnet", "chain_id": 1, "contracts": {}}'
    )
    ran = run("check", "-o", "json")
    assert ran.exit_code == 5
    assert codes(ran) == ["manifest-chain"]


def test_check_refuses_a_misspelt_key_as_invalid(directory: Path) -> None:
    (directory / "hokctl.toml").write_text('netwrok = "devnet"\n')
    ran = run("check")
    assert (ran.exit_code, ran.stdout) == (3, "")
    assert "netwrok" in ran.stderr
    assert "Did you mean 'network'?" in ran.stderr


def test_check_names_every_wrong_value(directory: Path) -> None:
    (directory / "hokctl.toml").write_text('[networks.devnet]\nchain_id = 0\nmax_fee_gwei = "-1"\n')
    ran = run("check")
    assert ran.exit_code == 3
    assert "networks.devnet.chain_id" in ran.stderr
    assert "networks.devnet.max_fee_gwei" in ran.stderr


def test_check_refuses_a_network_that_is_not_there() -> None:
    ran = run("check", "--network", "mainnet", "-o", "json")
    assert ran.exit_code == 3
    assert ran.json["errors"][0]["code"] == "unknown-network"


def test_path_names_the_files_whether_or_not_they_can_be_read(directory: Path, tmp_path: Path) -> None:
    (directory / "hokctl.toml").write_text("this is no TOML")
    ran = run("path", "-o", "json")
    assert ran.exit_code == 0
    assert ran.data == {
        "files": [
            {"path": str(directory / "hokctl.toml"), "exists": True},
            {"path": str(tmp_path / "config" / "hokctl" / "config.toml"), "exists": False},
        ]
    }
