"""What governors say about the proposals that calls make, vote on, queue or execute."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from eth_typing import ChecksumAddress
from eth_utils.crypto import keccak

from hokctl.checks.call_facts import ProposerVotes, VotedProposal
from hokctl.clients.codec import SELECTOR_BYTES
from hokctl.clients.decoding import DecodedCall
from hokctl.clients.governor import Governor

if TYPE_CHECKING:
    from hokctl.chain.batch import Batch
    from hokctl.chain.session import Snapshot

_PROPOSE: Final = "propose(address[],uint256[],bytes[],string)"
_BY_CONTENT: Final = {
    "queue(address[],uint256[],bytes[],bytes32)": "queue",
    "execute(address[],uint256[],bytes[],bytes32)": "execute",
}
_VOTES: Final = frozenset({"castVote(uint256,uint8)", "castVoteWithReason(uint256,uint8,string)"})
_BY_TIME: Final = "mode=timestamp"


class VotingReads:
    """The reads of governors, placed in a batch among others."""

    def __init__(
        self, batch: "Batch", snapshot: "Snapshot", calls: Sequence[DecodedCall], caller: ChecksumAddress
    ) -> None:
        """Add the reads to `batch`; ask for `votes` and `voted` once it ran."""
        self._caller = caller
        governors = dict.fromkeys(call.to for call in calls if call.to is not None and _step(call) is not None)
        proposing = dict.fromkeys(call.to for call in calls if call.to is not None and call.signature == _PROPOSE)
        clients = {to: Governor(to) for to in (*governors, *proposing)}
        self._modes = {to: batch.add(client.clock_mode()) for to, client in clients.items()}
        self._needed = {to: batch.add(clients[to].proposal_threshold()) for to in proposing}
        # Which of the two the governor counts by is known only with its answer; one tick ago, as it counts itself.
        ticks = (snapshot.block.number - 1, snapshot.block.timestamp - 1)
        self._votes = {to: [batch.add(clients[to].get_votes(caller, tick)) for tick in ticks] for to in proposing}
        self._proposals = [
            (
                (to, id_, step),
                batch.add(clients[to].state(id_)),
                batch.add(clients[to].proposal_deadline(id_)),
                batch.add(clients[to].proposal_eta(id_)),
            )
            for to, id_, step in dict.fromkeys(_proposals(calls))
        ]

    @property
    def votes(self) -> tuple[ProposerVotes, ...]:
        """The proposer's votes and what proposing takes, by governor."""
        return tuple(
            ProposerVotes(
                governor=to,
                proposer=self._caller,
                needed=needed.value_or(0),
                votes=None if (slot := self._votes[to][self._by_time(to)]).failed else slot.value,
            )
            for to, needed in self._needed.items()
        )

    @property
    def voted(self) -> tuple[VotedProposal, ...]:
        """The proposals that exist already."""
        return tuple(
            VotedProposal(
                governor=to,
                proposal_id=id_,
                step=step,
                state=None if state.failed else state.value,
                deadline=deadline.value_or(0),
                by_time=self._by_time(to),
                due_at=eta.value_or(0),
            )
            for (to, id_, step), state, deadline, eta in self._proposals
        )

    def _by_time(self, governor: ChecksumAddress) -> bool:
        return self._modes[governor].value_or("").startswith(_BY_TIME)


def _step(call: DecodedCall) -> str | None:
    return "vote" if call.signature in _VOTES else _BY_CONTENT.get(call.signature or "")


def _proposals(calls: Sequence[DecodedCall]) -> Iterator[tuple[ChecksumAddress, int, str]]:
    """Yield governor, id and step; the id of what is queued or executed is the hash of the call's own arguments."""
    for call in calls:
        step, id_ = _step(call), call.args[0].value if call.args else None
        if call.to is None or step is None or not call.exact:
            continue
        if step == "vote" and isinstance(id_, int):
            yield call.to, id_, step
        elif step != "vote":
            yield call.to, int.from_bytes(keccak(call.data[SELECTOR_BYTES:]), "big"), step
