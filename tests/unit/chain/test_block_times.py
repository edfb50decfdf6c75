"""When blocks were: found in few round trips, as one would by looking at every block."""

from bisect import bisect_left
from collections.abc import Sequence
from itertools import accumulate

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hokctl.chain.block_times import AT_ONCE, find_since, get_timestamps
from hokctl.chain.errors import NodeUnreachableError, RpcError, UnknownBlockError
from hokctl.chain.wire import Json
from tests.unit.chain.fakes import ENDPOINT, FakeTransport, block, make_chain

pytestmark = pytest.mark.unit

steps = st.lists(st.integers(0, 100), max_size=40)


def find(stamps: Sequence[int], times: Sequence[int], first: int = 7) -> tuple[list[int], FakeTransport]:
    """Return the positions found among blocks that begin with number `first` and come at `stamps`."""

    def header(params: Sequence[Json]) -> Json:
        number = int(str(params[0]), 16)
        return block(number, timestamp=hex(stamps[number - first]))

    chain, node = make_chain(eth_getBlockByNumber=header)
    return find_since(chain, [first + number for number in range(len(stamps))], times), node


@given(steps, st.lists(st.integers(-10, 4_500), max_size=6))
def test_each_time_is_found_where_looking_at_every_block_finds_it(gaps: list[int], times: list[int]) -> None:
    stamps = list(accumulate(gaps))
    assert find(stamps, times)[0] == [bisect_left(stamps, time) for time in times]


@settings(max_examples=30)
@given(st.integers(AT_ONCE + 1, 5_000), st.integers(1, 9), st.lists(st.integers(0, 50_000), min_size=1, max_size=70))
def test_many_blocks_are_narrowed_down(count: int, gap: int, times: list[int]) -> None:
    stamps = [number * gap for number in range(count)]
    found, node = find(stamps, times)
    assert found == [bisect_left(stamps, time) for time in times]
    assert node.round_trips <= 4
    assert all(len(calls) <= AT_ONCE + 1 for calls in node.asked)


def test_a_million_blocks_and_sixty_days_take_eight_round_trips() -> None:
    day, stamps = 86_400, range(0, 12_000_000, 12)
    times = [day * number for number in range(60)]
    found, node = find(stamps, times)
    assert found == [time // 12 for time in times]
    assert node.round_trips <= 8


def test_few_blocks_take_one_round_trip_and_none_takes_none() -> None:
    assert find(range(AT_ONCE), [5, 50, 5_000])[1].round_trips == 1
    assert find([], [5, 50])[0] == [0, 0]
    assert find([], [5])[1].round_trips == 0
    assert find([1, 2], [])[1].round_trips == 0


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (None, UnknownBlockError),
        (RpcError("eth_getBlockByNumber", -32000, "header not found"), UnknownBlockError),
        (RpcError("eth_getBlockByNumber", -32000, "pruned"), RpcError),
        (NodeUnreachableError(ENDPOINT, "refused"), NodeUnreachableError),
    ],
)
def test_a_node_that_lacks_a_block_is_not_guessed_around(answer: Json, error: type[Exception]) -> None:
    chain, _ = make_chain(eth_getBlockByNumber=answer)
    with pytest.raises(error):
        get_timestamps(chain, [1, 2])
