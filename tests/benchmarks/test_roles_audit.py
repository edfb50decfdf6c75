"""`roles list` over 10,000 role events in 1,000,000 blocks, on nodes that give little at once: round trips and time."""

import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tests.synthetic_node import OWNER, History, SyntheticNode, synthetic_node, write_place
from tests.world import isolate, run_hokctl

pytestmark = pytest.mark.benchmark

EVENTS = 10_000
BLOCKS = 1_000_000
RANGE = 2_000
BEFORE = 3
"""The block, the contracts, and what is final."""
SCAN = 1 + BLOCKS // RANGE // 100
"""The whole, which the node refuses and says how much it gives; then a hundred ranges at a time."""
AFTER = 2
"""Confirming everything, and what each holder is."""


@pytest.fixture(scope="module")
def history() -> History:
    """Return 10,000 events."""
    return History.random(events=EVENTS, blocks=BLOCKS)


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an empty working directory, with a cache directory of its own."""
    directory = tmp_path / "work"
    directory.mkdir()
    isolate(directory, tmp_path, monkeypatch)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return directory


def measured(node: SyntheticNode, *options: str) -> tuple[Any, int, float]:
    """Return what `roles list` says, how often it asked, and how many seconds it took."""
    before, began = node.requests, time.perf_counter()
    ran = run_hokctl("roles", "list", "-o", "json", *options)
    assert ran.exit_code == 0, ran.stdout + ran.stderr
    return ran.data, node.requests - before, time.perf_counter() - began


def check(data: Any, history: History) -> None:  # noqa: ANN401 - JSON
    """Assert that exactly the holders of the history were found."""
    found = {(one["contract"], one["role"], one["holder"]) for one in data["holdings"] if one["role"]}
    assert found == history.held()
    assert len(found) > 50
    assert {one["holder"] for one in data["holdings"] if not one["role"]} == {OWNER}
    assert data["denied"] == []


def test_ten_thousand_events_over_a_million_blocks_take_few_round_trips(place: Path, history: History) -> None:
    with synthetic_node(history, longest=RANGE) as node:
        write_place(place, node.url)
        data, round_trips, seconds = measured(node)
        check(data, history)
        ranges = f"{EVENTS:,} events, {BLOCKS:,} blocks, {node.ranges} ranges"
        sys.stdout.write(f"\n{ranges}: {round_trips} round trips, {seconds:.1f} s\n")
        assert round_trips == BEFORE + SCAN + AFTER
        assert node.ranges == BLOCKS // RANGE
        again, warm_trips, warm_seconds = measured(node)
        sys.stdout.write(f"again, with the logs kept: {warm_trips} round trips, {warm_seconds:.1f} s\n")
        assert again == data
        assert (warm_trips, node.ranges) == (BEFORE + AFTER, BLOCKS // RANGE)


def test_a_node_that_limits_the_number_of_logs_is_read_as_well(place: Path, history: History) -> None:
    with synthetic_node(history, most=1_000) as node:
        write_place(place, node.url)
        data, round_trips, seconds = measured(node, "--no-cache")
        check(data, history)
        limited = f"at most 1,000 logs at once, {node.ranges} ranges"
        sys.stdout.write(f"\n{limited}: {round_trips} round trips, {seconds:.1f} s\n")
        assert round_trips <= BEFORE + 12


def test_a_node_that_wants_to_be_left_alone_is_named_and_the_next_run_goes_on(place: Path, history: History) -> None:
    with synthetic_node(history, longest=RANGE, busy_after=250) as node:
        write_place(place, node.url)
        ran = run_hokctl("roles", "list", "-o", "json")
        assert (ran.exit_code, ran.json["errors"][0]["code"]) == (4, "node-busy")
        read = node.ranges
        node.busy_after = None
        data, _, _ = measured(node)
        check(data, history)
        assert node.ranges == BLOCKS // RANGE
        assert read >= 250
