"""Which file wins, where each value comes from, and files that cannot be read."""

import os
from pathlib import Path

import pytest

from hokctl.config.errors import InvalidConfigError
from hokctl.config.file_errors import ConfigFileMissingError, ConfigSyntaxError, UnreadableFileError
from hokctl.config.settings import Entry, load_settings, search_path
from hokctl.exit_codes import ExitCode

from .conftest import SECRET, Desk

pytestmark = pytest.mark.unit

SEPOLIA = '[networks.sepolia]\nchain_id = 11155111\nrpc_url = "https://node.example/v2/key"\n'


def test_without_any_file_the_devnet_is_ready(desk: Desk) -> None:
    loaded = load_settings()
    network = loaded.settings.network()
    assert (network.name, network.chain_id, network.node_url()) == ("devnet", 31337, "http://127.0.0.1:8545")
    assert not network.production
    assert network.manifest == desk.work / "deployments" / "devnet.json"
    assert network.proposals == desk.work / "proposals"
    assert loaded.settings.ledger_url() == f"sqlite:///{desk.home}/.local/share/hokctl/ledger.db"
    assert loaded.files == ()
    assert set(loaded.sources.values()) == {"default"}


def test_working_file_wins_over_the_own_file_value_by_value(desk: Desk) -> None:
    own = desk.own('[networks.devnet]\nmax_fee_gwei = "10"\ndeployment_block = 5\n')
    working = desk.working('[networks.devnet]\nmax_fee_gwei = "20"\n')
    loaded = load_settings()
    network = loaded.settings.network("devnet")
    assert (network.max_fee_gwei, network.deployment_block) == ("20", 5)
    assert loaded.files == (working, own)
    assert loaded.sources["networks.devnet.max_fee_gwei"] == str(working)
    assert loaded.sources["networks.devnet.deployment_block"] == str(own)
    assert loaded.sources["networks.devnet.chain_id"] == "default"


def test_named_file_takes_the_place_of_the_working_file(desk: Desk) -> None:
    desk.working('[networks.devnet]\nmax_fee_gwei = "20"\ndeployment_block = 7\n')
    desk.own('[networks.devnet]\nmax_fee_gwei = "10"\nsigner = "alice"\n')
    named = desk.home / "named.toml"
    named.write_text('[networks.devnet]\nmax_fee_gwei = "30"\n', encoding="utf-8")
    network = load_settings(named).settings.network()
    assert (network.max_fee_gwei, network.deployment_block, network.signer) == ("30", 0, "alice")


def test_file_is_named_by_the_environment_too(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    (desk.home / "named.toml").write_text(f'network = "sepolia"\n{SEPOLIA}', encoding="utf-8")
    monkeypatch.setenv("HOKCTL_CONFIG", "~/named.toml")
    assert load_settings().settings.network().name == "sepolia"


def test_option_wins_over_the_environment_in_naming_a_file(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOKCTL_CONFIG", "missing.toml")
    desk.working("")
    assert load_settings(Path("hokctl.toml")).files == (desk.working_file,)


def test_environment_wins_over_every_file(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.working(f'network = "devnet"\n{SEPOLIA}[ledger]\nurl = "sqlite:///book.db"\n')
    monkeypatch.setenv("HOKCTL_NETWORK", "sepolia")
    monkeypatch.setenv("HOKCTL_LEDGER_URL", f"postgresql+psycopg://me:{SECRET}@db.example/book")
    loaded = load_settings()
    assert loaded.settings.network().name == "sepolia"
    assert loaded.settings.ledger_url() == f"postgresql+psycopg://me:{SECRET}@db.example/book"
    assert loaded.sources["network"] == "environment HOKCTL_NETWORK"
    assert loaded.sources["ledger.url"] == "environment HOKCTL_LEDGER_URL"


def test_other_variables_set_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("NETWORKS", "NETWORK", "SIGNERS", "MODELS", "LEDGER", "hokctl_network"):
        monkeypatch.setenv(variable, '{"x": 1}')
    assert load_settings().settings.network().name == "devnet"


def test_signer_is_never_mixed_from_two_files(desk: Desk) -> None:
    desk.own('[signers.alice]\nkind = "keystore"\npath = "alice.json"\npassword_env = "ALICE"\n')
    desk.working('[signers.alice]\nkind = "devnet"\nindex = 3\n')
    loaded = load_settings()
    assert loaded.settings.signers["alice"].model_dump() == {"name": "alice", "kind": "devnet", "index": 3}
    assert "signers.alice.path" not in loaded.sources


@pytest.mark.parametrize(
    ("lower", "upper", "node"),
    [
        ('rpc_url = "http://lower.example"', 'rpc_url_env = "UPPER_URL"', "http://from-env.example"),
        ('rpc_url_env = "LOWER_URL"', 'rpc_url = "http://upper.example"', "http://upper.example"),
    ],
)
def test_node_given_one_way_replaces_a_node_given_the_other_way(
    lower: str, upper: str, node: str, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UPPER_URL", "http://from-env.example")
    desk.own(f"[networks.devnet]\n{lower}\n")
    desk.working(f"[networks.devnet]\n{upper}\n")
    assert load_settings().settings.network().node_url() == node


def test_relative_paths_start_at_the_file_that_says_them(desk: Desk) -> None:
    desk.own(
        '[networks.devnet]\nspec = "spec.toml"\nmanifest = "/absolute/m.json"\npolicy = "~/policy.toml"\n'
        '[signers.alice]\nkind = "keystore"\npath = "keys/alice.json"\n'
    )
    desk.working('[networks.devnet]\nproposals = "shared"\n[ledger]\nurl = "sqlite:///book.db"\n')
    settings = load_settings().settings
    network = settings.network()
    assert network.spec == desk.own_file.parent / "spec.toml"
    assert network.manifest == Path("/absolute/m.json")
    assert network.policy == desk.home / "policy.toml"
    assert network.proposals == desk.work / "shared"
    assert settings.signers["alice"].model_dump()["path"] == desk.own_file.parent / "keys" / "alice.json"
    assert settings.ledger_url() == f"sqlite:///{desk.work}/book.db"


@pytest.mark.parametrize("url", ["sqlite:////var/book.db", "sqlite:///:memory:", "postgresql://db.example/book"])
def test_ledger_elsewhere_stays_there(url: str, desk: Desk) -> None:
    desk.working(f'[ledger]\nurl = "{url}"\n')
    assert load_settings().settings.ledger_url() == url


def test_entries_show_every_value_with_its_origin_and_no_secret(desk: Desk) -> None:
    working = desk.working(
        f'[networks.sepolia]\nchain_id = 11155111\nrpc_url = "https://me:{SECRET}@node.example/v2/{SECRET}"\n'
        f'[ledger]\nurl = "postgresql://me:{SECRET}@db.example/{SECRET}"\n[models."a.b"]\ndaily_burn = "1.5"\n'
    )
    loaded = load_settings()
    entries = loaded.entries()
    assert Entry(key="networks.sepolia.rpc_url", value="https://node.example", source=str(working)) in entries
    assert Entry(key="ledger.url", value="postgresql://db.example", source=str(working)) in entries
    assert Entry(key='models."a.b".daily_burn', value="1.5", source=str(working)) in entries
    assert {entry.key for entry in entries} == set(loaded.sources)
    assert SECRET not in repr(entries) + repr(loaded)


def test_search_path_lists_files_whether_or_not_they_exist(desk: Desk) -> None:
    assert search_path() == (desk.working_file, desk.own_file)
    assert search_path(Path("other.toml")) == (desk.work / "other.toml", desk.own_file)


def test_missing_named_file_is_an_error(desk: Desk) -> None:
    with pytest.raises(ConfigFileMissingError) as caught:
        load_settings(Path("missing.toml"))
    assert caught.value.exit_code is ExitCode.CONFIG
    assert caught.value.message == f"{desk.work}/missing.toml, named by --config, does not exist."


def test_file_named_by_the_environment_and_missing_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOKCTL_CONFIG", "missing.toml")
    with pytest.raises(ConfigFileMissingError, match="named by HOKCTL_CONFIG"):
        load_settings()


def test_broken_toml_names_the_line(desk: Desk) -> None:
    desk.working('network = "devnet"\n[networks.devnet\n')
    with pytest.raises(ConfigSyntaxError) as caught:
        load_settings()
    assert caught.value.exit_code is ExitCode.CONFIG
    assert str(desk.working_file) in caught.value.message
    assert "line 2" in caught.value.message


def test_text_that_is_not_utf8_is_a_syntax_error(desk: Desk) -> None:
    desk.working_file.write_bytes(b'network = "\xff"')
    with pytest.raises(ConfigSyntaxError, match="byte 11 is not UTF-8"):
        load_settings()


def test_byte_order_mark_is_tolerated(desk: Desk) -> None:
    desk.working_file.write_bytes(b'\xef\xbb\xbfnetwork = "devnet"')
    assert load_settings().files == (desk.working_file,)


def test_directory_in_place_of_a_file_is_an_error(desk: Desk) -> None:
    desk.working_file.mkdir()
    with pytest.raises(UnreadableFileError, match=r"hokctl\.toml cannot be read: it is a directory"):
        load_settings()


def test_file_that_cannot_be_reached_is_an_error_and_not_skipped(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    # A real directory without search permission would not stop root, who runs the tests in containers.
    def refuse(path: Path) -> bool:
        raise PermissionError(13, os.strerror(13), str(path))

    monkeypatch.setattr(Path, "exists", refuse)
    with pytest.raises(UnreadableFileError, match="permission is denied") as caught:
        load_settings()
    assert caught.value.exit_code is ExitCode.CONFIG
    assert str(desk.working_file) in caught.value.message


def test_constructor_parameters_of_the_library_cannot_be_set_from_a_file(desk: Desk) -> None:
    (desk.work / ".env").write_text("network=sepolia", encoding="utf-8")
    desk.working('_env_file = ".env"\n')
    with pytest.raises(InvalidConfigError, match=r"_env_file in .*hokctl\.toml is not a key hokctl knows"):
        load_settings()
