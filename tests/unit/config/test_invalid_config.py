"""Wrong keys and values: each names its key and its file, and never a secret."""

from pathlib import Path

import pytest

from hokctl.config.errors import InvalidConfigError
from hokctl.config.settings import load_settings
from hokctl.exit_codes import ExitCode

from .conftest import PROVIDER, SECRET, Desk

pytestmark = pytest.mark.unit

LEDGER = f'[signers.a]\nkind = "ledger"\naddress = "{PROVIDER}"\n'
KMS = f'[signers.a]\nkind = "kms"\naddress = "{PROVIDER}"\n'
KMS_KEY = KMS + 'key_id = "alias/x"\nregion = "eu-central-1"\n'
KEYSTORE = '[signers.a]\nkind = "keystore"\npath = "x"\n'
DEVNET = "[networks.devnet]\n"
X = "[networks.x]\nchain_id = 5\n"


def invalid(desk: Desk, text: str, *, where: Path | None = None) -> InvalidConfigError:
    """Load `text` as the user's own configuration and return the error."""
    desk.own(text)
    with pytest.raises(InvalidConfigError) as caught:
        load_settings(where)
    assert caught.value.exit_code is ExitCode.CONFIG
    return caught.value


@pytest.mark.parametrize(
    ("text", "key", "meant"),
    [
        ('netwrok = "devnet"', "netwrok", "network"),
        ('[networks.devnet]\nrcp_url = "http://x.example"', "networks.devnet.rcp_url", "rpc_url"),
        ('[network.devnet]\nrpc_url = "http://x.example"\n[networkss.x]', "networkss", "networks"),
        ('[signers.a]\nkind = "keystore"\npth = "x"', "signers.a.pth", "path"),
        ('[signers.a]\nkind = "devnet"\nindx = 1', "signers.a.indx", "index"),
        ('[models."2.1"]\ndaily_bunr = "1"', 'models."2.1".daily_bunr', "daily_burn"),
        ('[ledger]\nulr = "x"', "ledger.ulr", "url"),
    ],
)
def test_misspelt_key_is_named_with_the_one_that_was_meant(text: str, key: str, meant: str, desk: Desk) -> None:
    error = invalid(desk, text)
    assert error.message == f"{key} in {desk.own_file} is not a key hokctl knows."
    assert error.hint.startswith(f"Did you mean {meant!r}?")
    assert meant in error.hint


def test_key_unlike_any_is_named_without_a_guess(desk: Desk) -> None:
    error = invalid(desk, DEVNET + f'private_key = "{SECRET}"')
    assert error.message == f"networks.devnet.private_key in {desk.own_file} is not a key hokctl knows."
    assert SECRET not in error.hint


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("network = 5", "network in {file} is not a text."),
        ('network = "a b"', "network in {file} is not a name hokctl can use."),
        ("networks = 5", "networks in {file} is wrong: it should be a valid dictionary."),
        ("[networks]\nx = 5", "networks.x in {file} is wrong: it should be a valid dictionary"),
        ("[networks]\ndevnet = 5", "networks.devnet in {file} is wrong: it should be a valid dictionary"),
        ('[networks.x]\nrpc_url = "http://x.example"', "networks.x.chain_id in {file} is missing."),
        ('[networks.x]\nchain_id = "5"', "networks.x.chain_id in {file} is wrong: it should be a valid integer."),
        ("[networks.x]\nchain_id = true", "networks.x.chain_id in {file} is wrong: it should be a valid integer."),
        ("[networks.x]\nchain_id = [1]", "networks.x.chain_id in {file} is wrong: it should be a valid integer."),
        ("[networks.x]\nchain_id = 0", "networks.x.chain_id in {file} is wrong: it should be greater than"),
        ('[networks."a b"]\nchain_id = 5', 'networks."a b" in {file} is not a name hokctl can use.'),
        ('[networks."0xab"]\nchain_id = 5', "networks.0xab in {file} is not a name hokctl can use."),
        ("[networks.x]\nchain_id = 1\nproduction = false", "networks.x.production in {file} cannot be false"),
        ('[networks.x]\nchain_id = 5\nname = "y"', "networks.x.name in {file} is not a key hokctl knows."),
        (X + 'rpc_url = "http://x.example"\nrpc_url_env = "Y"', "networks.x.rpc_url_env in {file} contradicts rpc_url"),
        (DEVNET + "max_fee_gwei = 50", "networks.devnet.max_fee_gwei in {file} is not a text."),
        (DEVNET + 'max_fee_gwei = "1e3"', "networks.devnet.max_fee_gwei in {file} is wrong: '1e3' is not an amount"),
        (DEVNET + "deployment_block = -1", "networks.devnet.deployment_block in {file} is wrong"),
        (DEVNET + "spec = 5", "networks.devnet.spec in {file} is wrong"),
        (DEVNET + 'allow_lone_key = "x"', "networks.devnet.allow_lone_key in {file} is wrong"),
        (
            DEVNET + 'allow_lone_key = ["setProvider(string modelId)"]',
            "networks.devnet.allow_lone_key[0] in {file} holds 'setProvider(string modelId)'",
        ),
        (DEVNET + f'safe = "{PROVIDER.lower()}"', "networks.devnet.safe in {file} is wrong"),
        (DEVNET + f'safe = "eth:{PROVIDER}"', "networks.devnet.safe in {file} is wrong"),
        ('[networks.x]\nchain_id = "5"\nsafe = "z"', "networks.x.chain_id in {file} is wrong"),
        ("signers = 5", "signers in {file} is wrong"),
        ("[signers]\na = 5", "signers.a in {file} is wrong"),
        ("[signers.a]\nindex = 1", "signers.a.kind in {file} is none of the kinds of signer."),
        ('[signers.a]\nkind = "vault"', "signers.a.kind in {file} is none of the kinds of signer."),
        ('[signers.a]\nkind = "ledger"', "signers.a.address in {file} is missing."),
        (LEDGER + 'derivation_path = "44/60"', "signers.a.derivation_path in {file} is not a derivation path."),
        (
            LEDGER + 'derivation_path = "m/2147483648\'"',
            "signers.a.derivation_path in {file} is not a derivation path.",
        ),
        (KMS + 'region = "eu-central-1"', "signers.a.key_id in {file} is missing."),
        (KMS_KEY.replace("alias/x", "ab" * 32), "signers.a.key_id in {file} is not the id of a key in AWS KMS."),
        (KMS + 'key_id = "alias/x"\nregion = "Frankfurt"', "signers.a.region in {file} is not an AWS region."),
        (KMS_KEY + 'endpoint_url = "http://kms.example"', "signers.a.endpoint_url in {file} is not the URL of a KMS"),
        ('[signers.a]\nkind = "none"', "signers.a.address in {file} is missing."),
        ('[signers.a]\nkind = "keystore"', "signers.a.path in {file} is missing."),
        ('[signers.a]\nkind = "devnet"\nindex = -1', "signers.a.index in {file} is wrong"),
        (KEYSTORE + 'address = "0x12"', "signers.a.address in {file} is wrong: '0x12' is not an address"),
        ("addresses = 5", "addresses in {file} is wrong"),
        (f'[addresses.x]\na = "{PROVIDER}"', "addresses.x in {file} is for a network that the configuration lacks."),
        (f'[addresses.devnte]\na = "{PROVIDER}"', "Did you mean 'devnet'?"),
        (f'[addresses.devnet]\n"a b" = "{PROVIDER}"', 'addresses.devnet."a b" in {file} is not a name'),
        (f'[addresses.devnet]\na = "{PROVIDER.lower()}"', "addresses.devnet.a in {file} is wrong"),
        (f'[addresses.devnet]\na = "eth:{PROVIDER}"', "addresses.devnet.a in {file} is wrong"),
        ('[models."a b"]', "models.\"a b\" in {file} is wrong: 'a b' is not a model id"),
        ('[models.21]\ndaily_burn = "-1"', "models.21.daily_burn in {file} is wrong: '-1' is not an amount"),
        ('[models.21]\ndaily_burn = "0.0000001"', "models.21.daily_burn in {file} is wrong: '0.0000001'"),
        ("[models.21]\ndaily_burn = 1.5", "models.21.daily_burn in {file} is not a text."),
        ("ledger = 5", "ledger in {file} is wrong"),
        ('[ledger]\nurl = "mysql://x/y"', "ledger.url in {file} is not the URL of an SQLite or PostgreSQL database."),
    ],
)
def test_wrong_value_is_named_with_its_file(text: str, message: str, desk: Desk) -> None:
    error = invalid(desk, text)
    assert message.format(file=desk.own_file) in f"{error.message} {error.hint}"


@pytest.mark.parametrize(
    "text",
    [
        DEVNET + f'rpc_url = "{SECRET}"',
        DEVNET + f'rpc_url = "wss://x.example/{SECRET}"',
        DEVNET + f'rpc_url_env = "https://x.example/{SECRET}"',
        DEVNET + f'rpc_url = ["{SECRET}"]',
        KEYSTORE + f'password_env = "{SECRET}"',
        f'[signers.a]\nkind = "environment"\nvariable = "0x{"ab" * 32}"',
        f'[signers.a]\nkind = "environment"\nvariable = "X"\naddress = "0x{"ab" * 32}"',
        f'[signers.a]\nkind = "{SECRET}"',
        f'[ledger]\nurl = "postgresql://me:{SECRET}/x@host/db"',
        f'[ledger]\nurl = "oracle://{SECRET}"',
    ],
)
def test_no_error_repeats_what_may_be_a_secret(text: str, desk: Desk) -> None:
    error = invalid(desk, text)
    shown = f"{error}{error.hint}{error.problems}{error.__cause__}"
    assert SECRET not in shown
    assert "ab" * 32 not in shown


def test_missing_checksum_is_answered_with_the_checksummed_address(desk: Desk) -> None:
    assert PROVIDER in invalid(desk, DEVNET + f'safe = "{PROVIDER.lower()}"').hint


def test_every_problem_is_listed_and_the_others_counted(desk: Desk) -> None:
    error = invalid(desk, 'network = 5\n[networks.x]\nchain_id = "5"\n[models.21]\ndaily_burn = 1\n')
    assert [problem.key for problem in error.problems] == ["network", "networks.x.chain_id", "models.21.daily_burn"]
    assert error.message.endswith("is not a text; there are 2 more like it.")


def test_two_problems_are_one_more_problem(desk: Desk) -> None:
    assert invalid(desk, "network = 5\n[models.21]\ndaily_burn = 1\n").message.endswith("; there is 1 more like it.")


def test_problem_names_the_file_that_says_it(desk: Desk) -> None:
    desk.working(DEVNET + 'max_fee_gwei = "x"\n')
    assert invalid(desk, DEVNET + "deployment_block = 1\n").problems[0].origin == str(desk.working_file)


def test_problem_of_the_environment_names_the_variable(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOKCTL_LEDGER_URL", f"oracle://{SECRET}")
    error = invalid(desk, "")
    assert error.message.startswith("ledger.url in the environment (HOKCTL_LEDGER_URL) is not the URL")
    assert error.hint.endswith("/ and @ in a password as %2F, %40.")
    assert error.hint.startswith("Give sqlite:///FILE, or for PostgreSQL a URL as docs/ledger.md has it;")


def test_problem_of_no_file_names_the_configuration(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(desk.home / "with space"))
    assert "ledger.url in the configuration is not the URL" in invalid(desk, "").message
