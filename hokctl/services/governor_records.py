"""Proposals of governors: what the logs say, joined with the plans that the shared folder keeps."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast

from eth_typing import ChecksumAddress

from hokctl.clients.governor import Governor, ProposalState
from hokctl.clients.timelock_controller import TimelockCall
from hokctl.domain.authority import GovernorAuthority
from hokctl.domain.outcomes import Event
from hokctl.domain.plans import Plan
from hokctl.domain.reviews import GovernorProposalSummary
from hokctl.domain.units import TxHash
from hokctl.errors import UsageError, shown
from hokctl.routes.governance_store import GovernanceStore, OperationTamperedError, StoredProposal
from hokctl.routes.governor_proposals import LABEL, GovernorProposal
from hokctl.routes.operations import format_time
from hokctl.services.governance import MIN_PREFIX, foreign_plan

if TYPE_CHECKING:
    from hokctl.chain.batch import Slot
    from hokctl.chain.logs import LogSource
    from hokctl.chain.session import Snapshot
    from hokctl.services.safe_checks import Knowledge

_CREATED: Final = "ProposalCreated"


class GovernorReferenceError(UsageError):
    """A reference that does not name exactly one proposal of a governor."""

    code = "unknown-governor-proposal"


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundProposal:
    """A proposal as the chain has it, with its plan where the folder keeps it."""

    authority: GovernorAuthority
    proposal_id: int
    proposal: GovernorProposal
    """Its content by the log."""
    proposer: ChecksumAddress
    state: ProposalState
    snapshot: int
    """When votes are counted and the vote begins, in the governor's clock."""
    deadline: int
    """When the vote ends, in the governor's clock."""
    eta: int | None
    """From when it can be executed, in seconds since the epoch; None where it is not queued."""
    created_in: TxHash
    plan: Plan
    """The plan from the folder; else the calls retold, with no effect declared."""
    path: str | None
    """The file in the folder; None where there is none, or it cannot be trusted."""
    untrusted: OperationTamperedError | None = None
    """What is wrong with the file."""

    @property
    def summary(self) -> GovernorProposalSummary:
        """The proposal as every command shows it."""
        return GovernorProposalSummary(
            governor=self.authority.address,
            proposal_id=self.proposal_id,
            description_hash=self.proposal.description_hash,
            state=self.state.name.lower(),
            proposer=self.proposer,
            timelock=self.authority.timelock,
            counts_seconds=self.authority.clock_is_time,
            snapshot=self.snapshot,
            deadline=self.deadline,
            eta=self.eta,
            path=self.path or "none",
        )

    @property
    def next(self) -> str:
        """What has to happen next, a command where there is one."""
        short = str(self.proposal_id)[:10]
        match self.state:
            case ProposalState.PENDING:
                return f"the vote begins after {self.point(self.snapshot)}"
            case ProposalState.ACTIVE:
                return f"the vote ends after {self.point(self.deadline)}"
            case ProposalState.SUCCEEDED if self.authority.timelock is not None:
                return f"hokctl governor queue {short}"
            case ProposalState.SUCCEEDED:
                return f"hokctl governor execute {short}"
            case ProposalState.QUEUED:
                return f"hokctl governor execute {short}, from {format_time(self.eta or 0)}"
            case _:
                return "nothing"

    def point(self, clock: int) -> str:
        """Return a point of the governor's clock in words."""
        return format_time(clock) if self.authority.clock_is_time else f"block {clock}"


def read_proposals(
    snapshot: "Snapshot",
    governors: Sequence[GovernorAuthority],
    store: GovernanceStore,
    knowledge: "Knowledge",
    *,
    from_block: int,
    logs: "LogSource | None" = None,
) -> tuple[FoundProposal, ...]:
    """Return every proposal that was made to `governors` since `from_block`, the oldest first.

    One pass over the logs, which come from `logs` if given, and one round trip for where each of them stands.
    """
    by_address = {governor.address: governor for governor in governors}
    created = _read_created(snapshot, tuple(by_address), from_block, logs)
    with snapshot.batch() as batch:
        reads = [
            _Reads(
                state=batch.add(Governor(event.address).state(_number(event, "proposalId"))),
                eta=batch.add(Governor(event.address).proposal_eta(_number(event, "proposalId"))),
            )
            for event, _ in created
        ]
    return tuple(
        _found(snapshot, by_address[event.address], (event, tx_hash), read, (store, knowledge))
        for (event, tx_hash), read in zip(created, reads, strict=True)
    )


def find_proposal(proposals: Sequence[FoundProposal], reference: str) -> FoundProposal:
    """Return the proposal whose decimal id is, or alone begins with, `reference` (at least 8 digits)."""
    digits = reference.isascii() and reference.isdecimal() and len(reference) >= MIN_PREFIX
    found = [one for one in proposals if digits and str(one.proposal_id).startswith(reference)]
    if len(found) == 1:
        return found[0]
    what = f"{len(found)} proposals begin with" if found else "No proposal of the governor has an id that begins with"
    raise GovernorReferenceError(
        f"{what} {shown(reference)!r}: give its id, or at least its first {MIN_PREFIX} digits.",
        hint="hokctl governor list --all shows all proposals.",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reads:
    state: "Slot[int]"
    eta: "Slot[int]"


def _read_created(
    snapshot: "Snapshot", governors: Sequence[ChecksumAddress], from_block: int, source: "LogSource | None"
) -> list[tuple[Event, TxHash]]:
    from hokctl.chain.logs import get_logs
    from hokctl.clients.events import decode_logs, event_topic

    if not governors:
        return []
    last = snapshot.block.number
    topics = [event_topic(LABEL, _CREATED)]
    if source is None:
        logs = get_logs(snapshot.chain, governors, topics, min(from_block, last), last)
    else:
        logs = source.read(governors, topics)
    events = decode_logs(logs, dict.fromkeys(governors, LABEL))
    return [(event, log.tx_hash) for event, log in zip(events, logs, strict=True) if event.name == _CREATED]


def _found(
    snapshot: "Snapshot",
    authority: GovernorAuthority,
    created: tuple[Event, TxHash],
    reads: _Reads,
    known: tuple[GovernanceStore, "Knowledge"],
) -> FoundProposal:
    (event, tx_hash), (store, knowledge) = created, known
    id_, chain_id = _number(event, "proposalId"), snapshot.chain.chain_id
    proposal = GovernorProposal(
        governor=authority.address,
        timelock=authority.timelock,
        calls=_calls(event),
        description=cast("str", event.arg("description")),
    )
    stored, untrusted = _stored(store, chain_id, authority.address, id_)
    title = proposal.description.partition("\n")[0]
    plan = foreign_plan(proposal.calls, title, snapshot=snapshot, knowledge=knowledge)
    return FoundProposal(
        authority=authority,
        proposal_id=id_,
        proposal=proposal,
        proposer=cast("ChecksumAddress", event.arg("proposer")),
        state=ProposalState(reads.state.value),
        snapshot=_number(event, "voteStart"),
        deadline=_number(event, "voteEnd"),
        eta=reads.eta.value_or(0) or None,
        created_in=tx_hash,
        plan=plan if stored is None else stored.plan,
        path=None if stored is None else str(store.proposal_path(chain_id, authority.address, id_)),
        untrusted=untrusted,
    )


def _stored(
    store: GovernanceStore, chain_id: int, governor: ChecksumAddress, id_: int
) -> tuple[StoredProposal | None, OperationTamperedError | None]:
    try:
        return store.proposal(chain_id, governor, id_), None
    except OperationTamperedError as error:
        return None, error


def _calls(event: Event) -> tuple[TimelockCall, ...]:
    columns = tuple(cast("tuple[object, ...]", event.arg(name)) for name in ("targets", "values", "calldatas"))
    return tuple(
        TimelockCall(target=cast("ChecksumAddress", to), value=cast("int", value), data=cast("bytes", data))
        for to, value, data in zip(*columns, strict=True)
    )


def _number(event: Event, name: str) -> int:
    return cast("int", event.arg(name))
