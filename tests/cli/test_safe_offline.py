"""hokctl safe sign --offline: a signer without a network, and without a chain in the configuration."""

import json
import socket
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from hokctl.clients.safe import Operation
from hokctl.config.writing import render_toml
from hokctl.domain.documents import parse_document
from hokctl.safe.confirmation_documents import confirmation_from_json
from hokctl.safe.exchange import read_content
from hokctl.safe.transactions import SafeTx
from hokctl.safe.wallet_documents import typed_data_document
from tests.world import ACCOUNTS, ALICE, BOB, MALLORY, SIGNERS, Ran, World, run_hokctl

pytestmark = pytest.mark.cli

WITHOUT_SOCKETS = """
import socket, sys

class Blocked(socket.socket):
    def __init__(self, *args, **kwargs):
        raise AssertionError("a socket was opened")

def blocked(*args, **kwargs):
    raise AssertionError("a name was looked up or a connection made")

socket.socket = Blocked
socket.create_connection = socket.getaddrinfo = socket.gethostbyname = socket.socketpair = blocked

from hokctl.cli import main
sys.exit(main(sys.argv[1:]))
"""


class Blocked(socket.socket):
    """A socket that nobody may open."""

    def __init__(self, *_: object, **__: object) -> None:
        raise AssertionError("a socket was opened")


@dataclass(frozen=True)
class Cold:
    """A machine without a network: its own directory and configuration, no node in it."""

    directory: Path

    def run(self, *argv: str) -> Ran:
        """Run hokctl in this process, where every new socket raises."""
        with pytest.MonkeyPatch.context() as patch:
            patch.chdir(self.directory)
            patch.setattr(socket, "socket", Blocked)
            return run_hokctl(*argv)

    def start(self, *argv: str, **variables: str) -> Ran:
        """Run hokctl in a process of its own, in which every socket and every lookup raises."""
        done = subprocess.run(
            [sys.executable, "-c", WITHOUT_SOCKETS, *argv],
            cwd=self.directory,
            env={
                "PATH": "/usr/bin:/bin",
                "HOME": str(self.directory),
                "PYTHONPATH": ":".join(entry for entry in sys.path if entry),
                **variables,
            },
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            check=False,
        )
        return Ran(done.returncode, done.stdout, done.stderr)

    def write(self, name: str, document: object) -> str:
        """Carry a document over on a stick."""
        (self.directory / name).write_text(json.dumps(document), encoding="utf-8")
        return name


@pytest.fixture
def cold(tmp_path: Path) -> Cold:
    """Return a machine that knows a chain id, a signer and names, and no node."""
    directory = tmp_path / "cold"
    directory.mkdir()
    config = {
        "network": "vault",
        "networks": {"vault": {"chain_id": 31337}},
        "signers": {name: {"kind": "devnet", "index": index} for name, index in SIGNERS.items()},
        "addresses": {"vault": {name: ACCOUNTS[index] for name, index in SIGNERS.items()}},
    }
    (directory / "hokctl.toml").write_text(render_toml(config), encoding="utf-8")
    return Cold(directory)


@pytest.fixture
def bundle(world: World) -> dict[str, Any]:
    """Return a bundle that alice proposed and signed."""
    world.ok("invoice", "add", "INV-1", "--model", "21", "--amount", "50")
    hash_ = world.ok("invoice", "pay", "INV-1", "--signer", "alice", "-y")["proposal"]["safe_tx_hash"]
    document: dict[str, Any] = world.ok("safe", "export", hash_)["document"]
    return document


def codes(ran: Ran) -> list[str]:
    return [finding["code"] for finding in ran.json["findings"]]


def test_a_bundle_is_signed_without_a_socket_or_a_chain(cold: Cold, bundle: dict[str, Any]) -> None:
    ran = cold.start("safe", "sign", "--offline", cold.write("bundle.json", bundle), "--signer", "bob", "-y")
    written = parse_document((cold.directory / f"{BOB}.signature.json").read_text(encoding="utf-8"))
    (offer,) = read_content(json.dumps(bundle), chain_id=1).offers
    confirmation = confirmation_from_json(written, offer.safe_tx_hash)

    assert ran.exit_code == 0, ran.stderr
    assert confirmation.owner == BOB
    assert f"{BOB}.signature.json" in ran.stdout


def test_the_signer_sees_sentences_hashes_nonce_and_what_is_only_claimed(cold: Cold, bundle: dict[str, Any]) -> None:
    ran = cold.run("safe", "sign", "--offline", cold.write("bundle.json", bundle), "--signer", "bob", "-y")
    proposal = bundle["proposal"]

    for fact in (proposal["safe_tx_hash"], proposal["domain_hash"], proposal["message_hash"], "[not-simulated]"):
        assert fact in ran.stderr
    assert "the Safe will: Pay" in ran.stderr
    assert "compare nonce 0 and the three hashes with another owner: a Ledger shows no nonce" in ran.stderr
    assert "claimed threshold: 2" in ran.stderr
    assert "together" in ran.stderr


def test_the_result_for_scripts_holds_plan_hashes_and_signature(cold: Cold, bundle: dict[str, Any]) -> None:
    ran = cold.run(
        "safe",
        "sign",
        "--offline",
        cold.write("b.json", bundle),
        "--signer",
        "bob",
        "-y",
        "--out",
        "x.json",
        "-o",
        "json",
    )

    assert (ran.exit_code, ran.json["status"], ran.json["block"]) == (0, "pending", None)
    assert ran.data["proposal"]["safe_tx_hash"] == bundle["proposal"]["safe_tx_hash"]
    assert (ran.data["proposal"]["threshold"], ran.data["proposal"]["confirmations"]) == (2, [ALICE])
    assert (ran.data["signature"]["owner"], ran.data["paths"]) == (BOB, ["x.json"])
    assert "not-simulated" in codes(ran)


def test_signing_twice_changes_nothing_and_nothing_is_overwritten(cold: Cold, bundle: dict[str, Any]) -> None:
    arguments = ("safe", "sign", "--offline", cold.write("b.json", bundle), "--signer", "bob", "-y", "-o", "json")
    assert [cold.run(*arguments).exit_code for _ in range(2)] == [0, 0]
    (cold.directory / f"{BOB}.signature.json").write_text("{}", encoding="utf-8")
    taken = cold.run(*arguments)

    assert (taken.exit_code, taken.json["errors"][0]["code"]) == (6, "out-taken")


def test_a_dry_run_needs_no_signer_and_writes_nothing(cold: Cold, bundle: dict[str, Any]) -> None:
    ran = cold.run("safe", "sign", "--offline", cold.write("b.json", bundle), "--dry-run")

    assert ran.exit_code == 0
    assert "nothing was signed" in ran.stdout
    assert not list(cold.directory.glob("*.signature.json"))


def test_nobody_at_the_terminal_signs_nothing(cold: Cold, bundle: dict[str, Any]) -> None:
    ran = cold.run("safe", "sign", "--offline", cold.write("b.json", bundle), "--signer", "bob")

    assert ran.exit_code == 2
    assert not list(cold.directory.glob("*.signature.json"))


def test_qr_codes_go_both_ways(cold: Cold, world: World, bundle: dict[str, Any]) -> None:
    data = world.ok("safe", "export", bundle["proposal"]["safe_tx_hash"], "--qr")
    (cold.directory / "scanned.txt").write_text("\n".join(reversed(data["qr_parts"])), encoding="utf-8")
    ran = cold.run("safe", "sign", "--offline", "scanned.txt", "--signer", "bob", "-y", "--qr", "-o", "json")
    drawn = cold.run("safe", "sign", "--offline", "scanned.txt", "--signer", "bob", "-y", "--qr")

    assert (ran.exit_code, drawn.exit_code) == (0, 0)
    assert json.loads(ran.data["qr_parts"][0]) == ran.data["signature"]
    assert set(drawn.stdout) <= set(" █▀▄\n")
    assert not list(cold.directory.glob("*.signature.json"))


def test_a_keystore_signs_typed_data_in_a_process_without_sockets(cold: Cold, world: World) -> None:
    from eth_account import Account

    account = Account.create()
    (cold.directory / "key.json").write_text(json.dumps(account.encrypt("pw", iterations=2)), encoding="utf-8")
    with (cold.directory / "hokctl.toml").open("a", encoding="utf-8") as config:
        config.write('\n[signers.vault]\nkind = "keystore"\npath = "key.json"\npassword_env = "VAULT_PASSWORD"\n')
    name = cold.write("typed.json", typed_data_document(transaction(world)))
    ran = cold.start("safe", "sign", "--offline", name, "--signer", "vault", "-y", VAULT_PASSWORD="pw")  # noqa: S106 - of a key made here
    written = parse_document((cold.directory / f"{account.address}.signature.json").read_text(encoding="utf-8"))

    assert ran.exit_code == 0, ran.stderr
    assert confirmation_from_json(written, transaction(world).safe_tx_hash).owner == account.address


def refused(cold: Cold, document: object, *options: str) -> tuple[int, list[str]]:
    """Return exit code and the codes of errors or blocking findings."""
    ran = cold.run(
        "safe", "sign", "--offline", cold.write("file.json", document), "--signer", "bob", "-y", "-o", "json", *options
    )
    assert not list(cold.directory.glob("*.signature.json"))
    errors = [error["code"] for error in ran.json["errors"]]
    return ran.exit_code, errors or [one["code"] for one in ran.json["findings"] if one["severity"] == "error"]


Edit = Callable[[dict[str, Any]], object]


@pytest.mark.parametrize(
    ("edit", "code"),
    [
        (lambda document: document["proposal"].update(safe_tx_hash="0x" + "11" * 32), "file-refused"),
        (lambda document: document["proposal"]["safe_tx"].update(value="1"), "file-refused"),
        (lambda document: document["proposal"]["safe_tx"].update(operation=1), "file-refused"),
        (lambda document: document["proposal"]["plan"].update(title="harmless"), "file-refused"),
        (lambda document: document["confirmations"][0].update(owner=BOB), "invalid-signature"),
        (lambda document: document.update(format="hokctl-safe-bundle/v9"), "file-refused"),
        (lambda document: document["stated"].update(owners=[ALICE]), "signer-not-stated"),
        (lambda document: document.pop("evidence"), "file-refused"),
    ],
)
def test_an_altered_bundle_is_refused(cold: Cold, bundle: dict[str, Any], edit: Edit, code: str) -> None:
    edit(bundle)

    assert refused(cold, bundle) == (6, [code])


def transaction(world: World, **values: Any) -> SafeTx:  # noqa: ANN401 - fields of several types
    plain = SafeTx(
        safe=world.safe,
        chain_id=31337,
        version="1.4.1",
        to=MALLORY,
        value=5,
        data=b"",
        operation=Operation.CALL,
        nonce=0,
    )
    return replace(plain, **values)


@pytest.mark.parametrize(
    ("values", "codes"),
    [
        ({"chain_id": 1}, ["proposal-chain"]),
        ({"operation": Operation.DELEGATECALL}, ["delegatecall-unlisted"]),
        ({"gas_price": 1}, ["gas-refund"]),
        ({"refund_receiver": MALLORY}, ["gas-refund"]),
    ],
)
def test_what_bytes_alone_tell_is_refused(cold: Cold, world: World, values: dict[str, Any], codes: list[str]) -> None:
    assert refused(cold, typed_data_document(transaction(world, **values))) == (6, codes)


def test_typed_data_of_another_kind_of_safe_is_refused(cold: Cold, world: World) -> None:
    old = typed_data_document(transaction(world))
    old["domain"] = {"verifyingContract": world.safe}
    crooked = json.loads(json.dumps(typed_data_document(transaction(world))))
    crooked["types"]["SafeTx"][0]["type"] = "uint256"

    assert refused(cold, old) == (6, ["file-refused"])
    assert refused(cold, crooked) == (6, ["file-refused"])


def test_plain_typed_data_can_be_signed(cold: Cold, world: World) -> None:
    typed = typed_data_document(transaction(world))
    ran = cold.run("safe", "sign", "--offline", cold.write("t.json", typed), "--signer", "bob", "-y", "-o", "json")

    assert (ran.exit_code, ran.data["proposal"]["safe_tx_hash"]) == (0, transaction(world).safe_tx_hash)
    assert ran.data["plan"]["calls"][0]["purpose"].startswith("Send 0.000000000000000005")


def test_a_batch_without_a_nonce_and_no_file_at_all_cannot_be_signed(cold: Cold) -> None:
    batch = {"version": "1.0", "chainId": "31337", "meta": {}, "transactions": []}

    assert refused(cold, batch) == (2, ["nothing-to-sign"])
    assert refused(cold, {"hello": 1}) == (2, ["unknown-file"])
    assert cold.run("safe", "sign", "--offline", "missing.json", "-o", "json").exit_code == 3


def test_a_file_without_offline_gets_a_hint(world: World, bundle: dict[str, Any]) -> None:
    Path("bundle.json").write_text(json.dumps(bundle), encoding="utf-8")
    ran = world.run("safe", "sign", "bundle.json", "--signer", "bob", "-y")

    assert ran.exit_code == 2
    assert "--offline" in ran.stderr
