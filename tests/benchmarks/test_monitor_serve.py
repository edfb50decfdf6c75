"""`monitor serve` under load from another process on loopback: requests per second, latencies and memory.

The server runs in a process of its own too. Each figure is of one endpoint, with kept connections.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from hokctl.monitor.web.site import History
from tests.watched import ask

pytestmark = pytest.mark.benchmark

ROOT = Path(__file__).parents[2]
CONNECTIONS = 16
SECONDS = 2.0
MODELS = (12, 1_000)
PATHS = (
    "/healthz",
    "/infrastructure/model-0007",
    "/infrastructure/model-0007/history",
    "/infrastructure/status",
    "/infrastructure/metrics",
    "/metrics",
    "/",
)
SERVER = """
import sys
from pathlib import Path
from hokctl.errors import UnavailableError
from hokctl.monitor.web.serving import open_server
from hokctl.monitor.web.sights import Sight
from tests.benchmarks.test_monitor_serve import past
from tests.watched import WISHES, many_models
from dataclasses import replace

count, down, book = int(sys.argv[1]), sys.argv[2] == "down", Path(sys.argv[3])
looks = 0

def look():
    global looks
    looks += 1
    if down and looks > 1:
        raise UnavailableError("The node is down.", hint="Wait.")
    return Sight(observation=many_models(count))

server = open_server(
    replace(WISHES, interval_s=1, stale_after_s=1 if down else 60),
    network="devnet", look=look, history=past(book), note=lambda _: None,
    listening=lambda url: print(url, flush=True),
)
server.serve_until_told()
"""
CLIENT = """
import asyncio, json, sys, time

host, port, path, accepted, seconds, connections = sys.argv[1:]
request = f"GET {path} HTTP/1.1\\r\\nHost: localhost\\r\\nAccept-Encoding: {accepted}\\r\\n\\r\\n".encode()
taken, seen, sizes = [], set(), set()

async def client(end):
    reader, writer = await asyncio.open_connection(host, int(port), limit=2**20)
    while time.perf_counter() < end:
        began = time.perf_counter()
        writer.write(request)
        head = await reader.readuntil(b"\\r\\n\\r\\n")
        length = int(head.partition(b"content-length: ")[2].partition(b"\\r\\n")[0])
        await reader.readexactly(length)
        taken.append((time.perf_counter() - began) * 1e3)
        seen.add(int(head[9:12]))
        sizes.add(length)
    writer.close()

async def load():
    end = time.perf_counter() + float(seconds)
    await asyncio.gather(*(client(end) for _ in range(int(connections))))

began = time.perf_counter()
asyncio.run(load())
took = time.perf_counter() - began
taken.sort()
print(json.dumps({
    "requests": len(taken), "seconds": took, "p50_ms": taken[len(taken) // 2], "p99_ms": taken[len(taken) * 99 // 100],
    "bytes_each": max(sizes), "statuses": sorted(seen),
}))
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What one endpoint took."""

    requests: int
    seconds: float
    p50_ms: float
    p99_ms: float
    bytes_each: int
    statuses: list[int]


def past(book: Path) -> History:
    """Return a history of 5,000 points of one model, in a real book."""
    from hokctl.domain.units import ModelId
    from hokctl.ledger.snapshots import ModelSnapshot
    from tests.watched import BLOCK, snapshots_in

    points = [
        ModelSnapshot(
            model_id=ModelId("model-0007"),
            block_number=number,
            timestamp=BLOCK.timestamp + number,
            accrued_units=number,
            paid_units=number,
            provider=None,
            infrastructure_accrual_bps=None,
            daily_burn_units=None,
            runway_days=None,
        )
        for number in range(5_000)
    ]
    return snapshots_in(book, points)


@contextmanager
def server(count: int, down: str, book: Path) -> Iterator[tuple[tuple[str, int], int]]:
    """Run the server; yield its address and its process id."""
    command = [sys.executable, "-c", SERVER, str(count), down, str(book)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment, cwd=ROOT) as process:
        try:
            assert process.stdout is not None
            host, _, port = process.stdout.readline().strip().removeprefix("http://").rpartition(":")
            address = (host, int(port))
            wanted = 503 if down == "down" else 200
            while ask(address, "/infrastructure/status").status != 200 or ask(address, "/healthz").status != wanted:
                time.sleep(0.1)
            yield address, process.pid
        finally:
            process.terminate()


def measure(address: tuple[str, int], path: str, *, zipped: bool) -> Load:
    """Load one endpoint from a process of its own."""
    accepted = "gzip" if zipped else "identity"
    words = (*map(str, address), path, accepted, str(SECONDS), str(CONNECTIONS))
    done = subprocess.run([sys.executable, "-c", CLIENT, *words], capture_output=True, text=True, check=True)
    return Load(**json.loads(done.stdout))


def memory_mb(pid: int) -> float:
    """Return what a process holds in memory."""
    status = (Path("/proc") / str(pid) / "status").read_text(encoding="utf-8")
    return int(status.partition("VmRSS:")[2].split()[0]) / 1_024


@pytest.mark.parametrize("count", MODELS)
@pytest.mark.parametrize("node", ["up", "down"])
def test_every_endpoint_answers_many_a_second(
    count: int, node: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with server(count, node, tmp_path / "book.db") as (address, pid):
        before = memory_mb(pid)
        rows = [(path, zipped, measure(address, path, zipped=zipped)) for path, zipped in cases()]
        after = memory_mb(pid)
    with capsys.disabled():
        sys.stdout.write(f"\n{count} models, node {node}; memory {before:.0f} MB, afterwards {after:.0f} MB\n")
        for path, zipped, one in rows:
            name = f"{path} (gzip)" if zipped else path
            rate = f"{one.requests / one.seconds:>8.0f}/s  p50 {one.p50_ms:>6.1f} ms  p99 {one.p99_ms:>6.1f} ms"
            sys.stdout.write(f"{name:<40}{rate}  {one.bytes_each:>8} bytes\n")
    for path, _, one in rows:
        assert one.statuses == [503 if path == "/healthz" and node == "down" else 200]
        assert one.requests / one.seconds > 100
    assert after < before + 50


def cases() -> Iterator[tuple[str, bool]]:
    """Yield each endpoint, the large ones compressed as well."""
    for path in PATHS:
        yield path, False
        if path in {"/", "/metrics", "/infrastructure/metrics"}:
            yield path, True
