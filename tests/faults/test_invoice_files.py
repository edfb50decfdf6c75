"""Files of invoices made at random, malformed ones among them: none crashes, none is half-imported."""

from collections import Counter

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.invoice_files import assert_varied, files, import_file, prepare
from tests.world import World

pytestmark = pytest.mark.faults

FILES = 120


def test_no_file_crashes_and_none_is_half_imported(world: World) -> None:
    codes: Counter[int] = Counter()

    @settings(max_examples=FILES, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.data())
    def every(data: st.DataObject) -> None:
        codes[import_file(world, data.draw(files(world.deployment.suite.usdc.address)))] += 1

    prepare(world)
    every()
    assert_varied(codes)
