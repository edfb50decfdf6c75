"""A sync of a million made-up events: events per second, the store's own time apart from the node's, and memory."""

import json
import subprocess
import sys

import pytest

pytestmark = pytest.mark.benchmark

BLOCKS = 500_000
PER_BLOCK = 2
MOST_MB = 400


def test_a_million_events_are_indexed_in_bounded_memory(ledger_url: str) -> None:
    command = [sys.executable, "-m", "tests.benchmarks.ledger_sync_child", ledger_url, str(BLOCKS), str(PER_BLOCK)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found = json.loads(done.stdout)
    own_s = found["whole_s"] - found["node_s"]
    print(f"\n{found}\n{found['events'] / own_s:,.0f} events a second without the node")  # noqa: T201 - a benchmark's result
    assert found["events"] == BLOCKS * PER_BLOCK + 10
    assert found["peak_mb"] < MOST_MB
    assert found["again_round_trips"] <= 10
