"""Signed transactions as raw bytes: what they do, and who signed them (EIP-155, EIP-2718, EIP-2930, EIP-1559)."""

from dataclasses import dataclass
from typing import Final, cast

from eth_typing import ChecksumAddress
from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak

from hokctl.domain.units import TxHash

_LAYOUTS: Final = {
    1: ("chain_id", "nonce", "gas_price", "gas", "to", "value", "data", "access_list", "v", "r", "s"),
    2: ("chain_id", "nonce", "priority_fee", "max_fee", "gas", "to", "value", "data", "access_list", "v", "r", "s"),
}
_LEGACY: Final = ("nonce", "gas_price", "gas", "to", "value", "data", "v", "r", "s")
_LIST_FROM: Final = 0xC0
"""The first byte of an RLP list, as a legacy transaction is one."""
_EIP155: Final = 35
_ADDRESS_BYTES: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class RawTransaction:
    """A signed transaction."""

    tx_hash: TxHash
    sender: ChecksumAddress
    chain_id: int | None
    """None for one from before EIP-155, which any chain takes."""
    nonce: int
    to: ChecksumAddress | None
    """None creates a contract."""
    value: int
    """In wei."""
    data: bytes


def read_raw_transaction(raw: bytes) -> RawTransaction | None:
    """Return the signed transaction in `raw`; None for bytes that are none, such as calldata."""
    from eth_account import Account
    from eth_keys.exceptions import BadSignature
    from eth_utils.exceptions import ValidationError
    from rlp.exceptions import RLPException  # type: ignore[import-untyped]  # it has no types

    layout = _layout(raw)
    if layout is None:
        return None
    try:
        fields = _fields(raw, layout)
        if fields is None:
            return None
        sender = to_checksum_address(Account.recover_transaction(raw))
    except (RLPException, BadSignature, ValidationError, ValueError, TypeError, KeyError):
        return None
    return RawTransaction(
        tx_hash=TxHash("0x" + keccak(raw).hex()),
        sender=sender,
        chain_id=_chain_id(fields),
        nonce=_number(fields["nonce"]),
        to=to_checksum_address(fields["to"]) if fields["to"] else None,
        value=_number(fields["value"]),
        data=fields["data"],
    )


def _layout(raw: bytes) -> tuple[str, ...] | None:
    if not raw:
        return None
    return _LEGACY if raw[0] >= _LIST_FROM else _LAYOUTS.get(raw[0])


def _fields(raw: bytes, layout: tuple[str, ...]) -> dict[str, bytes] | None:
    import rlp  # type: ignore[import-untyped]  # it has no types

    body = raw if layout is _LEGACY else raw[1:]
    items = rlp.decode(body, strict=True)
    if not isinstance(items, list) or len(items) != len(layout):
        return None
    fields = {name: item for name, item in zip(layout, items, strict=True) if name != "access_list"}
    if not all(isinstance(item, bytes) for item in fields.values()) or len(fields["to"]) not in {0, _ADDRESS_BYTES}:
        return None
    return cast("dict[str, bytes]", fields)


def _chain_id(fields: dict[str, bytes]) -> int | None:
    if "chain_id" in fields:
        return _number(fields["chain_id"])
    v = _number(fields["v"])
    return (v - _EIP155) // 2 if v >= _EIP155 else None


def _number(data: bytes) -> int:
    return int.from_bytes(data, "big")
