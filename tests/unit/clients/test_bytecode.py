"""Code on a chain against artifacts: what is masked, what is compared, and what clones are."""

from dataclasses import replace

import pytest

from hokctl.clients.abi import Artifact, load_artifact
from hokctl.clients.bytecode import CodeMatch, compare_code, parse_clone

pytestmark = pytest.mark.unit

ROUTER = load_artifact("UsageFeeRouter")
ADDRESS = bytes(12) + bytes(range(20))


def deployed(artifact: Artifact, value: bytes = ADDRESS) -> bytearray:
    """Return the code as a chain has it: each immutable set to `value`."""
    code = bytearray(artifact.deployed_bytecode)
    for places in (artifact.immutable_references or {}).values():
        for start, length in places:
            code[start : start + length] = value
    return code


def test_immutables_are_masked_and_told() -> None:
    compared = compare_code(ROUTER, bytes(deployed(ROUTER)))
    assert (compared.match, compared.immutables) == (CodeMatch.EXACT, (ADDRESS,))


def test_an_immutable_that_differs_between_its_places_is_foreign_code() -> None:
    code = deployed(ROUTER)
    places = max((ROUTER.immutable_references or {}).values(), key=len)
    code[places[0][0]] = 1
    assert compare_code(ROUTER, bytes(code)).match is CodeMatch.DIFFERS


def test_other_metadata_is_told_apart_from_other_code() -> None:
    code = deployed(ROUTER)
    code[-20] ^= 1
    assert compare_code(ROUTER, bytes(code)).match is CodeMatch.METADATA
    code[2_000] ^= 1
    assert compare_code(ROUTER, bytes(code)).match is CodeMatch.DIFFERS


def test_metadata_of_another_length_is_metadata() -> None:
    whole = bytes(deployed(ROUTER))
    size = int.from_bytes(whole[-2:], "big") + 2
    short = bytes.fromhex("a164736f6c6343000825000a")
    assert compare_code(ROUTER, whole[:-size] + short).match is CodeMatch.METADATA


def test_metadata_inside_the_code_of_what_a_contract_creates_is_metadata() -> None:
    manager = load_artifact("TokenManager")
    code = deployed(manager)
    inner = bytes(code).index(b"\xa2\x64ipfs")
    assert inner < len(code) - 60, "TokenManager carries the code of parameters"
    code[inner + 12] ^= 1
    code[-20] ^= 1
    assert compare_code(manager, bytes(code)).match is CodeMatch.METADATA


@pytest.mark.parametrize("change", [lambda code: code[:-1], lambda code: code + b"\x00", lambda _: b""])
def test_code_of_another_length_differs(change: object) -> None:
    assert callable(change)
    assert compare_code(ROUTER, bytes(change(bytes(deployed(ROUTER))))).match is CodeMatch.DIFFERS


def test_without_places_of_immutables_words_of_zeros_may_hold_them() -> None:
    unknown = replace(ROUTER, immutable_references=None)
    code = deployed(ROUTER)
    assert compare_code(unknown, bytes(code)).match is CodeMatch.EXACT
    code[2_000] ^= 1
    assert compare_code(unknown, bytes(code)).match is CodeMatch.DIFFERS


@pytest.mark.parametrize(
    ("head", "tail"),
    [
        ("363d3d373d3d3d363d73", "5af43d82803e903d91602b57fd5bf3"),
        ("3d3d3d3d363d3d37363d73", "5af43d3d93803e602a57fd5bf3"),
    ],
)
def test_minimal_proxies_tell_implementation_and_arguments(head: str, tail: str) -> None:
    at = "00" * 19 + "ab"
    clone = parse_clone(bytes.fromhex(head + at + tail + "1234"))
    assert clone is not None
    assert (int(clone.implementation, 16), clone.arguments) == (0xAB, b"\x12\x34")
    assert parse_clone(bytes.fromhex(head + at)) is None
