"""A web3 provider over a node in this process: what HTTP would answer, without HTTP."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, cast

from web3.providers.base import JSONBaseProvider

if TYPE_CHECKING:
    from web3.types import RPCEndpoint, RPCResponse

    from hokctl.devnet.node import Node


class EmbeddedProvider(JSONBaseProvider):
    """Hands requests to a node, batches included."""

    def __init__(self, node: Node) -> None:
        """Use the node."""
        super().__init__()
        self.node = node

    def make_request(self, method: RPCEndpoint, params: object) -> RPCResponse:
        """Answer one request; the arguments go through JSON, so that they arrive as over HTTP."""
        request = json.loads(self.encode_rpc_request(method, params))
        return cast("RPCResponse", self.node.handle(request))

    def make_batch_request(self, requests: list[tuple[RPCEndpoint, Any]]) -> list[RPCResponse] | RPCResponse:
        """Answer several requests in their order."""
        batch = json.loads(self.encode_batch_rpc_request(requests))
        return cast("list[RPCResponse]", self.node.handle(batch))
