"""kill -9 at every step of sending: nothing is sent twice, nothing is lost."""

from collections.abc import Sequence
from itertools import count

import pytest
from eth_typing import ChecksumAddress

from hokctl.chain.transport import RpcCall
from hokctl.chain.wire import Json
from hokctl.domain.ports import JournalEntry, JournalState
from tests.unit.chain.fakes import MemoryJournal, make_call
from tests.unit.chain.model_node import ModelNode, make_sender

pytestmark = pytest.mark.unit


class Killed(BaseException):
    """The process is gone; nothing may catch this."""


class Reaper:
    """Kills at one step of the outside world: just before it or just after it."""

    def __init__(self, step: int, *, after: bool) -> None:
        self.step = step
        self.after = after
        self.steps = 0

    def strike(self, *, after: bool) -> None:
        """Die if this is the moment."""
        if self.steps == self.step and self.after == after:
            raise Killed
        self.steps += after


class KillableNode(ModelNode):
    """A node whose client dies at a request."""

    reaper: Reaper | None = None

    def request_batch(self, calls: Sequence[RpcCall]) -> list[Json]:
        """Answer, unless the client dies."""
        if self.reaper:
            self.reaper.strike(after=False)
        answers = super().request_batch(calls)
        if self.reaper:
            self.reaper.strike(after=True)
        return answers


class KillableJournal(MemoryJournal):
    """A journal whose owner dies at a write or a look."""

    reaper: Reaper | None = None

    def record(self, entry: JournalEntry) -> None:
        """Keep the entry, unless the owner dies."""
        self._strike(after=False)
        super().record(entry)
        self._strike(after=True)

    def settle(self, chain_id: int, tx_hash: str, state: JournalState) -> None:
        """Change the state, unless the owner dies."""
        self._strike(after=False)
        super().settle(chain_id, tx_hash, state)
        self._strike(after=True)

    def open_entries(self, chain_id: int, sender: ChecksumAddress | None = None) -> tuple[JournalEntry, ...]:
        """Return the open entries, unless the owner dies."""
        self._strike(after=False)
        return super().open_entries(chain_id, sender)

    def _strike(self, *, after: bool) -> None:
        if self.reaper:
            self.reaper.strike(after=after)


@pytest.mark.parametrize("mining", [True, False])
@pytest.mark.parametrize("after", [True, False])
def test_whenever_the_process_dies_the_next_run_ends_with_one_transaction(mining: bool, after: bool) -> None:
    """Steps are killed one by one until a run gets through unharmed; each time a second run follows."""
    deaths = 0
    for step in count():
        node, journal = KillableNode(), KillableJournal()
        node.mining = mining
        node.reaper = journal.reaper = Reaper(step, after=after)
        try:
            make_sender(node, journal).send(make_call(), key="k")
        except Killed:
            deaths += 1
        except Exception:  # noqa: BLE001 - a run on a node that does not mine ends in its own error
            assert not mining
        finished = node.reaper.steps < step
        node.reaper = journal.reaper = None
        node.mining = True
        node.mine()
        receipt = make_sender(node, journal).send(make_call(), key="k")
        assert receipt.succeeded
        assert list(node.mined) == [receipt.tx_hash]
        assert len(set(node.received)) == 1
        assert [entry.state for entry in journal.entries.values()] == [JournalState.MINED]
        assert journal.find(31337, "k")[0].tx_hash == receipt.tx_hash
        if finished:
            break
    assert deaths >= 5
