"""Sending a message through Apprise, which knows mail, chat services, pagers and webhooks by their URLs."""

import logging
import warnings
from typing import TYPE_CHECKING, Final, Protocol

import hokctl
from hokctl.config.monitoring import AlertTarget
from hokctl.domain.alerts import AlertSeverity, NoticeKind
from hokctl.monitor.errors import AlertLibraryError

if TYPE_CHECKING:
    from apprise import NotifyType

PATIENCE_S: Final = 15.0
"""How long one service may take."""
_TALKATIVE: Final = ("apprise", "urllib3", "requests", "charset_normalizer")
"""Libraries that write URLs, with the secrets in them, into logs."""


class Sender(Protocol):
    """Sends a message to a target."""

    def __call__(
        self, target: AlertTarget, title: str, body: str, *, severity: AlertSeverity, kind: NoticeKind
    ) -> bool:
        """Return whether the target's service took the message. Raises nothing of the service's."""


def send(target: AlertTarget, title: str, body: str, *, severity: AlertSeverity, kind: NoticeKind) -> bool:
    """Return whether the target's service took the message; False also for a URL that Apprise does not know.

    Nothing of the URL is logged, whatever logging is set up. Raises AlertLibraryError.
    """
    try:
        from apprise import Apprise, AppriseAsset, NotifyFormat, PersistentStoreMode
    except ImportError as error:
        raise AlertLibraryError from error
    for name in _TALKATIVE:
        silence(logging.getLogger(name))
    asset = AppriseAsset(
        app_id="hokctl",
        app_desc=f"hokctl {hokctl.__version__}",
        app_url="",
        async_mode=False,
        secure_logging=True,
        storage_mode=PersistentStoreMode.MEMORY,
        service_timeout=PATIENCE_S,
    )
    service = Apprise(asset=asset)
    with warnings.catch_warnings():
        # Its plugins are loaded here, with what they use of libraries that are on their way out.
        warnings.simplefilter("ignore")
        known = service.add(target.reveal())
    kind_of = _type(severity, kind)
    return known and bool(service.notify(body=body, title=title, notify_type=kind_of, body_format=NotifyFormat.TEXT))


def silence(logger: logging.Logger) -> None:
    """Have a logger say nothing to anybody, whatever its handlers and its level."""
    logger.handlers = [logging.NullHandler()]
    logger.propagate = False
    logger.setLevel(logging.CRITICAL + 1)
    logger.disabled = True


def _type(severity: AlertSeverity, kind: NoticeKind) -> "NotifyType":
    from apprise import NotifyType

    if kind in {NoticeKind.RECOVERED, NoticeKind.UNDONE}:
        return NotifyType.SUCCESS
    if severity is AlertSeverity.CRITICAL:
        return NotifyType.FAILURE
    return NotifyType.INFO if severity is AlertSeverity.LOW or kind is NoticeKind.TEST else NotifyType.WARNING
