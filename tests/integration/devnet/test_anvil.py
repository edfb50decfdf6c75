"""The devnet on anvil, and the embedded chain beside it: same start, same answers."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from hokctl.devnet.anvil import RunningAnvil, start_anvil
from hokctl.devnet.errors import AnvilFailedError, AnvilMissingError
from hokctl.devnet.genesis import ACCOUNTS, MULTICALL3, SAFE_CONTRACTS, SINGLETON_FACTORY
from hokctl.exit_codes import ExitCode
from tests.integration.devnet.support import ALICE, BOB, CLOCK, EMIT, REVERT, STORE, Reply, ask_over_http, signed, word

pytestmark = pytest.mark.integration

_STORE, _REVERT, _EMIT, _CLOCK = (f"0x{number:040d}" for number in (1001, 1002, 1003, 1004))
_BLOCK_DEPENDENT = {"hash", "parentHash", "stateRoot", "timestamp", "blockHash", "blockTimestamp", "size"}
_FEE_DEPENDENT = {"baseFeePerGas", "effectiveGasPrice", "gasPrice", "mixHash"}


@pytest.fixture
def running(anvil: str) -> Iterator[RunningAnvil]:
    """Return an anvil started the way the devnet starts it."""
    with start_anvil(binary=anvil) as started:
        yield started


@pytest.fixture
def both(running: RunningAnvil, url: str) -> list[str]:
    """Return the URLs of the embedded chain and of anvil, with the same small contracts on both."""
    for address, code in ((_STORE, STORE), (_REVERT, REVERT), (_EMIT, EMIT), (_CLOCK, CLOCK)):
        for node_url in (url, running.url):
            ask_over_http(node_url, "anvil_setCode", address, code)
    return [url, running.url]


@pytest.mark.anvil
def test_anvil_starts_with_the_same_accounts_and_contracts(running: RunningAnvil, url: str) -> None:
    for address in (*SAFE_CONTRACTS.values(), MULTICALL3, SINGLETON_FACTORY, *ACCOUNTS):
        for method in ("eth_getCode", "eth_getBalance", "eth_getTransactionCount"):
            answers = [ask_over_http(node, method, address, "latest")["result"] for node in (url, running.url)]
            assert answers[0] == answers[1], (method, address)
    assert ask_over_http(running.url, "eth_chainId")["result"] == "0x7a69"
    assert ask_over_http(running.url, "eth_getStorageAt", SAFE_CONTRACTS["SafeL2"], "0x4", "latest")["result"] == word(
        1
    )


@pytest.mark.anvil
def test_closed_anvil_is_gone(anvil: str) -> None:
    with start_anvil(binary=anvil) as started:
        url = started.url
    started.close()
    with pytest.raises(OSError, match="refused"):
        ask_over_http(url, "eth_chainId")


@pytest.mark.anvil
def test_anvil_that_does_not_start_says_why(anvil: str, running: RunningAnvil) -> None:
    with pytest.raises(AnvilFailedError) as caught:
        start_anvil(binary=anvil, port=running.port)
    assert caught.value.exit_code is ExitCode.UNAVAILABLE


def test_missing_anvil_is_named() -> None:
    with pytest.raises(AnvilMissingError, match="'no-such-anvil'") as caught:
        start_anvil(binary="no-such-anvil")
    assert "getfoundry" in caught.value.hint


def test_program_that_listens_is_followed_and_stopped(tmp_path: Path) -> None:
    program = _script(tmp_path, "echo starting; echo Listening on 127.0.0.1:4242; sleep 60")
    with start_anvil(binary=program) as started:
        assert started.url == "http://127.0.0.1:4242"
        process = started._process
    assert process.returncode == -15


def test_program_that_ignores_the_signal_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hokctl.devnet.anvil._STOP_SECONDS", 0.2)
    program = _script(tmp_path, "trap '' TERM; echo Listening on 127.0.0.1:4242; while true; do sleep 1; done")
    started = start_anvil(binary=program)
    started.close()
    assert started._process.returncode == -9


def test_program_that_is_no_anvil_is_stopped(tmp_path: Path) -> None:
    with pytest.raises(AnvilFailedError, match="cannot serve"):
        start_anvil(binary=_script(tmp_path, "echo cannot serve; exit 1"))


@pytest.mark.anvil
def test_same_transactions_come_to_the_same(both: list[str]) -> None:
    for nonce, (to, data) in enumerate(((_STORE, word(7)), (_EMIT, word(8)), (_REVERT, "0x12"), (BOB, "0x"))):
        raw = signed(nonce=nonce, to=to, data=data, value=0)
        ours, theirs = (_send(url, raw) for url in both)
        assert ours.keys() <= theirs.keys()
        assert _comparable(ours) == _comparable({key: theirs[key] for key in ours})


@pytest.mark.anvil
@pytest.mark.parametrize(
    ("method", "params"),
    [
        ("eth_getBlockByNumber", ["latest", False]),
        ("eth_getBlockByNumber", ["latest", True]),
        ("eth_getBlockByNumber", ["0x999", True]),
        ("eth_getTransactionByBlockNumberAndIndex", ["0x1", "0x0"]),
        ("eth_getLogs", [{"fromBlock": "0x0", "toBlock": "latest"}]),
        ("eth_getBlockReceipts", ["0x1"]),
        ("eth_call", [{"to": _STORE}, "latest"]),
        ("eth_call", [{"to": _STORE}, "0x0"]),
        ("eth_call", [{"to": _STORE}, "latest", {_STORE: {"stateDiff": {word(0): word(9)}}}]),
        ("eth_call", [{"to": _STORE}, "latest", {_STORE: {"state": {word(0): word(9)}}}]),
        ("eth_call", [{"to": _CLOCK}, "latest", {}, {"number": "0x5", "time": "0x6", "baseFee": "0x7"}]),
        (
            "eth_call",
            [{"to": _REVERT, "data": "0x08c379a0" + word(32)[2:] + word(2)[2:] + "6e6f" + "00" * 30}, "latest"],
        ),
        ("eth_call", [{"to": _REVERT, "data": "0x4e487b71" + word(0x11)[2:]}, "latest"]),
        ("eth_estimateGas", [{"from": ALICE, "to": BOB, "value": "0x1"}]),
        ("eth_getStorageAt", [_STORE, "0x0", "latest"]),
        ("eth_getTransactionCount", [ALICE, "pending"]),
        ("eth_syncing", []),
        ("net_version", []),
        ("web3_sha3", ["0x12"]),
        ("eth_uninstallFilter", ["0x55"]),
    ],
)
def test_answers_have_the_shape_of_anvils(both: list[str], method: str, params: list[object]) -> None:
    for url in both:
        for nonce, to in enumerate((_STORE, _EMIT)):
            _send(url, signed(nonce=nonce, to=to, data=word(7)))
    ours, theirs = (ask_over_http(url, method, *params) for url in both)
    assert _comparable(ours, _known(ours, theirs)) == _comparable(theirs, _known(ours, theirs))


@pytest.mark.anvil
def test_call_trees_and_state_diffs_agree(both: list[str]) -> None:
    call = {"from": ALICE, "to": _EMIT, "data": word(7)}
    tree = {"tracer": "callTracer", "tracerConfig": {"withLog": True}}
    diff = {"tracer": "prestateTracer", "tracerConfig": {"diffMode": True}}
    trees = [ask_over_http(url, "debug_traceCall", call, "latest", tree)["result"] for url in both]
    assert {**trees[0], "gas": None} == {**trees[1], "gas": None}
    diffs = [ask_over_http(url, "debug_traceCall", {**call, "to": _STORE}, "latest", diff)["result"] for url in both]
    assert diffs[0] == diffs[1]


def _send(url: str, raw: str) -> Reply:
    """Send a transaction and return its receipt; anvil answers before it has mined."""
    tx_hash = ask_over_http(url, "eth_sendRawTransaction", raw)["result"]
    deadline = time.monotonic() + 10
    while (receipt := ask_over_http(url, "eth_getTransactionReceipt", tx_hash)["result"]) is None:
        assert time.monotonic() < deadline, "anvil did not mine the transaction"
        time.sleep(0.01)
    return receipt


def _script(folder: Path, commands: str) -> str:
    program = folder / "anvil"
    program.write_text(f"#!/bin/sh\n{commands}\n")
    program.chmod(0o755)
    return str(program)


def _comparable(value: object, known: frozenset[str] | None = None) -> object:
    """Drop what depends on the moment a block was made, and fields only one of the two nodes has."""
    if isinstance(value, list):
        return [_comparable(entry, known) for entry in value]
    if not isinstance(value, dict):
        return value
    dropped = _BLOCK_DEPENDENT | _FEE_DEPENDENT
    return {
        key: _comparable(entry, known)
        for key, entry in value.items()
        if key not in dropped and (known is None or key in known)
    }


def _known(*answers: object) -> frozenset[str]:
    """Return the keys that occur in all answers."""
    return frozenset.intersection(*(frozenset(_keys(answer)) for answer in answers))


def _keys(value: object) -> Iterator[str]:
    entries = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    if isinstance(value, dict):
        yield from value
    for entry in entries:
        yield from _keys(entry)
