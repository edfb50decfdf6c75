"""Variables, secrets, and the user's directories."""

import pathlib
from pathlib import Path
from typing import NoReturn

import pytest

from hokctl.config.environment import (
    check_environment,
    expand_home,
    get_variable,
    secret_from_environment,
    user_config_file,
    user_data_directory,
)
from hokctl.config.errors import MissingSecretError, MisspeltVariableError, NoHomeError
from hokctl.config.settings import load_settings
from hokctl.exit_codes import ExitCode

from .conftest import SECRET, Desk

pytestmark = pytest.mark.unit


@pytest.fixture
def homeless(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take the home away, as in a container whose user has no account."""

    def refuse(*_: object) -> NoReturn:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(pathlib.Path, "home", refuse)
    monkeypatch.setattr(pathlib.Path, "expanduser", refuse)


def test_secret_is_read_as_it_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOME_KEY", f" {SECRET} ")
    assert secret_from_environment("SOME_KEY") == f" {SECRET} "


@pytest.mark.parametrize("value", [None, ""])
def test_secret_that_is_unset_or_empty_is_missing(value: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    if value is not None:
        monkeypatch.setenv("SOME_KEY", value)
    with pytest.raises(MissingSecretError) as caught:
        secret_from_environment("SOME_KEY")
    assert caught.value.exit_code is ExitCode.CONFIG
    assert caught.value.message == "The environment variable SOME_KEY is not set."


def test_empty_variable_counts_as_unset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOKCTL_NETWORK", "")
    assert get_variable("HOKCTL_NETWORK") is None
    assert load_settings().settings.default_network == "devnet"


def test_user_directories_follow_xdg(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", "/elsewhere/config")
    monkeypatch.setenv("XDG_DATA_HOME", "/elsewhere/data")
    assert user_config_file() == Path("/elsewhere/config/hokctl/config.toml")
    assert user_data_directory() == Path("/elsewhere/data/hokctl")


@pytest.mark.parametrize("value", ["", "relative/path"])
def test_relative_xdg_directories_are_ignored(value: str, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", value)
    monkeypatch.setenv("XDG_DATA_HOME", value)
    assert user_config_file() == desk.own_file
    assert user_data_directory() == desk.home / ".local" / "share" / "hokctl"


@pytest.mark.usefixtures("homeless")
def test_missing_home_is_an_error_that_names_the_way_out() -> None:
    with pytest.raises(NoHomeError) as caught:
        user_data_directory()
    assert caught.value.exit_code is ExitCode.CONFIG
    assert "XDG_DATA_HOME" in caught.value.hint


@pytest.mark.usefixtures("homeless")
def test_tilde_stays_where_no_home_is_known() -> None:
    assert expand_home("~/keys") == Path("~/keys")


def test_tilde_becomes_the_home(desk: Desk) -> None:
    assert expand_home("~/keys") == desk.home / "keys"


def test_misspelt_variable_is_reported_with_the_one_that_was_meant() -> None:
    assert check_environment({"HOKCTL_NETWROK": "sepolia"}) == [
        "HOKCTL_NETWROK is none that hokctl reads. Did you mean HOKCTL_NETWORK?"
    ]


def test_unlike_variable_is_reported_without_a_guess() -> None:
    assert check_environment({"HOKCTL_XYZ": "1"}) == ["HOKCTL_XYZ is none that hokctl reads."]


def test_known_and_tolerated_variables_are_not_reported() -> None:
    environ = {
        "HOKCTL_NETWORK": "devnet",
        "HOKCTL_CONFIG": "x",
        "HOKCTL_OUTPUT": "json",
        "HOKCTL_LEDGER_URL": "sqlite://",
        "HOKCTL_ANVIL": "x",
        "HOKCTL_CAST": "x",
        "HOKCTL_TEST_ANYTHING": "x",
        "HOKCTL_KEYSTORE_PASSWORD_ALICE": "x",
        "HOKCTL_ALICE_KEY": "x",
        "PATH": "x",
    }
    assert check_environment(environ, named={"HOKCTL_ALICE_KEY"}) == []


def test_misspelt_named_variable_is_guessed() -> None:
    assert check_environment({"HOKCTL_ALICE_KYE": "x"}, named={"HOKCTL_ALICE_KEY"}) == [
        "HOKCTL_ALICE_KYE is none that hokctl reads. Did you mean HOKCTL_ALICE_KEY?"
    ]


@pytest.mark.parametrize(
    ("variable", "meant"),
    [
        ("HOKCTL_NETWROK", "HOKCTL_NETWORK"),
        ("HOKCTL_NETWORKS", "HOKCTL_NETWORK"),
        ("HOKCTL_CONFIG_FILE", "HOKCTL_CONFIG"),
        ("HOKCTL_LEDGER", "HOKCTL_LEDGER_URL"),
    ],
)
def test_loading_refuses_a_misspelt_variable(variable: str, meant: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(variable, SECRET)
    with pytest.raises(MisspeltVariableError) as caught:
        load_settings()
    assert caught.value.exit_code is ExitCode.CONFIG
    assert f"Did you mean {meant}?" in caught.value.hint
    assert SECRET not in caught.value.message + caught.value.hint


def test_loading_tolerates_what_a_platform_sets_and_mentions_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOKCTL_SERVICE_HOST", "10.0.0.1")
    assert load_settings().warnings == ("HOKCTL_SERVICE_HOST is none that hokctl reads.",)
