"""The node: the table of JSON-RPC methods over a chain, for HTTP and for callers in this process alike."""

from __future__ import annotations

import inspect
import json
import logging
import threading
import time
from typing import TYPE_CHECKING

from hokctl.devnet import (
    methods_blocks,
    methods_calls,
    methods_chain,
    methods_dev,
    methods_logs,
    methods_send,
    methods_simulate,
    methods_state,
)
from hokctl.devnet.backend import Backend, Method
from hokctl.devnet.engine import InvalidTransactionError
from hokctl.devnet.genesis import ACCOUNTS, CHAIN_ID, genesis_accounts, to_bytes
from hokctl.devnet.keys import sign_transaction
from hokctl.devnet.rpc import (
    INTERNAL_ERROR,
    INVALID_PARAMS,
    INVALID_REQUEST,
    METHOD_NOT_FOUND,
    PARSE_ERROR,
    SERVER_ERROR,
    RpcError,
    parse_json,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from hokctl.devnet.engine import Engine
    from hokctl.devnet.shapes import Json

_LOGGER = logging.getLogger(__name__)
_MAX_BATCH = 1_000

METHODS: dict[str, Method] = {
    **methods_chain.METHODS,
    **methods_state.METHODS,
    **methods_blocks.METHODS,
    **methods_logs.METHODS,
    **methods_calls.METHODS,
    **methods_simulate.METHODS,
    **methods_send.METHODS,
    **methods_dev.METHODS,
}


class Node:
    """Answers JSON-RPC requests about one chain, one at a time."""

    def __init__(self, engine: Engine) -> None:
        """Serve the engine with the ten unlocked accounts."""
        accounts = tuple(to_bytes(account) for account in ACCOUNTS)
        self.engine = engine
        self._backend = Backend(engine, accounts, sign_transaction)
        self._lock = threading.Lock()

    def handle_bytes(self, body: bytes) -> bytes:
        """Answer a request or a batch as it comes over the wire; nothing for notifications only."""
        try:
            request = parse_json(body)
        except ValueError:
            return json.dumps(_error(None, RpcError(PARSE_ERROR, "parse error"))).encode()
        answer = self.handle(request)
        return b"" if answer is None else json.dumps(answer, separators=(",", ":")).encode()

    def handle(self, request: object) -> Json | list[Json] | None:
        """Answer a decoded request or batch; None when it was notifications only."""
        if not isinstance(request, list):
            return self._handle_one(request)
        if not request:
            return _error(None, RpcError(INVALID_REQUEST, "empty batch"))
        if len(request) > _MAX_BATCH:
            return _error(None, RpcError(INVALID_REQUEST, f"batch too large: more than {_MAX_BATCH} requests"))
        answers = [answer for one in request if (answer := self._handle_one(one)) is not None]
        return answers or None

    def _handle_one(self, request: object) -> Json | None:
        if not isinstance(request, dict) or not isinstance(request.get("method"), str):
            return _error(None, RpcError(INVALID_REQUEST, "invalid request"))
        answer = self._answer(request["method"], request.get("params"), request.get("id"))
        return answer if "id" in request else None

    def _answer(self, method: str, params: object, request_id: object) -> Json:
        try:
            with self._lock:
                return {"jsonrpc": "2.0", "id": request_id, "result": self._call(method, params)}
        except RpcError as error:
            return _error(request_id, error)
        except InvalidTransactionError as error:
            return _error(request_id, RpcError(SERVER_ERROR, str(error)))
        except Exception:
            # The JSON-RPC boundary: whatever breaks in one request must not take the node with it.
            _LOGGER.exception("%s failed", method)
            return _error(request_id, RpcError(INTERNAL_ERROR, f"internal error in {method}"))

    def _call(self, method: str, params: object) -> object:
        function = METHODS.get(method)
        if function is None:
            raise RpcError(METHOD_NOT_FOUND, f"the method {method} does not exist/is not available")
        arguments = [] if params is None else params
        if not isinstance(arguments, list | tuple):
            raise RpcError(INVALID_PARAMS, "non-array args")
        _check_count(function, method, len(arguments))
        return function(self._backend, *arguments)


def start_node(*, clock: Callable[[], float] = time.time) -> Node:
    """Return a node over a new embedded chain; block 0 is dated by the clock (seconds since 1970).

    Raise DevnetMissingError when the extra `devnet` is not installed.
    """
    alloc = genesis_accounts()
    from hokctl.devnet.pyevm import PyEvmEngine

    return Node(PyEvmEngine(alloc, chain_id=CHAIN_ID, clock=clock))


def _check_count(function: Method, method: str, given: int) -> None:
    parameters = list(inspect.signature(function).parameters.values())[1:]
    needed = sum(parameter.default is parameter.empty for parameter in parameters)
    if given < needed:
        raise RpcError(INVALID_PARAMS, f"{method}: missing value for required argument {given}")
    if given > len(parameters):
        raise RpcError(INVALID_PARAMS, f"{method}: too many arguments, want at most {len(parameters)}")


def _error(request_id: object, error: RpcError) -> Json:
    return {"jsonrpc": "2.0", "id": request_id, "error": error.to_json()}
