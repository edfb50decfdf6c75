"""Real transactions on the embedded chain: sent once, whatever happens to the process or the answers."""

import contextlib
from collections.abc import Sequence
from itertools import count
from pathlib import Path

import pytest
from eth_utils.address import to_checksum_address

from hokctl.chain.errors import NodeUnreachableError
from hokctl.chain.provider_transport import ProviderTransport
from hokctl.chain.reverts import ContractRevertedError
from hokctl.chain.sending import Sender
from hokctl.chain.sending_errors import InsufficientFundsError
from hokctl.chain.session import Chain
from hokctl.chain.signers import DevnetSigner, KeySigner
from hokctl.chain.transport import RpcCall
from hokctl.chain.wire import Json
from hokctl.devnet.node import Node
from hokctl.devnet.provider import EmbeddedProvider
from hokctl.domain.ports import Journal, JournalState, Signer
from hokctl.ledger.book import Ledger
from tests.integration.chain.bytecode import COUNTER, count_up, creation, error_string, read_count, reverter
from tests.unit.chain.fakes import MemoryJournal

pytestmark = pytest.mark.integration


class Killed(BaseException):
    """The process is gone; nothing may catch this."""


class DyingTransport(ProviderTransport):
    """A client that dies at one of its requests, before or after it, or loses the answer to it."""

    def __init__(self, node: Node, *, step: int, moment: str) -> None:
        super().__init__(EmbeddedProvider(node))
        self.step = step
        self.moment = moment
        self.steps = 0

    def request(self, method: str, params: Sequence[Json]) -> Json:
        """Ask, unless this is the moment."""
        self._strike("before")
        answer = super().request(method, params)
        self._strike("after")
        return answer

    def request_batch(self, calls: Sequence[RpcCall]) -> list[Json]:
        """Ask, unless this is the moment."""
        self._strike("before")
        answers = super().request_batch(calls)
        self._strike("after")
        return answers

    def _strike(self, moment: str) -> None:
        due = self.steps == self.step
        self.steps += moment == "after"
        if due and moment == self.moment:
            raise Killed
        if due and moment == "after" and self.moment == "lost":
            raise NodeUnreachableError(self.endpoint, "the connection broke")


def make_sender(chain: Chain, journal: Journal, signer: Signer | None = None) -> Sender:
    alice = DevnetSigner("alice", 0, chain.chain_id, chain.endpoint)
    return Sender(chain, signer or alice, journal, clock=lambda: 0, max_fee_wei=None, timeout_s=5)


def test_a_contract_is_created_and_called(chain: Chain) -> None:
    journal = MemoryJournal()
    created = make_sender(chain, journal).send(creation(COUNTER), key="create")
    to = created.contract_address
    assert to is not None
    called = make_sender(chain, journal).send(count_up(to, 3), key="up")
    assert called.block_number == created.block_number + 1
    assert called.logs[0].address == to
    assert called.gas_used > 21_000
    assert called.gas_price_wei > 0
    assert chain.at().get(read_count(to)) == 3
    assert [entry.nonce for entry in journal.entries.values()] == [0, 1]
    assert {entry.state for entry in journal.entries.values()} == {JournalState.MINED}


def test_a_call_that_would_revert_costs_nothing(chain: Chain) -> None:
    journal = MemoryJournal()
    closed = make_sender(chain, journal).send(creation(reverter(error_string("closed"))), key="create")
    assert closed.contract_address is not None
    with pytest.raises(ContractRevertedError, match=r"Counter refused add\(\): closed\."):
        make_sender(chain, journal).send(count_up(closed.contract_address), key="up")
    assert len(journal.entries) == 1


def test_an_account_without_funds_signs_nothing(chain: Chain) -> None:
    journal = MemoryJournal()
    poor = KeySigner("poor", lambda: b"\x01" * 32)
    with pytest.raises(InsufficientFundsError, match=poor.address):
        make_sender(chain, journal, poor).send(creation(COUNTER), key="create")
    assert not journal.entries


@pytest.mark.parametrize("moment", ["before", "after", "lost"])
def test_whatever_happens_between_client_and_node_there_is_one_transaction(
    node: Node, moment: str, tmp_path: Path
) -> None:
    """Every request of a run is struck once, on one chain; after each, a second run finishes the work.

    The second run knows only what the first left in the book's file.
    """
    steady = Chain(ProviderTransport(EmbeddedProvider(node)), network="devnet", chain_id=31337)
    to = make_sender(steady, MemoryJournal()).send(creation(COUNTER), key="create").contract_address
    assert to is not None
    for step in count():
        key, book = f"up {step}", tmp_path / f"{step}.sqlite"
        dying = DyingTransport(node, step=step, moment=moment)
        chain = Chain(dying, network="devnet", chain_id=31337)
        with contextlib.suppress(Killed, NodeUnreachableError), Ledger.at(book) as ledger:
            make_sender(chain, ledger.journal).send(count_up(to), key=key)
        with Ledger.at(book) as ledger:
            receipt = make_sender(steady, ledger.journal).send(count_up(to), key=key)
        assert receipt.succeeded
        assert steady.at().get(read_count(to)) == step + 1
        if dying.steps < step:
            break
    assert step >= 3


def test_a_transaction_of_another_wallet_in_between_does_not_disturb(chain: Chain, node: Node) -> None:
    journal = MemoryJournal()
    sender = make_sender(chain, journal)
    to = sender.send(creation(COUNTER), key="create").contract_address
    assert to is not None
    alice = DevnetSigner("alice", 0, 31337, chain.endpoint).address
    other = to_checksum_address("0x" + "99" * 20)
    EmbeddedProvider(node).make_request("eth_sendTransaction", [{"from": alice, "to": other}])  # type: ignore[arg-type]
    sender.send(count_up(to), key="up")
    assert [entry.nonce for entry in journal.entries.values()] == [0, 2]
