"""The same chain on Foundry's anvil, for whoever wants its speed or its traces: a child process with our block 0."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections import deque
from pathlib import Path
from typing import TYPE_CHECKING

from hokctl.devnet.errors import AnvilFailedError, AnvilMissingError
from hokctl.devnet.genesis import ACCOUNTS, CHAIN_ID, DERIVATION_PATH, MNEMONIC, genesis_accounts
from hokctl.devnet.rpc import to_data, to_quantity, to_word

if TYPE_CHECKING:
    from types import TracebackType
    from typing import IO, Self

BLOCK_GAS_LIMIT = 60_000_000
_START_SECONDS = 30.0
_STOP_SECONDS = 5.0
_KEPT_LINES = 20
_LISTENING = re.compile(r"Listening on (\S+):(\d+)")


class RunningAnvil:
    """An anvil that runs until it is closed; also a context manager."""

    def __init__(self, command: list[str], host: str) -> None:
        """Start the command and wait until it says where it listens."""
        self._lines: deque[str] = deque(maxlen=_KEPT_LINES)
        self._listening = threading.Event()
        self.host = host
        self.port = 0
        self._process = subprocess.Popen(  # noqa: S603 - the user's own anvil, with arguments written here
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        assert self._process.stdout is not None  # noqa: S101 - a pipe was asked for
        self._reader = threading.Thread(target=self._read, args=(self._process.stdout,), name="anvil", daemon=True)
        self._reader.start()
        self._await_start()

    @property
    def url(self) -> str:
        """Return the URL clients use."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}"

    def close(self) -> None:
        """Stop anvil and whatever it was started through; closing again does nothing."""
        if self._process.poll() is None:
            self._signal(signal.SIGTERM)
            try:
                self._process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self._signal(signal.SIGKILL)
                self._process.wait(_STOP_SECONDS)
        self._reader.join(_STOP_SECONDS)

    def __enter__(self) -> Self:
        """Return the process itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop it."""
        self.close()

    def _await_start(self) -> None:
        self._listening.wait(_START_SECONDS)
        if self.port == 0:
            self.close()
            raise AnvilFailedError(" ".join(list(self._lines)[-1:]) or "it said nothing")

    def _read(self, output: IO[str]) -> None:
        """Follow anvil's output to its end, so that it never waits for somebody to read."""
        with output:
            for line in output:
                self._lines.append(line.strip())
                found = _LISTENING.search(line)
                if found and self.port == 0:
                    self.port = int(found[2])
                    self._listening.set()
        self._listening.set()

    def _signal(self, number: signal.Signals) -> None:
        """Signal the whole group: an anvil installed by npm is a child of a script."""
        os.killpg(self._process.pid, number)


def start_anvil(*, host: str = "127.0.0.1", port: int = 0, binary: str = "anvil") -> RunningAnvil:
    """Start anvil with the accounts and contracts of the embedded chain; port 0 takes a free one.

    Raise AnvilMissingError or AnvilFailedError.
    """
    program = shutil.which(binary)
    if program is None:
        raise AnvilMissingError(binary)
    with tempfile.TemporaryDirectory(prefix="hokctl-devnet-") as folder:
        genesis = Path(folder) / "genesis.json"
        genesis.write_text(json.dumps(genesis_json()), encoding="utf-8")
        return RunningAnvil([program, *_arguments(genesis, host, port)], host)


def genesis_json() -> dict[str, object]:
    """Return block 0 as geth and anvil read it from a file."""
    return {
        "config": {"chainId": CHAIN_ID},
        "difficulty": "0x0",
        "gasLimit": to_quantity(BLOCK_GAS_LIMIT),
        "nonce": "0x0",
        "timestamp": to_quantity(int(time.time())),
        "alloc": {
            to_data(address): {
                "balance": to_quantity(account.balance),
                "nonce": to_quantity(account.nonce),
                "code": to_data(account.code),
                "storage": {to_word(slot): to_word(value) for slot, value in account.storage.items()},
            }
            for address, account in genesis_accounts().items()
        },
    }


def _arguments(genesis: Path, host: str, port: int) -> list[str]:
    options = {
        "--host": host,
        "--port": str(port),
        "--init": str(genesis),
        "--hardfork": "prague",
        "--chain-id": str(CHAIN_ID),
        "--gas-limit": str(BLOCK_GAS_LIMIT),
        "--accounts": str(len(ACCOUNTS)),
        "--mnemonic": MNEMONIC,
        "--derivation-path": f"{DERIVATION_PATH}/",
    }
    return [part for option in options.items() for part in option]
