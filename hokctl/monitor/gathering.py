"""Gathering what the rules look at: what cannot be read is told as a blind spot, and stops nothing else."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, TypeVar

from eth_typing import ChecksumAddress

from hokctl.domain.alert_rules import RULES
from hokctl.domain.alerts import AlertKind
from hokctl.domain.findings import Finding, Severity
from hokctl.domain.protocol_events import DEPOSIT, FEE, PAYMENT, ProtocolEvent
from hokctl.domain.units import BlockRef, ModelId, model_topic
from hokctl.errors import HokctlError
from hokctl.monitor.event_rules import EVENT_NAMES
from hokctl.monitor.facts import Facts, NodeFacts
from hokctl.services.governance import Governance, find_governance
from hokctl.services.recent_events import read_recent, watched_contracts

if TYPE_CHECKING:
    from hokctl.chain.logs import LogSource
    from hokctl.chain.session import Snapshot
    from hokctl.config.policy import Policy
    from hokctl.monitor.surroundings import Surroundings
    from hokctl.services.governor_records import FoundProposal
    from hokctl.services.observation import Observation
    from hokctl.services.safe_queue import SafeQueue
    from hokctl.services.timelocks import FoundOperation

T = TypeVar("T")

NAMES: Final = frozenset({*EVENT_NAMES, PAYMENT, DEPOSIT})
"""The events that rules look at."""
_SURVEY_S: Final = 3_600
"""For how long the timelocks and governors that were found are taken for all there are."""
_QUEUE_RULES: Final = frozenset({"proposal-waiting", "proposal-stale", "proposal-trouble"})
_OPERATION_RULES: Final = frozenset({"operation-ready", "operation-overdue", "operation-unknown"})
_GOVERNOR_RULES: Final = frozenset({"governor-proposal"})
_PAUSE_RULES: Final = frozenset({"paused-too-long"})
_DEPOSITOR_RULES: Final = frozenset({"unknown-depositor"})
_Knows = Callable[[ChecksumAddress], bool]


@dataclass(slots=True)
class Blind:
    """What could not be read in a round, and the rules that therefore say nothing."""

    findings: list[Finding] = field(default_factory=list)
    rules: set[str] = field(default_factory=set)
    events: bool = False
    """Whether events could not be judged, so that they are to be looked at again."""

    def attempt(self, subject: str, rules: Iterable[str], read: Callable[[], T], instead: T) -> T:
        """Return what `read` returns; `instead` where it fails, which is remembered."""
        try:
            return read()
        except HokctlError as error:
            self.rules.update(rules)
            self.events = self.events or any(RULES[rule].kind is AlertKind.EVENT for rule in rules)
            self.findings.append(
                Finding(
                    code=error.code,
                    severity=Severity.WARNING,
                    subject=subject,
                    message=error.message,
                    remedy=error.hint,
                )
            )
            return instead


class Gatherer:
    """Gathers round after round; it remembers only which timelocks and governors there are, for a while."""

    def __init__(self, around: "Surroundings") -> None:
        """Gather from the context of a command."""
        self._around = around
        self._governance: Governance | None = None
        self._surveyed_at = 0

    def gather(
        self,
        snapshot: "Snapshot",
        seen: "Observation",
        blind: Blind,
        *,
        first: int,
        node: NodeFacts | None,
        index_at: int | None,
    ) -> Facts:
        """Return the facts at the snapshot's block, with the events from the block `first` on."""
        around, deployment = self._around, self._around.deployment
        logs = self._logs(snapshot)
        contracts = watched_contracts(deployment, seen, around.safe_address)
        events = read_recent(snapshot, deployment, contracts, first=first, names=NAMES)
        governance = blind.attempt(
            "governance", _OPERATION_RULES | _GOVERNOR_RULES, lambda: self._survey(snapshot, logs), None
        )
        anybody: _Knows = _anybody
        depositors = blind.attempt("depositors", _DEPOSITOR_RULES, lambda: self._depositors(snapshot, events), anybody)
        settings = around.settings
        return Facts(
            settings=settings.monitor_of(around.network),
            seen=seen,
            events=events,
            node=node,
            known_models=frozenset(map(model_topic, (*(one.model_id for one in seen.models), *deployment.model_ids))),
            known_depositors=depositors,
            paused_since=blind.attempt("pauses", _PAUSE_RULES, lambda: self._pauses(snapshot, seen, logs), {}),
            queue=blind.attempt("the Safe's queue", _QUEUE_RULES, lambda: self._queue(snapshot), None),
            operations=blind.attempt(
                "timelocks", _OPERATION_RULES, lambda: self._operations(snapshot, governance, logs), ()
            ),
            proposals=blind.attempt(
                "governors", _GOVERNOR_RULES, lambda: self._proposals(snapshot, governance, logs), ()
            ),
            index_at=index_at,
            unread=tuple(blind.findings),
            name_of=lambda address: settings.name_of(address, around.network),
        )

    def _logs(self, snapshot: "Snapshot") -> "LogSource":
        """Return the deployment's logs: those that are final are kept for the next round, and the next run."""
        from hokctl.services.log_keeping import open_history

        around = self._around
        return open_history(snapshot, around.deployment, cached=True, note=around.ui.note, clock=around.now)

    def _survey(self, snapshot: "Snapshot", logs: "LogSource") -> Governance:
        now = self._around.now()
        if self._governance is None or now - self._surveyed_at > _SURVEY_S:
            self._governance = find_governance(snapshot, self._around.deployment, logs=logs)
            self._surveyed_at = now
        return self._governance

    def _queue(self, snapshot: "Snapshot") -> "SafeQueue | None":
        from hokctl.services.safe_queue import read_queue

        safe = self._around.safe_address
        return None if safe is None else read_queue(snapshot, self._around.proposals, safe)

    def _operations(
        self, snapshot: "Snapshot", governance: Governance | None, logs: "LogSource"
    ) -> "tuple[FoundOperation, ...]":
        from hokctl.routes.governance_store import GovernanceStore
        from hokctl.services.timelocks import read_operations

        if governance is None or not governance.timelocks:
            return ()
        found = read_operations(
            snapshot,
            tuple(one.address for one in governance.timelocks),
            GovernanceStore(self._around.network.proposals),
            self._around.knowledge(self._around.deployment),
            from_block=self._around.deployment.deployed_at_block,
            logs=logs,
        )
        return tuple(one for one in found if one.ready_at is not None)

    def _proposals(
        self, snapshot: "Snapshot", governance: Governance | None, logs: "LogSource"
    ) -> "tuple[FoundProposal, ...]":
        from hokctl.routes.governance_store import GovernanceStore
        from hokctl.services.governor_records import read_proposals

        if governance is None or not governance.governors:
            return ()
        return read_proposals(
            snapshot,
            governance.governors,
            GovernanceStore(self._around.network.proposals),
            self._around.knowledge(self._around.deployment),
            from_block=self._around.deployment.deployed_at_block,
            logs=logs,
        )

    def _depositors(self, snapshot: "Snapshot", events: tuple[ProtocolEvent, ...]) -> Callable[[ChecksumAddress], bool]:
        """Return what tells whether an account may deposit fees: by the policy, else by the role on the chain."""
        accounts = sorted({str(event.args["depositor"]) for event in events if event.name == FEE})
        if not accounts:
            return _anybody
        listed = _listed_depositors(self._around.knowledge(self._around.deployment).policy)
        if listed is not None:
            return lambda account: account in listed
        router = self._around.deployment.suite.router
        with snapshot.batch() as batch:
            asked = {account: batch.add(router.is_depositor(ChecksumAddress(account))) for account in accounts}  # type: ignore[arg-type]  # NewType over a NewType
        return lambda account: account not in asked or asked[account].value_or(default=True)

    def _pauses(self, snapshot: "Snapshot", seen: "Observation", history: "LogSource") -> dict[ModelId | None, int]:
        """Return since when the reserve, under None, and the pools that are paused are so, by their logs."""
        from hokctl.chain.block_times import get_timestamps
        from hokctl.clients.events import event_topic

        deployment = self._around.deployment
        paused: dict[ChecksumAddress, ModelId | None] = {
            one.state.pool: one.model_id for one in seen.models if one.pool_paused
        }
        if seen.paused:
            paused[deployment.suite.reserve_address] = None
        if not paused:
            return {}
        logs = history.read(list(paused), [(event_topic("Pausable", "Paused"),)])
        last = {log.address: log.block_number for log in logs}
        times = dict(zip(last, get_timestamps(snapshot.chain, list(last.values())), strict=True)) if last else {}
        return {paused[address]: times[address] for address in times}


def node_facts(around: "Surroundings", snapshot: "Snapshot", certain: BlockRef, last: BlockRef | None) -> NodeFacts:
    """Return how the node is doing, and what the second one says about the block that is taken for certain."""
    from hokctl.chain.session import Snapshot
    from hokctl.config.networks import DEVNET_CHAIN_ID
    from hokctl.services.second_nodes import ask_second_node, open_second_node

    second = ask_second_node(Snapshot(snapshot.chain, certain), lambda: open_second_node(around.network))
    return NodeFacts(
        endpoint=snapshot.chain.endpoint,
        is_devnet=around.network.chain_id == DEVNET_CHAIN_ID,
        head=snapshot.block,
        last_head=last,
        second=second,
        compared=certain,
    )


def _listed_depositors(policy: "Policy | None") -> frozenset[str] | None:
    """Return the accounts that the policy lists as depositors of fees; None where it says nothing."""
    holders = None if policy is None else policy.roles.get("UsageFeeRouter", {}).get("FEE_DEPOSITOR_ROLE")
    return None if holders is None else frozenset(map(str, holders))


def _anybody(_: ChecksumAddress) -> bool:
    return True
