"""Calldata from the methods and texts of Transaction Builder files."""

from typing import Any, cast

import pytest
from eth_typing import ChecksumAddress
from hypothesis import given
from hypothesis import strategies as st

from hokctl.clients.codec import encode_call
from hokctl.domain.calls import AbiValue
from hokctl.domain.documents import DocumentError, JsonObject, JsonValue
from hokctl.safe.builder_methods import render_value
from hokctl.safe.builder_values import encode_method, method_signature
from hokctl.safe.transaction_builder import parse_builder_file

pytestmark = pytest.mark.unit

PAYEE = cast("ChecksumAddress", "0x49d4450977E2c95362C13D3a31a09311E0Ea26A6")
MEMBERS: list[JsonValue] = [{"name": "who", "type": "address"}, {"name": "much", "type": "uint256"}]


def method(kind: str, components: list[JsonValue] | None = None) -> JsonObject:
    parameter: JsonObject = {"name": "x", "type": kind, "internalType": kind}
    if components is not None:
        parameter["components"] = components
    return {"name": "f", "inputs": [parameter], "payable": False}


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("uint256", "12", 12),
        ("uint256", '"12"', 12),
        ("uint", " 12 ", 12),
        ("uint8", "0x10", 16),
        ("int8", "-5", -5),
        ("bool", "TRUE", True),
        ("bool", "0", False),
        ("string", " kept as it is ", " kept as it is "),
        ("string", "", ""),
        ("bytes", "0xAB", b"\xab"),
        ("bytes4", "0x01020304", b"\1\2\3\4"),
        ("address", PAYEE.lower(), PAYEE),
        ("uint256[]", "[1, 2 ,3]", (1, 2, 3)),
        ("uint256[]", '["1","2"]', (1, 2)),
        ("uint256[2][]", "[[1,2],[3,4]]", ((1, 2), (3, 4))),
        ("address[]", f"[{PAYEE}]", (PAYEE,)),
        ("bytes[]", "[0x,0x01]", (b"", b"\1")),
        ("uint8[]", "[]", ()),
        ("string[]", '["a,b","c\\"d"]', ("a,b", 'c"d')),
        ("bool[]", "[true,false]", (True, False)),
    ],
)
def test_texts_become_values(kind: str, text: str, value: AbiValue) -> None:
    signature = method_signature(method(kind))

    assert encode_method(method(kind), {"x": text}) == encode_call(signature, (value,))


@pytest.mark.parametrize("text", [f'["{PAYEE}","7"]', f'["{PAYEE}",7]', f'{{"much":"7","who":"{PAYEE}"}}'])
def test_a_struct_is_read_by_position_or_by_name(text: str) -> None:
    expected = encode_call("f((address,uint256))", ((PAYEE, 7),))

    assert encode_method(method("tuple", MEMBERS), {"x": text}) == expected


def test_a_list_of_structs_is_read() -> None:
    expected = encode_call("f((address,uint256)[])", (((PAYEE, 7), (PAYEE, 2**255)),))
    text = f'[["{PAYEE}",7],["{PAYEE}","{2**255}"]]'

    assert encode_method(method("tuple[]", MEMBERS), {"x": text}) == expected


def test_values_without_a_name_are_found_by_position_and_others_are_passed_over() -> None:
    unnamed: JsonObject = {"name": "f", "inputs": [{"name": "", "type": "bool"}]}

    assert encode_method(unnamed, {"0": "false", "stale": ""}) == encode_call("f(bool)", (False,))


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("uint256", ""),
        ("uint256", "1e18"),
        ("uint256", "-1"),
        ("uint8", "256"),
        ("bool", "maybe"),
        ("bytes", "ab"),
        ("bytes", "0xabc"),
        ("bytes32", "0x01"),
        ("address", "vitalik.eth"),
        ("address", PAYEE[:-1] + "B"),
        ("uint256[2]", "[1,2,3]"),
        ("uint256[]", "1,2"),
        ("uint256[]", "[1,]"),
        ("string[]", "[1.5]"),
        ("string[]", '["a"],"b":["c"]'),
        ("tuple", f'["{PAYEE}",9007199254740993]'),
        ("tuple", f'["{PAYEE}"]'),
        ("function", "0x"),
        ("mapping", "0x"),
        ("uint7", "1"),
        ("uint999", "1"),
    ],
)
def test_what_the_application_could_read_otherwise_is_refused(kind: str, text: str) -> None:
    with pytest.raises(DocumentError):
        encode_method(method(kind, MEMBERS), {"x": text})


@pytest.mark.parametrize("values", [None, {}, {"y": "1"}, "1"])
def test_a_missing_value_is_refused(values: JsonValue) -> None:
    with pytest.raises(DocumentError):
        encode_method(method("uint256"), values)


@given(
    st.lists(st.tuples(st.integers(0, 2**256 - 1), st.binary(max_size=40), st.text(), st.booleans()), max_size=4),
    st.lists(st.text(st.characters(exclude_categories=["Cs"])), max_size=4),
    st.lists(st.lists(st.integers(-(2**127), 2**127 - 1), max_size=3), max_size=3),
)
def test_what_is_rendered_is_read_back(
    structs: list[tuple[int, bytes, str, bool]], texts: list[str], table: list[list[int]]
) -> None:
    kinds = ("uint256", "bytes", "string", "bool")
    members: list[JsonValue] = [{"name": kind, "type": kind} for kind in kinds]
    inputs: list[JsonValue] = [
        {"name": "a", "type": "tuple[]", "components": members},
        {"name": "b", "type": "string[]"},
        {"name": "c", "type": "int128[][]"},
    ]
    clean = tuple((number, data, text.encode("utf-8", "ignore").decode(), flag) for number, data, text, flag in structs)
    values: tuple[AbiValue, ...] = (clean, tuple(texts), tuple(tuple(row) for row in table))
    rendered: JsonObject = {
        name: render_value(value, kind)
        for name, value, kind in zip("abc", values, ("tuple[]", "string[]", "int128[][]"), strict=True)
    }
    signature = "f((uint256,bytes,string,bool)[],string[],int128[][])"

    assert encode_method({"name": "f", "inputs": inputs}, rendered) == encode_call(signature, values)


def read(**call: Any) -> Any:  # noqa: ANN401 - a file may hold anything
    document: JsonObject = {"chainId": "1", "transactions": [{"to": PAYEE, "value": "0", **call}]}
    return parse_builder_file(document).calls[0]


def test_a_call_that_only_names_its_method_is_encoded() -> None:
    call = read(data=None, contractMethod=method("uint256"), contractInputsValues={"x": "5"})

    assert (call.data, call.fault) == (encode_call("f(uint256)", (5,)), None)


def test_a_method_beside_calldata_must_agree_with_it() -> None:
    data = "0x" + encode_call("f(uint256)", (5,)).hex()
    same = read(data=data, contractMethod=method("uint256"), contractInputsValues={"x": "5"})
    other = read(data=data, contractMethod=method("uint256"), contractInputsValues={"x": "6"})
    named = read(data=data, contractMethod=method("uint256"), contractInputsValues=None)
    renamed = read(data=data, contractMethod=method("uint8"), contractInputsValues={})

    assert (same.fault, named.fault) == (None, None)
    assert other.fault == "its calldata is not what the method and its values encode to"
    assert renamed.fault == "its calldata calls another function"


def test_files_made_by_hand_name_their_safe_at_the_top() -> None:
    document: JsonObject = {"chainId": "1", "transactions": [], "createdFromSafeAddress": PAYEE}
    other = "0xDF8a1Ce35c9a6ACE153B4e0767942f1E2291a1Aa"

    assert parse_builder_file(document).safes == (PAYEE,)
    assert parse_builder_file({**document, "meta": {"createdFromSafeAddress": PAYEE}}).safes == (PAYEE,)
    assert parse_builder_file({**document, "safe": other}).safes == (PAYEE, other)
