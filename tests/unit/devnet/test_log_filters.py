"""Which logs a filter wants."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hokctl.devnet.engine import Log
from hokctl.devnet.log_filters import Criteria, parse_criteria

pytestmark = pytest.mark.unit

_A, _B = b"\x0a" * 20, b"\x0b" * 20
_ONE, _TWO = b"\x01" * 32, b"\x02" * 32
_TOPICS = st.lists(st.sampled_from([_ONE, _TWO]), max_size=4).map(tuple)


def _criteria(address: object = None, topics: object = None) -> Criteria:
    return parse_criteria({"address": address, "topics": topics})


@given(_TOPICS)
def test_empty_criteria_want_everything(topics: tuple[bytes, ...]) -> None:
    assert _criteria().match(Log(_A, topics, b""))
    assert _criteria([], []).match(Log(_A, topics, b""))


@given(_TOPICS)
def test_log_matches_its_own_topics_and_every_prefix(topics: tuple[bytes, ...]) -> None:
    written = ["0x" + topic.hex() for topic in topics]
    assert all(_criteria(None, written[:length]).match(Log(_A, topics, b"")) for length in range(len(written) + 1))


@given(_TOPICS)
def test_more_places_than_topics_match_nothing(topics: tuple[bytes, ...]) -> None:
    places = [None] * (len(topics) + 1)
    if len(places) <= 4:
        assert not _criteria(None, places).match(Log(_A, topics, b""))


def test_address_is_one_or_any_of_a_list() -> None:
    one, both = _criteria("0x" + _A.hex()), _criteria(["0x" + _A.hex(), "0x" + _B.hex()])
    assert one.match(Log(_A, (), b""))
    assert not one.match(Log(_B, (), b""))
    assert both.match(Log(_B, (), b""))


def test_place_takes_null_one_or_any_of_a_list() -> None:
    one, two = "0x" + _ONE.hex(), "0x" + _TWO.hex()
    log = Log(_A, (_ONE, _TWO), b"")
    assert _criteria(None, [None, two]).match(log)
    assert _criteria(None, [[two, one]]).match(log)
    assert _criteria(None, [[], two]).match(log)
    assert _criteria(None, [[None, two]]).match(log)
    assert not _criteria(None, [two]).match(log)
