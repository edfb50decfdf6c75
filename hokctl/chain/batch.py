"""Many reads of one block in one round trip."""

from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Generic, Self, TypeVar, cast

from eth_typing import ChecksumAddress

from hokctl.chain.answers import decode_read, node_failure, read_outcome, read_request, reverted_read
from hokctl.chain.errors import RpcError
from hokctl.chain.multicall import MAX_CALLS, MULTICALL3, decode_aggregate3, encode_aggregate3
from hokctl.chain.reads import Read
from hokctl.chain.reverts import revert_of
from hokctl.chain.transport import RpcCall
from hokctl.chain.wire import Json, parse_data, parse_quantity, to_data, to_quantity
from hokctl.domain.units import BlockRef
from hokctl.errors import HokctlError

if TYPE_CHECKING:
    from hokctl.chain.session import Chain

T = TypeVar("T")

_Reads = list[tuple[Read[Any], "Slot[Any]"]]
_UNSET: Final = object()


class Slot(Generic[T]):
    """The place of one answer; filled when its batch has run."""

    def __init__(self) -> None:
        """Start empty."""
        self._outcome: object = _UNSET

    def fill(self, outcome: T | HokctlError) -> None:
        """Put the value in, or the error that stands for it."""
        self._outcome = outcome

    @property
    def failed(self) -> bool:
        """Whether the contract gave no value: it reverted, is not there, or answered something else."""
        return isinstance(self._filled(), HokctlError)

    @property
    def value(self) -> T:
        """The answer; raises ContractRevertedError, NoContractError or UnexpectedAnswerError without one."""
        outcome = self._filled()
        if isinstance(outcome, HokctlError):
            raise outcome
        return cast("T", outcome)

    def value_or(self, default: T) -> T:
        """Return the answer, or `default` when the contract gave none. The node's failures are never hidden."""
        return default if self.failed else self.value

    def _filled(self) -> object:
        if self._outcome is _UNSET:
            raise RuntimeError("a slot was looked at before its batch ran")
        return self._outcome


class Batch:
    """Reads of one block that go to the node together. As a context manager it runs when the block ends well."""

    def __init__(self, chain: "Chain", block: BlockRef) -> None:
        """Collect reads of `chain` at `block`."""
        self._chain = chain
        self._block = block
        self._reads: _Reads = []
        self._states: list[tuple[str, ChecksumAddress, Slot[Any]]] = []

    def add(self, read: Read[T]) -> Slot[T]:
        """Add a view call and return the place of its answer."""
        slot: Slot[T] = Slot()
        self._reads.append((read, slot))
        return slot

    def add_code(self, address: ChecksumAddress) -> Slot[bytes]:
        """Ask for the runtime code at `address`; empty where there is no contract."""
        return self._add_state("eth_getCode", address)

    def add_balance(self, address: ChecksumAddress) -> Slot[int]:
        """Ask for the native balance of `address` in wei."""
        return self._add_state("eth_getBalance", address)

    def add_nonce(self, address: ChecksumAddress) -> Slot[int]:
        """Ask how many transactions `address` has sent (for a contract: how many contracts it created, plus one)."""
        return self._add_state("eth_getTransactionCount", address)

    def run(self) -> None:
        """Fill every slot added since the last run. One round trip; a second only on a chain without Multicall3.

        Raises what the node is to blame for; what a contract is to blame for stays in its slot.
        """
        reads, self._reads = self._reads, []
        states, self._states = self._states, []
        aggregate = self._chain.has_multicall and len(reads) > 1
        chunks = [reads[start : start + MAX_CALLS] for start in range(0, len(reads), MAX_CALLS)] if aggregate else []
        calls = [self._aggregate_request(chunk) for chunk in chunks]
        calls += [] if aggregate else [read_request(read, self._block) for read, _ in reads]
        state_calls: list[RpcCall] = [(method, [address, self._number]) for method, address, _ in states]
        answers = self._chain.request_batch([*calls, *state_calls])
        for (method, _, slot), answer in zip(states, answers[len(calls) :], strict=True):
            slot.fill(self._state(method, answer))
        if not aggregate:
            self._fill_each(reads, answers[: len(calls)])
            return
        left: _Reads = []
        for chunk, answer in zip(chunks, answers, strict=False):
            left += [] if self._fill_aggregate(chunk, answer) else chunk
        self._fill_each(left, self._chain.request_batch([read_request(read, self._block) for read, _ in left]))

    def __enter__(self) -> Self:
        """Return the batch itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Run the batch, unless an exception is on its way."""
        if kind is None:
            self.run()

    @property
    def _number(self) -> str:
        return to_quantity(self._block.number)

    def _add_state(self, method: str, address: ChecksumAddress) -> Slot[Any]:
        slot: Slot[Any] = Slot()
        self._states.append((method, address, slot))
        return slot

    def _aggregate_request(self, chunk: _Reads) -> RpcCall:
        data = encode_aggregate3([(read.to, read.data) for read, _ in chunk])
        return "eth_call", [{"to": MULTICALL3, "data": to_data(data)}, self._number]

    def _fill_aggregate(self, chunk: _Reads, answer: Json) -> bool:
        """Fill the slots of a chunk; return False when the calls must be made one by one."""
        if isinstance(answer, RpcError):
            # Nothing in it can revert but the whole for want of gas, which each call alone has enough of.
            if revert_of(answer, self._chain.errors) is None:
                raise self._failure(answer)
            return False
        data = parse_data(answer, "Multicall3's answer")
        if not data:
            self._chain.has_multicall = False
            return False
        results = decode_aggregate3(data, len(chunk))
        for (read, slot), (success, returned) in zip(chunk, results, strict=True):
            slot.fill(decode_read(read, returned) if success else reverted_read(read, returned, self._chain.errors))
        return True

    def _fill_each(self, reads: _Reads, answers: list[Json]) -> None:
        chain = self._chain
        for (read, slot), answer in zip(reads, answers, strict=True):
            slot.fill(read_outcome(read, answer, chain.errors, block=self._block.number, endpoint=chain.endpoint))

    def _state(self, method: str, answer: Json) -> bytes | int:
        if isinstance(answer, RpcError):
            raise self._failure(answer)
        return parse_data(answer, method) if method == "eth_getCode" else parse_quantity(answer, method)

    def _failure(self, error: RpcError) -> HokctlError:
        return node_failure(error, block=self._block.number, endpoint=self._chain.endpoint)
