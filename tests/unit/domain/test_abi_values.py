"""ABI values survive JSON, and a value of another type is refused."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hokctl.domain.abi_values import split_types, value_from_json, value_to_json
from hokctl.domain.calls import AbiValue
from hokctl.domain.documents import DocumentError, JsonValue

from .samples import ALICE

pytestmark = pytest.mark.unit

ATOMS: dict[str, st.SearchStrategy[Any]] = {
    "uint256": st.integers(min_value=0, max_value=2**256 - 1),
    "int64": st.integers(min_value=-(2**63), max_value=2**63 - 1),
    "bool": st.booleans(),
    "string": st.text(),
    "bytes": st.binary(),
    "bytes32": st.binary(min_size=32, max_size=32),
    "address": st.just(ALICE),
}
TYPED = st.recursive(
    st.sampled_from(sorted(ATOMS)).map(lambda kind: (kind, ATOMS[kind])),
    lambda inner: st.one_of(
        inner.map(lambda pair: (f"{pair[0]}[]", st.lists(pair[1], max_size=3).map(tuple))),
        inner.map(lambda pair: (f"{pair[0]}[2]", st.tuples(pair[1], pair[1]))),
        st.lists(inner, min_size=1, max_size=3).map(
            lambda pairs: (f"({','.join(kind for kind, _ in pairs)})", st.tuples(*(values for _, values in pairs)))
        ),
    ),
    max_leaves=6,
)


@given(data=st.data())
def test_every_abi_value_survives_json(data: st.DataObject) -> None:
    abi_type, values = data.draw(TYPED)
    value: AbiValue = data.draw(values)
    assert value_from_json(json.loads(json.dumps(value_to_json(value))), abi_type) == value


@pytest.mark.parametrize(
    ("value", "abi_type"),
    [
        (True, "uint256"),
        (1, "uint256"),
        ("1_0", "uint256"),
        ("0xAB", "bytes"),
        (5, "string"),
        (True, "string"),
        ("true", "bool"),
        (None, "bool"),
        (ALICE.lower(), "address"),
        ("1", "uint256[]"),
        (["1"], "uint256"),
        (["1"], "uint256[2]"),
        (["1"], "uint256[99999999999999999999]"),
        (["1"], "(uint256,uint256)"),
        ([], "(uint256)"),
    ],
)
def test_a_value_of_another_type_is_refused(value: JsonValue, abi_type: str) -> None:
    with pytest.raises(DocumentError):
        value_from_json(value, abi_type)


@pytest.mark.parametrize(
    ("text", "types"),
    [
        ("", ()),
        ("uint256", ("uint256",)),
        ("string,(address,uint256)[],bytes", ("string", "(address,uint256)[]", "bytes")),
        ("((a,b),c),d", ("((a,b),c)", "d")),
    ],
)
def test_types_are_split_at_the_top_level(text: str, types: tuple[str, ...]) -> None:
    assert split_types(text) == types
