"""`monitor serve`: everything together, from the wishes on the command line to the last request."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

from hokctl.monitor.web.errors import MonitorMissingError, OpenToAllError
from hokctl.monitor.web.tokens import find_token

if TYPE_CHECKING:
    from hokctl.monitor.web.guard import Admission
    from hokctl.monitor.web.server import BoundServer
    from hokctl.monitor.web.sights import Sight
    from hokctl.monitor.web.site import History

_PACKAGES: Final = ("starlette", "uvicorn", "prometheus_client")
_BURST_S: Final = 3
"""How many seconds' worth of requests a client may make at once."""
_SLACK_S: Final = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """How to serve, as the operator says."""

    host: str
    port: int
    interval_s: float
    stale_after_s: float | None
    """None for four intervals and a minute."""
    token_file: Path | None
    allow_anonymous: bool
    allowed_hosts: tuple[str, ...]
    per_second: int

    @property
    def freshness_s(self) -> float:
        """From which age on a state is stale."""
        return 4 * self.interval_s + _SLACK_S if self.stale_after_s is None else self.stale_after_s


def open_server(
    wishes: Wishes,
    *,
    network: str,
    look: Callable[[], "Sight"],
    history: "History",
    listening: Callable[[str], None],
    note: Callable[[str], None],
) -> "BoundServer":
    """Return a server that shows what `look` sees, with its address taken, to `serve` until Ctrl-C or SIGTERM.

    `listening` is told the URL, `note` what goes wrong meanwhile. Raises MonitorMissingError, OpenToAllError,
    TokenFileError, WeakTokenError, MonitorAddressError.
    """
    refuse_without_packages()
    admission = admit(wishes)
    from hokctl.monitor.web.app import build_app
    from hokctl.monitor.web.guard import Guard
    from hokctl.monitor.web.refreshing import Refresher
    from hokctl.monitor.web.server import BoundServer, bind
    from hokctl.monitor.web.sights import LastKnown
    from hokctl.monitor.web.site import Site

    known = LastKnown(stale_after_s=wishes.freshness_s)
    site = Site(known, history, network=network, interval_s=wishes.interval_s)
    refresher = Refresher(look, site.publish, known, interval_s=wishes.interval_s, note=note)
    app = build_app(site, Guard(admission), refresher, note=note)
    return BoundServer(app, bind(wishes.host, wishes.port), listening=listening)


def refuse_without_packages() -> None:
    """Raise MonitorMissingError unless what the server is made of is installed."""
    for package in _PACKAGES:
        if find_spec(package) is None:
            raise MonitorMissingError(package)


def admit(wishes: Wishes) -> "Admission":
    """Return who is let in; raises OpenToAllError where that would be everybody and nobody said so."""
    from hokctl.monitor.web.guard import Admission, is_loopback

    token, local = find_token(wishes.token_file), is_loopback(wishes.host)
    if token is None and not local and not wishes.allow_anonymous:
        raise OpenToAllError(wishes.host)
    checked = local or wishes.allowed_hosts
    return Admission(
        token=token,
        hosts=frozenset(name.lower() for name in wishes.allowed_hosts) if checked else None,
        per_second=wishes.per_second,
        burst=wishes.per_second * _BURST_S,
    )
