"""Events over ranges of blocks."""

from collections.abc import Callable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hokctl.chain.errors import NodeTimeoutError, RpcError, UnknownBlockError
from hokctl.chain.logs import get_logs
from hokctl.chain.wire import BadAnswerError, Json
from tests.unit.chain.fakes import ENDPOINT, TOKEN, Answer, make_chain

pytestmark = pytest.mark.unit

TOPIC = "0x" + "11" * 32


def log(number: int, index: int = 0, **fields: Json) -> dict[str, Json]:
    known = {"address": TOKEN.lower(), "topics": [TOPIC], "data": "0x01", "blockNumber": hex(number)}
    return {**known, "transactionHash": "0x" + "22" * 32, "logIndex": hex(index), **fields}


def node(*numbers: int, longest: int = 10**9, complaint: Answer = None) -> Callable[[Sequence[Json]], Json]:
    """Answer with a log in each of the blocks, or the complaint when the range is too long."""

    def answer(params: Sequence[Json]) -> Json:
        start, end = int(params[0]["fromBlock"], 16), int(params[0]["toBlock"], 16)
        if end - start + 1 > longest:
            return complaint
        return [log(number) for number in numbers if start <= number <= end]

    return answer


def test_logs_are_read_in_one_round_trip_when_the_node_allows_it() -> None:
    chain, transport = make_chain(eth_blockNumber="0x64", eth_getLogs=node(5, 7))
    found = get_logs(chain, [TOKEN], [TOPIC, None, [TOPIC]], 1, 100)
    assert [entry.block_number for entry in found] == [5, 7]
    assert (found[0].address, found[0].topics, found[0].data, found[0].log_index) == (TOKEN, (TOPIC,), b"\x01", 0)
    assert transport.round_trips == 1
    assert transport.asked[0][-1][1] == [
        {"address": [TOKEN], "topics": [TOPIC, None, [TOPIC]], "fromBlock": "0x1", "toBlock": "0x64"}
    ]


@pytest.mark.parametrize(
    ("complaint", "round_trips"),
    [
        (RpcError("eth_getLogs", -32005, "query returned more than 10000 results"), 3),
        (RpcError("eth_getLogs", -32602, "exceed maximum block range: 5000"), 3),
        (RpcError("eth_getLogs", -32602, "exceed maximum block range: 30"), 2),
        (RpcError("eth_getLogs", -32000, "query timeout exceeded"), 3),
        (RpcError("eth_getLogs", -32600, "Log response size exceeded."), 3),
        (NodeTimeoutError(ENDPOINT, 20), 6),
    ],
)
def test_a_range_too_long_is_shortened_until_it_fits(complaint: Answer, round_trips: int) -> None:
    chain, transport = make_chain(eth_blockNumber="0x64", eth_getLogs=node(1, 50, 100, longest=30, complaint=complaint))
    assert [entry.block_number for entry in get_logs(chain, [TOKEN], [], 1, 100)] == [1, 50, 100]
    assert transport.round_trips == round_trips


@given(st.sets(st.integers(0, 60)), st.integers(1, 70), st.integers(0, 60))
def test_no_log_is_lost_or_doubled_however_short_the_ranges(numbers: set[int], longest: int, start: int) -> None:
    complaint = RpcError("eth_getLogs", -32005, "block range too large")
    chain, _ = make_chain(eth_blockNumber="0x3c", eth_getLogs=node(*numbers, longest=longest, complaint=complaint))
    found = get_logs(chain, [], [], start, 60)
    assert [entry.block_number for entry in found] == sorted(number for number in numbers if number >= start)


def test_logs_come_in_the_order_of_the_chain_without_those_taken_back() -> None:
    logs = [log(7, 2), log(7, 1), log(5), log(6, removed=True)]
    chain, _ = make_chain(eth_blockNumber="0x64", eth_getLogs=logs)
    found = get_logs(chain, [TOKEN], [], 1, 100)
    assert [(entry.block_number, entry.log_index) for entry in found] == [(5, 0), (7, 1), (7, 2)]


def test_an_empty_range_asks_nothing() -> None:
    chain, transport = make_chain()
    assert get_logs(chain, [TOKEN], [], 5, 4) == []
    assert transport.round_trips == 0


def test_without_addresses_the_filter_names_none() -> None:
    chain, transport = make_chain(eth_blockNumber="0x64", eth_getLogs=[])
    get_logs(chain, [], [TOPIC], 1, 2)
    assert "address" not in transport.asked[0][-1][1][0]


def test_a_lagging_node_is_not_believed_when_it_finds_nothing() -> None:
    chain, _ = make_chain(eth_blockNumber="0x63", eth_getLogs=[])
    with pytest.raises(UnknownBlockError, match="block 100"):
        get_logs(chain, [TOKEN], [], 1, 100)


def test_a_single_block_that_is_too_much_and_other_failures_are_raised() -> None:
    too_much = RpcError("eth_getLogs", -32005, "query returned more than 10000 results")
    chain, _ = make_chain(eth_blockNumber="0x64", eth_getLogs=too_much)
    with pytest.raises(RpcError, match="more than 10000"):
        get_logs(chain, [TOKEN], [], 1, 100)
    chain, transport = make_chain(eth_blockNumber="0x64", eth_getLogs=RpcError("eth_getLogs", -32000, "boom"))
    with pytest.raises(RpcError, match="boom"):
        get_logs(chain, [TOKEN], [], 1, 100)
    assert transport.round_trips == 1
    chain, _ = make_chain(eth_blockNumber=RpcError("eth_blockNumber", -32000, "boom"), eth_getLogs=[])
    with pytest.raises(RpcError, match="boom"):
        get_logs(chain, [TOKEN], [], 1, 100)


def test_a_malformed_log_is_not_believed() -> None:
    chain, _ = make_chain(eth_blockNumber="0x64", eth_getLogs=[log(5, topics="0x")])
    with pytest.raises(BadAnswerError, match="topics is not a list"):
        get_logs(chain, [TOKEN], [], 1, 100)
