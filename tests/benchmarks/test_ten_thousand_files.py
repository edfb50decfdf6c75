"""Ten thousand files of invoices made at random: none crashes, none is half-imported. Run with -m benchmark."""

import time
from collections import Counter

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.invoice_files import assert_varied, files, import_file, prepare
from tests.world import World

pytestmark = pytest.mark.benchmark

FILES = 1_000
"""A time, on a world of its own each: together ten thousand."""


@pytest.mark.parametrize("thousand", range(10))
def test_no_file_of_a_thousand_crashes_or_is_half_imported(
    world: World, capsys: pytest.CaptureFixture[str], thousand: int
) -> None:
    codes: Counter[int] = Counter()

    @settings(
        max_examples=FILES,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.generate, Phase.shrink),
        database=None,
    )
    @given(st.data())
    def every(data: st.DataObject) -> None:
        codes[import_file(world, data.draw(files(world.deployment.suite.usdc.address)))] += 1

    prepare(world)
    start = time.monotonic()
    every()
    assert_varied(codes)
    assert sum(codes.values()) >= FILES
    taken = time.monotonic() - start
    with capsys.disabled():
        print(f"\n{thousand}: {sum(codes.values())} files in {taken:.0f} s, by exit code: {sorted(codes.items())}")  # noqa: T201
