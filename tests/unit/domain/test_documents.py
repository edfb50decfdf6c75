"""Documents from other hands are read strictly and written in one way only."""

import json
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hokctl.domain.documents import (
    DocumentError,
    Fields,
    JsonObject,
    JsonValue,
    dump_document,
    parse_decimal,
    parse_document,
    parse_foreign_address,
    parse_foreign_hex,
    parse_hex,
)

from .samples import ALICE

pytestmark = pytest.mark.unit

LEAVES = st.none() | st.booleans() | st.integers() | st.text()
VALUES: st.SearchStrategy[JsonValue] = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
DOCUMENTS: st.SearchStrategy[JsonObject] = st.dictionaries(st.text(max_size=8), VALUES, max_size=4)


@given(document=DOCUMENTS)
def test_a_written_document_reads_back_the_same(document: JsonObject) -> None:
    assert parse_document(dump_document(document)) == document


@given(document=DOCUMENTS)
def test_a_document_is_written_the_same_whatever_the_order_of_its_keys(document: JsonObject) -> None:
    text = dump_document(dict(reversed(document.items())))
    assert text == dump_document(document)
    assert text.endswith("\n")
    assert text.isascii()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "1",
        "null",
        '{"a": 1.5}',
        '{"a": 1e3}',
        '{"a": NaN}',
        '{"a": Infinity}',
        '{"a": 1, "a": 2}',
        '{"b": {"a": 1, "a": 1}}',
        "{'a': 1}",
        '{"a": 1} {}',
        '{"a": ' + "9" * 5000 + "}",
        '{"a": ' + "[" * 200_000 + "]" * 200_000 + "}",
    ],
)
def test_what_two_readers_could_understand_differently_is_refused(text: str) -> None:
    with pytest.raises(DocumentError):
        parse_document(text)


WELL_FORMED: JsonObject = {
    "text": "a\nb",
    "line": "a b",
    "none": None,
    "flag": True,
    "number": 5,
    "decimal": "-5",
    "data": "0x00ff",
    "hash": "0x" + "ab" * 32,
    "address": ALICE,
    "items": [1, None],
    "objects": [{"a": 1}],
    "lines": ["a", "b"],
    "object": {"a": 1},
}


def test_fields_are_read_by_their_kind() -> None:
    fields = Fields(WELL_FORMED)
    assert fields.text("text") == "a\nb"
    assert (fields.line("line"), fields.optional_line("line"), fields.optional_line("none")) == ("a b", "a b", None)
    assert fields.flag("flag") is True
    assert (fields.number("number"), fields.decimal("decimal")) == (5, -5)
    assert (fields.data("data"), fields.hash("hash")) == (b"\x00\xff", "0x" + "ab" * 32)
    assert (fields.address("address"), fields.optional_address("address")) == (ALICE, ALICE)
    assert fields.optional_address("none") is None
    assert fields.items("items") == [1, None]
    assert [item.number("a") for item in fields.objects("objects")] == [1]
    assert fields.lines("lines") == ("a", "b")
    assert fields.object("object").number("a") == 1


READERS: dict[str, Callable[[Fields], object]] = {
    "text": lambda fields: fields.text("x"),
    "line": lambda fields: fields.line("x"),
    "optional_line": lambda fields: fields.optional_line("x"),
    "flag": lambda fields: fields.flag("x"),
    "number": lambda fields: fields.number("x"),
    "decimal": lambda fields: fields.decimal("x"),
    "data": lambda fields: fields.data("x"),
    "hash": lambda fields: fields.hash("x"),
    "address": lambda fields: fields.address("x"),
    "optional_address": lambda fields: fields.optional_address("x"),
    "items": lambda fields: fields.items("x"),
    "objects": lambda fields: fields.objects("x"),
    "lines": lambda fields: fields.lines("x"),
    "object": lambda fields: fields.object("x"),
}
WRONG: dict[str, list[JsonValue]] = {
    "text": [1, None],
    "line": ["a\nb", "a\x1b[2J", "a\u202eb", 1],
    "optional_line": ["\x00", 1],
    "flag": [1, "true", None],
    "number": [-1, True, "1", None],
    "decimal": [1, "01", "+1", "1_0", " 1", "-0", "", "1" * 81, "\u0665"],
    "data": ["", "00", "0x0", "0xAB", "0x 00", 0],
    "hash": ["0x" + "AB" * 32, "0x" + "ab" * 31, None],
    "address": [ALICE.lower(), ALICE[:-1], "", 5, None],
    "optional_address": [ALICE.lower()],
    "items": [{}, "ab", None],
    "objects": [[1], {}],
    "lines": [[1], ["\n"], "ab"],
    "object": [[], "a", None],
}


@pytest.mark.parametrize(("kind", "value"), [(kind, value) for kind, values in WRONG.items() for value in values])
def test_a_field_of_another_kind_is_refused_by_name(kind: str, value: JsonValue) -> None:
    with pytest.raises(DocumentError, match="x"):
        READERS[kind](Fields({"x": value}))


@pytest.mark.parametrize("kind", READERS)
def test_a_missing_field_is_refused_by_name(kind: str) -> None:
    with pytest.raises(DocumentError, match="x is missing"):
        READERS[kind](Fields({}))


def test_something_else_than_an_object_has_no_fields() -> None:
    with pytest.raises(DocumentError, match="thing is not an object"):
        Fields.of(json.loads("[]"), "thing")


@given(number=st.integers(min_value=-(2**255), max_value=2**256 - 1))
def test_decimal_strings_keep_every_digit(number: int) -> None:
    assert parse_decimal(str(number), "n") == number


@given(data=st.binary())
def test_hex_strings_keep_every_byte(data: bytes) -> None:
    assert parse_hex("0x" + data.hex(), "n") == data


@pytest.mark.parametrize("value", ["0x 12", "0x1", "12", "0xzz", 5])
def test_foreign_bytes_are_hex_and_nothing_else(value: JsonValue) -> None:
    with pytest.raises(DocumentError, match="data is not hex with 0x"):
        parse_foreign_hex(value, "data")


def test_a_foreign_address_has_the_right_checksum_or_none() -> None:
    address = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"
    for text in (address, address.lower(), "0x" + address[2:].upper()):
        assert parse_foreign_address(text, "to") == address
    with pytest.raises(DocumentError, match="to has a broken checksum"):
        parse_foreign_address(address.replace("C8", "c8"), "to")
    with pytest.raises(DocumentError, match="to is not an address"):
        parse_foreign_address(address[2:], "to")
