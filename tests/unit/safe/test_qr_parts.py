"""Documents as the texts of QR codes, and back."""

import json
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hokctl.domain.documents import DocumentError, JsonObject, dump_document
from hokctl.safe.qr_parts import MAX_PARTS, PART_CHARACTERS, QrTooLargeError, is_parts, join_parts, split_document

pytestmark = pytest.mark.unit


def document(size: int, *, seed: int = 1) -> JsonObject:
    """Return a document that hardly packs, always the same one: how many parts it gives must not change."""
    noise = random.Random(seed)  # noqa: S311 - noise that packs badly, nothing secret
    return {"noise": noise.randbytes(size).hex()}


def test_a_short_document_is_one_code_that_anybody_reads() -> None:
    (text,) = split_document({"b": 1, "a": "x"})

    assert json.loads(text) == {"a": "x", "b": 1}
    assert not is_parts(text)


def test_a_long_document_is_split_into_the_characters_that_codes_hold_best() -> None:
    long = document(2_000)
    parts = split_document(long)

    assert len(parts) > 1
    assert all(is_parts(part) for part in parts)
    assert all(set(part) <= set("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:") for part in parts)
    assert all(len(part) <= PART_CHARACTERS + 30 for part in parts)


@given(st.integers(500, 3_000), st.randoms())
def test_parts_are_joined_in_any_order_and_may_repeat(size: int, order: random.Random) -> None:
    long = document(size)
    parts = list(split_document(long))
    scanned = [*parts, parts[0]]
    order.shuffle(scanned)

    assert join_parts("\n".join(scanned)) == dump_document(long)


def test_a_missing_part_is_named() -> None:
    parts = split_document(document(2_000))

    with pytest.raises(DocumentError, match=f"of {len(parts)} parts these are missing: 2"):
        join_parts("\n".join([parts[0], *parts[2:]]))


def test_parts_of_two_documents_are_not_joined() -> None:
    one, two = split_document(document(2_000)), split_document(document(2_000, seed=2))

    with pytest.raises(DocumentError, match="different"):
        join_parts("\n".join([*one[:-1], two[-1]]))


@pytest.mark.parametrize("place", [5, 60])
def test_an_altered_part_is_refused(place: int) -> None:
    parts = list(split_document(document(2_000)))
    head, _, chunk = parts[1].rpartition(":")
    other = "A" if chunk[place] != "A" else "B"
    parts[1] = f"{head}:{chunk[:place]}{other}{chunk[place + 1 :]}"

    with pytest.raises(DocumentError, match="digest"):
        join_parts("\n".join(parts))


@pytest.mark.parametrize("text", ["HOKCTL:", "HOKCTL:1/2", "HOKCTL:1/1:00000000:AAAA", "HOKCTL:2/1:00000000:AAAA"])
def test_what_is_no_part_is_refused(text: str) -> None:
    with pytest.raises(DocumentError):
        join_parts(text)


def test_a_bomb_is_not_unpacked() -> None:
    parts = split_document({"zeros": "0" * 5_000_000})

    with pytest.raises(DocumentError, match="more than any document"):
        join_parts("\n".join(parts))


def test_too_many_codes_are_refused() -> None:
    with pytest.raises(QrTooLargeError, match=str(MAX_PARTS)):
        split_document(document(40_000))
