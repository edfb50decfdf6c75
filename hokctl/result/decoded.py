"""Decoded calls as scripts and people read them."""

from collections.abc import Callable

from hokctl.clients.decoding import DecodedCall
from hokctl.clients.wording import format_argument
from hokctl.domain.abi_values import value_to_json
from hokctl.domain.documents import JsonObject, JsonValue
from hokctl.domain.findings import Severity
from hokctl.exit_codes import ExitCode
from hokctl.result.values import Block, CommandResult, Facts, Heading, Status
from hokctl.services.reading import Reading

Describe = Callable[[DecodedCall], str]
"""Puts a call into a sentence."""


def decoded_result(reading: Reading, describe_for: Callable[[Reading], Describe]) -> CommandResult:
    """Return what was read; what it states falsely makes it a finding."""
    wrong = any(finding.severity is Severity.ERROR for finding in reading.findings)
    describe = describe_for(reading)
    return CommandResult(
        data=reading_to_json(reading, describe),
        blocks=reading_blocks(reading, describe),
        status=Status.FINDINGS if wrong else Status.OK,
        exit_code=ExitCode.FINDINGS if wrong else ExitCode.OK,
        findings=reading.findings,
    )


def reading_to_json(reading: Reading, describe: Describe) -> JsonObject:
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
        "calls": [_call_to_json(call, describe) for call in reading.calls],
        "methods": methods,
        "transaction": _raw_to_json(reading),
    }


def reading_blocks(reading: Reading, describe: Describe) -> tuple[Block, ...]:
    """Return what was read for people: a sentence per call, its arguments, and the calls inside."""
    facts = [("kind", reading.kind)]
    if reading.chain_id is not None:
        facts.append(("chain", str(reading.chain_id)))
    if reading.safe is not None:
        facts.append(("Safe", reading.safe))
    if reading.raw is not None:
        raw = reading.raw
        facts += [("transaction", raw.tx_hash), ("signed by", raw.sender), ("nonce", str(raw.nonce))]
        facts += [("creates", f"a contract, from {len(raw.data)} bytes")] if raw.to is None else []
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
        blocks += _call_blocks(call, describe, label=str(number))
    return tuple(blocks)


def _raw_to_json(reading: Reading) -> JsonObject | None:
    raw = reading.raw
    return None if raw is None else {"tx_hash": raw.tx_hash, "sender": raw.sender, "nonce": raw.nonce, "to": raw.to}


def hashes_result(reading: Reading, hashes: JsonObject) -> CommandResult:
    """Return the hashes of what was read, and what contradicts them."""
    wrong = any(finding.severity is Severity.ERROR for finding in reading.findings)
    facts = tuple((_HASH_NAMES[name], str(value)) for name, value in hashes.items() if value is not None)
    return CommandResult(
        data={"kind": reading.kind, **hashes},
        blocks=(Facts(facts),),
        status=Status.FINDINGS if wrong else Status.OK,
        exit_code=ExitCode.FINDINGS if wrong else ExitCode.OK,
        findings=reading.findings,
    )


_HASH_NAMES = {
    "chain_id": "chain",
    "safe": "Safe",
    "nonce": "nonce",
    "safe_tx_hash": "safeTxHash",
    "domain_hash": "domain hash",
    "message_hash": "message hash",
    "tx_hash": "transaction",
}


def _checksum_to_json(reading: Reading) -> JsonObject | None:
    file = reading.file
    if file is None:
        return None
    return {
        "stated": file.stated_checksum,
        "computed": file.checksum,
        "matches": file.stated_checksum == file.checksum,
    }


def _call_to_json(call: DecodedCall, describe: Describe) -> JsonObject:
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
        "description": describe(call),
        "inner": [_call_to_json(inner, describe) for inner in call.inner],
    }


def _call_blocks(call: DecodedCall, describe: Describe, *, label: str) -> list[Block]:
    facts = [
        ("to", " ".join(part for part in (call.label, call.to) if part) or "unknown"),
        ("function", call.signature or f"unknown, selector 0x{call.selector.hex()}"),
        *((f"  {argument.name or argument.type}", format_argument(argument)) for argument in call.args),
    ]
    if call.value:
        facts.append(("value", f"{call.value} wei"))
    if call.operation:
        facts.append(("operation", "1 (delegatecall)"))
    blocks: list[Block] = [Heading(f"{label}. {describe(call)}"), Facts(tuple(facts))]
    for number, inner in enumerate(call.inner, start=1):
        blocks += _call_blocks(inner, describe, label=f"{label}.{number}")
    return blocks
