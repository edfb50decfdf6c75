"""What carries JSON-RPC to a node: the interface that a chain relies on."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from hokctl.chain.wire import Json

RpcCall = tuple[str, Sequence[Json]]
"""A method and its parameters, ready for JSON."""

IN_PROCESS: Final = "in-process"
"""The endpoint of a node that runs in this very process."""

READ_METHODS: Final = frozenset(
    {
        "debug_traceCall",
        "debug_traceTransaction",
        "eth_blockNumber",
        "eth_call",
        "eth_chainId",
        "eth_estimateGas",
        "eth_feeHistory",
        "eth_gasPrice",
        "eth_getBalance",
        "eth_getBlockByHash",
        "eth_getBlockByNumber",
        "eth_getCode",
        "eth_getLogs",
        "eth_getProof",
        "eth_getStorageAt",
        "eth_getTransactionByHash",
        "eth_getTransactionCount",
        "eth_getTransactionReceipt",
        "eth_maxPriorityFeePerGas",
        "eth_simulateV1",
        "eth_syncing",
        "net_version",
        "web3_clientVersion",
    }
)
"""Methods without effect, which may be asked again when an answer was lost. Everything else is asked once."""


@dataclass(slots=True)
class Errand:
    """Reads that somebody else's round trip takes along, for answers that will be needed right after it."""

    requests: Sequence[RpcCall]
    answers: Sequence[Json] = ()
    """The answers, in the order of the requests; empty until a round trip took them along."""


class Transport(Protocol):
    """A connection to one node. Errors of the connection raise; errors of a single answer are RpcError."""

    @property
    def endpoint(self) -> str:
        """The node as messages may name it: scheme, host and port, nothing more."""

    @property
    def round_trips(self) -> int:
        """How often the node was asked so far; a batch counts once."""

    def request(self, method: str, params: Sequence[Json]) -> Json:
        """Return the result of one method; raises RpcError when the node answers with an error."""

    def request_batch(self, calls: Sequence[RpcCall]) -> list[Json]:
        """Return results in the order of `calls`, in one round trip; an RpcError stands where a call failed."""


def is_read(method: str) -> bool:
    """Tell whether `method` has no effect and may be repeated."""
    return method in READ_METHODS
