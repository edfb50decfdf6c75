"""A node and a journal in memory, to test against."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from eth_typing import ChecksumAddress
from eth_utils.address import to_checksum_address

from hokctl.chain.errors import RpcError
from hokctl.chain.reads import Read
from hokctl.chain.session import Chain
from hokctl.chain.transport import RpcCall
from hokctl.chain.wire import Json
from hokctl.domain.calls import Call
from hokctl.domain.ports import JournalEntry, JournalState
from hokctl.errors import HokctlError

ENDPOINT = "http://node.example"
CHAIN_ID = 31337
BLOCK_HASH = "0x" + "ab" * 32
ALICE = to_checksum_address("0x" + "a1" * 20)
TOKEN = to_checksum_address("0x" + "70" * 20)

Answer = Json | Callable[[Sequence[Json]], Json]


class FakeTransport:
    """Answers each method with a value, an RpcError, or what a function of the parameters returns."""

    def __init__(self, **answers: Answer) -> None:
        self.answers: dict[str, Answer] = {
            "eth_chainId": hex(CHAIN_ID),
            "eth_getBlockByNumber": lambda params: block(16 if params[0] == "latest" else int(params[0], 16)),
            **answers,
        }
        self.asked: list[list[RpcCall]] = []
        self.endpoint = ENDPOINT

    @property
    def round_trips(self) -> int:
        """How often the node was asked."""
        return len(self.asked)

    @property
    def methods(self) -> list[list[str]]:
        """The methods asked for, round trip by round trip."""
        return [[method for method, _ in calls] for calls in self.asked]

    def count(self, method: str) -> int:
        """How often a method was asked for."""
        return sum(methods.count(method) for methods in self.methods)

    def request(self, method: str, params: Sequence[Json]) -> Json:
        """Answer one request."""
        (answer,) = self.request_batch([(method, params)])
        if isinstance(answer, RpcError):
            raise answer
        return answer

    def request_batch(self, calls: Sequence[RpcCall]) -> list[Json]:
        """Answer several requests, and remember them."""
        if not calls:
            return []
        self.asked.append(list(calls))
        return [self._answer(method, params) for method, params in calls]

    def _answer(self, method: str, params: Sequence[Json]) -> Json:
        answer = self.answers.get(method, RpcError(method, -32601, f"the method {method} does not exist"))
        if callable(answer):
            answer = answer(params)
        if isinstance(answer, HokctlError) and not isinstance(answer, RpcError):
            raise answer
        return answer


def make_chain(**answers: Answer) -> tuple[Chain, FakeTransport]:
    """Return a chain over a fake node, and the node."""
    transport = FakeTransport(**answers)
    return Chain(transport, network="testnet", chain_id=CHAIN_ID), transport


def block(number: int, **fields: Json) -> dict[str, Json]:
    """Return a block header as a node writes it."""
    header = {"number": hex(number), "hash": BLOCK_HASH, "timestamp": "0x64", "gasLimit": "0x1c9c380"}
    return {**header, "baseFeePerGas": hex(10**9), **fields}


def make_read(signature: str = "totalSupply()", returns: tuple[str, ...] = ("uint256",)) -> Read[object]:
    """Return a view call of a token, with the decoded answers as its value."""
    return Read(
        to=TOKEN,
        label="Token",
        signature=signature,
        data=b"\x01\x02\x03\x04",
        returns=returns,
        decode=lambda values: values[0] if len(values) == 1 else values,
    )


def make_call(
    to: ChecksumAddress | None = TOKEN, data: bytes = b"\x01\x02\x03\x04", value: int = 0, purpose: str = "a test"
) -> Call:
    """Return a call of a token."""
    return Call(to=to, label="Token", signature="poke()", args=(), data=data, value=value, purpose=purpose, requires=())


def word(number: int) -> str:
    """Return a number as ABI-encoded hex data."""
    return f"0x{number:064x}"


class MemoryJournal:
    """A journal that lives as long as its object; entries are kept in their order."""

    def __init__(self) -> None:
        self.entries: dict[str, JournalEntry] = {}
        self.history: list[tuple[str, JournalState]] = []

    def record(self, entry: JournalEntry) -> None:
        """Keep the entry; one that is there already stays as it is, unless it failed: then it is open again."""
        known = self.entries.get(entry.tx_hash)
        if known is not None and known.state is JournalState.FAILED:
            del self.entries[entry.tx_hash]
        if entry.tx_hash not in self.entries:
            self.entries[entry.tx_hash] = entry
            self.history.append((entry.tx_hash, entry.state))

    def settle(self, chain_id: int, tx_hash: str, state: JournalState) -> None:
        """Change the state of an entry that must be there; news that arrive late are ignored."""
        entry = self.entries[tx_hash]
        assert entry.chain_id == chain_id
        closed = {JournalState.MINED, JournalState.FAILED}
        if entry.state in closed and state not in closed:
            return
        self.entries[tx_hash] = replace(entry, state=state)
        self.history.append((tx_hash, state))

    def find(self, chain_id: int, key: str) -> tuple[JournalEntry, ...]:
        """Return the entries for the key, oldest first."""
        return tuple(entry for entry in self.entries.values() if (entry.chain_id, entry.key) == (chain_id, key))

    def open_entries(self, chain_id: int, sender: ChecksumAddress | None = None) -> tuple[JournalEntry, ...]:
        """Return the unsettled entries, all or those of the sender, by nonce."""
        entries = [
            entry
            for entry in self.entries.values()
            if entry.chain_id == chain_id
            and sender in {None, entry.sender}
            and entry.state in {JournalState.SIGNED, JournalState.SENT}
        ]
        return tuple(sorted(entries, key=lambda entry: entry.nonce))

    def under_way(self, chain_id: int, sender: ChecksumAddress, prefix: str) -> tuple[JournalEntry, ...]:
        """Return the sender's entries with such keys that are neither concluded nor failed."""
        closed = {JournalState.CONCLUDED, JournalState.FAILED}
        return tuple(
            entry
            for entry in self.entries.values()
            if (entry.chain_id, entry.sender) == (chain_id, sender)
            and entry.key.startswith(prefix)
            and entry.state not in closed
        )


class FakeTime:
    """A clock that only moves when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 1_000.0
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        """Let time pass at once."""
        self.slept.append(seconds)
        self.now += seconds

    def monotonic(self) -> float:
        """Return the time."""
        return self.now
