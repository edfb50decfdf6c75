"""A scan of logs that is killed at any request goes on where it was, and loses nothing."""

import shutil
from pathlib import Path

import pytest

from tests.killing import Nursery, Strike, reaping_proxy
from tests.synthetic_node import History, synthetic_node, write_place
from tests.world import isolate

pytestmark = pytest.mark.faults

BLOCKS = 400_000
RANGE = 1_000
SCAN_BEGINS = 2
"""After the block and the contracts; two requests that confirm what was found come last."""
A_STEP = 100
"""How many ranges go in one round trip."""


def test_a_scan_killed_at_any_request_goes_on_where_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    directory, cache = tmp_path / "work", tmp_path / "cache"
    directory.mkdir()
    isolate(directory, tmp_path, monkeypatch)
    monkeypatch.setenv("XDG_CACHE_HOME", str(cache))
    history, argv = History.random(events=200, blocks=BLOCKS, accounts=20), ["roles", "list"]
    with (
        synthetic_node(history, longest=RANGE) as node,
        Nursery() as nursery,
        reaping_proxy(node.url) as proxy,
    ):
        write_place(directory, proxy.url)
        undisturbed = nursery.run(argv, directory, proxy)
        assert (undisturbed.exit_code, node.ranges) == (0, BLOCKS // RANGE)
        for step in range(SCAN_BEGINS, undisturbed.requests - 2):
            shutil.rmtree(cache, ignore_errors=True)
            node.ranges = 0
            killed = nursery.run(argv, directory, proxy, Strike("request", step, after=True))
            assert killed.killed
            resumed = nursery.run(argv, directory, proxy)
            assert (resumed.exit_code, resumed.stdout) == (0, undisturbed.stdout)
            assert node.ranges <= BLOCKS // RANGE + A_STEP
