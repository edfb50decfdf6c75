"""No key, mnemonic, password or node secret in any output, whatever goes wrong, also with --debug and as JSON."""

import json
import os
import shlex
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final

import pytest

from hokctl.config.writing import render_toml
from tests.world import ALICE, World

pytestmark = pytest.mark.faults

PLANTED: Final = "pl4nted-s3cret"
KEY: Final = "59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690e"
MNEMONIC: Final = "legal winner thank year wave sausage worth useful legal winner thank yellow"
SET_SPLIT: Final = "split set 23 70% --yes"
COMMANDS: Final = (
    "split show",
    "treasury status",
    f"{SET_SPLIT} --signer planted",
    f"{SET_SPLIT} --signer planted --dry-run",
    "config show",
    "config check",
    "doctor",
    "invoice list",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Planted:
    """Where secrets lie: in the node's URL, in the environment, in further tables of the configuration."""

    path: str | None = None
    """What follows http:// in the node's URL, `{port}` being a port; None for the world's own node."""
    scheme: str = "http"
    answer: tuple[int, str] | None = None
    """Status and body that a node at that port answers; None when nobody is there."""
    environment: dict[str, str] = field(default_factory=dict)
    tables: dict[str, object] = field(default_factory=dict)
    network: dict[str, object] = field(default_factory=dict)


SECRET_PATH: Final = f"{PLANTED}:{PLANTED}@127.0.0.1:{{port}}/v2/{PLANTED}?apikey={PLANTED}#{PLANTED}"
ECHO: Final = json.dumps(
    {"jsonrpc": "2.0", "id": 1, "error": {"code": -32000, "message": f"no plan for https://n.example/v2/{PLANTED}"}}
)
PLACES: Final = {
    "a node that is down": Planted(path=SECRET_PATH),
    "a node that wants another key": Planted(path=SECRET_PATH, answer=(401, f"bad key {PLANTED}")),
    "a node that forbids": Planted(path=SECRET_PATH, answer=(403, f'{{"error": "{PLANTED}"}}')),
    "a node that fails": Planted(path=SECRET_PATH, answer=(400, f"<html>/v2/{PLANTED}</html>")),
    "a node that answers nonsense": Planted(path=SECRET_PATH, answer=(200, f"<html>/v2/{PLANTED}</html>")),
    "a node that answers with its URL": Planted(path=SECRET_PATH, answer=(200, ECHO)),
    "a node without the TLS it should have": Planted(path=SECRET_PATH, scheme="https", answer=(200, "")),
    "a URL of another scheme": Planted(network={"rpc_url": f"ftp://{PLANTED}@n.example/{PLANTED}"}),
    "a URL that is none": Planted(network={"rpc_url": f"n.example/v2/{PLANTED}"}),
    "a URL that is a list": Planted(network={"rpc_url": [f"http://n.example/{PLANTED}"]}),
    "a URL in a variable": Planted(
        network={"rpc_url": None, "rpc_url_env": "PLANTED_URL"},
        environment={"PLANTED_URL": f"wss://n.example/{PLANTED}"},
    ),
    "a URL where a variable's name belongs": Planted(
        network={"rpc_url": None, "rpc_url_env": f"http://n.example/{PLANTED}"}
    ),
    "a key in the environment": Planted(
        environment={"PLANTED_KEY": KEY},
        tables={"signers": {"planted": {"kind": "environment", "variable": "PLANTED_KEY"}}},
    ),
    "a key of another account": Planted(
        environment={"PLANTED_KEY": f"0x{KEY}"},
        tables={"signers": {"planted": {"kind": "environment", "variable": "PLANTED_KEY", "address": ALICE}}},
    ),
    "a key that is too short": Planted(
        environment={"PLANTED_KEY": KEY[:-2]},
        tables={"signers": {"planted": {"kind": "environment", "variable": "PLANTED_KEY"}}},
    ),
    "a mnemonic instead of a key": Planted(
        environment={"PLANTED_KEY": MNEMONIC},
        tables={"signers": {"planted": {"kind": "environment", "variable": "PLANTED_KEY"}}},
    ),
    "a key where a variable's name belongs": Planted(
        tables={"signers": {"planted": {"kind": "environment", "variable": f"0x{KEY}"}}}
    ),
    "a key as a key of the configuration": Planted(
        tables={"signers": {"planted": {"kind": "environment", "private_key": f"0x{KEY}"}}}
    ),
    "a mnemonic in the configuration": Planted(
        tables={"signers": {"planted": {"kind": MNEMONIC, "mnemonic": MNEMONIC}}}
    ),
    "a password that is wrong": Planted(
        environment={"PLANTED_PASSWORD": PLANTED},
        tables={
            "signers": {"planted": {"kind": "keystore", "path": "planted.json", "password_env": "PLANTED_PASSWORD"}}
        },
    ),
    "a password in the ledger's URL": Planted(
        tables={"ledger": {"url": f"postgresql://hokctl:{PLANTED}@127.0.0.1:1/{PLANTED}"}}
    ),
    "a password in a ledger's URL that is wrong": Planted(
        tables={"ledger": {"url": f"oracel://h:{PLANTED}@x/{PLANTED}"}}
    ),
    "a key among the addresses": Planted(tables={"addresses": {"devnet": {"planted": f"0x{KEY}"}}}),
}


@contextmanager
def answering(answer: tuple[int, str] | None) -> Iterator[int]:
    """Yield a port: of a node that gives this one answer, or of nobody."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            status, body = answer or (500, "")
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
            """Keep quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    port = int(server.server_address[1])
    if answer is None:
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


def plant(world: World, place: Planted, port: int, setenv: Callable[[str, str], None]) -> None:
    """Write the configuration with the secrets in it, and set the variables."""
    from eth_account import Account

    network = dict(place.network)
    if place.path is not None:
        network["rpc_url"] = f"{place.scheme}://{place.path.format(port=port)}"
    world.write_config(**network)
    path = world.directory / "hokctl.toml"
    text = path.read_text(encoding="utf-8")
    for section, table in place.tables.items():
        if section == "ledger":
            text = text.partition("[ledger]")[0]
        text = text + "\n" + render_toml({section: table})
    path.write_text(text, encoding="utf-8")
    keystore = Account.encrypt(bytes.fromhex(KEY), "right", kdf="pbkdf2", iterations=1)
    (world.directory / "planted.json").write_text(json.dumps(keystore), encoding="utf-8")
    for name, value in place.environment.items():
        setenv(name, value)


def expect_no_secret(text: str) -> None:
    """Nothing planted, in whatever case, nor a part of the mnemonic."""
    lower = text.lower()
    for secret in (PLANTED, KEY, KEY[:-2], "sausage worth"):
        assert secret not in lower, text


@pytest.mark.parametrize("name", PLACES)
def test_no_output_holds_a_planted_secret(world: World, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    place = PLACES[name]
    failed = 0
    with answering(place.answer) as port:
        plant(world, place, port, monkeypatch.setenv)
        for command in COMMANDS:
            for options in ((), ("--debug", "--verbose"), ("-o", "json", "--debug")):
                ran = world.run(*shlex.split(command), *options)
                expect_no_secret(ran.stdout + ran.stderr)
                failed += ran.exit_code != 0
    assert failed, "a fault that makes nothing fail shows nothing"


@pytest.mark.parametrize(
    "words",
    [
        f"split set 23 70% --private-key 0x{KEY}",
        f"split set 23 70% --private-key=0x{KEY}",
        f"split set 23 70% --signer 0x{KEY}",
        f"split set 23 70% --signer {KEY}",
        f"split set 23 0x{KEY}",
        f"split set 0x{KEY} 70%",
        f"split set 23 70% 0x{KEY}",
        f"split set 23 70% --safe 0x{KEY}",
        f"split set 23 70% --max-fee {KEY}",
        f"split show --network {KEY}",
        f"split show --block 0x{KEY}",
        f"provider set 21 0x{KEY}",
        f"treasury set {KEY}",
        f"fee deposit 21 {KEY}",
        f"invoice add INV-1 --provider {KEY} --model 21 --amount 1",
        f"0x{KEY}",
        f"split 0x{KEY}",
        f"runway 21 --fail-under {KEY}",
        f"safe sign {KEY}",
        f"safe show 0x{KEY}",
        f"invoice pay {KEY}",
    ],
)
def test_a_key_on_the_command_line_is_not_repeated(world: World, words: str) -> None:
    for options in ((), ("--debug",), ("-o", "json")):
        ran = world.run(*shlex.split(words), *options)
        assert ran.exit_code != 0
        expect_no_secret(ran.stdout + ran.stderr)


def test_a_process_of_its_own_keeps_secrets_as_well(world: World) -> None:
    world.write_config(rpc_url=f"http://{PLANTED}:{PLANTED}@127.0.0.1:1/v2/{PLANTED}?key={PLANTED}")
    for command in ("split show", "doctor", "config show"):
        argv = [sys.executable, "-X", "dev", "-W", "default", "-m", "hokctl", *shlex.split(command), "--debug", "-v"]
        done = subprocess.run(argv, capture_output=True, text=True, check=False, env={**os.environ, "PYTHONPATH": ""})
        expect_no_secret(done.stdout + done.stderr)
        assert "127.0.0.1:1" in done.stdout + done.stderr
