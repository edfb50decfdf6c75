"""JSON-RPC methods that send transactions; each is mined at once, in a block of its own."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from hokctl.devnet.admission import check_admission
from hokctl.devnet.engine import CallRequest, Scene
from hokctl.devnet.estimation import estimate_gas
from hokctl.devnet.gas import floor_gas, intrinsic_gas
from hokctl.devnet.methods_chain import TIP_WEI, next_base_fee
from hokctl.devnet.requests import parse_call
from hokctl.devnet.rpc import SERVER_ERROR, RpcError, parse_address, parse_data, parse_object, parse_quantity, to_data
from hokctl.devnet.shapes import access_list_json

if TYPE_CHECKING:
    from hokctl.devnet.backend import Backend, Methods
    from hokctl.devnet.engine import Block


def send_raw_transaction(backend: Backend, raw: object) -> str:
    """Mine a signed transaction and return its hash."""
    return _send(backend, parse_data(raw))


def send_transaction(backend: Backend, request: object) -> str:
    """Sign for an unlocked account, or don't for an impersonated one; mine and return the hash."""
    fields = parse_object(request)
    call = parse_call(fields)
    if call.sender not in backend.impersonated and call.sender not in backend.accounts:
        raise RpcError(SERVER_ERROR, f"unknown account: {to_data(call.sender)}")
    call = _complete(backend, call, fields)
    if call.sender in backend.impersonated:
        return _mined_hash(backend.engine.mine_as(call))
    return _send(backend, backend.sign(call.sender, _signable(backend, call, fields)))


def impersonate(backend: Backend, address: object) -> None:
    """Let `eth_sendTransaction` send from this account without a key."""
    backend.impersonated.add(parse_address(address))


def stop_impersonating(backend: Backend, address: object) -> None:
    """Take that back."""
    backend.impersonated.discard(parse_address(address))


def _send(backend: Backend, raw: bytes) -> str:
    transaction = backend.engine.decode(raw)
    intrinsic = intrinsic_gas(transaction.data, transaction.access_list, is_create=transaction.to is None)
    check_admission(backend.engine, transaction, least_gas=max(intrinsic, floor_gas(transaction.data)))
    return _mined_hash(backend.engine.mine(raw))


def _complete(backend: Backend, call: CallRequest, fields: dict[str, object]) -> CallRequest:
    """Fill in the price and the gas that the caller left open."""
    if call.gas_price == 0 and fields.get("maxFeePerGas") is None and fields.get("gasPrice") is None:
        call = replace(call, gas_price=2 * next_base_fee(backend) + TIP_WEI)
    if call.gas is None:
        call = replace(call, gas=estimate_gas(backend, call, Scene(number=backend.engine.head + 1)))
    return call


def _signable(backend: Backend, call: CallRequest, fields: dict[str, object]) -> dict[str, object]:
    nonce = fields.get("nonce")
    signable: dict[str, object] = {
        "chainId": backend.engine.chain_id,
        "nonce": backend.engine.nonce(call.sender, backend.engine.head) if nonce is None else parse_quantity(nonce),
        "gas": call.gas,
        "value": call.value,
        "data": to_data(call.data),
        **_signable_fees(call, fields),
    }
    return signable if call.to is None else {**signable, "to": call.to}


def _signable_fees(call: CallRequest, fields: dict[str, object]) -> dict[str, object]:
    """Return the fields that make the type: a gas price asks for type 0, or 1 with an access list, all else for 2."""
    tip = fields.get("maxPriorityFeePerGas")
    access_list = access_list_json(call.access_list)
    if fields.get("gasPrice") is None:
        most = TIP_WEI if tip is None else parse_quantity(tip)
        fees = {"maxFeePerGas": call.gas_price, "maxPriorityFeePerGas": min(call.gas_price, most)}
        return {"type": 2, "accessList": access_list, **fees}
    if access_list:
        return {"type": 1, "accessList": access_list, "gasPrice": call.gas_price}
    return {"gasPrice": call.gas_price}


def _mined_hash(block: Block) -> str:
    return to_data(block.receipts[0].transaction.hash)


METHODS: Methods = {
    "eth_sendRawTransaction": send_raw_transaction,
    "eth_sendTransaction": send_transaction,
    "anvil_impersonateAccount": impersonate,
    "anvil_stopImpersonatingAccount": stop_impersonating,
    "hardhat_impersonateAccount": impersonate,
    "hardhat_stopImpersonatingAccount": stop_impersonating,
}
