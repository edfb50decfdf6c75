"""JSON-RPC's numbers, bytes, hashes and addresses."""

from collections.abc import Callable

import pytest

from hokctl.chain import wire
from hokctl.chain.wire import BadAnswerError, plain_text

pytestmark = pytest.mark.unit

ADDRESS = "0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed"


def test_numbers_and_bytes_are_read_and_written_as_the_specification_says() -> None:
    assert wire.parse_quantity("0x41", "a number") == 65
    assert wire.to_quantity(65) == "0x41"
    assert wire.parse_data("0x00ff", "bytes") == b"\x00\xff"
    assert wire.to_data(b"\x00\xff") == "0x00ff"
    assert wire.parse_hash("0x" + "AB" * 32, "a hash") == "0x" + "ab" * 32
    assert wire.parse_address(ADDRESS, "an address") == "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"


@pytest.mark.parametrize(
    ("parse", "value"),
    [
        (wire.parse_quantity, None),
        (wire.parse_quantity, 65),
        (wire.parse_quantity, "65"),
        (wire.parse_quantity, "0x"),
        (wire.parse_quantity, "0x" + "1" * 65),
        (wire.parse_data, "0xabc"),
        (wire.parse_data, None),
        (wire.parse_data, "abcd"),
        (wire.parse_hash, "0xabcd"),
        (wire.parse_hash, 5),
        (wire.parse_address, ADDRESS[:-2]),
        (wire.parse_address, "0x" + "zz" * 20),
        (wire.parse_object, []),
        (wire.parse_list, {}),
    ],
)
def test_anything_else_is_an_answer_that_cannot_be_trusted(
    parse: Callable[[object, str], object], value: object
) -> None:
    with pytest.raises(BadAnswerError, match="the thing is not"):
        parse(value, "the thing")


def test_foreign_text_cannot_move_the_cursor_or_fill_the_screen() -> None:
    assert plain_text("ok\x1b[2J\nnext\u202e line") == "ok [2J next line"
    assert len(plain_text("x" * 5_000)) == 300
