"""Every command of the tool, found in the application itself, with secrets everywhere: none shows, none is written."""

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import import_module
from pathlib import Path
from typing import Any, Final, NamedTuple

import pytest
import typer
from eth_account import Account

from hokctl.cli import COMMANDS
from hokctl.config.writing import render_toml
from hokctl.devnet.keys import dev_account
from hokctl.exit_codes import ExitCode
from tests.world import ALICE, Ran, World, run_hokctl

pytestmark = pytest.mark.faults

MARK: Final = "pl4nted"
KEY: Final = "59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690e"
MNEMONIC: Final = "legal winner thank year wave sausage worth useful legal winner thank yellow"
MISTYPED: Final = KEY[:30] + "O" + KEY[31:]
TYPED: Final = {"a key": f"0x{KEY}", "a bare key": KEY, "a mnemonic": MNEMONIC, "a mistyped key": MISTYPED}
RUN_FOR_EVER: Final = {"devnet", "monitor serve"}
"""Commands that serve; tests/cli/test_monitor_serve.py looks at what the monitor's shows."""
ENDINGS: Final = {"monitor watch": ("--rounds", "1")}
"""What lets a command end that otherwise goes on and on."""
NEEDS_NO_NODE: Final = {"demo", "safe drill"}
"""Commands that play on a chain of their own, with published keys only."""
NAMES_A_NEW_FILE: Final = {("config init", "config"), ("config path", "config")}
"""What is typed there is a file's name that the result is about."""
SLOW_TO_FAIL: Final = {"a node that wants another key", "a node that has had enough"}
A_FEW: Final = {"split show", "split set", "doctor", "safe queue", "safe info", "invoice list"}
VALUES: Final = {
    "model": "21",
    "model_id": "21",
    "model_ids": "21",
    "models": "21",
    "bps": "70%",
    "split": "70%",
    "amount": "1",
    "address": ALICE,
    "account": ALICE,
    "role": "PAYER_ROLE",
    "provider": "together",
}
"""Arguments that let a command come as far as its node, by name; others get 1."""


class Leaf(NamedTuple):
    """One command: its words and its parameters."""

    name: str
    arguments: tuple[Any, ...]
    options: tuple[Any, ...]

    def argv(self) -> list[str]:
        """Return the command with arguments that are right as far as one can tell."""
        values = (VALUES.get(argument.name, "1") for argument in self.arguments)
        return [*self.name.split(), *values, *ENDINGS.get(self.name, ())]


@cache
def leaves() -> tuple[Leaf, ...]:
    """Return every command there is."""
    found: list[Leaf] = []
    for name, entry in COMMANDS.items():
        command: Any = typer.main.get_command(import_module(f"hokctl.commands.{entry.module}").app)
        _collect(name, command, found)
    return tuple(found)


def _collect(name: str, command: Any, found: list[Leaf]) -> None:  # noqa: ANN401 - click's classes, vendored by Typer
    children = getattr(command, "commands", None)
    if children:
        for child_name, child in children.items():
            _collect(f"{name} {child_name}", child, found)
        return
    kinds: dict[str, list[Any]] = {"argument": [], "option": []}
    for parameter in command.params:
        if parameter.name != "help" and not getattr(parameter, "is_flag", False):
            kinds[parameter.param_type_name].append(parameter)
    found.append(Leaf(name, tuple(kinds["argument"]), tuple(kinds["option"])))


def expect_clean(text: str, what: object) -> None:
    """Nothing that was planted, in whatever case, nor a telling part of it."""
    lower = text.lower()
    for secret in (MARK, KEY[:38], MISTYPED[:28].lower(), KEY[32:], "wave sausage worth"):
        assert secret not in lower, (what, text[:2_000])


class Place(NamedTuple):
    """How the node, or whoever listens in its place, answers: a status, and what it repeats of the request."""

    status: int
    kind: str


PLACES: Final = {
    "a node that is down": None,
    "a node that repeats everything in an error": Place(200, "error"),
    "a node that repeats everything as its answer": Place(200, "result"),
    "a node that answers a page": Place(200, "page"),
    "a node that wants another key": Place(401, "page"),
    "a node that has had enough": Place(429, "error"),
}


@contextmanager
def listening(place: Place | None) -> Iterator[int]:  # noqa: C901 - a handler's methods count as its branches
    """Yield a port: of somebody who repeats path, headers and body of each request, or of nobody."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            request = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode(errors="replace")
            echo = f"no plan for http://x{self.path} {self.path} {dict(self.headers)} {request}"
            self._send(self._body(echo, request))

        def do_GET(self) -> None:
            self.do_POST()

        do_DELETE = do_GET  # noqa: N815 - the base class's way to name methods

        def _body(self, echo: str, request: str) -> bytes:
            if place is None or place.kind == "page":
                return f"<html>{echo}</html>".encode()
            try:
                asked = json.loads(request)
            except ValueError:
                return json.dumps({"detail": echo, "nonFieldErrors": [echo]}).encode()
            answers = [
                {"jsonrpc": "2.0", "id": one.get("id"), **self._outcome(echo)}
                for one in (asked if isinstance(asked, list) else [asked])
            ]
            return json.dumps(answers if isinstance(asked, list) else answers[0]).encode()

        def _outcome(self, echo: str) -> dict[str, object]:
            if place is not None and place.kind == "result":
                return {"result": echo}
            return {"error": {"code": -32000, "message": echo, "data": {"message": echo}}}

        def _send(self, body: bytes) -> None:
            self.send_response(200 if place is None else place.status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
            """Keep quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    port = int(server.server_address[1])
    if place is None:
        server.server_close()
        yield port
        return
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def secret(place: str) -> str:
    """Return a secret that says where it was planted."""
    return f"{MARK}-{place}-s3cret"


def plant(world: World, monkeypatch: pytest.MonkeyPatch, port: int | None, **network: object) -> None:
    """Put a secret of its own into every place that may hold one; `port` is the node's, None for the world's own."""
    url = f"http://{secret('user')}:{secret('password')}@127.0.0.1:{port}/{secret('path')}?key={secret('query')}"
    where = {} if port is None else {"rpc_url": url, "second_rpc_url": url.replace("user", "second")}
    world.write_config(
        **where,
        transaction_service=f"http://127.0.0.1:{port or 1}/{secret('service')}",
        transaction_service_key_env="PLANTED_API_KEY",
        **network,
    )
    signers = {
        "planted": {"kind": "environment", "variable": "PLANTED_KEY"},
        "stored": {"kind": "keystore", "path": "planted.json", "password_env": "PLANTED_PASSWORD"},
        "cloud": {
            "kind": "kms",
            "address": ALICE,
            "key_id": "alias/x",
            "region": "eu-central-1",
            "endpoint_url": f"http://{secret('kms')}@127.0.0.1:{port or 1}/{secret('kms')}",
        },
    }
    path = world.directory / "hokctl.toml"
    path.write_text(path.read_text(encoding="utf-8") + "\n" + render_toml({"signers": signers}), encoding="utf-8")
    keystore = Account.encrypt(bytes.fromhex(KEY), "right", kdf="pbkdf2", iterations=1)
    (world.directory / "planted.json").write_text(json.dumps(keystore), encoding="utf-8")
    # Named, as the user's own: a file that is merely found may not say half of this.
    monkeypatch.setenv("HOKCTL_CONFIG", str(path))
    for name, value in environment().items():
        monkeypatch.setenv(name, value)


def environment() -> dict[str, str]:
    """Return the variables that hold secrets."""
    return {
        "PLANTED_KEY": f"0x{KEY}",
        "PLANTED_PASSWORD": secret("keystore"),
        "PLANTED_API_KEY": secret("api"),
        "AWS_ACCESS_KEY_ID": secret("access"),
        "AWS_SECRET_ACCESS_KEY": secret("aws"),
        "AWS_SESSION_TOKEN": secret("session"),
        "AWS_EC2_METADATA_DISABLED": "true",
        "HOKCTL_ALERT_URLS": f"jsons://{secret('sender')}:{secret('word')}@127.0.0.1:1/{secret('hook')}",
    }


def expect_clean_files(world: World, *, but: set[str]) -> None:
    """Nothing planted in any file of the working directory and the home, but where the test put it."""
    for path in world.directory.parent.rglob("*"):
        if path.is_file() and path.name not in but:
            expect_clean(path.read_bytes().decode("latin-1"), path)


@pytest.fixture(autouse=True)
def _hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Shorten the pauses between attempts."""
    pause = time.sleep
    monkeypatch.setattr("time.sleep", lambda wanted: pause(min(wanted, 0.001)))


def checked(*argv: str) -> Ran:
    ran = run_hokctl(*argv)
    expect_clean(ran.stdout + ran.stderr, argv)
    return ran


def test_every_command_is_found() -> None:
    names = {leaf.name for leaf in leaves()}
    assert {name.split()[0] for name in names} == set(COMMANDS)
    assert {"split set", "safe sign", "doctor", "config show", "tx decode"} <= names


@pytest.mark.parametrize("where", PLACES)
def test_no_command_shows_or_writes_a_secret_of_its_surroundings(
    world: World, where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    failed = reached = 0
    more = [ExitCode.CONFIG] if where == "a node that wants another key" else []
    with listening(PLACES[where]) as port:
        plant(world, monkeypatch, port)
        for leaf in leaves():
            if leaf.name in RUN_FOR_EVER | NEEDS_NO_NODE:
                continue
            if where in SLOW_TO_FAIL and leaf.name not in A_FEW:
                continue
            carries = any(option.name == "via" for option in leaf.options)
            for options in (["--debug", "--verbose"], ["-o", "json", "--debug"]):
                signed = ["--yes", "--signer", "planted"] if carries else []
                ran = checked(*leaf.argv(), *signed, *options)
                failed += ran.exit_code != 0
                reached += ran.exit_code in {ExitCode.UNAVAILABLE, ExitCode.FINDINGS, ExitCode.CHAIN, *more}
    assert failed
    assert reached > (len(A_FEW) // 2 if where in SLOW_TO_FAIL else len(leaves()) // 2), (
        "a configuration that is refused shows nothing of the node"
    )
    expect_clean_files(world, but={"hokctl.toml", "planted.json"})


@pytest.mark.parametrize("what", TYPED)
def test_no_command_repeats_a_secret_that_was_typed(world: World, what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    del world
    typed = TYPED[what]
    monkeypatch.setattr("hokctl.devnet.serving.serve", None, raising=False)
    for leaf in leaves():
        words = leaf.name.split()
        for position, _ in enumerate(leaf.arguments):
            right = leaf.argv()[len(words) :]
            right[position] = typed
            checked(*words, *right, "--debug", *(["--network", "nowhere"] if leaf.name in NEEDS_NO_NODE else []))
        if leaf.name not in RUN_FOR_EVER | NEEDS_NO_NODE:
            for option in leaf.options:
                if option.name != "out" and (leaf.name, option.name) not in NAMES_A_NEW_FILE:
                    checked(*leaf.argv(), option.opts[0], typed, "--debug")
        checked(*words, f"--private-key={typed}")


@pytest.mark.parametrize("signer", ["planted", "stored", "cloud"])
def test_no_signer_that_fails_shows_its_secret(world: World, signer: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for place in (None, Place(400, "page"), Place(400, "error")):
        with listening(place) as port:
            plant(world, monkeypatch, None)
            path = world.directory / "hokctl.toml"
            path.write_text(path.read_text(encoding="utf-8").replace("127.0.0.1:1/", f"127.0.0.1:{port}/"))
            for options in (["--debug", "--verbose"], ["-o", "json"]):
                assert checked("split", "set", "23", "70%", "--yes", "--signer", signer, *options).exit_code != 0
                checked("doctor", "--signer", signer, *options)
    expect_clean_files(world, but={"hokctl.toml", "planted.json"})


def test_an_unforeseen_exception_shows_no_secret_even_in_its_traceback(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant(world, monkeypatch, None)

    def fail(*_: object, **__: object) -> None:
        url = f"http://{secret('user')}@x/{secret('path')}"
        raise RuntimeError(f"{secret('keystore')} {url} {MNEMONIC} {KEY} 0x{KEY} {MISTYPED}")

    keystore = world.directory / "planted.json"
    keystore.write_text(json.dumps(Account.encrypt(bytes(dev_account(1).key), "right", kdf="pbkdf2", iterations=1)))
    monkeypatch.setattr("eth_keyfile.keyfile.decode_keyfile_json", fail)
    ran = checked("split", "set", "21", "70%", "--yes", "--signer", "stored", "--debug")
    assert ran.exit_code == 1
    assert "RuntimeError" in ran.stderr
    assert "[redacted]" in ran.stderr


def test_a_process_of_its_own_shows_no_secret_in_the_process_list(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    with listening(Place(429, "error")) as port:
        plant(world, monkeypatch, port)
        argv = [sys.executable, "-m", "hokctl", "doctor", "--signer", "stored", "--debug", "--verbose"]
        root = str(Path(__file__).parents[2])
        with subprocess.Popen(
            argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env={**os.environ, "PYTHONPATH": root}
        ) as process:
            seen = set()
            while process.poll() is None:
                seen |= set(commands_below(process.pid))
            said = process.stdout.read() if process.stdout is not None else ""
        assert any("hokctl" in line for line in seen)
        for line in seen:
            expect_clean(line, "the process list")
        expect_clean(said, argv)


def commands_below(pid: int) -> Iterator[str]:
    """Yield the command lines of a process and its children, as everybody on the machine can read them."""
    for directory in (Path("/proc") / str(pid), *_children(pid)):
        try:
            yield (directory / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue


def _children(pid: int) -> list[Path]:
    try:
        listed = (Path("/proc") / str(pid) / "task" / str(pid) / "children").read_text(encoding="utf-8")
    except OSError:
        return []
    return [Path("/proc") / child for child in listed.split()]
