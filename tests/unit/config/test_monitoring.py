"""What the monitor warns of and whom it tells: the specification's thresholds, and secrets that never show."""

from collections.abc import Callable

import pytest

from hokctl.config.errors import InvalidConfigError, UntrustedConfigError
from hokctl.config.monitoring import AlertTarget, MonitorSettings, PrivateFileError, read_targets
from hokctl.config.schema import Settings
from hokctl.config.settings import load_settings
from hokctl.domain.alerts import AlertSeverity
from hokctl.errors import redact

from .conftest import MAINNET, SECRET, Desk

pytestmark = pytest.mark.unit

URL = f"slack://{SECRET}-a/{SECRET}-b/#treasury"


def targets_file(desk: Desk, text: str, mode: int = 0o600) -> MonitorSettings:
    """Write a file of targets; return settings that name it."""
    path = desk.home / "alerts.toml"
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)
    return MonitorSettings(targets=path)


def test_without_a_table_the_thresholds_are_the_specifications(settings_of: Callable[[str], Settings]) -> None:
    found = settings_of("").monitor
    assert (found.critical_runway_days, found.low_runway_days, found.large_payment_percent) == (3, 7, 50)
    assert (found.node_age_s(is_devnet=False), found.node_age_s(is_devnet=True)) == (300, None)
    assert settings_of("[monitor]\nnode_minutes = 2\n").monitor.node_age_s(is_devnet=True) == 120


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ('off = ["insolvncy"]', "insolvency"),
        ("critical_runway_days = 0", "at least 1 day"),
        ("large_payment_percent = 101", "monitor.large_payment_percent"),
        ("repeat_after_hours = -1", "monitor.repeat_after_hours"),
        ("critical_runway = 3", "critical_runway_days"),
    ],
)
def test_what_makes_no_sense_is_refused(text: str, complaint: str, settings_of: Callable[[str], Settings]) -> None:
    with pytest.raises(InvalidConfigError) as caught:
        settings_of(f"[monitor]\n{text}\n")
    assert complaint in f"{caught.value.message} {caught.value.hint}"


def test_targets_come_from_a_private_file_and_the_environment(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = targets_file(desk, f'[targets.pager]\nurl = "{URL}"\nminimum = "critical"\n')
    monkeypatch.setenv("HOKCTL_ALERT_URLS", f"json://one.example\n  mailto://{SECRET}@two.example ")
    found = [(target.name, target.service, target.minimum) for target in read_targets(settings)]
    assert found == [
        ("pager", "slack", AlertSeverity.CRITICAL),
        ("env-1", "json", AlertSeverity.MEDIUM),
        ("env-2", "mailto", AlertSeverity.MEDIUM),
    ]


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644])
def test_a_file_that_others_can_read_is_refused(mode: int, desk: Desk) -> None:
    with pytest.raises(PrivateFileError) as caught:
        read_targets(targets_file(desk, f'[targets.pager]\nurl = "{URL}"\n', mode))
    assert SECRET not in f"{caught.value.message}{caught.value.hint}"
    assert "chmod 600" in caught.value.hint


@pytest.mark.parametrize(
    "text",
    [
        f'[targets.env-1]\nurl = "{URL}"\n',
        f'[targets."a b"]\nurl = "{URL}"\n',
        f'[targets.pager]\nurl = "{URL}"\nminimum = "{SECRET}"\n',
        f'[targets.pager]\nlink = "{URL}"\n',
        f'[targets.pager]\nurl = ["{URL}"]\n',
    ],
)
def test_what_is_wrong_with_a_file_of_targets_is_said_without_its_secrets(text: str, desk: Desk) -> None:
    with pytest.raises(InvalidConfigError) as caught:
        read_targets(targets_file(desk, text))
    assert SECRET not in f"{caught.value.message}{caught.value.hint}"


def test_no_part_of_a_url_is_shown(desk: Desk) -> None:
    (target,) = read_targets(targets_file(desk, f'[targets.pager]\nurl = "{URL}"\n'))
    assert repr(target) == "AlertTarget('pager', 'slack')"
    assert SECRET not in redact(f"could not reach {URL}, nor {SECRET}-b")
    assert target.reveal() == URL


def test_a_file_that_came_along_names_no_targets_and_silences_no_production_network(desk: Desk) -> None:
    desk.working('[monitor]\ntargets = "alerts.toml"\n')
    with pytest.raises(UntrustedConfigError) as caught:
        load_settings()
    assert "who is told of alerts" in caught.value.message
    desk.own(MAINNET)
    desk.working('[monitor]\noff = ["insolvency"]\n')
    settings = load_settings().settings
    assert settings.monitor_of(settings.network("devnet")).off == ("insolvency",)
    with pytest.raises(UntrustedConfigError):
        settings.monitor_of(settings.network("mainnet"))


def test_a_path_starts_at_the_file_that_says_it(desk: Desk) -> None:
    desk.own('[monitor]\ntargets = "alerts.toml"\n')
    assert load_settings().settings.monitor.targets == desk.own_file.parent / "alerts.toml"


def test_a_password_is_kept_out_of_errors_as_apprise_reads_it_too() -> None:
    AlertTarget("mail", "mailto://bob:pw%2Bd1234@mail.example.com", AlertSeverity.LOW)
    assert redact("no login for bob with pw+d1234") == "no login for bob with [redacted]"
