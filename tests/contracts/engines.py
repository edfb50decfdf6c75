"""Local chains that the contract tests run on: eth-tester by default, anvil with HOKCTL_TEST_ENGINE=anvil."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from eth.abc import StateAPI
from eth_tester import EthereumTester, PyEVMBackend  # type: ignore[import-untyped]  # it ships no types
from web3 import EthereumTesterProvider, Web3
from web3.types import RPCEndpoint

MNEMONIC = "test test test test test test test test test test test junk"
START_TIMEOUT_SECONDS = 20


class Engine(Protocol):
    """A chain with unlocked accounts that mines each transaction at once."""

    w3: Web3

    def snapshot(self) -> object:
        """Return a handle on the present state."""

    def restore(self, handle: object) -> None:
        """Go back to a state; its handle is spent."""

    def advance(self, seconds: int) -> None:
        """Mine a block that many seconds later."""


class EthTesterEngine:
    """py-evm in this process."""

    def __init__(self) -> None:
        self._tester = EthereumTester(PyEVMBackend.from_mnemonic(MNEMONIC))
        self.w3 = Web3(EthereumTesterProvider(self._tester))

    def pending_state(self) -> StateAPI:
        """Return a copy of the state that the next block would begin with."""
        state: StateAPI = self._tester.backend.chain.get_vm().state
        return state

    def snapshot(self) -> object:
        """Return a handle on the present state."""
        return self._tester.take_snapshot()

    def restore(self, handle: object) -> None:
        """Go back to a state; its handle is spent."""
        self._tester.revert_to_snapshot(handle)

    def advance(self, seconds: int) -> None:
        """Mine a block that many seconds later."""
        self._tester.time_travel(self.w3.eth.get_block("pending")["timestamp"] + seconds)
        self._tester.mine_block()


class AnvilEngine:
    """A running anvil."""

    def __init__(self, url: str) -> None:
        self.w3 = Web3(Web3.HTTPProvider(url))

    def request(self, method: str, *params: object) -> object:
        """Return the result of a method of anvil's own."""
        return self.w3.provider.make_request(RPCEndpoint(method), list(params))["result"]

    def snapshot(self) -> object:
        """Return a handle on the present state."""
        return self.request("evm_snapshot")

    def restore(self, handle: object) -> None:
        """Go back to a state; its handle is spent."""
        self.request("evm_revert", handle)

    def advance(self, seconds: int) -> None:
        """Mine a block that many seconds later."""
        self.request("evm_increaseTime", seconds)
        self.request("evm_mine")


def anvil_binary() -> str | None:
    """Return the path of anvil, from HOKCTL_ANVIL or PATH."""
    return os.environ.get("HOKCTL_ANVIL") or shutil.which("anvil")


@contextmanager
def open_engine(name: str) -> Iterator[Engine]:
    """Yield the engine of that name, `eth-tester` or `anvil`."""
    if name == "eth-tester":
        yield EthTesterEngine()
        return
    if name != "anvil":
        msg = f"HOKCTL_TEST_ENGINE is {name!r}; it knows eth-tester and anvil"
        raise ValueError(msg)
    binary = anvil_binary()
    if binary is None:
        msg = "anvil is neither on PATH nor named by HOKCTL_ANVIL"
        raise FileNotFoundError(msg)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [binary, "--silent", "--port", str(port), "--mnemonic", MNEMONIC, "--hardfork", "cancun"]
    with subprocess.Popen(command) as process:
        try:
            engine = AnvilEngine(f"http://127.0.0.1:{port}")
            _wait_for(engine)
            yield engine
        finally:
            process.terminate()


def _wait_for(engine: AnvilEngine) -> None:
    deadline = time.monotonic() + START_TIMEOUT_SECONDS
    while not engine.w3.is_connected():
        if time.monotonic() > deadline:
            msg = "anvil does not answer"
            raise TimeoutError(msg)
        time.sleep(0.05)
