"""Creations in the name of a Safe: where they come to stand, and what signers read of them."""

import pytest

from hokctl.clients.abi import creation_call, load_artifact
from hokctl.clients.create_call import CreateCall, recognise_creation
from hokctl.clients.decoding import decode_calldata
from hokctl.clients.descriptions import describe_call
from hokctl.clients.safe import Operation
from hokctl.clients.safe_deployments import SAFE_1_4_1
from hokctl.domain.addresses import created2_address
from hokctl.domain.units import ZERO_ADDRESS
from tests.unit.clients.samples import ALICE, BOB, TARGET

pytestmark = pytest.mark.unit

INIT = creation_call("InfrastructureReserve", (ALICE, BOB, TARGET), purpose="p").data
SALT = bytes(31) + b"\x01"


def test_addresses_are_those_of_eip_1014() -> None:
    dead_beef = bytes.fromhex("deadbeef")
    assert created2_address(ZERO_ADDRESS, bytes(32), b"\0") == "0x4D1A2e2bB4F88F0250f26Ffff098B0b30B26BF38"
    assert created2_address(ZERO_ADDRESS, bytes(32), dead_beef) == "0x70f2b2914A2a4b783FaEFb75f459A580616Fcb5e"


def test_creation_code_of_the_suite_is_recognised_with_its_arguments() -> None:
    found = recognise_creation(INIT)
    assert found is not None
    assert found.contract == "InfrastructureReserve"
    assert [argument.value for argument in found.args] == [ALICE, BOB, TARGET]


@pytest.mark.parametrize("code", [b"", b"\x60\x00", INIT[:-1], INIT + b"\0", bytes([INIT[0] ^ 1]) + INIT[1:]])
def test_other_creation_code_is_not(code: bytes) -> None:
    assert recognise_creation(code) is None


def test_a_signer_reads_what_is_created_where_and_with_which_arguments() -> None:
    call = CreateCall(SAFE_1_4_1.create_call).perform_create2(TARGET, INIT, SALT, purpose="p")
    decoded = decode_calldata(call.data, to=call.to, operation=Operation.DELEGATECALL)
    names = [parameter.name for parameter in load_artifact("InfrastructureReserve").constructor_parameters]
    assert call.creates is not None
    assert describe_call(decoded, creator=TARGET) == (
        f"Create InfrastructureReserve with {names[0]} {ALICE}, {names[1]} {BOB}, {names[2]} {TARGET}"
        f" at {call.creates}."
    )


def test_an_unknown_contract_is_called_unknown() -> None:
    call = CreateCall(SAFE_1_4_1.create_call).perform_create2(TARGET, b"\x60\x00", SALT, purpose="p")
    decoded = decode_calldata(call.data, to=call.to, operation=Operation.DELEGATECALL)
    assert describe_call(decoded).startswith("Create an unknown contract of 2 bytes of creation code, hash 0x")
