"""How long the demo takes, and how much memory.

pytest tests/benchmarks/test_demo.py -m benchmark -s
"""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytestmark = pytest.mark.benchmark

RUNS = 3
MOST_SECONDS = 15
MOST_MEGABYTES = 500


def test_the_demo_takes_seconds_and_little_memory(tmp_path: Path) -> None:
    measured = []
    for _ in range(RUNS):
        started = time.perf_counter()
        process = subprocess.Popen([sys.executable, "-m", "hokctl", "demo"], stdout=subprocess.DEVNULL, cwd=tmp_path)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        assert process.returncode == 0
        measured.append((time.perf_counter() - started, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024))
    wall, processor, memory = (min(figures) for figures in zip(*measured, strict=True))
    sys.stdout.write(f"\ndemo: {wall:.1f} s ({processor:.1f} s of the processor), {memory:.0f} MB\n")
    assert wall < MOST_SECONDS
    assert memory < MOST_MEGABYTES
