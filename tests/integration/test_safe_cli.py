"""hokctl and safe-cli on one Safe: each carries on with what the other made.

safe-cli is started as its users start it. It asks for no service here: files, keys and the chain alone.
"""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from hokctl.devnet.keys import dev_account
from tests.world import BOB, TOGETHER, World

pytestmark = [pytest.mark.integration, pytest.mark.peers]

KEYS = {name: "0x" + dev_account(index).key.hex().removeprefix("0x") for name, index in (("alice", 1), ("bob", 2))}
"""Keys of the public test mnemonic, which safe-cli takes on its command line."""


@pytest.fixture
def safe_cli() -> str:
    """Return the safe-cli that HOKCTL_PEER_SAFE_CLI names."""
    binary = os.environ.get("HOKCTL_PEER_SAFE_CLI")
    if binary is None:
        pytest.skip("HOKCTL_PEER_SAFE_CLI names no safe-cli")
    return binary


def run(safe_cli: str, *arguments: str, commands: str = "") -> str:
    """Return what safe-cli printed; its exit code says little."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(Path.cwd()), "TERM": "dumb", "PYTHONPATH": ""}
    done = subprocess.run(
        [safe_cli, *arguments],
        input=commands,
        env=environment,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    return done.stdout + done.stderr


def export_batch(world: World, *models: str) -> tuple[str, dict[str, Any]]:
    """Propose payments of 50 USDC for `models`; return the file that hokctl exports for the Transaction Builder."""
    lines = "".join(f'[[lines]]\nmodel = "{model}"\namount = "50"\n' for model in models)
    Path("invoice.toml").write_text(f'number = "INV-1"\n{lines}', encoding="utf-8")
    world.ok("invoice", "add", "--file", "invoice.toml")
    hash_ = world.ok("invoice", "pay", "INV-1", "--signer", "alice", "-y")["proposal"]["safe_tx_hash"]
    document = world.ok("safe", "export", hash_, "--format", "transaction-builder", "--out", "batch.json")["document"]
    return hash_, document


def paid(world: World) -> int:
    return world.chain.at().get(world.deployment.suite.usdc.balance_of(TOGETHER))


def nonce(world: World) -> int:
    return int(world.ok("safe", "info")["nonce"])


@pytest.mark.parametrize("by_method", [False, True], ids=["calldata", "methods"])
def test_safe_cli_executes_a_file_that_hokctl_exported(world: World, safe_cli: str, by_method: bool) -> None:
    _, document = export_batch(world, "21")
    if by_method:
        for transaction in document["transactions"]:
            transaction["data"] = None
        Path("batch.json").write_text(json.dumps(document), encoding="utf-8")
    keys = [word for key in KEYS.values() for word in ("--private-key", key)]
    output = run(safe_cli, "tx-builder", world.safe, world.url, "batch.json", *keys, "--non-interactive")

    assert paid(world) == 50_000_000, output
    assert nonce(world) == 1


OPERATOR = """
import json, sys
from hexbytes import HexBytes
from safe_cli.operators.safe_operator import SafeOperator

safe, url, step, document = sys.argv[1], sys.argv[2], sys.argv[3], json.loads(sys.stdin.read())
operator = SafeOperator(safe, url, interactive=False)
operator.load_cli_owners(document["keys"])
if step == "approve":
    assert operator.approve_hash(HexBytes(document["safeTxHash"]), document["owner"])
    sys.exit()
transaction = operator.safe.build_multisig_tx(
    document["to"],
    int(document["value"]),
    HexBytes(document["data"]),
    operation=document["operation"],
    safe_nonce=int(document["nonce"]),
    signatures=HexBytes("".join(item["signature"][2:] for item in document["confirmations"])),
)
transaction.sign(operator.default_sender.key)
if step == "execute":
    transaction.call()
    transaction.execute(operator.default_sender.key)
print("signatures:" + transaction.signatures.hex())
"""
"""safe-cli's own operator, without the prompt around it, which asks an explorer on the internet for its address.

Without a service safe-cli only signs with as many keys as the threshold asks for, so that one signature is made by the
transaction that its operator builds.
"""


def operate(safe_cli: str, world: World, step: str, document: dict[str, Any]) -> str:
    """Run one step of safe-cli's operator, with bob's key, in safe-cli's own interpreter."""
    interpreter = str(Path(safe_cli).with_name("python"))
    content = json.dumps({**document, "keys": [KEYS["bob"]], "owner": BOB})
    output = run(interpreter, "-c", OPERATOR, world.safe, world.url, step, commands=content)
    assert "Traceback" not in output, output
    return output


def export_service(world: World) -> tuple[str, dict[str, Any]]:
    hash_, _ = export_batch(world, "21", "22")
    document: dict[str, Any] = world.ok("safe", "export", hash_, "--format", "service")["document"]
    return hash_, document


def test_hokctl_executes_what_safe_cli_approved_on_the_chain(world: World, safe_cli: str) -> None:
    hash_, document = export_service(world)
    operate(safe_cli, world, "approve", document)
    world.ok("safe", "execute", hash_, "--signer", "mallory", "-y")

    assert paid(world) == 100_000_000


def test_hokctl_executes_what_safe_cli_signed(world: World, safe_cli: str) -> None:
    hash_, document = export_service(world)
    output = operate(safe_cli, world, "sign", {**document, "confirmations": []})
    signature = "0x" + output.rsplit("signatures:", 1)[1].strip().removeprefix("0x")
    (item,) = world.ok("safe", "import", signature)["imported"]
    world.ok("safe", "execute", hash_, "--signer", "mallory", "-y")

    assert item["new_confirmations"] == [BOB]
    assert paid(world) == 100_000_000


def test_safe_cli_executes_what_hokctl_proposed_and_signed(world: World, safe_cli: str) -> None:
    hash_, document = export_service(world)
    operate(safe_cli, world, "execute", document)
    concluded = world.ok("safe", "execute", hash_, "--signer", "mallory", "-y")

    assert paid(world) == 100_000_000
    assert len(concluded["outcome"]["transactions"]) == 1
