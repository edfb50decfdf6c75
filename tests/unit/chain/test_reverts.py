"""Why calls failed, in words."""

import pytest
from eth_abi.abi import encode
from eth_utils.crypto import keccak
from hypothesis import given
from hypothesis import strategies as st

from hokctl.chain.errors import RpcError
from hokctl.chain.reverts import (
    ContractRevertedError,
    ErrorEntry,
    ErrorTable,
    decode_revert,
    revert_of,
)
from hokctl.exit_codes import ExitCode

pytestmark = pytest.mark.unit

ALICE = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"
TABLE = ErrorTable.parse(
    [
        "EnforcedPause()",
        "ERC20InsufficientBalance(address sender, uint256 balance, uint256 needed)",
        "AccessControlUnauthorizedAccount(address,bytes32)",
        "Split((uint256,bool)[] parts)",
    ]
)


def encoded(signature: str, types: list[str], values: list[object]) -> bytes:
    return bytes(keccak(text=signature)[:4]) + encode(types, values)


def test_a_string_is_its_own_reason() -> None:
    data = encoded("Error(string)", ["string"], ["Ownable: caller is not the owner"])
    revert = decode_revert(data, ErrorTable())
    assert (revert.kind, revert.name, revert.text) == ("string", "Error", "Ownable: caller is not the owner")
    assert revert.data == data


def test_an_empty_string_and_no_data_give_no_reason() -> None:
    assert decode_revert(encoded("Error(string)", ["string"], [""]), TABLE).text == "it gave no reason"
    assert decode_revert(b"", TABLE).kind == "empty"


def test_a_panic_is_explained() -> None:
    revert = decode_revert(encoded("Panic(uint256)", ["uint256"], [0x11]), TABLE)
    assert (revert.kind, revert.text) == ("panic", "an arithmetic overflow or underflow (panic 0x11)")
    assert decode_revert(encoded("Panic(uint256)", ["uint256"], [0x99]), TABLE).text == "an unknown panic (panic 0x99)"


def test_a_custom_error_is_named_with_its_arguments() -> None:
    data = encoded(
        "ERC20InsufficientBalance(address,uint256,uint256)", ["address", "uint256", "uint256"], [ALICE, 1, 2]
    )
    revert = decode_revert(data, TABLE)
    assert revert.kind == "custom"
    assert revert.text == f"ERC20InsufficientBalance(sender={ALICE}, balance=1, needed=2)"
    assert [(argument.name, argument.value) for argument in revert.args] == [
        ("sender", ALICE),
        ("balance", 1),
        ("needed", 2),
    ]


def test_unnamed_and_nested_arguments_are_shown() -> None:
    data = encoded("AccessControlUnauthorizedAccount(address,bytes32)", ["address", "bytes32"], [ALICE, b"\x01" * 32])
    text = decode_revert(data, TABLE).text
    assert text == f"AccessControlUnauthorizedAccount(arg0={ALICE}, arg1=0x{'01' * 32})"
    data = encoded("Split((uint256,bool)[])", ["(uint256,bool)[]"], [[(1, True), (2, False)]])
    assert decode_revert(data, TABLE).text == "Split(parts=((1, True), (2, False)))"


def test_an_unknown_or_broken_error_shows_its_selector_only() -> None:
    assert decode_revert(b"\xde\xad\xbe\xef" + b"\x00" * 64, TABLE).text == (
        "an error hokctl does not know (0xdeadbeef)"
    )
    assert decode_revert(bytes.fromhex("08c379a0ff"), TABLE).kind == "unknown"
    assert decode_revert(b"\x01", TABLE).kind == "unknown"


@given(st.binary(max_size=200), st.sampled_from([b"", b"\x08\xc3\x79\xa0", b"\x4e\x48\x7b\x71"]))
def test_no_bytes_make_decoding_fail(data: bytes, selector: bytes) -> None:
    revert = decode_revert(selector + data, TABLE)
    assert revert.text.isprintable()


def test_a_contract_cannot_write_control_characters() -> None:
    data = encoded("Error(string)", ["string"], ["\x1b]0;owned\x07\nDone"])
    assert decode_revert(data, TABLE).text == "]0;owned Done"


def test_the_table_knows_declarations_by_selector() -> None:
    entry = ErrorEntry.parse("ERC20InsufficientBalance(address sender, uint256 balance, uint256 needed)")
    assert entry.signature == "ERC20InsufficientBalance(address,uint256,uint256)"
    assert entry.selector.hex() == "e450d38c"
    assert TABLE.find(entry.selector) == entry
    assert TABLE.find(b"\x00\x00\x00\x00") is None
    assert len(TABLE) == 4
    first, second = ErrorEntry.parse("A(uint256 x)"), ErrorEntry.parse("A(uint256 y)")
    assert ErrorTable([first, second]).find(first.selector) == first


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (RpcError("eth_call", 3, "execution reverted", data="0xd93c0665"), "EnforcedPause()"),
        (RpcError("eth_call", -32015, "VM execution error.", data="Reverted 0xd93c0665"), "EnforcedPause()"),
        (RpcError("eth_call", -32603, "reverted", data={"message": "x", "data": "0xd93c0665"}), "EnforcedPause()"),
        (RpcError("eth_call", -32000, "execution reverted: paused"), "paused"),
        (RpcError("eth_call", -32000, "out of gas"), "out of gas"),
        (RpcError("eth_call", 3, "execution reverted"), "it gave no reason"),
        (RpcError("eth_call", 3, "", data="0xzz"), "it gave no reason"),
    ],
)
def test_reverts_are_found_in_the_errors_of_different_nodes(error: RpcError, text: str) -> None:
    revert = revert_of(error, TABLE)
    assert revert is not None
    assert revert.text == text


@pytest.mark.parametrize("message", ["header not found", "insufficient funds for transfer", "rate limit"])
def test_the_nodes_own_failures_are_not_reverts(message: str) -> None:
    assert revert_of(RpcError("eth_call", -32000, message), TABLE) is None


def test_the_error_names_contract_call_and_reason() -> None:
    error = ContractRevertedError(decode_revert(b"", TABLE), label="Token", signature="mint(uint256)")
    assert error.message == "Token refused mint(uint256): it gave no reason."
    assert error.exit_code is ExitCode.CHAIN
