"""What the monitor is to warn of, and whom it tells."""

import re
import stat
from pathlib import Path
from typing import Annotated, Final
from urllib.parse import unquote

from pydantic import AfterValidator, Field, PlainSerializer, SecretStr

from hokctl.config.environment import ALERT_URLS_VARIABLE, get_variable
from hokctl.config.strict import LaxPath, StrictModel, problem, read_table
from hokctl.config.suggestions import suggest
from hokctl.config.tables import read_toml
from hokctl.domain.alert_rules import RULES
from hokctl.domain.alerts import AlertSeverity
from hokctl.domain.runway import CRITICAL_DAYS, LOW_DAYS
from hokctl.domain.splits import FULL_BPS
from hokctl.errors import ConfigError, remember_secret, shown

_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO
_HINT: Final = "docs/monitoring.md shows such a file."
_SECRET_PART: Final = 8
_FROM_ENVIRONMENT: Final = "env-"
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", re.ASCII)


class PrivateFileError(ConfigError):
    """A file with secrets that others can read."""

    code = "private-file"

    def __init__(self, path: Path, mode: int) -> None:
        """Name the file and its mode."""
        super().__init__(f"{path} holds secrets, and its mode {mode:04o} lets others at it.", hint=f"chmod 600 {path}")


def _checked_days(days: int) -> int:
    if days < 1:
        raise problem("must be at least 1 day")
    return days


def _rule(text: str) -> str:
    if text not in RULES:
        hint = "docs/monitoring.md lists the rules."
        raise problem(f"holds {shown(text, 40)!r}, which is no rule", hint=hint, suggestion=suggest(text, RULES))
    return text


def _severity(text: str) -> str:
    if text not in tuple(AlertSeverity):
        raise problem("is none of the severities", hint=f"They are: {', '.join(AlertSeverity)}.")
    return text


Days = Annotated[int, AfterValidator(_checked_days)]
Hours = Annotated[int, Field(ge=0)]
Minutes = Annotated[int, Field(ge=1)]
Bps = Annotated[int, Field(ge=0, le=FULL_BPS)]
Severity = Annotated[str, AfterValidator(_severity)]
RuleName = Annotated[str, AfterValidator(_rule)]


class MonitorSettings(StrictModel):
    """The table [monitor]: from when on something is worth an alert. Without it, the specification's thresholds."""

    critical_runway_days: Days = CRITICAL_DAYS
    """A runway of fewer days is critical."""
    low_runway_days: Days = LOW_DAYS
    """A runway of fewer days is low."""
    large_payment_percent: Annotated[int, Field(ge=1, le=100)] = 50
    """A payment of more than this share of what was accrued before it is large."""
    split_min_bps: Bps | None = None
    """The smallest split that is agreed on; None for what the contract accepts."""
    split_max_bps: Bps | None = None
    """The largest split that is agreed on; None for what the contract accepts."""
    paused_hours: Hours = 1
    """A reserve or pool that is paused for longer is worth an alert."""
    proposal_hours: Hours = 24
    """A Safe's proposal that waits for longer is worth an alert."""
    operation_hours: Hours = 24
    """A timelock's operation that is ready for longer is overdue."""
    node_minutes: Minutes | None = None
    """A node whose newest block is older is behind; None for 5, and for never on the devnet."""
    index_hours: Hours = 48
    """An index of events that is further behind the node is worth an alert."""
    event_hours: Hours = 24
    """For how long what happened on the chain stands as an alert."""
    repeat_after_hours: Hours = 24
    """When an alert that still stands is announced again; 0 for never."""
    off: Annotated[tuple[RuleName, ...], Field(strict=False)] = ()
    """The rules that are not looked at, by name."""
    runbooks: str | None = None
    """Where the runbooks are: a URL, or a path; None for those that `hokctl monitor runbook` prints."""
    targets: LaxPath | None = None
    """The private file that says who is told."""

    def node_age_s(self, *, is_devnet: bool) -> int | None:
        """Return how old the newest block may be, in seconds; None for any age: the devnet makes blocks on demand."""
        minutes = self.node_minutes or (None if is_devnet else _NODE_MINUTES)
        return None if minutes is None else minutes * 60


_NODE_MINUTES: Final = 5


def _hidden(url: SecretStr) -> str:
    return url.get_secret_value().partition("://")[0]


class TargetSettings(StrictModel):
    """A table [targets.NAME] of the private file."""

    url: Annotated[SecretStr, PlainSerializer(_hidden, return_type=str)]
    """An Apprise URL. Any part of it may be a secret."""
    minimum: Severity = AlertSeverity.MEDIUM.value
    """The least urgent alert that it is told."""


def _checked_name(text: str) -> str:
    if not _NAME.fullmatch(text) or text.startswith(_FROM_ENVIRONMENT):
        hint = f"Use letters, digits, '-', '_' and '.', and not {_FROM_ENVIRONMENT} in front."
        raise problem("is not a name that a target can have", hint=hint)
    return text


class _Targets(StrictModel):
    targets: dict[Annotated[str, AfterValidator(_checked_name)], TargetSettings] = Field(default_factory=dict)


class AlertTarget:
    """Somebody who is told of alerts. It never shows its URL."""

    def __init__(self, name: str, url: str, minimum: AlertSeverity) -> None:
        """Keep every part of the URL out of whatever is shown from now on."""
        self.name = name
        self.minimum = minimum
        self._url = url
        _remember(url)

    @property
    def service(self) -> str:
        """What kind of service it is: the URL's scheme, which is all of it that may be shown."""
        return self._url.partition("://")[0]

    def __repr__(self) -> str:
        """Return the name and the service."""
        return f"AlertTarget({self.name!r}, {self.service!r})"

    def reveal(self) -> str:
        """Return the URL. It holds secrets: send to it, never show it."""
        return self._url


def read_targets(settings: MonitorSettings) -> tuple[AlertTarget, ...]:
    """Return who is told: those of the private file, and those of HOKCTL_ALERT_URLS, separated by white space.

    Raises PrivateFileError unless the file is the user's alone; UnreadableFileError, ConfigSyntaxError and
    InvalidConfigError.
    """
    found = [] if settings.targets is None else list(_file_targets(settings.targets))
    urls = (get_variable(ALERT_URLS_VARIABLE) or "").split()
    found += [
        AlertTarget(f"{_FROM_ENVIRONMENT}{number}", url, AlertSeverity.MEDIUM)
        for number, url in enumerate(urls, start=1)
    ]
    return tuple(found)


def _file_targets(path: Path) -> tuple[AlertTarget, ...]:
    table = read_toml(path, what="file of alert targets")
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & _OTHERS:
        raise PrivateFileError(path, mode)
    read = read_table(_Targets, table, path=path, hint=_HINT, context={})
    return tuple(
        AlertTarget(name, target.url.get_secret_value(), AlertSeverity(target.minimum))
        for name, target in read.targets.items()
    )


def _remember(url: str) -> None:
    """Have every part of the URL kept out of errors and tracebacks: Apprise puts tokens anywhere."""
    rest = url.partition("://")[2]
    for separator in "/:@?&=,":
        rest = rest.replace(separator, " ")
    for part in rest.split():
        if len(part) >= _SECRET_PART:
            remember_secret(part)
            remember_secret(unquote(part))
