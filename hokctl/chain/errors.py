"""What can go wrong between hokctl and a node. No text here carries more of a URL than scheme and host."""

from typing import ClassVar

from eth_typing import ChecksumAddress

from hokctl.chain.wire import plain_text
from hokctl.errors import ChainError, ConfigError, UnavailableError, UsageError, shown


class InvalidRpcUrlError(ConfigError):
    """An RPC URL that hokctl cannot use."""

    code = "invalid-rpc-url"

    def __init__(self, network: str, reason: str) -> None:
        """Say which network's URL it is, and what is wrong; the URL itself may hold a key."""
        super().__init__(
            f"The rpc_url of network {network} cannot be used: {reason}.",
            hint="Give the URL of a JSON-RPC node, such as http://127.0.0.1:8545.",
        )


class NodeUnreachableError(UnavailableError):
    """The node cannot be reached."""

    code = "node-unreachable"
    transient: ClassVar[bool] = True

    def __init__(self, endpoint: str, reason: str, *, hint: str | None = None) -> None:
        """Name the node by scheme and host, and the reason in words."""
        self.endpoint = endpoint
        super().__init__(
            f"The node at {endpoint} cannot be reached: {reason}.",
            hint=hint or "Check the network's rpc_url and the connection, then try again.",
        )


class LocalNodeDownError(NodeUnreachableError):
    """Nothing listens at a loopback address; asking again at once would not help."""

    transient = False

    def __init__(self, endpoint: str) -> None:
        """Name the address."""
        super().__init__(
            endpoint,
            "nothing listens there",
            hint="Start the node; `hokctl devnet` starts the embedded chain at http://127.0.0.1:8545.",
        )


class UntrustedNodeError(NodeUnreachableError):
    """The node's TLS certificate does not prove who it is."""

    transient = False


class NodeTimeoutError(NodeUnreachableError):
    """The node took too long."""

    code = "node-timeout"
    transient = False

    def __init__(self, endpoint: str, timeout_s: float) -> None:
        """Name the node and how long hokctl waited."""
        super().__init__(endpoint, f"no answer within {timeout_s:g} s")


class NodeBusyError(UnavailableError):
    """The node limits how often it may be asked."""

    code = "node-busy"

    def __init__(self, endpoint: str, retry_after_s: float = 0) -> None:
        """Name the node, and keep the time it asked to be left alone."""
        self.retry_after_s = retry_after_s
        super().__init__(
            f"The node at {endpoint} is asked too often and answers no more for now.",
            hint="Try again in a while, or use a node with a higher limit.",
        )


class NodeFailingError(UnavailableError):
    """The node, or the gateway before it, answers with an HTTP error."""

    code = "node-failing"

    def __init__(self, endpoint: str, status: int) -> None:
        """Name the node and the HTTP status."""
        self.status = status
        super().__init__(
            f"The node at {endpoint} answers with HTTP status {status} instead of JSON-RPC.",
            hint="Try again; if it stays, check the network's rpc_url or use another node.",
        )


class NodeAccessError(ConfigError):
    """The node does not serve this URL or this key."""

    code = "node-access-denied"

    def __init__(self, endpoint: str, status: int) -> None:
        """Name the node and the HTTP status."""
        self.status = status
        super().__init__(
            f"The node at {endpoint} does not accept this rpc_url: HTTP status {status}.",
            hint="Check path and key in the network's rpc_url; hokctl never shows them.",
        )


class RpcError(UnavailableError):
    """An answer that is a JSON-RPC error object. In batches it stands in the place of the result."""

    code = "rpc-error"

    def __init__(
        self, method: str, rpc_code: int, rpc_message: str, *, data: object = None, endpoint: str = ""
    ) -> None:
        """Keep the members of the error object; the message is the node's and is made safe to show."""
        self.method = method
        self.rpc_code = rpc_code
        self.rpc_message = plain_text(rpc_message)
        self.data = data
        who = f"The node at {endpoint}" if endpoint else "The node"
        super().__init__(
            f"{who} refused {method}: {self.rpc_message or 'it gives no reason'} (code {rpc_code}).",
            hint="Try again; if it stays, the node may not support what hokctl needs: `hokctl doctor` checks it.",
        )


class WrongChainError(ConfigError):
    """The node serves another chain than the network in the configuration."""

    code = "wrong-chain"

    def __init__(self, *, network: str, expected: int, actual: int, endpoint: str) -> None:
        """Name the network, both chain ids and the node."""
        self.expected = expected
        self.actual = actual
        super().__init__(
            f"Network {network} is chain {expected}, but the node at {endpoint} serves chain {actual}.",
            hint="Mend rpc_url or chain_id of the network, or choose the other network with --network.",
        )


class InvalidBlockError(UsageError):
    """A text or number that names no block."""

    code = "invalid-block"

    def __init__(self, block: object) -> None:
        """Show what was given."""
        super().__init__(
            f"{shown(plain_text(str(block)))!r} names no block.",
            hint="Give a block number, or one of latest, safe, finalized, earliest.",
        )


class UnknownBlockError(UnavailableError):
    """The node does not know the block, or no longer has its state."""

    code = "unknown-block"

    def __init__(self, block: str | int, endpoint: str) -> None:
        """Name the block and the node."""
        self.block = block
        super().__init__(
            f"The node at {endpoint} does not know block {block}, or has its state no more.",
            hint="It may lag behind: try again. For blocks of the past use an archive node.",
        )


class NoContractError(ChainError):
    """An address that should hold a contract answers nothing."""

    code = "no-contract"

    def __init__(self, address: ChecksumAddress, label: str) -> None:
        """Name the address and what should be there."""
        self.address = address
        self.label = label
        super().__init__(
            f"There is no {label} at {address}: nothing there answers like one.",
            hint="Check the address, the network and the block; `hokctl doctor` looks at every configured address.",
        )


class UnexpectedAnswerError(ChainError):
    """A contract answered with bytes that do not fit the interface hokctl knows."""

    code = "unexpected-answer"

    def __init__(self, address: ChecksumAddress, label: str, signature: str) -> None:
        """Name the contract and what was asked."""
        self.address = address
        self.label = label
        super().__init__(
            f"The contract at {address} does not answer {signature} as {label} would.",
            hint="Check that the address is the right contract, in a version that hokctl knows.",
        )
