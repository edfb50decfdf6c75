"""No node at all: what stands in the place of one when a command must not use the network."""

from collections.abc import Sequence

from hokctl.chain.transport import IN_PROCESS, RpcCall
from hokctl.chain.wire import Json
from hokctl.errors import RefusedError


class OfflineError(RefusedError):
    """Something that needs a node, in a command that was told to do without."""

    code = "offline"

    def __init__(self, method: str) -> None:
        """Name what a node would have been asked."""
        super().__init__(
            f"This needs a node ({method}), and --offline forbids it.", hint="Leave --offline away, or do without it."
        )


class OfflineTransport:
    """Refuses every request. Implements chain.transport.Transport."""

    @property
    def endpoint(self) -> str:
        """This very process: nothing leaves it."""
        return IN_PROCESS

    @property
    def round_trips(self) -> int:
        """None, ever."""
        return 0

    def request(self, method: str, params: Sequence[Json]) -> Json:
        """Refuse."""
        del params
        raise OfflineError(method)

    def request_batch(self, calls: Sequence[RpcCall]) -> list[Json]:
        """Refuse."""
        raise OfflineError(calls[0][0] if calls else "nothing")
