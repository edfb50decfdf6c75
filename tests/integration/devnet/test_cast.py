"""Foundry's cast against the embedded chain."""

import json
import os
import subprocess
from collections.abc import Callable

import pytest

from hokctl.devnet.genesis import MULTICALL3, SAFE_CONTRACTS
from hokctl.devnet.node import Node
from tests.integration.devnet.support import ALICE, BOB, EMIT, REVERT, STORE, install, key_of, word

pytestmark = [pytest.mark.integration, pytest.mark.cast]

Run = Callable[..., str]


@pytest.fixture
def run(cast: str, url: str) -> Run:
    """Return a function that runs cast and returns what it prints; npm's cast exits 0 even after an error."""

    def run(*arguments: str) -> str:
        environment = {**os.environ, "ETH_RPC_URL": url, "FOUNDRY_DISABLE_NIGHTLY_WARNING": "1"}
        done = subprocess.run(
            [cast, *arguments], capture_output=True, text=True, env=environment, timeout=60, check=False
        )
        return done.stdout.strip() or done.stderr.strip()

    return run


def test_cast_sends_and_reads_a_receipt(run: Run) -> None:
    sent = json.loads(run("send", "--json", "--private-key", key_of(0), BOB, "--value", "1ether"))
    assert (sent["status"], sent["gasUsed"]) == ("0x1", "0x5208")
    receipt = json.loads(run("receipt", "--json", sent["transactionHash"]))
    assert receipt["blockNumber"] == "0x1"
    assert json.loads(run("tx", "--json", sent["transactionHash"]))["from"] == ALICE.lower()
    assert run("nonce", ALICE) == "1"
    assert run("balance", BOB) == str(10_001 * 10**18)


@pytest.mark.parametrize("kind", [[], ["--legacy"]])
def test_cast_sends_from_unlocked_accounts(run: Run, kind: list[str]) -> None:
    sent = json.loads(run("send", "--json", "--unlocked", "--from", BOB, ALICE, "--value", "1", *kind))
    assert (sent["status"], sent["type"]) == ("0x1", "0x0" if kind else "0x2")


def test_cast_calls_at_blocks_and_with_overrides(run: Run) -> None:
    assert run("call", MULTICALL3, "getBlockNumber()(uint256)") == "0"
    run("rpc", "evm_mine")
    assert run("call", MULTICALL3, "getBlockNumber()(uint256)") == "1"
    assert run("call", MULTICALL3, "getBlockNumber()(uint256)", "--block", "0") == "0"
    assert run("call", MULTICALL3, "getEthBalance(address)(uint256)", BOB, "--override-balance", f"{BOB}:7") == "7"


def test_cast_shows_reverts(run: Run, node: Node) -> None:
    target = install(node, REVERT)
    assert "error code 3: execution reverted" in run("call", target, "--data", "0x12345678")


def test_cast_reads_blocks_by_tag(run: Run) -> None:
    run("rpc", "evm_mine")
    numbers = [
        int(json.loads(run("block", "--json", tag))["number"], 16) for tag in ("latest", "earliest", "pending", "safe")
    ]
    assert numbers == [1, 0, 2, 1]


def test_cast_finds_logs(run: Run, node: Node) -> None:
    emitter = install(node, EMIT)
    run("send", "--unlocked", "--from", ALICE, emitter, "--data", word(7))
    (log,) = json.loads(run("logs", "--json", "--from-block", "0", "--address", emitter, word(7)))
    assert log["data"] == word(7)


def test_cast_estimates_gas_and_fees(run: Run, node: Node) -> None:
    assert run("estimate", "--from", ALICE, BOB, "--value", "1") == "21000"
    assert int(run("estimate", "--from", ALICE, install(node, STORE), word(1))) > 40_000
    assert int(run("gas-price")) > 10**9
    assert int(run("base-fee")) == 10**9
    assert run("chain-id") == "31337"


def test_cast_reads_code_storage_and_proofs(run: Run) -> None:
    assert len(run("code", SAFE_CONTRACTS["SafeL2"])) > 40_000
    assert run("storage", SAFE_CONTRACTS["SafeL2"], "4") == word(1)
    proof = json.loads(run("proof", SAFE_CONTRACTS["SafeL2"], "4"))
    assert proof["storageProof"][0]["value"] == "0x1"


def test_cast_makes_access_lists_and_runs_transactions_again(run: Run, node: Node) -> None:
    store = install(node, STORE)
    assert store in run("access-list", "--from", ALICE, store).lower()
    sent = json.loads(run("send", "--json", "--unlocked", "--from", ALICE, store, "--data", word(3)))
    assert "successfully executed" in run("run", sent["transactionHash"])
