"""How much gas a transaction needs: the least with which it succeeds."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from hokctl.devnet.reverts import failure
from hokctl.devnet.rpc import SERVER_ERROR, RpcError

if TYPE_CHECKING:
    from hokctl.devnet.backend import Backend
    from hokctl.devnet.engine import CallRequest, CallResult, Scene

_STIPEND = 2_300
_PRECISION = 64


def estimate_gas(backend: Backend, request: CallRequest, scene: Scene) -> int:
    """Return enough gas for the request; raise RpcError when it fails with any amount.

    What a run consumes is mostly what it needs. Where a contract must keep 1/64 back for its callee, or asks how
    much gas is left, it needs more: then the answer is searched for, exact to one part in 64.
    """
    limit = _limit(backend, request, scene)
    result = _run(backend, request, scene, limit)
    if result.error is not None:
        raise _too_little(result, limit)
    low = result.gas_peak
    if _run(backend, request, scene, low).error is None:
        return low
    return _search(backend, request, scene, low, limit)


def _search(backend: Backend, request: CallRequest, scene: Scene, low: int, limit: int) -> int:
    """Halve the range between an amount that is too small and one that is enough."""
    high = limit
    likely = (low + _STIPEND) * 64 // 63
    if likely < limit and _run(backend, request, scene, likely).error is None:
        high = likely
    while high - low > max(1, low // _PRECISION):
        middle = min((low + high) // 2, low * 2)
        if _run(backend, request, scene, middle).error is None:
            high = middle
        else:
            low = middle
    return high


def _run(backend: Backend, request: CallRequest, scene: Scene, gas: int) -> CallResult:
    return backend.engine.call(replace(request, gas=gas), scene)


def _limit(backend: Backend, request: CallRequest, scene: Scene) -> int:
    """Return the most gas the request may use: its own limit, the block's, and what its sender can pay for."""
    block_limit = backend.engine.block(min(scene.number, backend.engine.head)).gas_limit
    limit = min(request.gas or block_limit, block_limit)
    if request.gas_price == 0:
        return limit
    override = scene.accounts.get(request.sender)
    balance = override.balance if override else None
    if balance is None:
        balance = backend.engine.balance(request.sender, scene.number)
    if balance < request.value:
        raise RpcError(SERVER_ERROR, "insufficient funds for transfer")
    return min(limit, (balance - request.value) // request.gas_price)


def _too_little(result: CallResult, limit: int) -> RpcError:
    if result.error == "out of gas":
        return RpcError(SERVER_ERROR, f"gas required exceeds allowance ({limit})")
    return failure(result)
