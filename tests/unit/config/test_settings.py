"""Looking things up: networks, signers, addresses, burn."""

from collections.abc import Callable

import pytest
from eth_typing import ChecksumAddress

from hokctl.config.errors import (
    InvalidNodeUrlError,
    MissingSecretError,
    NoNodeError,
    NoSignerError,
    UnknownNameError,
    UnknownNetworkError,
    UnknownSignerError,
)
from hokctl.config.schema import Settings
from hokctl.config.signers import EnvironmentSignerSettings, KeystoreSignerSettings
from hokctl.domain.addresses import InvalidAddressError
from hokctl.domain.units import ModelId
from hokctl.exit_codes import ExitCode

from .conftest import PROVIDER, SECRET, TREASURY

pytestmark = pytest.mark.unit

Load = Callable[[str], Settings]

BOOK = f'[addresses.devnet]\ntogether-ai = "{PROVIDER}"\ntogether-eu = "{PROVIDER}"\n'
SIGNERS = f"""
[signers.alice]
kind = "devnet"
index = 4
[signers.treasurer-2]
kind = "keystore"
path = "t.json"
address = "{TREASURY}"
[signers.vault]
kind = "keystore"
path = "v.json"
password_env = "VAULT_PASSWORD"
[signers.pipeline]
kind = "environment"
variable = "PIPELINE_KEY"
"""


def test_unknown_network_lists_the_known_ones_and_guesses(settings_of: Load) -> None:
    settings = settings_of('[networks.sepolia]\nchain_id = 11155111\nrpc_url = "http://x.example"\n')
    with pytest.raises(UnknownNetworkError) as caught:
        settings.network("sepoila")
    assert caught.value.exit_code is ExitCode.CONFIG
    assert caught.value.message == "The network 'sepoila' is not in the configuration; it has: devnet, sepolia."
    assert caught.value.hint.startswith("Did you mean 'sepolia'? ")


def test_unknown_network_unlike_any_is_not_guessed(settings_of: Load) -> None:
    with pytest.raises(UnknownNetworkError, match=r"it has: devnet\.$"):
        settings_of("").network("zzz")


def test_default_network_may_be_unknown_until_it_is_used(settings_of: Load) -> None:
    with pytest.raises(UnknownNetworkError):
        settings_of('network = "nowhere"\n').network()


def test_node_url_comes_from_the_environment(settings_of: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NODE", f"https://node.example/v2/{SECRET}")
    settings = settings_of('[networks.x]\nchain_id = 5\nrpc_url_env = "NODE"\n')
    assert settings.network("x").node_url() == f"https://node.example/v2/{SECRET}"
    assert settings.environment_variables() == {"NODE"}


def test_node_url_variable_that_is_unset_is_named(settings_of: Load) -> None:
    with pytest.raises(MissingSecretError, match="NODE is not set"):
        settings_of('[networks.x]\nchain_id = 5\nrpc_url_env = "NODE"\n').network("x").node_url()


@pytest.mark.parametrize("value", [SECRET, f"ftp://x/{SECRET}", f"wss://x/{SECRET}", f"https://me:p/w@x/{SECRET} y"])
def test_node_url_variable_without_a_url_is_refused_and_not_shown(
    value: str, settings_of: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NODE", value)
    with pytest.raises(InvalidNodeUrlError) as caught:
        settings_of('[networks.x]\nchain_id = 5\nrpc_url_env = "NODE"\n').network("x").node_url()
    assert caught.value.exit_code is ExitCode.CONFIG
    assert SECRET not in caught.value.message + caught.value.hint


def test_network_without_a_node_says_so_when_it_is_used(settings_of: Load) -> None:
    network = settings_of("[networks.x]\nchain_id = 5\n").network("x")
    with pytest.raises(NoNodeError, match="The network 'x' has no node"):
        network.node_url()


@pytest.mark.parametrize(("text", "wei"), [("50", 50_000_000_000), ("0.000000001", 1), ("40.5", 40_500_000_000)])
def test_fee_cap_is_parsed_exactly(text: str, wei: int, settings_of: Load) -> None:
    assert settings_of(f'[networks.devnet]\nmax_fee_gwei = "{text}"\n').network().max_fee_wei == wei


def test_fee_cap_is_none_when_nobody_said(settings_of: Load) -> None:
    assert settings_of("").network().max_fee_wei is None


@pytest.mark.parametrize(("chain_id", "production"), [(1, True), (8453, True), (11155111, False), (31337, False)])
def test_production_follows_from_the_chain(chain_id: int, production: bool, settings_of: Load) -> None:
    assert settings_of(f"[networks.x]\nchain_id = {chain_id}\n").network("x").production is production


def test_any_network_can_be_declared_production(settings_of: Load) -> None:
    assert settings_of("[networks.x]\nchain_id = 11155111\nproduction = true\n").network("x").production


def test_signer_is_the_named_one_or_the_networks(settings_of: Load) -> None:
    settings = settings_of('[networks.devnet]\nsigner = "alice"\n' + SIGNERS)
    network = settings.network()
    assert settings.signer(None, network).name == "alice"
    assert settings.signer("pipeline", network).name == "pipeline"


def test_signer_nobody_chose_is_an_error(settings_of: Load) -> None:
    settings = settings_of(SIGNERS)
    with pytest.raises(NoSignerError) as caught:
        settings.signer(None, settings.network())
    assert caught.value.exit_code is ExitCode.CONFIG


def test_unknown_signer_lists_the_known_ones_and_guesses(settings_of: Load) -> None:
    settings = settings_of(SIGNERS)
    with pytest.raises(UnknownSignerError, match=r"it has: alice, pipeline, ") as caught:
        settings.signer("alcie", settings.network())
    assert caught.value.hint.startswith("Did you mean 'alice'? ")
    assert caught.value.exit_code is ExitCode.CONFIG


def test_unknown_signer_without_any_signer_says_there_is_none(settings_of: Load) -> None:
    settings = settings_of("")
    with pytest.raises(UnknownSignerError, match="no signer at all"):
        settings.signer("alice", settings.network())


def test_keystore_password_comes_from_the_variable_named_after_the_signer(
    settings_of: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    signer = settings_of(SIGNERS).signers["treasurer-2"]
    assert isinstance(signer, KeystoreSignerSettings)
    assert signer.password_from_environment() is None
    monkeypatch.setenv("HOKCTL_KEYSTORE_PASSWORD_TREASURER_2", SECRET)
    assert signer.password_from_environment() == SECRET


def test_keystore_password_variable_that_was_named_must_be_set(
    settings_of: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    signer = settings_of(SIGNERS).signers["vault"]
    assert isinstance(signer, KeystoreSignerSettings)
    with pytest.raises(MissingSecretError, match="VAULT_PASSWORD"):
        signer.password_from_environment()
    monkeypatch.setenv("VAULT_PASSWORD", SECRET)
    assert signer.password_from_environment() == SECRET


def test_environment_signer_reads_its_key_when_asked(settings_of: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    signer = settings_of(SIGNERS).signers["pipeline"]
    assert isinstance(signer, EnvironmentSignerSettings)
    with pytest.raises(MissingSecretError, match="PIPELINE_KEY"):
        signer.key_from_environment()
    monkeypatch.setenv("PIPELINE_KEY", SECRET)
    assert signer.key_from_environment() == SECRET
    assert SECRET not in repr(signer)


def test_variables_that_the_configuration_names_are_known(settings_of: Load) -> None:
    assert settings_of(SIGNERS).environment_variables() == {"VAULT_PASSWORD", "PIPELINE_KEY"}


def test_address_is_resolved_from_name_prefix_or_itself(settings_of: Load) -> None:
    settings = settings_of(BOOK + "[networks.sepolia]\nchain_id = 11155111\n")
    assert settings.resolve_address("together-ai", settings.network()) == PROVIDER
    assert settings.resolve_address(TREASURY, settings.network()) == TREASURY
    assert settings.resolve_address(f"sep:{TREASURY}", settings.network("sepolia")) == TREASURY


def test_address_of_another_chain_is_refused(settings_of: Load) -> None:
    settings = settings_of("")
    with pytest.raises(InvalidAddressError, match="chain 1 by its prefix"):
        settings.resolve_address(f"eth:{TREASURY}", settings.network())


def test_unknown_name_is_a_usage_error_with_a_guess(settings_of: Load) -> None:
    settings = settings_of(BOOK)
    with pytest.raises(UnknownNameError) as caught:
        settings.resolve_address("togehter-ai", settings.network())
    assert caught.value.exit_code is ExitCode.USAGE
    assert caught.value.message == "'togehter-ai' is neither an address nor a name in the address book of 'devnet'."
    assert caught.value.hint.startswith("Did you mean 'together-ai'? ")


def test_names_of_another_network_do_not_count(settings_of: Load) -> None:
    settings = settings_of(BOOK + "[networks.sepolia]\nchain_id = 11155111\n")
    with pytest.raises(UnknownNameError):
        settings.resolve_address("together-ai", settings.network("sepolia"))


def test_key_given_in_place_of_a_name_is_not_repeated(settings_of: Load) -> None:
    settings = settings_of("")
    key = "ab" * 32
    with pytest.raises(UnknownNameError) as caught:
        settings.resolve_address(key, settings.network())
    assert key not in caught.value.message + caught.value.hint


def test_address_has_its_first_name_on_its_own_network(settings_of: Load) -> None:
    settings = settings_of(BOOK + "[networks.sepolia]\nchain_id = 11155111\n")
    provider = ChecksumAddress(PROVIDER)  # type: ignore[arg-type]  # NewType over a NewType
    assert settings.name_of(provider, settings.network()) == "together-ai"
    assert settings.name_of(provider, settings.network("sepolia")) is None


def test_address_book_checks_prefixes_against_its_chain(settings_of: Load) -> None:
    settings = settings_of(f'[networks.sepolia]\nchain_id = 11155111\n[addresses.sepolia]\nx = "sep:{PROVIDER}"\n')
    assert settings.resolve_address("x", settings.network("sepolia")) == PROVIDER


def test_declared_burn_is_the_models_or_none(settings_of: Load) -> None:
    settings = settings_of('[models."21"]\ndaily_burn = "100.5"\n[models.22]\n')
    assert settings.declared_burn(ModelId("21")) == "100.5"
    assert settings.declared_burn(ModelId("22")) is None
    assert settings.declared_burn(ModelId("23")) is None


def test_settings_cannot_be_changed(settings_of: Load) -> None:
    settings = settings_of("")
    with pytest.raises(ValueError, match="frozen"):
        settings.default_network = "mainnet"
