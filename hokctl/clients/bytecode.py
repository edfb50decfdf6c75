"""Runtime code on a chain against what a compiler made: immutables, library addresses and metadata masked.

Metadata is the CBOR map that solc appends (bytecode hash and compiler version), also inside code that a contract
carries to create others. Source: the Solidity documentation on contract metadata; EIP-1167 and its variant of
Solady for clones.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from eth_typing import ChecksumAddress
from eth_utils.address import to_checksum_address

from hokctl.clients.abi import Artifact

_LENGTH_BYTES: Final = 2
_ADDRESS_BYTES: Final = 20
_METADATA: Final = re.compile(
    rb"\xa2\x64ipfs\x58\x22.{34}\x64solc\x43.{3}\x00\x33"
    rb"|\xa2\x65bzzr[01]\x58\x20.{32}\x64solc\x43.{3}\x00\x32"
    rb"|\xa1\x64solc\x43.{3}\x00\x0a",
    re.DOTALL,
)
_CLONE_SHAPES: Final = (
    (bytes.fromhex("363d3d373d3d3d363d73"), bytes.fromhex("5af43d82803e903d91602b57fd5bf3")),
    (bytes.fromhex("3d3d3d3d363d3d37363d73"), bytes.fromhex("5af43d3d93803e602a57fd5bf3")),
)
"""What stands before and after the implementation's address: EIP-1167's code, and Solady's shorter one."""
_CBOR_MAPS: Final = range(0xA1, 0xA5)
"""The first bytes of CBOR maps of one to four entries."""


class CodeMatch(StrEnum):
    """How the code at an address compares with an artifact's."""

    EXACT = "exact"
    METADATA = "matches except metadata"
    """The same instructions, built from sources with other comments or paths, or by another setting."""
    DIFFERS = "differs"


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedCode:
    """One contract's code against one artifact."""

    match: CodeMatch
    immutables: tuple[bytes, ...] = ()
    """The values found where the artifact has immutables, each once; empty where the artifact does not say where."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clone:
    """A minimal proxy."""

    implementation: ChecksumAddress
    arguments: bytes
    """The immutable arguments behind its code."""


def compare_code(artifact: Artifact, code: bytes) -> ComparedCode:
    """Return how `code`, as found on a chain, compares with the runtime code of `artifact`."""
    expected, found = bytearray(artifact.deployed_bytecode), bytearray(code)
    values, consistent = _mask_immutables(artifact, expected, found)
    if expected == found and consistent:
        return ComparedCode(match=CodeMatch.EXACT, immutables=values)
    if consistent and _without_metadata(expected) == _without_metadata(found):
        return ComparedCode(match=CodeMatch.METADATA, immutables=values)
    return ComparedCode(match=CodeMatch.DIFFERS)


def parse_clone(code: bytes) -> Clone | None:
    """Return what a minimal proxy's code says; None where `code` is no minimal proxy's."""
    for head, tail in _CLONE_SHAPES:
        end = len(head) + _ADDRESS_BYTES
        if code.startswith(head) and code[end : end + len(tail)] == tail:
            implementation = to_checksum_address(code[len(head) : end])
            return Clone(implementation=implementation, arguments=code[end + len(tail) :])
    return None


def _mask_immutables(artifact: Artifact, expected: bytearray, found: bytearray) -> tuple[tuple[bytes, ...], bool]:
    """Blank what is set at creation or linked; return the values found, and whether each is the same at all places."""
    _blank(expected, found, [place for link in artifact.libraries for place in link.runtime])
    if artifact.immutable_references is None:
        _mask_zeros(expected, found)
        return (), True
    values: list[bytes] = []
    consistent = True
    for places in artifact.immutable_references.values():
        at_places = [bytes(found[start : start + length]) for start, length in places]
        consistent = consistent and len(set(at_places)) <= 1
        values.extend(at_places[:1])
        _blank(expected, found, places)
    return tuple(dict.fromkeys(values)), consistent


def _blank(expected: bytearray, found: bytearray, places: Iterable[tuple[int, int]]) -> None:
    for start, length in places:
        for code in (expected, found):
            code[start : start + length] = bytes(max(0, min(length, len(code) - start)))


def _mask_zeros(expected: bytearray, found: bytearray) -> None:
    """Blank what is found where the artifact has whole words of zeros behind a push: there may be an immutable."""
    for match in re.finditer(rb"\x7f\x00{32}", bytes(expected), re.DOTALL):
        start, end = match.start() + 1, match.end()
        if len(found) >= end and found[start - 1] == expected[start - 1]:
            found[start:end] = bytes(end - start)


def _without_metadata(code: bytearray) -> bytes:
    """Return the code with its appended metadata cut off, and that of code it carries blanked."""
    body = bytes(code)
    size = int.from_bytes(body[-_LENGTH_BYTES:], "big") + _LENGTH_BYTES
    if _LENGTH_BYTES < size <= len(body) and body[-size] in _CBOR_MAPS:
        body = body[:-size]
    return _METADATA.sub(lambda found: bytes(len(found.group())), body)
