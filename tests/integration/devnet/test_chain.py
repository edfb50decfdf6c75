"""What the node says about itself, and what it says when it can't start."""

import subprocess
import sys

import pytest

from hokctl.devnet.errors import DevnetMissingError
from hokctl.devnet.genesis import contract_accounts
from hokctl.devnet.node import Node, start_node
from hokctl.exit_codes import ExitCode
from tests.integration.devnet.support import ALICE, BOB, ask, install

pytestmark = pytest.mark.integration


@pytest.mark.parametrize(
    ("method", "answer"),
    [
        ("eth_chainId", "0x7a69"),
        ("net_version", "31337"),
        ("net_listening", True),
        ("eth_syncing", False),
        ("eth_mining", True),
        ("eth_blockNumber", "0x0"),
        ("eth_gasPrice", hex(875_000_000 + 10**9)),
        ("eth_maxPriorityFeePerGas", hex(10**9)),
        ("eth_blobBaseFee", "0x1"),
    ],
)
def test_node_answers_about_its_chain(node: Node, method: str, answer: object) -> None:
    assert ask(node, method) == answer


def test_client_version_names_the_evm(node: Node) -> None:
    assert ask(node, "web3_clientVersion").startswith("hokctl-devnet/py-evm/")


def test_sha3_is_keccak(node: Node) -> None:
    assert ask(node, "web3_sha3", "0x") == "0xc5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"


@pytest.mark.filterwarnings("ignore:SELFDESTRUCT")
def test_contract_that_destroys_itself_within_its_creation_is_gone(node: Node) -> None:
    trace = ask(
        node,
        "debug_traceCall",
        {"from": ALICE, "data": "0x33ff"},
        "latest",
        {"tracer": "prestateTracer", "tracerConfig": {"diffMode": True}},
    )
    assert trace["post"] == {ALICE.lower(): {"nonce": 1}}


def test_delegated_account_runs_its_delegates_code(node: Node) -> None:
    answering = install(node, "0x602a5f5260205ff3")
    ask(node, "anvil_setCode", BOB, "0xef0100" + answering[2:])
    assert int(ask(node, "eth_call", {"from": ALICE, "to": BOB}), 16) == 42


def test_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    contract_accounts.cache_clear()
    monkeypatch.setitem(sys.modules, "hokctl.devnet.pyevm_execution", None)
    with pytest.raises(DevnetMissingError, match="not installed") as caught:
        start_node()
    assert "hokctl[devnet]" in caught.value.hint
    assert caught.value.exit_code is ExitCode.CONFIG


def test_starting_a_chain_loads_neither_web3_nor_eth_account() -> None:
    check = """
import sys
from hokctl.devnet.node import start_node
start_node()
print(sorted({"web3", "eth_account", "eth_tester"} & set(sys.modules)))
"""
    result = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"
