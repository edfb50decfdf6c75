"""Reading the objects calls are made of: transaction objects, state overrides and block overrides."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hokctl.devnet.backend import parse_block
from hokctl.devnet.engine import AccessList, AccountOverride, BlockOverride, CallRequest, Scene
from hokctl.devnet.rpc import (
    invalid_params,
    parse_address,
    parse_data,
    parse_hash,
    parse_list,
    parse_object,
    parse_quantity,
    parse_slot,
)

if TYPE_CHECKING:
    from hokctl.devnet.backend import Backend

_ZERO_ADDRESS = bytes(20)


def parse_call(value: object) -> CallRequest:
    """Read a transaction object; `input` wins over `data`, and a fee cap over a gas price."""
    call = parse_object(value)
    data = call.get("input") if call.get("input") is not None else call.get("data")
    price = call.get("maxFeePerGas") if call.get("maxFeePerGas") is not None else call.get("gasPrice")
    return CallRequest(
        sender=parse_address(call["from"]) if call.get("from") else _ZERO_ADDRESS,
        to=parse_address(call["to"]) if call.get("to") else None,
        data=parse_data(data) if data is not None else b"",
        value=_quantity_or(call.get("value"), 0),
        gas=_optional_quantity(call.get("gas")),
        gas_price=_quantity_or(price, 0),
        access_list=parse_access_list(call.get("accessList")),
    )


def parse_access_list(value: object) -> AccessList:
    """Read an EIP-2930 access list; null is an empty one."""
    entries = [parse_object(entry) for entry in parse_list(value or [])]
    return tuple(
        (
            parse_address(entry.get("address")),
            tuple(parse_slot(key) for key in parse_list(entry.get("storageKeys", []))),
        )
        for entry in entries
    )


def parse_scene(backend: Backend, block: object, accounts: object, header: object) -> Scene:
    """Read the block of a call and what is pretended about its accounts and its header."""
    overrides = {
        parse_address(address): _parse_account(change) for address, change in parse_object(accounts or {}).items()
    }
    return Scene(
        number=parse_block(backend, block), accounts=overrides, block=_parse_header(parse_object(header or {}))
    )


def _parse_account(value: object) -> AccountOverride:
    change = parse_object(value)
    unknown = change.keys() - {"balance", "nonce", "code", "state", "stateDiff"}
    if unknown:
        raise invalid_params(f"unknown state override: {', '.join(sorted(unknown))}")
    if change.get("state") is not None and change.get("stateDiff") is not None:
        raise invalid_params("account has both 'state' and 'stateDiff'")
    code = change.get("code")
    return AccountOverride(
        balance=_optional_quantity(change.get("balance")),
        nonce=_optional_quantity(change.get("nonce")),
        code=None if code is None else parse_data(code),
        storage=None if change.get("state") is None else _parse_slots(change["state"]),
        slots=_parse_slots(change.get("stateDiff") or {}),
    )


def _parse_slots(value: object) -> dict[int, int]:
    return {parse_slot(slot): parse_slot(word) for slot, word in parse_object(value).items()}


def _parse_header(change: dict[str, object]) -> BlockOverride:
    known = {
        "number": "number",
        "time": "timestamp",
        "timestamp": "timestamp",
        "gasLimit": "gas_limit",
        "baseFeePerGas": "base_fee",
        "baseFee": "base_fee",
    }
    fields = {known[name]: parse_quantity(value) for name, value in change.items() if name in known}
    miner = change.get("feeRecipient") or change.get("coinbase")
    mix_hash = change.get("prevRandao") or change.get("random")
    return BlockOverride(
        number=fields.get("number"),
        timestamp=fields.get("timestamp"),
        gas_limit=fields.get("gas_limit"),
        base_fee=fields.get("base_fee"),
        miner=None if miner is None else parse_address(miner),
        mix_hash=None if mix_hash is None else parse_hash(mix_hash),
    )


def _optional_quantity(value: object) -> int | None:
    return None if value is None else parse_quantity(value)


def _quantity_or(value: object, default: int) -> int:
    return default if value is None else parse_quantity(value)
