"""A world to test in: the protocol deployed on the embedded chain behind HTTP, a 2-of-3 Safe, and a configuration.

    def test_something(world: World) -> None:
        ran = world.run("split", "show", "21", "-o", "json")
        assert ran.exit_code == 0

Each test gets the same world afresh: the chain goes back to a snapshot, the working directory is a new copy.

Who is who (accounts of the test mnemonic, signers and address book by these names):
0 deployer, owns the contracts and administers them beside the Safe; 1 alice, 2 bob, 3 carol, owners of the Safe;
4 backend, deposits fees, has 100,000 USDC and a standing approval; 5 together, provider of models 21 and 22;
6 mallory, holds nothing.

Models: 21 (80 %, provider together, 800 USDC accrued), 22 (70 %, provider together, 350 USDC accrued), both governed
by the Safe; 23 (90 %, no provider, nothing accrued), governed by the deployer's account alone.
The Safe is treasury, payer, pauser and admin.
"""

import contextlib
import io
import json
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from eth_typing import ChecksumAddress

from hokctl.chain.session import Chain
from hokctl.chain.wire import to_data
from hokctl.cli import main
from hokctl.clients.errors import error_table
from hokctl.clients.mock_usdc import MockUsdc
from hokctl.config.settings import load_settings
from hokctl.config.spec import read_spec
from hokctl.config.writing import render_toml
from hokctl.devnet import jobs
from hokctl.devnet.anvil import RunningAnvil, start_anvil
from hokctl.devnet.genesis import ACCOUNTS as GENESIS_ACCOUNTS
from hokctl.devnet.node import start_node
from hokctl.devnet.server import RunningServer, serve
from hokctl.devnet.workplace import Workplace
from hokctl.domain.calls import Call
from hokctl.domain.units import ModelId
from hokctl.ledger.book import Ledger
from hokctl.services.deployments import Deployment

ACCOUNTS: tuple[ChecksumAddress, ...] = tuple(
    ChecksumAddress(account)  # type: ignore[arg-type]  # NewType over a NewType
    for account in GENESIS_ACCOUNTS
)
DEPLOYER, ALICE, BOB, CAROL, BACKEND, TOGETHER, MALLORY = ACCOUNTS[:7]
SIGNERS = {"deployer": 0, "alice": 1, "bob": 2, "carol": 3, "backend": 4, "together": 5, "mallory": 6}
OWNERS = (ALICE, BOB, CAROL)
USDC = 10**6
GAS_LIMIT = 12_000_000
RECEIPT_LOOKS = 200
RECEIPT_PAUSE_S = 0.02
BACKEND_USDC = 100_000 * USDC
FEES = {ModelId("21"): 1_000 * USDC, ModelId("22"): 500 * USDC}


@dataclass(frozen=True, slots=True)
class Ran:
    """What one run of hokctl left behind."""

    exit_code: int
    stdout: str
    stderr: str

    @property
    def json(self) -> Any:  # noqa: ANN401 - a test says what it expects
        """The document on stdout."""
        return json.loads(self.stdout)

    @property
    def data(self) -> Any:  # noqa: ANN401 - a test says what it expects
        """The command's own part of the document on stdout."""
        return self.json["data"]


@dataclass(frozen=True, kw_only=True)
class World:
    """A chain with the protocol on it, and a working directory that names it."""

    url: str
    directory: Path
    """The working directory: hokctl.toml, spec.toml, deployments/devnet.json, proposals/, hokctl.db."""
    chain: Chain
    deployment: Deployment
    safe: ChecksumAddress
    accounts: tuple[ChecksumAddress, ...] = field(default=ACCOUNTS)

    def run(self, *argv: str) -> Ran:
        """Run hokctl in this process, as a user in the working directory would; nobody is at the terminal."""
        return run_hokctl(*argv)

    def ok(self, *argv: str) -> Any:  # noqa: ANN401 - a test says what it expects
        """Run hokctl with JSON output, expect success, and return the data."""
        ran = self.run(*argv, "-o", "json")
        assert ran.exit_code == 0, ran.stdout + ran.stderr
        return ran.data

    def send(self, call: Call, sender: ChecksumAddress) -> str:
        """Send a call from one of the ten accounts, past hokctl; return the transaction's hash."""
        return send_call(self.chain, call, sender)

    def mine(self, blocks: int = 1, seconds: int = 0) -> None:
        """Let `seconds` pass and mine empty blocks."""
        if seconds:
            self.chain.request("evm_increaseTime", [seconds])
        for _ in range(blocks):
            self.chain.request("evm_mine", [])

    def write_config(self, **network: object) -> None:
        """Write hokctl.toml anew, with other values in the network's table."""
        write_config(self.directory, self.url, self.safe, **network)


def run_hokctl(*argv: str) -> Ran:
    """Run hokctl in this process with both streams caught."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        exit_code = main(list(argv))
    return Ran(exit_code, out.getvalue(), err.getvalue())


def send_call(chain: Chain, call: Call, sender: ChecksumAddress) -> str:
    """Have the node sign and mine `call`; assert that it succeeded."""
    # A limit of its own: anvil's estimate is for the block before, where votes are counted otherwise.
    request: dict[str, Any] = {
        "from": sender,
        "data": to_data(call.data),
        "value": hex(call.value),
        "gas": hex(GAS_LIMIT),
    }
    if call.to is not None:
        request["to"] = call.to
    tx_hash = str(chain.request("eth_sendTransaction", [request]))
    receipt = receipt_of(chain, tx_hash)
    assert receipt["status"] == "0x1", call.purpose
    return tx_hash


def receipt_of(chain: Chain, tx_hash: str) -> dict[str, Any]:
    """Return the receipt as the node answers; anvil takes a moment to mine what it has accepted."""
    for _ in range(RECEIPT_LOOKS):
        receipt = chain.request("eth_getTransactionReceipt", [tx_hash])
        if isinstance(receipt, dict):
            return receipt
        time.sleep(RECEIPT_PAUSE_S)
    pytest.fail(f"{tx_hash} was not mined")


def write_config(directory: Path, url: str, safe: ChecksumAddress, /, **network: object) -> None:
    """Write hokctl.toml for a node at `url`; `network` adds to or replaces values of the network's table."""
    table = {
        "chain_id": 31337,
        "rpc_url": url,
        "manifest": "deployments/devnet.json",
        "spec": "spec.toml",
        "safe": safe,
        "proposals": "proposals",
        **network,
    }
    config = {
        "network": "devnet",
        "networks": {"devnet": {key: value for key, value in table.items() if value is not None}},
        "signers": {name: {"kind": "devnet", "index": index} for name, index in SIGNERS.items()},
        "addresses": {"devnet": {"treasury": safe, **{name: ACCOUNTS[index] for name, index in SIGNERS.items()}}},
        "ledger": {"url": "sqlite:///hokctl.db"},
    }
    (directory / "hokctl.toml").write_text(render_toml(config), encoding="utf-8")


def write_spec(directory: Path, *, models: bool = True, **values: object) -> Path:
    """Write spec.toml; `values` add to or replace top-level values."""
    spec: dict[str, object] = {
        "treasury": "treasury",
        "admin": "treasury",
        "backend": "backend",
        "usdc": "mock",
        **values,
    }
    if models:
        spec["models"] = [
            _model("21", "80%", symbol="LSCOR", provider="together"),
            _model("22", "70%", symbol="HCHAT", provider="together"),
            _model("23", "90%", symbol="HVIS", governor="deployer"),
        ]
    path = directory / "spec.toml"
    path.write_text(render_toml(spec), encoding="utf-8")
    return path


def _model(model_id: str, split: str, **values: str) -> dict[str, str]:
    return {
        "model_id": model_id,
        "name": f"Hokusai {values['symbol']}",
        "initial_supply": "1000",
        "license_uri": "https://hokusai.ai/licenses/default",
        "split": split,
        **values,
    }


def deploy(place: Workplace, directory: Path) -> Deployment:
    """Deploy what spec.toml says by the job that the scenario and the demo use; it writes the manifest."""
    settings = load_settings(directory / "hokctl.toml").settings
    network = settings.network("devnet")
    spec = read_spec(directory / "spec.toml", lambda text: settings.resolve_address(text, network))
    _, deployment = jobs.deploy(place, spec, "deployer")
    return deployment


def fill(chain: Chain, deployment: Deployment) -> None:
    """Give the backend USDC and an approval, and deposit fees."""
    usdc, router = MockUsdc(deployment.suite.usdc_address), deployment.suite.router
    send_call(chain, usdc.mint(BACKEND, BACKEND_USDC + sum(FEES.values()), purpose="mint"), BACKEND)
    send_call(chain, usdc.approve(router.address, 2**256 - 1, purpose="approve"), BACKEND)
    for model_id, amount in FEES.items():
        send_call(chain, router.deposit_fee(model_id, amount, purpose="deposit"), BACKEND)


@dataclass(frozen=True, kw_only=True)
class Stage:
    """The world as it is built once: the chain at a snapshot, and the directory that tests get copies of."""

    world: World
    template: Path


def serve_engine() -> AbstractContextManager[RunningServer | RunningAnvil]:
    """Start the chain: the embedded one, or anvil with HOKCTL_TEST_ENGINE=anvil."""
    if os.environ.get("HOKCTL_TEST_ENGINE") == "anvil":
        return start_anvil(binary=os.environ.get("HOKCTL_ANVIL", "anvil"))
    return serve(start_node(), port=0)


@pytest.fixture(scope="session")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Build the world once."""
    directory = tmp_path_factory.mktemp("world")
    with serve_engine() as server:
        chain = Chain.connect(server.url, network="devnet", chain_id=31337)
        chain.errors = error_table()
        with Ledger.open("sqlite://") as ledger:
            place = Workplace.open(
                chain.transport,
                ledger,
                manifest=directory / "deployments" / "devnet.json",
                proposals=directory / "proposals",
                clock=lambda: int(time.time()),
            )
            _, safe = jobs.create_safe(place, "deployer")
            write_config(directory, server.url, safe)
            write_spec(directory)
            deployment = deploy(place.with_safe(safe), directory)
        fill(chain, deployment)
        world = World(url=server.url, directory=directory, chain=chain, deployment=deployment, safe=safe)
        yield Stage(world=world, template=directory)


@pytest.fixture
def world(stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """Return the world as it was built, in a directory of the test's own; afterwards the chain is put back."""
    directory = tmp_path / "work"
    shutil.copytree(stage.template, directory)
    isolate(directory, tmp_path, monkeypatch)
    built = stage.world
    snapshot = built.chain.request("evm_snapshot", [])
    try:
        yield World(
            url=built.url,
            directory=directory,
            chain=built.chain,
            deployment=built.deployment,
            safe=built.safe,
        )
    finally:
        built.chain.request("evm_revert", [snapshot])


def isolate(directory: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work in `directory`, without any configuration of the person who runs the tests."""
    monkeypatch.chdir(directory)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home / "config"))
    monkeypatch.setenv("XDG_DATA_HOME", str(home / "data"))
    for name in ("HOKCTL_NETWORK", "HOKCTL_CONFIG", "HOKCTL_OUTPUT", "HOKCTL_LEDGER_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("sys.stdin", io.StringIO())
