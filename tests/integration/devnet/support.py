"""Small contracts and helpers for the tests of the embedded chain."""

from __future__ import annotations

import json
import urllib.request
from typing import Any

from hokctl.devnet.genesis import ACCOUNTS
from hokctl.devnet.keys import dev_account
from hokctl.devnet.node import Node

ALICE, BOB, CAROL = ACCOUNTS[:3]
ZERO_WORD = "0x" + "00" * 32

# Runtime code, written by hand so that the tests need no compiler.
STORE = "0x36600c575f545f5260205ff35b5f355f5500"
"""Without calldata: return slot 0. With calldata: write its first word there."""
REVERT = "0x365f5f37365ffd"
"""Revert with the calldata."""
EMIT = "0x365f5f375f35365fa100"
"""Emit the calldata as an event whose topic is its first word."""
CLOCK = "0x425f5243602052486040526060" + "5ff3"
"""Return time, block number and base fee."""
PREVIOUS_HASH = "0x6001430340" + "5f52" + "60205ff3"
"""Return the hash of the block before this one."""

Reply = Any


def word(number: int) -> str:
    """Write a number as 32 bytes of hex."""
    return f"0x{number:064x}"


def ask(node: Node, method: str, *params: object) -> Reply:
    """Return the result of a request to a node in this process; fail on an error."""
    answer: Reply = node.handle({"jsonrpc": "2.0", "id": 1, "method": method, "params": list(params)})
    assert "error" not in answer, answer["error"]
    return answer["result"]


def ask_error(node: Node, method: str, *params: object) -> Reply:
    """Return the error of a request to a node in this process; fail on a result."""
    answer: Reply = node.handle({"jsonrpc": "2.0", "id": 1, "method": method, "params": list(params)})
    assert "error" in answer, answer
    return answer["error"]


def post(url: str, body: bytes, headers: dict[str, str] | None = None) -> tuple[int, Reply]:
    """Send a body over HTTP and return the status and the decoded answer."""
    request = urllib.request.Request(  # noqa: S310 - a URL of the test's own server
        url, data=body, headers={"Content-Type": "application/json", **(headers or {})}
    )
    try:
        with urllib.request.urlopen(request, timeout=30) as response:  # noqa: S310 - the same
            return response.status, _decode(response.read())
    except urllib.error.HTTPError as error:
        with error:
            return error.code, _decode(error.read())


def ask_over_http(url: str, method: str, *params: object) -> Reply:
    """Return the whole answer to a request over HTTP."""
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": list(params)}).encode()
    return post(url, body)[1]


def install(node: Node, code: str, number: int = 1) -> str:
    """Put code at an address of its own and return the address."""
    address = f"0x{0x1000 + number:040d}"
    ask(node, "anvil_setCode", address, code)
    return address


def signed(index: int = 0, /, **fields: object) -> str:
    """Return a raw transaction of one of the ten accounts; type 2 with ample fees unless told otherwise."""
    fees = {} if "gasPrice" in fields else {"maxFeePerGas": 3 * 10**9, "maxPriorityFeePerGas": 10**9}
    transaction: Any = {"chainId": 31337, "nonce": 0, "gas": 200_000, "value": 0, **fees, **fields}
    return "0x" + dev_account(index).sign_transaction(transaction).raw_transaction.hex()


def key_of(index: int) -> str:
    """Return the private key of one of the ten accounts, as programs take it."""
    return "0x" + bytes(dev_account(index).key).hex()


def send(node: Node, raw: str) -> Reply:
    """Send a raw transaction and return its receipt."""
    return ask(node, "eth_getTransactionReceipt", ask(node, "eth_sendRawTransaction", raw))


def _decode(body: bytes) -> Reply:
    return json.loads(body) if body else None
