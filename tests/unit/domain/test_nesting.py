"""JSON that nests so deep that reading it would crash the interpreter."""

import json

import pytest

from hokctl.domain.documents import DocumentError, parse_document
from hokctl.domain.nesting import nests_too_deep

pytestmark = pytest.mark.unit

DEPTH = 100_000


@pytest.mark.parametrize(
    "text",
    [
        "[" * DEPTH,
        "[" * DEPTH + "]" * DEPTH,
        '{"a":' * DEPTH + "1" + "}" * DEPTH,
        '["]",' * DEPTH + "1" + "]" * DEPTH,
        '["\\"]",' * DEPTH + "1" + "]" * DEPTH,
    ],
)
def test_deep_nesting_is_noticed_before_it_is_read(text: str) -> None:
    assert nests_too_deep(text.encode())
    with pytest.raises(DocumentError, match="not JSON"):
        parse_document(text)


def test_what_is_let_through_is_shallow_enough_for_any_reader() -> None:
    assert not nests_too_deep(b"[" * 100 + b"]" * 100)
    assert nests_too_deep(b"[" * 101 + b"]" * 101)


@pytest.mark.parametrize(
    "value",
    [
        [{"topics": ["0x01"], "data": 'a bracket [ and a quote " and a backslash \\'}] * DEPTH,
        ["[" * DEPTH],
        [[[]]],
        [],
    ],
)
def test_wide_documents_and_brackets_in_strings_are_not_deep(value: object) -> None:
    assert not nests_too_deep(json.dumps(value).encode())
