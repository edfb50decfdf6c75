"""Runs hokctl in processes that die by SIGKILL at a chosen step of the outside world.

    with Nursery() as nursery, reaping_proxy(node_url) as proxy:
        child = nursery.run(["safe", "sign", …], directory, proxy, Strike(step=3, after=True))

A step is an HTTP request to the node, a file put into its place, or a write of the journal. A new interpreter for each
run would take a second, so one process that has everything imported forks them.
"""

import gc
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.request import Request, urlopen

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True, slots=True)
class Strike:
    """The step at which a run dies, counted from 0: just before it, or just after it."""

    kind: str
    """`request`, `file`, `journal`, or `write` for a file or the journal, whichever comes."""
    step: int
    after: bool


@dataclass(frozen=True, slots=True)
class Life:
    """How one run of hokctl ended, and how many steps it made."""

    exit_code: int
    """Negative for a run that was killed, as subprocess says it."""
    stdout: str
    stderr: str
    requests: int
    files: int
    journal: int
    """Writes of the journal."""

    @property
    def killed(self) -> bool:
        """Whether the run died."""
        return self.exit_code == -signal.SIGKILL

    @property
    def codes(self) -> list[str]:
        """The codes of the findings and errors that the run ended with."""
        document = json.loads(self.stdout)
        return [item["code"] for item in (*document["findings"], *document["errors"])]


class ReapingProxy:
    """Passes JSON-RPC on to a node, counts it, and kills the client at a chosen request."""

    def __init__(self, node_url: str, only: bytes = b"") -> None:
        """Listen on a free port of this machine; count, and kill at, only requests that hold `only`."""
        self.requests = 0
        self.broadcasts: list[int] = []
        """Which of the requests handed in a transaction."""
        self.victim: int | None = None
        self.strike: Strike | None = None
        proxy = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                counts = only in body
                if b"eth_sendRawTransaction" in body:
                    proxy.broadcasts.append(proxy.requests)
                if counts:
                    proxy.kill_at(proxy.requests, after=False)
                request = Request(node_url, data=body, headers={"Content-Type": "application/json"})  # noqa: S310
                with urlopen(request) as answer:  # noqa: S310 - a node of this test, over http
                    content = answer.read()
                if counts:
                    proxy.kill_at(proxy.requests, after=True)
                    proxy.requests += 1
                self.send_response(answer.status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
                """Keep quiet."""

            def handle(self) -> None:
                """Answer until the client goes, by whatever way."""
                try:
                    super().handle()
                except ConnectionError:
                    self.close_connection = True

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"

    def kill_at(self, step: int, *, after: bool) -> None:
        """Kill the client if this is the moment, and answer no more: its connection is gone."""
        if self.victim is not None and self.strike == Strike("request", step, after):
            os.kill(self.victim, signal.SIGKILL)
            raise ConnectionAbortedError


@contextmanager
def reaping_proxy(node_url: str, only: bytes = b"") -> Iterator[ReapingProxy]:
    """Run a reaping proxy before the node at `node_url`."""
    proxy = ReapingProxy(node_url, only)
    thread = threading.Thread(target=proxy.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield proxy
    finally:
        proxy.server.shutdown()
        thread.join()
        proxy.server.server_close()


class Nursery:
    """One process with hokctl imported, which forks a child for each run."""

    module = "tests.killing"
    """What the process runs."""

    def __enter__(self) -> Self:
        """Start it."""
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        self._process = subprocess.Popen(
            [sys.executable, "-m", self.module],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
            cwd=ROOT,
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End it."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()

    def run(self, argv: list[str], directory: Path, proxy: ReapingProxy | None, strike: Strike | None = None) -> Life:
        """Run hokctl in `directory`, JSON output, until it ends or `strike` hits it.

        Without a proxy no request is counted, and a strike at one never hits.
        """
        order: dict[str, object] = {"argv": [*argv, "-o", "json"], "directory": str(directory)}
        if strike is not None and strike.kind != "request":
            order |= {"kind": strike.kind, "step": strike.step, "after": strike.after}
        if proxy is not None:
            proxy.requests, proxy.broadcasts, proxy.strike, proxy.victim = 0, [], strike, None
        self._tell(order)
        pid = self._hear()["pid"]
        if proxy is not None:
            proxy.victim = pid
        self._tell({})
        ended = self._hear()
        return Life(requests=proxy.requests if proxy is not None else 0, files=ended.pop("file"), **ended)

    def warm(self, argv: list[str], directory: Path) -> None:
        """Run hokctl in the process that forks, so that every later child has imports and caches from it."""
        self._tell({"argv": argv, "directory": str(directory), "warm": True})
        self._hear()

    def _tell(self, message: Mapping[str, object]) -> None:
        if self._process.stdin is None:
            raise RuntimeError("the nursery has no standard input")
        self._process.stdin.write(json.dumps(message) + "\n")
        self._process.stdin.flush()

    def _hear(self) -> Any:  # noqa: ANN401 - JSON of our own other end
        if self._process.stdout is None:
            raise RuntimeError("the nursery has no standard output")
        return json.loads(self._process.stdout.readline())


class _Writes:
    """Counts files put into their places and writes of the journal, and dies at one of them."""

    def __init__(self, kind: str | None, step: int | None, *, after: bool) -> None:
        self.counts = {"file": 0, "journal": 0}
        self._kind = kind
        self._step = step
        self._after = after
        self._due = False

    def watch(self, event: str, arguments: tuple[object, ...]) -> None:
        """Take note of an audit event of the interpreter."""
        del arguments
        if self._due and event in {"open", "os.rename", "os.mkdir", "socket.connect"}:
            os.kill(os.getpid(), signal.SIGKILL)
        if event == "os.rename":
            self._due = self._enter("file")
            self.counts["file"] += 1

    def watch_journal(self) -> None:
        """Have the journal's writes counted."""
        from hokctl.ledger.journal import LedgerJournal

        for name in ("record", "settle"):
            setattr(LedgerJournal, name, self._counted(getattr(LedgerJournal, name)))

    def _counted(self, write: Callable[..., None]) -> Callable[..., None]:
        def writing(*args: object) -> None:
            due = self._enter("journal")
            write(*args)
            if due:
                os.kill(os.getpid(), signal.SIGKILL)
            self.counts["journal"] += 1

        return writing

    def _enter(self, kind: str) -> bool:
        """Die before this step if it is the one; return whether to die after it."""
        count = sum(self.counts.values()) if self._kind == "write" else self.counts[kind]
        due = self._kind in {kind, "write"} and count == self._step
        if due and not self._after:
            os.kill(os.getpid(), signal.SIGKILL)
        return due


def import_everything() -> None:
    """Import what the commands import in their functions, so that no child has to."""
    import hokctl.commands.deploy
    import hokctl.commands.invoice
    import hokctl.commands.safe
    import hokctl.services.deploy_carrying
    import hokctl.services.deploy_costs
    import hokctl.services.executions
    import hokctl.services.invoices
    import hokctl.services.proposals  # noqa: F401 - for the children


def _serve() -> None:
    """Fork a child for each order on stdin: say its pid, wait for the go, say how it ended."""
    import_everything()
    for line in sys.stdin:
        order = json.loads(line)
        out, err, steps = (Path(order["directory"]).parent / name for name in ("stdout", "stderr", "steps"))
        for path in (out, err, steps):
            path.write_text("", encoding="utf-8")
        if order.get("warm"):
            warm_up(order)
            continue
        gate, go = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.close(go)
            os.read(gate, 1)
            _live(order, out, err, steps)
        os.close(gate)
        print(json.dumps({"pid": pid}), flush=True)  # noqa: T201 - this is its protocol
        sys.stdin.readline()
        os.write(go, b"x")
        os.close(go)
        _, status = os.waitpid(pid, 0)
        ended = {
            "exit_code": os.waitstatus_to_exitcode(status),
            "stdout": out.read_text(encoding="utf-8"),
            "stderr": err.read_text(encoding="utf-8"),
            **(json.loads(steps.read_text(encoding="utf-8") or "null") or {"file": 0, "journal": 0}),
        }
        print(json.dumps(ended), flush=True)  # noqa: T201 - this is its protocol


def warm_up(order: dict[str, Any]) -> None:
    """Run hokctl in this process; what is there now is left alone by the children's garbage collectors."""
    from hokctl.cli import main

    here = Path.cwd()
    os.chdir(order["directory"])
    with Path(os.devnull).open("w", encoding="utf-8") as sink, redirect_stdout(sink), redirect_stderr(sink):
        main(order["argv"])
    os.chdir(here)
    gc.collect()
    gc.freeze()
    print(json.dumps({}), flush=True)  # noqa: T201 - this is its protocol


def _live(order: dict[str, Any], out: Path, err: Path, steps: Path) -> None:
    from hokctl.cli import main

    os.chdir(order["directory"])
    sys.stdout, sys.stderr = out.open("w", encoding="utf-8"), err.open("w", encoding="utf-8")
    writes = _Writes(order.get("kind"), order.get("step"), after=order.get("after", False))
    sys.addaudithook(writes.watch)
    writes.watch_journal()
    code = main(order["argv"])
    sys.stdout.flush()
    sys.stderr.flush()
    steps.write_text(json.dumps(writes.counts), encoding="utf-8")
    os._exit(code)


if __name__ == "__main__":
    _serve()
