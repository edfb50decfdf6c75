"""Walking over many blocks of logs in what a node gives at once."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hokctl.chain.errors import NodeBusyError, RpcError
from hokctl.chain.log_limits import LogLimits, stated_limit, suggested_range
from hokctl.chain.log_scans import LogFilter, LogPart, scan_logs
from hokctl.chain.logs import get_logs
from hokctl.chain.wire import Json
from tests.unit.chain.fakes import BLOCK_HASH, ENDPOINT, TOKEN, Answer, FakeTransport, make_chain
from tests.unit.chain.test_logs import log

pytestmark = pytest.mark.unit

HEAD = 1_000_000
TOO_LONG = "exceed maximum block range: 2000"


class Node:
    """A node with a log in each of some blocks, which gives a range of `longest` blocks or `most` logs at once."""

    def __init__(self, numbers: Sequence[int], *, longest: int = HEAD, most: int = HEAD, words: str = TOO_LONG) -> None:
        self.numbers, self.longest, self.most, self.words = sorted(numbers), longest, most, words
        self.lengths: list[int] = []

    def __call__(self, params: Sequence[Json]) -> Json:
        """Answer eth_getLogs."""
        start, end = int(params[0]["fromBlock"], 16), int(params[0]["toBlock"], 16)
        self.lengths.append(end - start + 1)
        found = [log(number) for number in self.numbers if start <= number <= end]
        if end - start + 1 > self.longest or len(found) > self.most:
            return RpcError("eth_getLogs", -32005, self.words)
        return found


def scan(node: Answer, first: int = 1, last: int = HEAD, **answers: Answer) -> tuple[list[LogPart], FakeTransport]:
    """Return the parts of a scan, and the node's record of what it was asked."""
    chain, transport = make_chain(eth_blockNumber=hex(HEAD), eth_getLogs=node, **answers)
    wanted = LogFilter(addresses=(TOKEN,), topics=[])
    return list(scan_logs(chain, wanted, first, last, with_hashes=True)), transport


def numbers_of(parts: Sequence[LogPart]) -> list[int]:
    """Return the blocks of all logs, in the order they came."""
    return [entry.block_number for part in parts for entry in part.logs]


@pytest.mark.parametrize(
    ("words", "blocks"),
    [
        ("exceed maximum block range: 5000", 5_000),
        ("eth_getLogs is limited to a 10,000 range", 10_000),
        ("eth_getLogs and eth_newFilter are limited to a 10,000 blocks range", 10_000),
        ("ranges over 10000 blocks are not supported on freetier", 10_000),
        ("You can make eth_getLogs requests with up to a 2K block range and no limit on the response size", 2_000),
        ("Under the Free tier plan, you can make eth_getLogs requests with up to a 10 block range.", 10),
        ("query exceeds max block range 100000", 100_000),
        ("block range is too wide (maximum 1024)", 1_024),
        ("block range is too large, max is 1k blocks", 1_000),
        ("Max range: 800", 800),
        ("query returned more than 10000 results", None),
        ("Log response size exceeded.", None),
        ("block range limit exceeded", None),
        ("query timeout exceeded", None),
    ],
)
def test_the_longest_range_is_read_from_what_nodes_say(words: str, blocks: int | None) -> None:
    assert stated_limit(words) == blocks


@pytest.mark.parametrize(
    ("words", "length"),
    [
        ("query returned more than 10000 results. Try with this block range [0x64, 0xc7].", 100),
        ("query exceeds max results 20000, retry with the range 100-199", 100),
        ("this block range should work: [0x65, 0xc7]", None),
        ("retry with the range 100-99", None),
    ],
)
def test_a_suggested_range_counts_where_it_begins_at_what_was_asked(words: str, length: int | None) -> None:
    assert suggested_range(words, 100) == length


def test_a_stated_limit_is_kept_to_and_many_ranges_go_in_one_round_trip() -> None:
    node = Node([5, 1_999, 2_000, 2_001, 999_999], longest=2_000)
    parts, transport = scan(node)
    assert numbers_of(parts) == node.numbers
    assert transport.round_trips == 1 + 5
    assert max(node.lengths[1:]) == 2_000


def test_a_limit_without_a_number_is_found_in_one_round_trip() -> None:
    node = Node([5, 999_999], longest=2_000, words="block range limit exceeded")
    parts, transport = scan(node)
    assert numbers_of(parts) == node.numbers
    assert transport.round_trips <= 1 + 1 + 8


def test_ranges_grow_again_after_a_stretch_with_many_logs() -> None:
    node = Node(range(400_000, 401_000), most=100, words="query returned more than 100 results")
    parts, _ = scan(node)
    assert numbers_of(parts) == node.numbers
    dense = min(range(len(node.lengths)), key=lambda index: node.lengths[index])
    assert max(node.lengths[dense:]) > 50 * node.lengths[dense]


def test_a_suggested_range_is_asked_for_next() -> None:
    def node(params: Sequence[Json]) -> Json:
        start, end = int(params[0]["fromBlock"], 16), int(params[0]["toBlock"], 16)
        if (start, end) == (1, HEAD):
            words = "query returned more than 10000 results. Try with this block range [0x1, 0x64]."
            return RpcError("eth_getLogs", -32005, words)
        return [log(start)]

    parts, transport = scan(node)
    assert transport.asked[1][1][1][0]["toBlock"] == "0x64"
    assert parts[0].first == 1


def test_parts_follow_each_other_and_name_the_hash_of_their_last_block() -> None:
    parts, _ = scan(Node([], longest=2_000))
    ends = [(part.first, part.last) for part in parts]
    assert [first for first, _ in ends] == [1, *(last + 1 for _, last in ends[:-1])]
    assert ends[-1][1] == HEAD
    assert {part.block_hash for part in parts} == {BLOCK_HASH}


@given(st.sets(st.integers(1, 300)), st.integers(1, 310), st.integers(1, 20), st.sampled_from([TOO_LONG, "limit"]))
def test_no_log_is_lost_or_doubled_whatever_the_limits(numbers: set[int], longest: int, most: int, words: str) -> None:
    node = Node(sorted(numbers), longest=longest, most=most, words=words)
    parts, _ = scan(node, 1, 300)
    assert numbers_of(parts) == sorted(numbers)
    assert [part.first for part in parts] == [1, *(part.last + 1 for part in parts[:-1])]


def test_a_busy_node_is_asked_for_less_at_once_and_at_last_named() -> None:
    asked: list[int] = []

    def node(params: Sequence[Json]) -> Json:
        start, end = int(params[0]["fromBlock"], 16), int(params[0]["toBlock"], 16)
        asked.append(start)
        if end - start + 1 > 2_000:
            return RpcError("eth_getLogs", -32005, TOO_LONG)
        raise NodeBusyError(ENDPOINT)

    with pytest.raises(NodeBusyError):
        scan(node)
    assert len(asked) == 1 + 7  # 100, 50, 25, 12, 6, 3, 1


def test_what_was_learnt_of_a_node_holds_for_the_whole_run() -> None:
    node = Node([7], longest=2_000)
    chain, transport = make_chain(eth_blockNumber=hex(HEAD), eth_getLogs=node)
    get_logs(chain, [TOKEN], [], 1, 20_000)
    first = transport.round_trips
    get_logs(chain, [TOKEN], [], 1, 20_000)
    assert (first, transport.round_trips) == (2, 3)


def test_a_refusal_that_is_no_limit_is_the_nodes_error() -> None:
    with pytest.raises(RpcError, match="no archive"):
        scan(RpcError("eth_getLogs", -32000, "no archive here"))


def test_one_block_that_is_too_much_is_the_nodes_error() -> None:
    with pytest.raises(RpcError, match="more than"):
        scan(RpcError("eth_getLogs", -32005, "query returned more than 10 results"), 5, 5)


def test_limits_never_grow_beyond_what_the_node_said() -> None:
    limits = LogLimits()
    limits.learn(RpcError("eth_getLogs", -32005, TOO_LONG), 1, 10_000)
    for _ in range(20):
        limits.go_well()
    assert limits.window == limits.ceiling == 2_000
