"""The policy, read strictly and with names resolved."""

from pathlib import Path

import pytest

from hokctl.config.errors import InvalidConfigError
from hokctl.config.policy import Policy, read_policy
from hokctl.exit_codes import ExitCode

from .conftest import ADMIN, PROVIDER, TREASURY
from .test_spec import resolve

pytestmark = pytest.mark.unit


def read(tmp_path: Path, text: str) -> Policy:
    """Return the policy with the given text."""
    path = tmp_path / "policy.toml"
    path.write_text(text, encoding="utf-8")
    return read_policy(path, resolve)


def test_empty_policy_binds_nothing(tmp_path: Path) -> None:
    policy = read(tmp_path, "")
    assert (policy.limits.per_payment, policy.limits.per_payee_per_day, policy.limits.per_day) == (None, None, None)
    assert (policy.first_time_payee, policy.allowed_models, policy.payees, policy.roles) == ("warn", None, {}, {})


def test_policy_says_limits_payees_models_and_holders(tmp_path: Path) -> None:
    policy = read(
        tmp_path,
        'first_time_payee = "refuse"\nallowed_models = ["21"]\n[limits]\nper_day = "20000.5"\n'
        '[payees.together-ai]\nper_payment = "5"\n'
        f'[roles.InfrastructureReserve]\nPAYER_ROLE = ["{TREASURY}", "together-ai"]\nowner = ["{ADMIN}"]\n'
        "[roles.HokusaiParams]\nGOV_ROLE = []\n",
    )
    assert policy.first_time_payee == "refuse"
    assert policy.allowed_models == ("21",)
    assert policy.limits.per_day == "20000.5"
    assert {payee: limits.per_payment for payee, limits in policy.payees.items()} == {PROVIDER: "5"}
    assert policy.roles == {
        "InfrastructureReserve": {"PAYER_ROLE": (TREASURY, PROVIDER), "owner": (ADMIN,)},
        "HokusaiParams": {"GOV_ROLE": ()},
    }


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[limits]\nper_dya = "1"', "limits.per_dya in {file} is not a key hokctl knows. Did you mean 'per_day'?"),
        ("[limits]\nper_day = 1", "limits.per_day in {file} is not a text"),
        ('[limits]\nper_day = "0"', "limits.per_day in {file} must not be zero"),
        ('[limits]\nper_day = "1,000"', "limits.per_day in {file} is wrong: '1,000' is not an amount"),
        ('first_time_payee = "shrug"', "first_time_payee in {file} is wrong"),
        ('allowed_models = ["2 1"]', "allowed_models[0] in {file} is wrong: '2 1' is not a model id"),
        ('[payees.nobody]\nper_day = "1"', "payees.nobody in {file} is wrong: 'nobody' is neither"),
        (
            f'[roles.InfrastructureReserv]\nPAYER_ROLE = ["{ADMIN}"]',
            "roles.InfrastructureReserv in {file} is no contract hokctl knows. Did you mean 'InfrastructureReserve'?",
        ),
        (
            f'[roles.UsageFeeRouter]\nFEE_DEPOSITER_ROLE = ["{ADMIN}"]',
            "FEE_DEPOSITER_ROLE in {file} is no role hokctl knows. Did you mean 'FEE_DEPOSITOR_ROLE'?",
        ),
        (
            f'[roles."UsageFeeRouter/21"]\nowner = ["{ADMIN}"]',
            'roles."UsageFeeRouter/21" in {file} is no contract of a model',
        ),
        ('[audit]\ncontracts_only = ["tresury"]', "is no role hokctl knows. Did you mean 'treasury'?"),
        ('[audit]\ncontracts_only = ["Reserve.treasury"]', "is no contract hokctl knows"),
        ('[[audit.accepted]]\ncode = "hot-key"', "reason in {file} is missing"),
        ('[[audit.accepted]]\ncode = "hot-key"\nreason = ""', "reason in {file} is wrong"),
        (
            '[roles.UsageFeeRouter]\nFEE_DEPOSITOR_ROLE = ["nobody"]',
            "roles.UsageFeeRouter.FEE_DEPOSITOR_ROLE[0] in {file} is wrong: 'nobody' is neither",
        ),
    ],
)
def test_wrong_policy_is_refused_with_its_key(text: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(InvalidConfigError) as caught:
        read(tmp_path, text)
    assert message.format(file=tmp_path / "policy.toml") in f"{caught.value.message} {caught.value.hint}"
    assert caught.value.exit_code is ExitCode.CONFIG


def test_policy_registers_safes_and_audited_code(tmp_path: Path) -> None:
    policy = read(
        tmp_path,
        f'[safes."{TREASURY}"]\nowners = ["{ADMIN}", "together-ai"]\nthreshold = 2\n'
        f'[audited.together-ai]\ncode_hash = "0x{"ab" * 32}"\n',
    )
    registered = policy.safes[resolve(TREASURY)]
    assert (registered.owners, registered.threshold) == ((ADMIN, PROVIDER), 2)
    assert (registered.modules, registered.guard, registered.version, registered.fallback_handler) == (
        (),
        None,
        None,
        None,
    )
    assert policy.audited[resolve(PROVIDER)].code_hash == "0x" + "ab" * 32


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (f'[safes."{TREASURY}"]\nowners = []\nthreshold = 1', "owners in {file} is wrong"),
        (f'[safes."{TREASURY}"]\nowners = ["{ADMIN}"]\nthreshold = 0', "threshold in {file} is wrong"),
        (f'[audited."{TREASURY}"]\ncode_hash = "0xAB"', "code_hash in {file} is wrong"),
    ],
)
def test_a_registry_that_describes_no_safe_is_refused(text: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(InvalidConfigError) as caught:
        read(tmp_path, text)
    assert message.format(file=tmp_path / "policy.toml") in caught.value.message


def test_policy_says_what_an_audit_asks(tmp_path: Path) -> None:
    role = "0x" + "AB" * 32
    policy = read(
        tmp_path,
        f'[roles."HokusaiParams/21"]\n{role} = ["{ADMIN}"]\ntreasury = []\n'
        f'[audit]\ncontracts_only = ["owner", "HokusaiAMM/21.treasury"]\nhot_key_limit = 0\ndeployers = ["{ADMIN}"]\n'
        '[[audit.accepted]]\ncode = "hot-key"\nreason = "it is a test"\nholder = "together-ai"\n',
    )
    assert policy.roles == {"HokusaiParams/21": {role.lower(): (ADMIN,), "treasury": ()}}
    assert policy.audit.contracts_only == ("owner", "HokusaiAMM/21.treasury")
    assert (policy.audit.hot_key_limit, policy.audit.deployers) == (0, (ADMIN,))
    (accepted,) = policy.audit.accepted
    assert (accepted.code, accepted.holder, accepted.power) == ("hot-key", PROVIDER, None)


def test_an_empty_policy_leaves_the_usual_rules_of_an_audit(tmp_path: Path) -> None:
    audit = read(tmp_path, "").audit
    assert (audit.contracts_only, audit.hot_key_limit, audit.deployers, audit.accepted) == (None, 3, (), ())
