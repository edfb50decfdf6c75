"""Many reads of one block in one round trip."""

from collections.abc import Callable
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class _Asked:
    """A read of the node's own, beside the contracts' views."""

    method: str
    params: list[Json]
    parse: Callable[[Json], Any]
    slot: Slot[Any]
    optional: bool


class Batch:
    """Reads of one block that go to the node together. As a context manager it runs when the block ends well."""

    def __init__(self, chain: "Chain", block: int) -> None:
        """Collect reads of `chain` at the block with this number."""
        self._chain = chain
        self._block = block
        self._reads: _Reads = []
        self._states: list[_Asked] = []

    def add(self, read: Read[T]) -> Slot[T]:
        """Add a view call and return the place of its answer."""
        slot: Slot[T] = Slot()
        self._reads.append((read, slot))
        return slot

    def add_code(self, address: ChecksumAddress) -> Slot[bytes]:
        """Ask for the runtime code at `address`; empty where there is no contract."""
        return self.ask("eth_getCode", [address, self._number], lambda answer: parse_data(answer, "eth_getCode"))

    def add_balance(self, address: ChecksumAddress) -> Slot[int]:
        """Ask for the native balance of `address` in wei."""
        return self._add_number("eth_getBalance", address)

    def add_nonce(self, address: ChecksumAddress) -> Slot[int]:
        """Ask how many transactions `address` has sent (for a contract: how many contracts it created, plus one)."""
        return self._add_number("eth_getTransactionCount", address)

    def add_storage(self, address: ChecksumAddress, slot: int) -> Slot[bytes]:
        """Ask for a storage slot of `address`: 32 bytes."""
        params: list[Json] = [address, f"0x{slot:064x}", self._number]
        return self.ask("eth_getStorageAt", params, lambda answer: parse_data(answer, "eth_getStorageAt"))

    def ask(self, method: str, params: list[Json], parse: Callable[[Json], T], *, optional: bool = False) -> Slot[T]:
        """Add any other read of the node, whose answer `parse` understands.

        An `optional` one that the node refuses leaves its error in the slot; else the batch raises it.
        """
        slot: Slot[T] = Slot()
        self._states.append(_Asked(method, params, parse, slot, optional))
        return slot

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
        answers = self._chain.request_batch([*calls, *((asked.method, asked.params) for asked in states)])
        for asked, answer in zip(states, answers[len(calls) :], strict=True):
            if isinstance(answer, RpcError) and not asked.optional:
                raise self._failure(answer)
            asked.slot.fill(answer if isinstance(answer, RpcError) else asked.parse(answer))
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
        return to_quantity(self._block)

    def _add_number(self, method: str, address: ChecksumAddress) -> Slot[int]:
        return self.ask(method, [address, self._number], lambda answer: parse_quantity(answer, method))

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
            slot.fill(read_outcome(read, answer, chain.errors, block=self._block, endpoint=chain.endpoint))

    def _failure(self, error: RpcError) -> HokctlError:
        return node_failure(error, block=self._block, endpoint=self._chain.endpoint)
