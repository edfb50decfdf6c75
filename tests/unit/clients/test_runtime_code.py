"""Recognising a contract by the code that was found on the chain."""

from dataclasses import replace

import pytest

from hokctl.clients.abi import load_artifact

pytestmark = pytest.mark.unit

RESERVE = load_artifact("InfrastructureReserve")


def with_immutables(code: bytes) -> bytes:
    found = bytearray(code)
    assert RESERVE.immutable_references
    for places in RESERVE.immutable_references.values():
        for start, length in places:
            found[start : start + length] = b"\x11" * length
    return bytes(found)


def test_code_is_recognised_whatever_its_immutables_hold() -> None:
    assert RESERVE.is_runtime(with_immutables(RESERVE.deployed_bytecode))


def test_code_is_recognised_without_knowing_where_immutables_are() -> None:
    blind = replace(RESERVE, immutable_references=None)
    assert blind.is_runtime(with_immutables(RESERVE.deployed_bytecode))


@pytest.mark.parametrize("references", [RESERVE.immutable_references, None])
def test_other_code_is_not_recognised(references: dict[str, tuple[tuple[int, int], ...]] | None) -> None:
    artifact = replace(RESERVE, immutable_references=references)
    changed = bytearray(RESERVE.deployed_bytecode)
    changed[10] ^= 0xFF
    assert not artifact.is_runtime(bytes(changed))
    assert not artifact.is_runtime(RESERVE.deployed_bytecode + b"\x00")
    assert not artifact.is_runtime(b"")


def test_functions_of_the_interface_are_known_by_name() -> None:
    assert load_artifact("TokenManager").declares("tokenImplementation")
    assert not RESERVE.declares("tokenImplementation")
