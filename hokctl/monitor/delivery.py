"""Telling people: every target gets each notice once, and one that fails stops no other."""

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from hokctl.config.monitoring import AlertTarget
from hokctl.domain.alerts import Alert, AlertSeverity, Notice, NoticeKind
from hokctl.domain.findings import Finding, Severity
from hokctl.ledger.outbox import Outbox
from hokctl.monitor.messages import digest
from hokctl.monitor.sending import Sender, send

MOST_MESSAGES: Final = 10
"""How many messages a target gets in one round; more notices than that come as one message."""


def deliver(
    outbox: Outbox, targets: Sequence[AlertTarget], *, clock: Callable[[], int], sender: Sender = send
) -> tuple[Finding, ...]:
    """Send what each target is still to be told; return a finding for each that did not take it.

    It is tried again in the next round, in full. A target that fails once is not tried again in this one.
    """
    return tuple(finding for target in targets for finding in _deliver_to(target, outbox, clock, sender))


def deliver_without_book(
    alerts: Sequence[Alert], targets: Sequence[AlertTarget], network: str, *, sender: Sender = send
) -> tuple[Finding, ...]:
    """Tell each target in one message what stands and is urgent enough for it: nobody can remember what was told."""
    return tuple(finding for target in targets for finding in _tell_directly(target, alerts, network, sender))


def send_test(targets: Sequence[AlertTarget], network: str, *, sender: Sender = send) -> tuple[Finding, ...]:
    """Send every target a message that says that it is none; return a finding for each that did not take it."""
    title, body = f"test: hokctl monitor on {network}", "Alerts reach you. Nothing is wrong, and nothing is to be done."
    return tuple(
        _undelivered(target, 1)
        for target in targets
        if not sender(target, title, body, severity=AlertSeverity.LOW, kind=NoticeKind.TEST)
    )


def _tell_directly(target: AlertTarget, alerts: Sequence[Alert], network: str, sender: Sender) -> Iterator[Finding]:
    wanted = [alert for alert in alerts if alert.severity.reaches(target.minimum)]
    if not wanted:
        return
    worst = min(wanted, key=lambda alert: alert.severity.rank)
    title = f"{worst.severity.value}: {worst.rule} on {network}, and the book cannot be used"
    body = "\n".join(f"{alert.severity.value}: {alert.message}" for alert in wanted)
    if not sender(target, title, body, severity=worst.severity, kind=NoticeKind.RAISED):
        yield _undelivered(target, len(wanted))


def _deliver_to(target: AlertTarget, outbox: Outbox, clock: Callable[[], int], sender: Sender) -> Iterator[Finding]:
    waiting = outbox.undelivered(target.name, now=clock())
    messages = [waiting] if len(waiting) > MOST_MESSAGES else [(notice,) for notice in waiting]
    for number, notices in enumerate(messages):
        mine = [notice for notice in notices if outbox.claim(notice.id, target.name, now=clock())]
        if mine and not _deliver_one(target, mine, outbox, clock, sender):
            yield _undelivered(target, sum(map(len, messages[number:])))
            return


def _deliver_one(
    target: AlertTarget, notices: Sequence[Notice], outbox: Outbox, clock: Callable[[], int], sender: Sender
) -> bool:
    """Send claimed notices as one message, and note how it went."""
    title, body = digest(notices) if len(notices) > 1 else (notices[0].title, notices[0].body)
    worst = min(notices, key=lambda notice: notice.severity.rank)
    kind = notices[0].kind if len({notice.kind for notice in notices}) == 1 else NoticeKind.RAISED
    sent = sender(target, title, body, severity=worst.severity, kind=kind)
    for notice in notices:
        outbox.settle(notice.id, target.name, sent=sent, now=clock())
    return sent


def _undelivered(target: AlertTarget, count: int) -> Finding:
    notices = "1 notice" if count == 1 else f"{count} notices"
    return Finding(
        code="alert-undelivered",
        severity=Severity.WARNING,
        subject=target.name,
        message=f"The target {target.name!r} ({target.service}) did not take {notices}.",
        evidence={"notices": str(count)},
        remedy="Check its URL with `hokctl monitor check --test-alert`; it is tried again in the next round.",
    )
