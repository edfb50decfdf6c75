"""Decoded calls as scripts and people read them."""

from collections.abc import Mapping

from eth_typing import ChecksumAddress

from hokctl.clients.decoding import DecodedCall
from hokctl.clients.descriptions import describe_call
from hokctl.clients.wording import format_argument
from hokctl.domain.abi_values import value_to_json
from hokctl.domain.documents import JsonObject, JsonValue
from hokctl.result.values import Block, Facts, Heading
from hokctl.services.reading import Reading

Names = Mapping[ChecksumAddress, str]


def reading_to_json(reading: Reading, names: Names) -> JsonObject:
    """Return what was read: the calls with their arguments and sentences, hashes and checksum where there are any."""
    computed = reading.safe_tx.computed if reading.safe_tx else None
    methods: list[JsonValue] = list(reading.methods)
    return {
        "kind": reading.kind,
        "chain_id": reading.chain_id,
        "safe": reading.safe,
        "nonce": reading.safe_tx.nonce if reading.safe_tx else None,
        "safe_tx_hash": computed.safe_tx_hash if computed else None,
        "domain_hash": computed.domain_hash if computed else None,
        "message_hash": computed.message_hash if computed else None,
        "checksum": _checksum_to_json(reading),
        "calls": [_call_to_json(call, names) for call in reading.calls],
        "methods": methods,
    }


def reading_blocks(reading: Reading, names: Names) -> tuple[Block, ...]:
    """Return what was read for people: a sentence per call, its arguments, and the calls inside."""
    facts = [("kind", reading.kind)]
    if reading.chain_id is not None:
        facts.append(("chain", str(reading.chain_id)))
    if reading.safe is not None:
        facts.append(("Safe", reading.safe))
    computed = reading.safe_tx.computed if reading.safe_tx else None
    if computed is not None:
        facts += [
            ("nonce", str(computed.nonce)),
            ("safeTxHash", computed.safe_tx_hash),
            ("domain hash", computed.domain_hash),
            ("message hash", computed.message_hash),
        ]
    blocks: list[Block] = [Facts(tuple(facts))]
    for number, call in enumerate(reading.calls, start=1):
        blocks += _call_blocks(call, names, label=str(number))
    return tuple(blocks)


def _checksum_to_json(reading: Reading) -> JsonObject | None:
    file = reading.file
    if file is None:
        return None
    return {
        "stated": file.stated_checksum,
        "computed": file.checksum,
        "matches": file.stated_checksum == file.checksum,
    }


def _call_to_json(call: DecodedCall, names: Names) -> JsonObject:
    candidates: list[JsonValue] = list(call.candidates)
    return {
        "to": call.to,
        "label": call.label,
        "value": str(call.value),
        "operation": int(call.operation),
        "selector": "0x" + call.selector.hex(),
        "signature": call.signature,
        "args": [
            {
                "name": argument.name,
                "type": argument.type,
                "value": value_to_json(argument.value),
                "text": format_argument(argument),
            }
            for argument in call.args
        ],
        "candidates": candidates,
        "exact": call.exact,
        "data": "0x" + call.data.hex(),
        "description": describe_call(call, names=names),
        "inner": [_call_to_json(inner, names) for inner in call.inner],
    }


def _call_blocks(call: DecodedCall, names: Names, *, label: str) -> list[Block]:
    facts = [
        ("to", " ".join(part for part in (call.label, call.to) if part) or "unknown"),
        ("function", call.signature or f"unknown, selector 0x{call.selector.hex()}"),
        *((f"  {argument.name or argument.type}", format_argument(argument)) for argument in call.args),
    ]
    if call.value:
        facts.append(("value", f"{call.value} wei"))
    if call.operation:
        facts.append(("operation", "1 (delegatecall)"))
    blocks: list[Block] = [Heading(f"{label}. {describe_call(call, names=names)}"), Facts(tuple(facts))]
    for number, inner in enumerate(call.inner, start=1):
        blocks += _call_blocks(inner, names, label=f"{label}.{number}")
    return blocks
