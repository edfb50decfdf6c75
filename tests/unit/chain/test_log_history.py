"""Logs kept between runs, and what happens when they cannot be trusted."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from hokctl.chain.errors import NodeBusyError, RpcError
from hokctl.chain.log_cache import LogCache
from hokctl.chain.log_history import MAX_ADDRESSES, LogHistory
from hokctl.chain.wire import Json
from tests.unit.chain.fakes import ALICE, ENDPOINT, TOKEN, FakeTransport, block, make_chain
from tests.unit.chain.test_log_scans import Node
from tests.unit.chain.test_logs import TOPIC, log

pytestmark = pytest.mark.unit

LAST = 20_000
FINAL = 19_000


class Place:
    """A chain with logs, and a cache file that several runs share."""

    def __init__(self, path: Path, numbers: Sequence[int], *, final: int = FINAL) -> None:
        self.path, self.numbers, self.final, self.fork = path, list(numbers), final, "ab"
        self.notes: list[str] = []
        self.dies_at: int | None = None

    def read(self, *, first: int = 1, last: int = LAST, addresses: Sequence[object] = (TOKEN,)) -> FakeTransport:
        """Read all the logs as a run of hokctl would, check that none is missing, and return what the node saw."""
        node = Node(self.numbers, longest=1_000, words="exceed maximum block range: 1000")

        def answer(params: Sequence[Json]) -> Json:
            if self.dies_at is not None and int(params[0]["fromBlock"], 16) >= self.dies_at:
                raise NodeBusyError(ENDPOINT)
            return node(params)

        chain, transport = make_chain(eth_blockNumber=hex(last), eth_getLogs=answer, eth_getBlockByNumber=self.header)
        chain.log_limits.ranges = 4
        history = LogHistory(
            chain, first, last, cache=LogCache(self.path, chain_id=chain.chain_id), note=self.notes.append
        )
        found = history.read(list(addresses), [TOPIC])  # type: ignore[arg-type]  # addresses of the fakes
        assert [one.block_number for one in found] == sorted(n for n in self.numbers if first <= n <= last)
        return transport

    def header(self, params: Sequence[Json]) -> Json:
        """Answer eth_getBlockByNumber."""
        number = self.final if params[0] == "finalized" else int(params[0], 16)
        return block(number, hash="0x" + self.fork * 32)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """Return a chain with a few logs, and no cache yet."""
    return Place(tmp_path / "cache" / "logs.jsonl", [1, 500, 7_777, FINAL, FINAL + 1, LAST])


def first_asked(transport: FakeTransport) -> int:
    """Return the lowest block that logs were asked for."""
    asked = [params[0] for calls in transport.asked for method, params in calls if method == "eth_getLogs"]
    return min(int(where["fromBlock"], 16) for where in asked)


def test_a_second_run_asks_only_for_what_is_not_final_yet(place: Place) -> None:
    assert first_asked(place.read()) == 1
    assert first_asked(place.read()) == FINAL + 1
    place.final = LAST
    assert first_asked(place.read(last=LAST + 100)) == FINAL + 1
    assert place.notes == []


def test_a_run_that_was_stopped_goes_on_where_it_was(place: Place) -> None:
    place.dies_at = 12_000
    with pytest.raises(NodeBusyError):
        place.read()
    place.dies_at = None
    assert first_asked(place.read()) > 8_000


def test_a_line_cut_short_costs_only_itself(place: Place) -> None:
    place.read()
    content = place.path.read_bytes()
    place.path.write_bytes(content[:-40])
    assert 1 < first_asked(place.read()) <= FINAL
    assert "damaged" in place.notes[0]
    place.notes.clear()
    assert first_asked(place.read()) == FINAL + 1
    assert place.notes == []


def test_a_changed_line_counts_for_nothing(place: Place) -> None:
    place.read()
    content = place.path.read_text()
    place.path.write_text(content.replace('"first":1,', '"first":0,').replace('"last":1000', '"last":1001'))
    place.read()
    assert "damaged" in place.notes[0]


@pytest.mark.parametrize("content", [b"hello", b"{}\n", b"[1]\n", b"\xff\xfe\n", b'{"hokctl_log_cache":1}'])
def test_a_foreign_file_is_left_alone(place: Place, content: bytes) -> None:
    place.path.parent.mkdir()
    place.path.write_bytes(content)
    assert first_asked(place.read()) == 1
    assert "not one of hokctl's" in place.notes[0]
    assert place.path.read_bytes() == content


def test_a_file_of_another_chain_counts_for_nothing(place: Place) -> None:
    other = LogCache(place.path, chain_id=1)
    place.read()
    kept = LogCache(place.path, chain_id=31337).load()
    other.replace(kept)
    assert first_asked(place.read()) == 1
    assert "another chain" in place.notes[0]


def test_blocks_that_were_taken_back_are_read_anew(place: Place) -> None:
    place.read()
    place.fork, place.numbers = "cd", [2, 600]
    assert first_asked(place.read()) == 1
    assert "no longer has" in place.notes[0]
    place.notes.clear()
    assert first_asked(place.read()) == FINAL + 1
    assert place.notes == []


def test_a_node_that_lags_behind_neither_uses_nor_loses_what_is_kept(place: Place) -> None:
    place.read()
    kept, header = place.path.read_bytes(), place.header
    place.header = lambda params: header(params) if params[0] == "finalized" else None  # type: ignore[method-assign]
    assert first_asked(place.read()) == 1
    assert f"does not know block {FINAL}" in place.notes[0]
    assert place.path.read_bytes() == kept
    place.header = header  # type: ignore[method-assign]
    assert first_asked(place.read()) == FINAL + 1


def test_an_earlier_first_block_is_read_anew(place: Place) -> None:
    place.read(first=5_000)
    assert first_asked(place.read(first=1)) == 1
    assert first_asked(place.read(first=1)) == FINAL + 1


def test_a_further_contract_is_read_from_the_first_block_and_the_others_are_not(place: Place) -> None:
    place.read()
    transport = place.read(addresses=(TOKEN, ALICE))
    asked = [params[0] for calls in transport.asked for method, params in calls if method == "eth_getLogs"]
    early = {tuple(where["address"]) for where in asked if int(where["fromBlock"], 16) <= FINAL}
    assert early == {(ALICE,)}


def test_two_processes_may_write_to_one_file(place: Place) -> None:
    place.read(last=5_000)
    before = LogCache(place.path, chain_id=31337)
    kept = before.load()
    place.read()
    before.append(kept[0].wanted, kept[0].part)
    assert first_asked(place.read()) == FINAL + 1
    assert place.notes == []


def test_a_file_that_cannot_be_written_is_only_told(place: Place) -> None:
    place.path.parent.write_text("a file where the directory should be")
    place.read()
    assert "cannot be" in place.notes[0]


def test_many_parts_are_written_as_one(place: Place) -> None:
    place.final = LAST
    chain_of_runs = range(200, LAST + 1, 200)
    for last in chain_of_runs:
        place.read(last=last)
    lines = [json.loads(line) for line in place.path.read_bytes().split(b"\n") if line]
    assert sum("first" in line for line in lines) < len(chain_of_runs) - 30
    assert place.notes == []


def test_a_node_that_names_no_final_block_is_kept_far_below_the_head(place: Place) -> None:
    def header(params: Sequence[Json]) -> Json:
        return RpcError("eth_getBlockByNumber", -32000, "finalized?") if params[0] == "finalized" else block(7)

    place.header = header  # type: ignore[method-assign]  # another node
    place.read()
    assert first_asked(place.read()) == LAST - 128 + 1


def test_more_addresses_than_a_filter_takes_go_in_several() -> None:
    many = [f"0x{index:040x}" for index in range(MAX_ADDRESSES)]
    chain, transport = make_chain(eth_blockNumber="0x64", eth_getLogs=[log(7)])
    found = LogHistory(chain, 1, 100).read([*many, TOKEN], [TOPIC])  # type: ignore[list-item]  # not checksummed
    assert (len(found), transport.round_trips) == (1, 2)
