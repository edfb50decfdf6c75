"""A chain behind a node, guarded by its chain id, and snapshots of it at one block."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from hokctl.chain.answers import read_outcome, read_request
from hokctl.chain.batch import Batch
from hokctl.chain.errors import InvalidBlockError, RpcError, UnknownBlockError, WrongChainError
from hokctl.chain.http_transport import HttpTransport
from hokctl.chain.log_limits import LogLimits
from hokctl.chain.reads import Read
from hokctl.chain.reverts import ErrorTable
from hokctl.chain.transport import RpcCall, Transport, is_read
from hokctl.chain.wire import BadAnswerError, Json, parse_hash, parse_object, parse_quantity, to_quantity
from hokctl.domain.units import BlockRef
from hokctl.errors import HokctlError

T = TypeVar("T")

_TAGS: Final = frozenset({"latest", "safe", "finalized", "earliest"})
CHAIN_ID_REQUEST: Final[RpcCall] = ("eth_chainId", [])


class Chain:
    """One network through one node. Nothing is asked before the first use; that one checks the chain id."""

    def __init__(self, transport: Transport, *, network: str, chain_id: int) -> None:
        """Speak to `chain_id`, called `network` in the configuration, through `transport`."""
        self.transport = transport
        self.network = network
        self.chain_id = chain_id
        self.errors = ErrorTable()
        """The custom errors that revert messages can name; the opener sets a larger table."""
        self.has_multicall = True
        """Whether Multicall3 is expected at its address; becomes false when a batch found nothing there."""
        self.can_trace = True
        """Whether the node is expected to trace calls; becomes false when it has refused to."""
        self.log_limits = LogLimits()
        """How many blocks of logs the node gives at once, as far as it has shown."""
        self._checked = False

    @classmethod
    def connect(cls, rpc_url: str, *, network: str, chain_id: int, timeout_s: float = 60) -> "Chain":
        """Return the chain behind an http or https URL; raises InvalidRpcUrlError, but asks nothing yet."""
        transport = HttpTransport(rpc_url, network=network, timeout_s=timeout_s)
        return cls(transport, network=network, chain_id=chain_id)

    @property
    def endpoint(self) -> str:
        """The node as messages may name it: scheme, host and port."""
        return self.transport.endpoint

    def at(self, block: str | int = "latest") -> "Snapshot":
        """Return the chain at a block: a number, or `latest`, `safe`, `finalized`, `earliest`. One round trip.

        The chain id is checked each time. Raises WrongChainError, UnknownBlockError, NodeUnreachableError.
        """
        wanted = _parse_block(block)
        parameter = to_quantity(wanted) if isinstance(wanted, int) else wanted
        wanted_header: RpcCall = ("eth_getBlockByNumber", [parameter, False])
        chain_id, header = self.transport.request_batch([CHAIN_ID_REQUEST, wanted_header])
        self.verify_chain_id(chain_id)
        if isinstance(header, RpcError) or header is None:
            raise UnknownBlockError(wanted, self.endpoint) from header
        return Snapshot(self, parse_header(header, wanted))

    def batch_at(self, block_number: int) -> Batch:
        """Return an empty batch of reads at a block that is known to exist, such as a receipt's."""
        return Batch(self, block_number)

    def request(self, method: str, params: Sequence[Json]) -> Json:
        """Return the result of one JSON-RPC method; raises RpcError."""
        if not is_read(method):
            if not self._checked:
                self.check_chain_id()
            return self.transport.request(method, params)
        (answer,) = self.request_batch([(method, params)])
        if isinstance(answer, RpcError):
            raise answer
        return answer

    def request_batch(self, calls: Sequence[RpcCall]) -> list[Json]:
        """Return the results of several reads in one round trip; an RpcError stands where one failed."""
        if self._checked or not calls:
            return self.transport.request_batch(calls)
        chain_id, *answers = self.transport.request_batch([CHAIN_ID_REQUEST, *calls])
        self.verify_chain_id(chain_id)
        return answers

    def submit(self, call: RpcCall, *, also: Sequence[RpcCall] = ()) -> list[Json]:
        """Return the answers to `call`, which has an effect, and to the reads in `also`, of one round trip.

        It is asked exactly once, and only of a node whose chain id was checked. An RpcError stands where one failed.
        """
        if not self._checked:
            self.check_chain_id()
        return self.transport.request_batch([call, *also])

    def check_chain_id(self) -> None:
        """Ask the node which chain it serves; raises WrongChainError when it is not this one."""
        self.verify_chain_id(self.transport.request(*CHAIN_ID_REQUEST))

    def verify_chain_id(self, answer: Json) -> None:
        """Raise WrongChainError unless `answer`, the node's to CHAIN_ID_REQUEST, is this chain's id."""
        if isinstance(answer, RpcError):
            raise answer
        actual = parse_quantity(answer, "eth_chainId")
        if actual != self.chain_id:
            raise WrongChainError(network=self.network, expected=self.chain_id, actual=actual, endpoint=self.endpoint)
        self._checked = True


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A chain at one block: everything read through it belongs together."""

    chain: Chain
    block: BlockRef

    def get(self, read: Read[T]) -> T:
        """Return the answer to one view call. One round trip.

        Raises ContractRevertedError, NoContractError, UnexpectedAnswerError.
        """
        (answer,) = self.chain.request_batch([read_request(read, self.block.number)])
        value = read_outcome(read, answer, self.chain.errors, block=self.block.number, endpoint=self.chain.endpoint)
        if isinstance(value, HokctlError):
            raise value
        return value

    def batch(self) -> Batch:
        """Return an empty batch of reads at this block."""
        return Batch(self.chain, self.block.number)


def _parse_block(block: str | int) -> str | int:
    if isinstance(block, int) and block >= 0:
        return block
    if isinstance(block, str) and block in _TAGS:
        return block
    if isinstance(block, str) and block.isascii() and block.isdecimal():
        return int(block)
    raise InvalidBlockError(block)


def parse_header(header: Json, wanted: str | int) -> BlockRef:
    """Return the block in an answer to `eth_getBlockByNumber`; raises BadAnswerError, also for another block."""
    fields = parse_object(header, "a block")
    block = BlockRef(
        number=parse_quantity(fields.get("number"), "a block's number"),
        hash=parse_hash(fields.get("hash"), "a block's hash"),
        timestamp=parse_quantity(fields.get("timestamp"), "a block's timestamp"),
    )
    if isinstance(wanted, int) and block.number != wanted:
        raise BadAnswerError(f"it was asked for block {wanted} and gave block {block.number}")
    return block
