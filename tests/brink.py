"""Runs hokctl once, and has a copy of it die by SIGKILL at every step on the way.

    with Brink() as brink:
        for strike in brink.walk(["deploy", "apply", …], directory):
            …  # the copy is dead; whatever happens here has to be undone before the walk goes on
        assert brink.life.exit_code == 0

At each step the run forks: the copy, which has the same memory, the same open files and the same past, is killed on
the spot, and the run itself waits until it is told to go on. So a walk costs one run, not one for each step.
"""

import json
import os
import shutil
import signal
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.killing import Life, Nursery, Strike, import_everything, warm_up
from tests.world import World


class Brink(Nursery):
    """A process with hokctl imported, whose children walk along the brink."""

    module = "tests.brink"
    life: Life
    """How the run of the last walk ended; there is none before its end."""

    def walk(
        self, argv: list[str], directory: Path, *, only: bytes = b"", at: Iterable[Strike] | None = None
    ) -> Iterator[Strike]:
        """Run hokctl in `directory`, and yield each step at which a copy was killed: those in `at`, or all.

        Of the requests to the node only those that hold `only` are counted.
        """
        chosen = None if at is None else [[one.kind, one.step, one.after] for one in at]
        order = {"argv": [*argv, "-o", "json"], "directory": str(directory), "only": only.decode(), "at": chosen}
        self._tell(order)
        while "status" in (heard := self._hear()):
            strike = Strike(*heard["strike"])
            assert os.waitstatus_to_exitcode(heard["status"]) == -signal.SIGKILL, strike
            yield strike
            self._tell({})
        steps = heard.pop("steps")
        self.life = Life(**heard, requests=steps["request"], files=steps["file"], journal=steps["journal"])


@contextmanager
def undone(world: World) -> Iterator[None]:
    """Put the chain and the working directory back, whatever happens to them in between."""
    kept = world.directory.with_name("kept")
    shutil.rmtree(kept, ignore_errors=True)
    shutil.copytree(world.directory, kept)
    snapshot = world.chain.request("evm_snapshot", [])
    yield
    world.chain.request("evm_revert", [snapshot])
    for path in world.directory.iterdir():
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    shutil.copytree(kept, world.directory, dirs_exist_ok=True)


class _Walker:
    """Counts requests, files put into their places and writes of the journal, and stops at each."""

    def __init__(self, order: dict[str, Any], say: int, go: int) -> None:
        self.counts = {"request": 0, "file": 0, "journal": 0}
        self._only = order["only"].encode()
        self._at = None if order["at"] is None else [tuple(one) for one in order["at"]]
        self._say = say
        self._go = go
        self._due = False

    def watch_everything(self) -> None:
        """Have every step counted from now on."""
        from hokctl.chain.http_transport import HttpTransport
        from hokctl.ledger.journal import LedgerJournal

        sys.addaudithook(self._watch)
        for name in ("record", "settle"):
            setattr(LedgerJournal, name, self._stepping("journal", getattr(LedgerJournal, name)))
        setattr(HttpTransport, "_post", self._stepping("request", HttpTransport._post))  # noqa: B010

    def _watch(self, event: str, arguments: tuple[object, ...]) -> None:
        """Take note of an audit event of the interpreter: the first one after a file's is after it."""
        del arguments
        if self._due and event in {"open", "os.rename", "os.mkdir", "socket.connect"}:
            self._due = False
            self._leave("file")
        if event == "os.rename":
            self._stop("file", after=False)
            self._due = True

    def _stepping(self, kind: str, act: Callable[..., object]) -> Callable[..., object]:
        def stepping(*args: object, **options: object) -> object:
            if kind == "request" and self._only not in args[1]:  # type: ignore[operator]  # the body, bytes
                return act(*args, **options)
            self._stop(kind, after=False)
            result = act(*args, **options)
            self._leave(kind)
            return result

        return stepping

    def finish(self) -> None:
        """Come to the step after the last file, if nothing came after it."""
        if self._due:
            self._leave("file")

    def _leave(self, kind: str) -> None:
        self._stop(kind, after=True)
        self.counts[kind] += 1

    def _stop(self, kind: str, *, after: bool) -> None:
        """Have a copy of this process die, say so, and wait to be told to go on."""
        strike = (kind, self.counts[kind], after)
        if self._at is not None and strike not in self._at:
            return
        copy = os.fork()
        if copy == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        _, status = os.waitpid(copy, 0)
        os.write(self._say, json.dumps({"strike": strike, "status": status}).encode() + b"\n")
        if not os.read(self._go, 1):
            os._exit(1)


def _serve() -> None:
    """Fork a child for each order on stdin, pass on what it says, and have it go on when told."""
    import_everything()
    for line in sys.stdin:
        order = json.loads(line)
        if order.get("warm"):
            warm_up(order)
            continue
        (heard, say), (go, tell) = os.pipe(), os.pipe()
        pid = os.fork()
        if pid == 0:
            os.close(heard)
            os.close(tell)
            _live(order, say, go)
        os.close(say)
        os.close(go)
        with os.fdopen(heard) as news:
            for said in news:
                print(said, end="", flush=True)  # noqa: T201 - this is its protocol
                if "status" in json.loads(said) and sys.stdin.readline():
                    os.write(tell, b"x")
                else:
                    break
        os.close(tell)
        os.waitpid(pid, 0)


def _live(order: dict[str, Any], say: int, go: int) -> None:
    from hokctl.cli import main

    os.chdir(order["directory"])
    out, err = (Path(order["directory"]).parent / f"walk.{name}" for name in ("stdout", "stderr"))
    sys.stdout, sys.stderr = out.open("w", encoding="utf-8"), err.open("w", encoding="utf-8")
    walker = _Walker(order, say, go)
    walker.watch_everything()
    code = main(order["argv"])
    walker.finish()
    sys.stdout.flush()
    sys.stderr.flush()
    texts = {"stdout": out.read_text(encoding="utf-8"), "stderr": err.read_text(encoding="utf-8")}
    os.write(say, json.dumps({"exit_code": code, **texts, "steps": walker.counts}).encode() + b"\n")
    os._exit(0)


if __name__ == "__main__":
    _serve()
