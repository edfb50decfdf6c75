"""One round of the monitor: look, judge, remember, tell."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from hokctl.config.monitoring import AlertTarget, MonitorSettings
from hokctl.config.networks import DEVNET_CHAIN_ID
from hokctl.domain.alerts import Alert, AlertKind, AlertSeverity, StandingAlert
from hokctl.domain.findings import Finding
from hokctl.domain.units import BlockRef
from hokctl.errors import ConfigError, HokctlError
from hokctl.ledger.errors import LedgerError
from hokctl.monitor.certainty import certain_block
from hokctl.monitor.delivery import deliver, deliver_without_book
from hokctl.monitor.errors import AlertLibraryError
from hokctl.monitor.facts import HOUR_S
from hokctl.monitor.gathering import Blind, Gatherer, node_facts
from hokctl.monitor.messages import composer
from hokctl.monitor.node_rules import LEDGER_UNREACHABLE, NODE_UNREACHABLE, ledger_unreachable, node_unreachable
from hokctl.monitor.rules import EVERY_RULE, UNREACHABLE, judge
from hokctl.services.monitor_measure import open_measure
from hokctl.services.observation import observe

if TYPE_CHECKING:
    from hokctl.chain.session import Snapshot
    from hokctl.ledger.alerts import AlertBook
    from hokctl.monitor.surroundings import Surroundings
    from hokctl.services.observation import Observation


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """What a round found."""

    seen: "Observation"
    standing: tuple[StandingAlert, ...]
    """What stands now, and what happened lately, the most urgent first."""
    undelivered: tuple[Finding, ...]
    """Whom alerts did not reach."""
    book_error: LedgerError | None = None
    """Why nothing could be remembered."""


class Watch:
    """Goes through rounds, one at a time."""

    def __init__(self, around: "Surroundings", targets: Sequence[AlertTarget] | None = None) -> None:
        """Watch the deployment of a command's context, and tell `targets`; None tells nobody."""
        self._around = around
        self._targets = targets
        self._gatherer = Gatherer(around)
        self._told: dict[tuple[str, AlertSeverity], int] = {}
        self._settings: MonitorSettings = around.settings.monitor_of(around.network)
        self._measure = open_measure(
            declared=around.settings.declared_burn,
            ledger=lambda: around.ledger,
            currencies=self._currencies,
            note=around.ui.note,
            clock=around.now,
        )

    def run(self) -> Round:
        """Return what a round at the newest block found.

        Where the node cannot be asked that is remembered and told, and its error raised again.
        """
        book, error = self._open_book()
        try:
            snapshot = self._around.chain.at()
            return self._look(snapshot, book, error)
        except LedgerError as broken:
            return self._look(snapshot, None, broken)
        except AlertLibraryError:
            raise
        except HokctlError as unreachable:
            self._tell_unreachable(book, unreachable)
            raise

    def look_back(self, block: str) -> Round:
        """Return what stood at a former block. Nothing is remembered, and nobody told."""
        snapshot = self._around.chain.at(block)
        return self._judge_only(snapshot, None)

    def _currencies(self) -> Mapping[str, str]:
        """Return which currencies the policy takes for the token; none where it cannot be read."""
        try:
            policy = self._around.knowledge(self._around.deployment).policy
        except ConfigError:
            return {}
        return {} if policy is None else policy.currencies

    def _open_book(self) -> "tuple[AlertBook | None, LedgerError | None]":
        deployment = self._around.deployment
        try:
            return self._around.ledger.alerts(deployment.chain_id, deployment.suite.reserve_address), None
        except LedgerError as error:
            return None, error

    def _look(self, snapshot: "Snapshot", book: "AlertBook | None", error: LedgerError | None) -> Round:
        if book is None:
            return self._judge_only(snapshot, error)
        around, now = self._around, self._around.now()
        certain = certain_block(snapshot, around.network)
        first = self._first_block(book, snapshot)
        seen = observe(snapshot, around.deployment, measure=self._measure, now=now)
        blind = Blind()
        node = node_facts(around, snapshot, certain, book.last_head())
        facts = self._gatherer.gather(snapshot, seen, blind, first=first, node=node, index_at=self._index_at())
        since = self._since(snapshot.block)
        found = judge(replace(facts, standing=tuple(one.alert for one in book.standing(since=since))))
        book.note(found, rules=EVERY_RULE - blind.rules, now=now)
        # What could not be judged is looked at again: an event is missed by no round.
        following = min(first, certain.number + 1) if blind.events else certain.number + 1
        book.advance(
            next_block=following,
            first_block=first,
            head=snapshot.block,
            found=found,
            now=now,
            transactions={event.tx_hash for event in facts.events},
        )
        undelivered = self._tell(book, since)
        return Round(seen=seen, standing=_sorted(book.standing(since=since)), undelivered=undelivered)

    def _judge_only(self, snapshot: "Snapshot", error: LedgerError | None) -> Round:
        """Return the alerts of one block, without a memory of any other; with `error`, tell of that as well."""
        around, now = self._around, self._around.now()
        seen = observe(snapshot, around.deployment, measure=self._measure, now=now)
        blind = Blind()
        first = snapshot.block.number + 1
        facts = self._gatherer.gather(snapshot, seen, blind, first=first, node=None, index_at=None)
        found: tuple[Alert, ...] = judge(facts)
        undelivered: tuple[Finding, ...] = ()
        if error is not None:
            if LEDGER_UNREACHABLE not in self._settings.off:
                found = (ledger_unreachable(error), *found)
            if self._targets is not None:
                undelivered = self._tell_without_book(found)
        standing = tuple(
            StandingAlert(alert=alert, first_seen_at=now, last_seen_at=now, notified_at=None) for alert in found
        )
        return Round(seen=seen, standing=_sorted(standing), undelivered=undelivered, book_error=error)

    def _first_block(self, book: "AlertBook", snapshot: "Snapshot") -> int:
        """Return the first block whose events are new; those before the first round of all are not."""
        following, head = book.next_block(), snapshot.block.number
        if following is not None and following > head + 1:
            # A block that was taken for certain is gone: this is another chain, such as a devnet started anew.
            last = book.last_head()
            if last is not None and self._around.network.chain_id == DEVNET_CHAIN_ID:
                book.restart()
                following = None
        return head + 1 if following is None else following

    def _index_at(self) -> int | None:
        deployment = self._around.deployment
        index = self._around.ledger.index(deployment.chain_id, deployment.suite.reserve_address)
        coverage = index.coverage
        return None if coverage is None else coverage.last_timestamp

    def _since(self, block: BlockRef) -> int:
        return block.timestamp - self._settings.event_hours * HOUR_S

    def _tell(self, book: "AlertBook", since: int) -> tuple[Finding, ...]:
        if self._targets is None:
            return ()
        around, settings = self._around, self._settings
        book.outbox.announce(
            {target.name: target.minimum for target in self._targets},
            composer(around.network.name, settings),
            since=since,
            repeat_after_s=settings.repeat_after_hours * HOUR_S,
            now=around.now(),
        )
        return deliver(book.outbox, self._targets, clock=around.now)

    def _tell_unreachable(self, book: "AlertBook | None", error: HokctlError) -> None:
        """Remember that the node cannot be asked, and tell it."""
        if NODE_UNREACHABLE in self._settings.off:
            return
        for finding in self._tell_one(book, node_unreachable(error)):
            self._around.ui.note(finding.message)

    def _tell_one(self, book: "AlertBook | None", alert: Alert) -> tuple[Finding, ...]:
        now = self._around.now()
        try:
            if book is not None:
                book.note((alert,), rules=UNREACHABLE, now=now)
                return self._tell(book, now)
        except LedgerError:
            pass  # It is told all the same, below.
        return self._tell_without_book((alert,))

    def _tell_without_book(self, found: Sequence[Alert]) -> tuple[Finding, ...]:
        """Tell what this process has not told yet, or not for long."""
        now, pause = self._around.now(), self._settings.repeat_after_hours * HOUR_S
        self._told = {
            (one.key, one.severity): at
            for one in found
            if (at := self._told.get((one.key, one.severity))) is not None and (not pause or now - at < pause)
        }
        news = [one for one in found if (one.key, one.severity) not in self._told]
        undelivered = deliver_without_book(news, self._targets or (), self._around.network.name)
        if not undelivered:
            self._told |= {(one.key, one.severity): now for one in news}
        return undelivered


def _sorted(standing: Sequence[StandingAlert]) -> tuple[StandingAlert, ...]:
    """Return the alerts by urgency; states before events, which come by time, the latest first."""

    def order(one: StandingAlert) -> tuple[int, bool, int]:
        alert = one.alert
        return alert.severity.rank, alert.kind is AlertKind.EVENT, -(alert.happened_at or one.first_seen_at)

    return tuple(sorted(standing, key=order))
