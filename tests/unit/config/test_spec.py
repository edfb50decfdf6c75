"""The deployment specification, read strictly and with names resolved."""

from datetime import date
from pathlib import Path

import pytest
from eth_typing import ChecksumAddress

from hokctl.config.errors import InvalidConfigError, UnknownNameError
from hokctl.config.file_errors import UnreadableFileError
from hokctl.config.spec import DeploymentSpec, read_spec
from hokctl.config.spec_parts import further_holders
from hokctl.domain.addresses import looks_like_address, parse_address
from hokctl.domain.roles import PAYER_ROLE
from hokctl.exit_codes import ExitCode

from .conftest import ADMIN, BACKEND, PROVIDER, TREASURY

pytestmark = pytest.mark.unit

ACCOUNTS = f'treasury = "{TREASURY}"\nadmin = "{ADMIN}"\nbackend = "{BACKEND}"\n'
FULL = ACCOUNTS + 'usdc = "mock"\n'
MODEL = '[[models]]\nmodel_id = "21"\nname = "N"\nsymbol = "S"\ninitial_supply = "1.5"\nlicense_uri = "x"\n'
BOOK = {"together-ai": parse_address(PROVIDER, 31337)}


def resolve(text: str) -> ChecksumAddress:
    """Return the address that `text` means, by a small address book."""
    if looks_like_address(text):
        return parse_address(text, 31337)
    if text not in BOOK:
        raise UnknownNameError(text, "devnet", suggestion="Did you mean 'together-ai'? ")
    return BOOK[text]


def read(tmp_path: Path, text: str) -> DeploymentSpec:
    """Return the specification with the given text."""
    path = tmp_path / "deployment.toml"
    path.write_text(text, encoding="utf-8")
    return read_spec(path, resolve)


def test_little_is_needed_and_the_rest_has_the_protocols_defaults(tmp_path: Path) -> None:
    spec = read(tmp_path, FULL + MODEL)
    assert (spec.scope, spec.usdc, spec.factory) == ("full", None, None)
    assert (spec.payer, spec.pauser) == (TREASURY, ADMIN)
    (model,) = spec.models
    assert (model.infrastructure_accrual_bps, model.tokens_per_delta_one) == (8000, 1000)
    assert (model.governor, model.provider, model.license_hash) == (ADMIN, None, None)
    assert model.initial_supply_units == 1_500_000_000_000_000_000
    assert (model.pool.crr_ppm, model.pool.trade_fee_bps, model.pool.ibr_seconds) == (100_000, 30, 604_800)
    assert (model.pool.threshold_units(6), model.pool.price_units(6)) == (25_000_000_000, 10_000)


def test_what_is_said_replaces_the_defaults(tmp_path: Path) -> None:
    text = f'{FULL}payer = "{BACKEND}"\npauser = "{BACKEND}"\n{MODEL}governor = "{BACKEND}"\nprovider = "together-ai"\n'
    spec = read(tmp_path, text + '[models.pool]\nibr_days = 1\nflat_curve_price = "0.000001"\n')
    assert (spec.payer, spec.pauser) == (BACKEND, BACKEND)
    (model,) = spec.models
    assert (model.governor, model.provider) == (BACKEND, PROVIDER)
    assert (model.pool.ibr_seconds, model.pool.price_units(6)) == (86_400, 1)


@pytest.mark.parametrize(
    ("line", "bps"),
    [
        ('split = "90%"', 9000),
        ('split = "7250"', 7250),
        ('split = "72.5%"', 7250),
        ("infrastructure_accrual_bps = 5000", 5000),
        ("infrastructure_accrual_bps = 10000", 10000),
    ],
)
def test_split_is_written_as_bps_or_percentage(line: str, bps: int, tmp_path: Path) -> None:
    (model,) = read(tmp_path, FULL + MODEL + line).models
    assert model.infrastructure_accrual_bps == bps
    assert model.split is None


def test_infrastructure_scope_adds_to_a_factory(tmp_path: Path) -> None:
    text = f'scope = "infrastructure"\n{ACCOUNTS}usdc = "{PROVIDER}"\nfactory = "{TREASURY}"\n'
    spec = read(tmp_path, text)
    assert (spec.usdc, spec.factory, spec.models) == (PROVIDER, TREASURY, ())


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "treasury in {file} is missing"),
        (FULL.replace("backend", "bakend"), "bakend in {file} is not a key hokctl knows. Did you mean 'backend'?"),
        (FULL + MODEL + 'symbl = "S"', "models[0].symbl in {file} is not a key hokctl knows. Did you mean 'symbol'?"),
        (
            FULL + MODEL + "[models.pool]\ncrr = 1",
            "models[0].pool.crr in {file} is not a key hokctl knows. Did you mean 'crr_ppm'?",
        ),
        ('scope = "some"\n' + FULL, "scope in {file} is wrong: it should be 'full' or 'infrastructure'"),
        (ACCOUNTS, "usdc in {file} is missing"),
        (ACCOUNTS + "usdc = 5", "usdc in {file} is not a text"),
        (ACCOUNTS + 'usdc = "moc"', "usdc in {file} is wrong: 'moc' is neither an address nor a name"),
        (FULL.replace(TREASURY, TREASURY.lower()), "treasury in {file} is wrong"),
        (FULL.replace(TREASURY, "0x" + "0" * 40), "treasury in {file} is wrong: The zero address"),
        (FULL + f'factory = "{ADMIN}"', "factory in {file} is for scope infrastructure"),
        (f'scope = "infrastructure"\n{ACCOUNTS}usdc = "{PROVIDER}"', "factory in {file} is missing"),
        (f'scope = "infrastructure"\n{FULL}factory = "{PROVIDER}"', 'usdc in {file} cannot be "mock"'),
        (
            f'scope = "infrastructure"\n{ACCOUNTS}usdc = "{PROVIDER}"\nfactory = "{PROVIDER}"\n{MODEL}',
            "models in {file} cannot be deployed in scope infrastructure",
        ),
        (FULL + "models = 5", "models in {file} is wrong"),
        (FULL + "models = [5]", "models[0] in {file} is wrong"),
        (FULL + MODEL + MODEL, "models in {file} names the model '21' a second time"),
        (FULL + MODEL.replace('"21"', '"2 1"'), "models[0].model_id in {file} is wrong: '2 1' is not a model id"),
        (FULL + MODEL.replace('"S"', '"S S"'), "models[0].symbol in {file} is wrong"),
        (FULL + MODEL.replace('"N"', '""'), "models[0].name in {file} is wrong"),
        (FULL + MODEL.replace('"1.5"', '"1e3"'), "models[0].initial_supply in {file} is wrong: '1e3' is not an amount"),
        (FULL + MODEL.replace('"1.5"', "1.5"), "models[0].initial_supply in {file} is not a text"),
        (FULL + MODEL + "infrastructure_accrual_bps = 4999", "models[0].infrastructure_accrual_bps in {file} is wrong"),
        (FULL + MODEL + "infrastructure_accrual_bps = 10001", "10001 bps (100.01%) is outside"),
        (FULL + MODEL + 'split = "80.5.1%"', "models[0].split in {file} is wrong: '80.5.1%' is not a split"),
        (FULL + MODEL + 'split = "40%"', "4000 bps (40%) is outside"),
        (FULL + MODEL + "split = 80", "models[0].split in {file} is not a text"),
        (
            FULL + MODEL + 'split = "80%"\ninfrastructure_accrual_bps = 8000',
            "models[0].split in {file} contradicts infrastructure_accrual_bps",
        ),
        (FULL + MODEL + "tokens_per_delta_one = 99", "models[0].tokens_per_delta_one in {file} is wrong"),
        (FULL + MODEL + 'license_hash = "0x12"', "models[0].license_hash in {file} is wrong"),
        (FULL + MODEL + 'provider = "togehter-ai"', "Did you mean 'together-ai'?"),
        (FULL + MODEL + "[models.pool]\nibr_days = 31", "models[0].pool.ibr_days in {file} is wrong"),
        (FULL + MODEL + '[models.pool]\nflat_curve_price = "0"', "pool.flat_curve_price in {file} must not be zero"),
    ],
)
def test_wrong_specification_is_refused_with_its_key(text: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(InvalidConfigError) as caught:
        read(tmp_path, text)
    assert message.format(file=tmp_path / "deployment.toml") in f"{caught.value.message} {caught.value.hint}"
    assert caught.value.exit_code is ExitCode.CONFIG
    assert caught.value.hint


def test_missing_checksum_is_answered_with_the_checksummed_address(tmp_path: Path) -> None:
    with pytest.raises(InvalidConfigError) as caught:
        read(tmp_path, FULL.replace(TREASURY, TREASURY.lower()))
    assert TREASURY in caught.value.hint


def test_missing_specification_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFileError, match=r"The deployment specification .* it does not exist"):
        read_spec(tmp_path / "missing.toml", resolve)


def test_a_specification_names_its_networks_roles_defaults_and_attestations(tmp_path: Path) -> None:
    text = f"""networks = ["sepolia", "mainnet"]
{FULL}[factory_defaults]
crr_ppm = 200000
[roles.InfrastructureReserve]
PAYER_ROLE = ["{BACKEND}", "together-ai"]
[attestations]
monitoring_set_up = {{ who = "Ann", when = 2026-02-01, where = "runbook 4" }}
"""
    spec = read(tmp_path, text)
    assert spec.networks == ("sepolia", "mainnet")
    assert spec.factory_defaults is not None
    assert (spec.factory_defaults.crr_ppm, spec.factory_defaults.ibr_seconds) == (200_000, 604_800)
    holders = [
        ("InfrastructureReserve", PAYER_ROLE, BACKEND),
        ("InfrastructureReserve", PAYER_ROLE, PROVIDER),
    ]
    assert further_holders(spec.roles) == holders
    attested = spec.attestations.named()
    assert [name for name, one in attested.items() if one is None] == ["backend_key_secured", "tested_on_test_network"]
    monitoring = attested["monitoring_set_up"]
    assert monitoring is not None
    assert (monitoring.who, monitoring.when, monitoring.where) == ("Ann", date(2026, 2, 1), "runbook 4")


@pytest.mark.parametrize(
    ("line", "key", "says"),
    [
        ("networks = []", "networks", "at least 1 item"),
        ('[roles.InfrastructureReserv]\nPAYER_ROLE = ["x"]', "roles", "which is no contract with roles"),
        ('[roles.UsageFeeRouter]\nPAYERS = ["x"]', "PAYERS", "which is no role of the protocol"),
        ('[roles.UsageFeeRouter]\nPAYER_ROLE = ["nobody"]', "roles.UsageFeeRouter.PAYER_ROLE", "nobody"),
        ('[attestations]\nkey_is_safe = { who = "A", when = 2026-02-01 }', "attestations.key_is_safe", "not a key"),
        ('[attestations]\nmonitoring_set_up = { who = "A" }', "attestations.monitoring_set_up.when", "is missing"),
        ('[attestations]\nmonitoring_set_up = "yes"', "attestations.monitoring_set_up", ""),
        ("[factory_defaults]\ncrr_ppm = 1", "factory_defaults.crr_ppm", "greater than or equal to 50000"),
    ],
)
def test_what_a_specification_cannot_say_is_named_with_its_key(line: str, key: str, says: str, tmp_path: Path) -> None:
    with pytest.raises(InvalidConfigError) as caught:
        read(tmp_path, FULL + line)
    assert key in caught.value.message
    assert says in caught.value.message


def test_factory_defaults_are_not_for_an_existing_factory(tmp_path: Path) -> None:
    text = f'scope = "infrastructure"\n{ACCOUNTS}usdc = "{PROVIDER}"\nfactory = "{TREASURY}"\n[factory_defaults]\n'
    with pytest.raises(InvalidConfigError, match="belong to the existing factory"):
        read(tmp_path, text)
