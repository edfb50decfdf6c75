"""The node's own estimate of the gas that a transaction needs."""

from typing import Final

from eth_typing import ChecksumAddress

from hokctl.chain.errors import RpcError
from hokctl.chain.transport import Errand, RpcCall
from hokctl.chain.wire import Json, parse_quantity, to_data, to_quantity
from hokctl.domain.calls import Call

METHOD: Final = "eth_estimateGas"


def estimate_request(sender: ChecksumAddress, call: Call) -> RpcCall:
    """Return the request for the gas that `call` needs as a transaction of `sender` in the next block."""
    request: dict[str, Json] = {"from": sender, "data": to_data(call.data), "value": to_quantity(call.value)}
    return METHOD, [request if call.to is None else {**request, "to": call.to}]


def read_estimate(errand: Errand) -> int | None:
    """Return the estimate among the errand's answers; None where the node gave none: say, the call would fail."""
    answers = dict(zip((method for method, _ in errand.requests), errand.answers, strict=False))
    answer = answers.get(METHOD)
    return None if answer is None or isinstance(answer, RpcError) else parse_quantity(answer, METHOD)
