"""Reading and writing the hex of JSON-RPC."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hokctl.devnet.rpc import (
    RpcError,
    parse_address,
    parse_data,
    parse_hash,
    parse_json,
    parse_list,
    parse_object,
    parse_quantity,
    to_bloom,
    to_data,
    to_quantity,
    to_word,
)

pytestmark = pytest.mark.unit

_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda children: st.lists(children) | st.dictionaries(st.text(), children),
)


@given(st.integers(min_value=0, max_value=2**256 - 1))
def test_quantity_is_read_as_written(number: int) -> None:
    written = to_quantity(number)
    assert parse_quantity(written) == parse_quantity(to_word(number)) == parse_quantity(number) == number
    assert written == "0x0" or not written.startswith("0x0")


@given(st.binary())
def test_data_is_read_as_written(data: bytes) -> None:
    assert parse_data(to_data(data)) == parse_data(data.hex()) == data


@pytest.mark.parametrize("value", ["", "0x", "12", "0xg", "-0x1", -1, 1.5, True, None, [], "0x" + "1" * 65])
def test_what_is_no_quantity_is_an_invalid_argument(value: object) -> None:
    with pytest.raises(RpcError, match="invalid quantity") as caught:
        parse_quantity(value)
    assert caught.value.code == -32602


@pytest.mark.parametrize("value", ["0x1", "0xzz", 5, None, "0x 1"])
def test_what_is_no_data_is_an_invalid_argument(value: object) -> None:
    with pytest.raises(RpcError, match="invalid hex data"):
        parse_data(value)


def test_addresses_and_hashes_have_their_length() -> None:
    assert parse_address("0x" + "aB" * 20) == b"\xab" * 20
    assert parse_hash("0x" + "01" * 32) == b"\x01" * 32
    with pytest.raises(RpcError, match="invalid address"):
        parse_address("0x" + "00" * 19)
    with pytest.raises(RpcError, match="invalid hash"):
        parse_hash("0x" + "00" * 33)


def test_long_garbage_is_not_repeated_whole() -> None:
    with pytest.raises(RpcError) as caught:
        parse_address("0x" + "00" * 10_000)
    assert len(caught.value.message) < 120


def test_objects_and_lists_are_told_apart() -> None:
    assert (parse_object({"a": 1}), parse_list([1])) == ({"a": 1}, [1])
    with pytest.raises(RpcError, match="expected an object"):
        parse_object([])
    with pytest.raises(RpcError, match="expected an array"):
        parse_list({})


def test_bloom_has_256_bytes() -> None:
    assert len(to_bloom(1)) == 2 + 512


@given(_JSON)
def test_json_is_read_as_by_everybody(value: object) -> None:
    body = json.dumps(value).encode()
    assert parse_json(body) == json.loads(body)


def test_deep_json_is_refused_before_it_is_read() -> None:
    with pytest.raises(ValueError, match="nested too deeply"):
        parse_json(b"[" * 200_000)
    with pytest.raises(ValueError, match="nested too deeply"):
        parse_json(b'{"a":' * 101 + b"1" + b"}" * 101)


def test_wide_json_and_brackets_in_strings_are_read() -> None:
    wide = [{"params": [["["]]}] * 500
    assert parse_json(json.dumps(wide).encode()) == wide
    assert parse_json(json.dumps('\\"[' * 500).encode()) == '\\"[' * 500
