"""Decoded answers, and what is said about those that do not decode."""

import pytest
from eth_abi.abi import encode
from hypothesis import given
from hypothesis import strategies as st

from hokctl.chain.abi_values import AbiMismatchError, decode_values
from hokctl.chain.answers import decode_read, node_failure
from hokctl.chain.errors import NoContractError, RpcError, UnexpectedAnswerError, UnknownBlockError
from hokctl.chain.multicall import decode_aggregate3, encode_aggregate3
from hokctl.chain.wire import BadAnswerError
from tests.unit.chain.fakes import ALICE, TOKEN, make_read

pytestmark = pytest.mark.unit


def test_addresses_are_checksummed_however_deep_they_are() -> None:
    types = ("address", "address[]", "(uint256,(address,bool)[2])", "uint8[]", "string")
    values = [ALICE.lower(), [TOKEN.lower()], (1, [(ALICE.lower(), True)] * 2), [1, 2], "x"]
    decoded = decode_values(types, encode(list(types), values))
    assert decoded == (ALICE, (TOKEN,), (1, ((ALICE, True), (ALICE, True))), (1, 2), "x")


@pytest.mark.parametrize(
    ("types", "data"),
    [
        (("uint256",), b"\x00" * 31),
        (("string",), b"\xff" * 32),
        (("bool",), b"\xff" * 32),
        (("string",), encode(["bytes"], [b"\xff\xfe"])),
        (("bytes",), encode(["uint256", "uint256"], [32, 2**255])),
    ],
)
def test_bytes_that_do_not_fit_are_a_mismatch(types: tuple[str, ...], data: bytes) -> None:
    with pytest.raises(AbiMismatchError):
        decode_values(types, data)


def test_an_empty_answer_means_that_no_such_contract_is_there() -> None:
    error = decode_read(make_read(), b"")
    assert isinstance(error, NoContractError)
    assert error.message == f"There is no Token at {TOKEN}: nothing there answers like one."


def test_an_answer_of_another_shape_means_another_contract() -> None:
    error = decode_read(make_read(returns=("string",)), b"\x00" * 31)
    assert isinstance(error, UnexpectedAnswerError)
    assert "totalSupply()" in error.message


def test_a_call_that_returns_nothing_may_answer_nothing() -> None:
    assert decode_read(make_read(returns=()), b"") == ()


def test_a_node_without_the_state_is_told_from_other_failures() -> None:
    lost = node_failure(RpcError("eth_call", -32000, "missing trie node 12ab"), block=7, endpoint="http://n")
    assert isinstance(lost, UnknownBlockError)
    assert "does not know block 7" in lost.message
    other = RpcError("eth_call", -32000, "boom")
    assert node_failure(other, block=7, endpoint="http://n") is other


@given(st.lists(st.tuples(st.binary(min_size=20, max_size=20), st.binary(max_size=100)), max_size=5))
def test_aggregated_calls_are_encoded_as_eth_abi_does(calls: list[tuple[bytes, bytes]]) -> None:
    named = [("0x" + target.hex(), data) for target, data in calls]
    expected = encode(["(address,bool,bytes)[]"], [[(target, True, data) for target, data in named]])
    encoded = encode_aggregate3(named)  # type: ignore[arg-type]  # any casing encodes alike
    assert encoded == bytes.fromhex("82ad56cb") + expected


def test_aggregated_results_come_back_in_order() -> None:
    data = encode(["(bool,bytes)[]"], [[(True, b"\x01"), (False, b"")]])
    assert decode_aggregate3(data, 2) == [(True, b"\x01"), (False, b"")]


def test_missing_or_broken_aggregated_results_are_not_believed() -> None:
    with pytest.raises(BadAnswerError, match="answered 1 of 2 calls"):
        decode_aggregate3(encode(["(bool,bytes)[]"], [[(True, b"")]]), 2)
    with pytest.raises(BadAnswerError, match="does not decode"):
        decode_aggregate3(b"\xff" * 64, 2)
