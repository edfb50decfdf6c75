"""Files of Safe's Transaction Builder: reading and writing their calls, and their checksum.

Format 1.0 of safe-wallet's tx-builder. The checksum notices accidents, not attackers: anyone can make a new one.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from eth_typing import ChecksumAddress
from eth_utils.crypto import keccak

from hokctl.clients.codec import SELECTOR_BYTES, function_selector
from hokctl.domain.calls import Call
from hokctl.domain.documents import (
    DocumentError,
    Fields,
    JsonObject,
    JsonValue,
    parse_decimal,
    parse_foreign_address,
    parse_foreign_hex,
)
from hokctl.safe.builder_methods import method_of, method_values
from hokctl.safe.builder_values import encode_method, method_signature
from hokctl.safe.multisend import CreationBySafeError

_CHECKSUM: Final = "checksum"
_SAFE: Final = "createdFromSafeAddress"
_FORMAT: Final = "1.0"
_APPLICATION: Final = "1.17.1"
"""The version of the application whose files these are like."""
_MS: Final = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class BuilderCall:
    """One transaction of a file."""

    to: ChecksumAddress
    value: int
    """Native currency sent along, in wei."""
    data: bytes | None
    """The calldata as the file has it, else as its method and values encode; None where neither says."""
    method: str | None
    """The name of the method, where the file has one."""
    fault: str | None = None
    """Why the method cannot be encoded, or that it is not what the calldata says; None where all agree."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BuilderFile:
    """A batch of calls for one Safe."""

    chain_id: int
    safes: tuple[str, ...]
    """The Safes it says it is for: one, none, or several in a file that contradicts itself."""
    name: str
    calls: tuple[BuilderCall, ...]
    stated_checksum: str | None
    """The checksum in the file; None where it has none."""
    checksum: str
    """The checksum that its content has."""

    @property
    def safe(self) -> str | None:
        """The Safe it was made in, as far as it says."""
        return self.safes[0] if self.safes else None


def is_builder_file(document: Mapping[str, JsonValue]) -> bool:
    """Tell whether a JSON object means to be a Transaction Builder file."""
    return isinstance(document.get("transactions"), list) and "chainId" in document


def parse_builder_file(document: JsonObject) -> BuilderFile:
    """Return what the file says; DocumentError for what is not of its format."""
    fields = Fields(document)
    meta = document.get("meta")
    meta_fields: JsonObject = meta if isinstance(meta, dict) else {}
    stated = meta_fields.get(_CHECKSUM)
    name = meta_fields.get("name")
    return BuilderFile(
        chain_id=_chain_id(fields.value("chainId")),
        safes=_safes(meta_fields.get(_SAFE), document.get(_SAFE), document.get("safe")),
        name=name if isinstance(name, str) and name.isprintable() else "",
        calls=tuple(_parse_call(item) for item in fields.objects("transactions")),
        stated_checksum=stated if isinstance(stated, str) and stated else None,
        checksum=compute_checksum(document),
    )


def builder_document(
    calls: Sequence[Call], *, chain_id: int, safe: ChecksumAddress, name: str, description: str = "", created_at: int
) -> JsonObject:
    """Return the file for `calls` of `safe`, with its checksum; `created_at` is in seconds since the epoch.

    Where the function is known, the call also carries its method and values, which the application shows.
    Raises CreationBySafeError for a call that creates a contract.
    """
    document: JsonObject = {
        "version": _FORMAT,
        "chainId": str(chain_id),
        "createdAt": created_at * _MS,
        "meta": {
            "name": name,
            "description": description,
            "txBuilderVersion": _APPLICATION,
            _SAFE: safe,
            "createdFromOwnerAddress": "",
        },
        "transactions": [_call_to_json(call, safe) for call in calls],
    }
    checksum = compute_checksum(document)
    return {**document, "meta": {**Fields(document).object("meta").content, _CHECKSUM: checksum}}


def compute_checksum(document: JsonObject) -> str:
    """Return the checksum of a file: over everything but the checksum itself, its name taken as null."""
    meta = document.get("meta")
    others = {key: value for key, value in meta.items() if key != _CHECKSUM} if isinstance(meta, dict) else {}
    content: JsonObject = {**document, "meta": {**others, "name": None}}
    return "0x" + keccak(text=_serialise(content)).hex()


def _call_to_json(call: Call, safe: ChecksumAddress) -> JsonObject:
    if call.to is None:
        raise CreationBySafeError(call.label, safe)
    method = method_of(call)
    return {
        "to": call.to,
        "value": str(call.value),
        "data": "0x" + call.data.hex(),
        "contractMethod": method,
        "contractInputsValues": None
        if method is None
        else method_values(method, [argument.value for argument in call.args]),
    }


def _serialise(value: JsonValue) -> str:
    if isinstance(value, list):
        return "[" + ",".join(_serialise(item) for item in value) + "]"
    if isinstance(value, dict):
        # JavaScript orders keys by UTF-16 code units.
        keys = sorted(value, key=lambda key: key.encode("utf-16-be", "surrogatepass"))
        return "{" + _scalar(keys) + "".join(_serialise(value[key]) + "," for key in keys) + "}"
    return _scalar(value)


def _scalar(value: object) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def _safes(*stated: JsonValue) -> tuple[str, ...]:
    """Return the Safes that a file names: in its meta, or as files made by hand do, at its top."""
    return tuple(dict.fromkeys(safe for safe in stated if isinstance(safe, str) and safe and safe.isprintable()))


def _parse_call(item: Fields) -> BuilderCall:
    stated, method = item.content.get("data"), item.content.get("contractMethod")
    data = None if stated is None else parse_foreign_hex(stated, "data")
    fault = None
    if isinstance(method, dict):
        data, fault = _settle(data, method, item.content.get("contractInputsValues"))
    elif data is None:
        data = b""
    name = method.get("name") if isinstance(method, dict) else None
    return BuilderCall(
        to=parse_foreign_address(item.value("to"), "to"),
        value=parse_decimal(item.content.get("value") or "0", "value"),
        data=data,
        method=name if isinstance(name, str) and name.isprintable() else None,
        fault=fault,
    )


def _settle(data: bytes | None, method: JsonObject, values: JsonValue) -> tuple[bytes | None, str | None]:
    """Return the calldata of a call that names a method, and what speaks against it."""
    try:
        if data is not None and not values and Fields(method).items("inputs"):
            # Only the function is named: its values stand in the calldata alone.
            expected = function_selector(method_signature(method))
            return data, None if data[:SELECTOR_BYTES] == expected else "its calldata calls another function"
        encoded = encode_method(method, values)
    except DocumentError as error:
        return data, str(error)
    if data is None:
        return encoded, None
    return data, None if data == encoded else "its calldata is not what the method and its values encode to"


def _chain_id(value: JsonValue) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else parse_decimal(value, "chainId")
