"""What a file in the working directory may not say about production networks."""

from pathlib import Path

import pytest

from hokctl.config.errors import UntrustedConfigError
from hokctl.config.settings import load_settings
from hokctl.exit_codes import ExitCode

from .conftest import MAINNET, PROVIDER, TREASURY, Desk

pytestmark = pytest.mark.unit

VAULT = '[networks.vault]\nchain_id = 7777\nproduction = true\nrpc_url = "http://own.example"\nsigner = "treasurer"\n'
TREASURER = '[signers.treasurer]\nkind = "keystore"\npath = "t.json"\n'
DEVNET_KEY = 'kind = "devnet"\nindex = 0\n'


def refusal() -> UntrustedConfigError:
    """Load the settings and return the refusal."""
    with pytest.raises(UntrustedConfigError) as caught:
        load_settings()
    assert caught.value.exit_code is ExitCode.CONFIG
    return caught.value


@pytest.mark.parametrize(
    "text",
    [
        MAINNET,
        "[networks.mainnet]\nchain_id = 1\nproduction = false\n",
        "[networks.cheap]\nchain_id = 8453\n",
        '[networks.x]\nchain_id = 5\nproduction = "yes"\n',
        '[networks.x]\nchain_id = 5\nproduction = true\nrpc_url = "http://evil.example"\n',
    ],
)
def test_working_file_cannot_define_a_production_network(text: str, desk: Desk) -> None:
    desk.working(text)
    error = refusal()
    assert "sets the production network" in error.message
    assert str(desk.own_file) in error.hint
    assert "--config" in error.hint


@pytest.mark.parametrize(
    ("text", "claim"),
    [
        ('[networks.vault]\nrpc_url = "http://evil.example"\n', "sets the production network 'vault'"),
        ("[networks.vault]\nproduction = false\n", "sets the production network 'vault'"),
        ("[networks.vault]\nchain_id = 5\n", "sets the production network 'vault'"),
        ('[networks.vault]\nmanifest = "evil.json"\n', "sets the production network 'vault'"),
        (f'[addresses.vault]\ntogether-ai = "{PROVIDER}"\n', "names payees of the production network 'vault'"),
        (f"[signers.treasurer]\n{DEVNET_KEY}", "replaces the signer 'treasurer' of a production network"),
        ('[networks.vault]\ntransaction_service = "http://evil.example"\n', "sets the production network 'vault'"),
        ('network = "vault"\n', "chooses the production network 'vault'"),
    ],
)
def test_working_file_cannot_touch_the_users_production_network(text: str, claim: str, desk: Desk) -> None:
    desk.own(VAULT + TREASURER)
    desk.working(text)
    assert claim in refusal().message


def test_working_file_cannot_turn_a_network_into_production(desk: Desk) -> None:
    desk.own('[networks.vault]\nchain_id = 7777\nrpc_url = "http://own.example"\n')
    desk.working("[networks.vault]\nproduction = true\n")
    assert "sets the production network 'vault'" in refusal().message


def test_users_own_file_and_a_named_file_may_say_all_of_it(desk: Desk) -> None:
    text = f'network = "vault"\n{VAULT}{TREASURER}[addresses.vault]\ntogether-ai = "{PROVIDER}"\n'
    desk.own(text)
    assert load_settings().settings.network().production
    desk.own_file.unlink()
    desk.working(text)
    settings = load_settings(Path("hokctl.toml")).settings
    network = settings.network()
    assert settings.signer(None, network).name == "treasurer"
    assert settings.resolve_address("together-ai", network) == PROVIDER


def test_working_file_may_say_anything_about_test_networks(desk: Desk) -> None:
    desk.own(VAULT + TREASURER)
    desk.working(
        f'network = "devnet"\n[networks.devnet]\nsafe = "{TREASURY}"\n[signers.alice]\n{DEVNET_KEY}'
        f'[addresses.devnet]\ntogether-ai = "{PROVIDER}"\n'
    )
    settings = load_settings().settings
    assert settings.signer("alice", settings.network()).name == "alice"


def test_signer_of_the_working_file_cannot_sign_for_production(desk: Desk) -> None:
    desk.own(VAULT + TREASURER)
    desk.working(f"[signers.alice]\n{DEVNET_KEY}")
    settings = load_settings().settings
    with pytest.raises(UntrustedConfigError, match="defines the signer 'alice', and 'vault' is a production network"):
        settings.signer("alice", settings.network("vault"))


def test_ledger_of_the_working_file_is_not_used_for_production(desk: Desk) -> None:
    desk.own(VAULT + TREASURER)
    desk.working('[ledger]\nurl = "sqlite:///book.db"\n')
    settings = load_settings().settings
    assert settings.ledger_url(settings.network("devnet")).endswith("/work/book.db")
    with pytest.raises(UntrustedConfigError, match="chooses the ledger"):
        settings.ledger_url(settings.network("vault"))


def test_users_own_ledger_is_used_for_production(desk: Desk) -> None:
    desk.own(f'{VAULT}{TREASURER}[ledger]\nurl = "sqlite:////var/book.db"\n')
    desk.working(f"[signers.alice]\n{DEVNET_KEY}")
    settings = load_settings().settings
    assert settings.ledger_url(settings.network("vault")) == "sqlite:////var/book.db"


def test_environments_ledger_replaces_the_working_files_for_production(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.own(VAULT + TREASURER)
    desk.working('[ledger]\nurl = "sqlite:///book.db"\n')
    monkeypatch.setenv("HOKCTL_LEDGER_URL", "sqlite:////var/own.db")
    settings = load_settings().settings
    assert settings.ledger_url(settings.network("vault")) == "sqlite:////var/own.db"


def test_production_network_has_no_manifest_by_default(desk: Desk) -> None:
    desk.own(VAULT)
    assert load_settings().settings.network("vault").manifest is None


def test_working_file_cannot_send_a_variable_of_the_environment_anywhere(desk: Desk) -> None:
    desk.working('[networks.x]\nchain_id = 5\ntransaction_service_key_env = "AWS_SECRET_ACCESS_KEY"\n')
    assert "says which environment variable goes to the Transaction Service of 'x'" in refusal().message


@pytest.mark.parametrize("key", ["transaction_service", "transaction_service_env"])
def test_working_file_cannot_send_the_users_api_key_elsewhere(key: str, desk: Desk) -> None:
    desk.own('[networks.x]\nchain_id = 5\ntransaction_service_key_env = "MINE"\n')
    value = "EVIL" if key.endswith("env") else "http://evil.example"
    desk.working(f'[networks.x]\n{key} = "{value}"\n')
    assert "sends the API key of 'x' to a Transaction Service of its own choice" in refusal().message


def test_working_file_may_name_a_service_without_a_key(desk: Desk) -> None:
    desk.working('[networks.x]\nchain_id = 5\ntransaction_service = "http://127.0.0.1:8000"\n')
    assert load_settings().settings.network("x").service_url() == "http://127.0.0.1:8000"


def test_a_service_given_one_way_replaces_one_given_the_other_way(desk: Desk) -> None:
    desk.own('[networks.x]\nchain_id = 5\ntransaction_service = "http://own.example"\n')
    desk.working('[networks.x]\ntransaction_service_env = "HERE"\n')
    network = load_settings().settings.network("x")
    assert (network.transaction_service, network.transaction_service_env) == (None, "HERE")
