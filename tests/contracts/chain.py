"""Sending, refusals and events, decoded by the build artifacts alone."""

import ast
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from eth_abi.abi import decode
from eth_abi.grammar import parse
from eth_tester.exceptions import TransactionFailed  # type: ignore[import-untyped]  # it ships no types
from eth_typing import ABI, ChecksumAddress
from eth_utils.abi import abi_to_signature
from eth_utils.crypto import keccak
from web3.contract import Contract
from web3.contract.contract import ContractFunction
from web3.exceptions import ContractLogicError
from web3.types import LogReceipt, TxReceipt

from .engines import Engine

ROOT = Path(__file__).parents[2]
ABIS = ROOT / "abis"
STANDINS = Path(__file__).parent / "standins"
GAS_LIMIT = 12_000_000

SUITE_NAMES = (
    "HokusaiAMM",
    "HokusaiAMMFactory",
    "HokusaiParams",
    "HokusaiToken",
    "InfrastructureReserve",
    "ModelRegistry",
    "TokenManager",
    "UsageFeeRouter",
)
TEST_TOKEN_NAMES = ("MockUSDC", "StrictMockUSDC")

# Both exist beside the artifacts' errors: Solidity's own.
_BUILT_IN_ERRORS = {
    keccak(text="Error(string)")[:4]: ("Error", ["string"]),
    keccak(text="Panic(uint256)")[:4]: ("Panic", ["uint256"]),
}


@dataclass(frozen=True)
class Event:
    """A decoded log; an indexed string appears as its hash."""

    address: ChecksumAddress
    name: str
    args: Mapping[str, Any]


@dataclass(frozen=True)
class Refusal:
    """A decoded revert."""

    name: str
    args: tuple[Any, ...] = ()


@cache
def artifact(name: str) -> dict[str, Any]:
    """Return a build artifact of the suite or of a stand-in."""
    path = ABIS / f"{name}.json"
    if not path.exists():
        path = STANDINS / f"{name}.json"
    loaded: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return loaded


def abi_of(name: str) -> ABI:
    """Return the ABI of an artifact."""
    abi: ABI = artifact(name)["abi"]
    return abi


@cache
def _events_by_topic() -> dict[bytes, Any]:
    events = (entry for name in SUITE_NAMES + TEST_TOKEN_NAMES for entry in abi_of(name) if entry["type"] == "event")
    return {keccak(text=abi_to_signature(entry)): entry for entry in events}


@cache
def _errors_by_selector() -> dict[bytes, tuple[str, list[str]]]:
    table = dict(_BUILT_IN_ERRORS)
    for name in SUITE_NAMES + TEST_TOKEN_NAMES:
        for entry in abi_of(name):
            if entry["type"] == "error":
                types = [argument["type"] for argument in entry.get("inputs", ())]
                table[keccak(text=abi_to_signature(entry))[:4]] = (entry["name"], types)
    return table


class Chain:
    """An engine with the means to deploy, send and decode."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.w3 = engine.w3

    def deploy(self, name: str, *args: object, sender: ChecksumAddress) -> Contract:
        """Return a new contract of that artifact."""
        factory = self.w3.eth.contract(abi=abi_of(name), bytecode=artifact(name)["bytecode"])
        tx_hash = factory.constructor(*args).transact({"from": sender, "gas": GAS_LIMIT})
        receipt = self.w3.eth.wait_for_transaction_receipt(tx_hash)
        assert receipt["status"] == 1, f"{name}{args} was not deployed"
        address = receipt["contractAddress"]
        assert address is not None
        return self.at(name, address)

    def at(self, name: str, address: ChecksumAddress) -> Contract:
        """Return a deployed contract of that artifact."""
        return self.w3.eth.contract(address=address, abi=abi_of(name))

    def try_send(self, call: ContractFunction, sender: ChecksumAddress, value: int = 0) -> TxReceipt:
        """Return the receipt of a transaction, whatever came of it."""
        tx_hash = call.transact({"from": sender, "gas": GAS_LIMIT, "value": self.w3.to_wei(value, "wei")})
        return self.w3.eth.wait_for_transaction_receipt(tx_hash)

    def send(self, call: ContractFunction, sender: ChecksumAddress, value: int = 0) -> list[Event]:
        """Return the events of a transaction that must succeed."""
        receipt = self.try_send(call, sender, value)
        assert receipt["status"] == 1, self.refusal(call, sender, value)
        return [_decode_log(log) for log in receipt["logs"]]

    def refusal(self, call: ContractFunction, sender: ChecksumAddress, value: int = 0) -> Refusal:
        """Return the revert of a call that must fail, and that it fails as a transaction too."""
        try:
            call.call({"from": sender, "gas": GAS_LIMIT, "value": self.w3.to_wei(value, "wei")})
        except (TransactionFailed, ContractLogicError) as error:
            data = _revert_data(error)
        else:
            msg = f"{call.fn_name}{call.args} was not refused"
            raise AssertionError(msg)
        if isinstance(data, str):
            return Refusal("Error", (data,))
        name, types = _errors_by_selector()[data[:4]]
        return Refusal(name, tuple(decode(types, data[4:])))


def _revert_data(error: Exception) -> bytes | str:
    """Return the revert data, which eth-tester words as a Python literal and anvil as hex, or the revert's text."""
    data = getattr(error, "data", None)
    if isinstance(data, str) and data.startswith("0x"):
        return bytes.fromhex(data[2:])
    text = str(error).removeprefix("execution reverted: ")
    if text.startswith(("b'", 'b"')):
        literal = ast.literal_eval(text)
        assert isinstance(literal, bytes)
        return literal
    return text


def _decode_log(log: LogReceipt) -> Event:
    """Return the event; every log of the suite must be one that an artifact knows."""
    entry = _events_by_topic()[bytes(log["topics"][0])]
    indexed = [argument for argument in entry["inputs"] if argument["indexed"]]
    plain = [argument for argument in entry["inputs"] if not argument["indexed"]]
    assert len(log["topics"]) == len(indexed) + 1
    args: dict[str, Any] = {}
    for argument, topic in zip(indexed, log["topics"][1:], strict=True):
        is_hashed = parse(argument["type"]).is_dynamic
        args[argument["name"]] = bytes(topic) if is_hashed else decode([argument["type"]], topic)[0]
    values = decode([argument["type"] for argument in plain], log["data"])
    args.update({argument["name"]: value for argument, value in zip(plain, values, strict=True)})
    return Event(log["address"], entry["name"], args)
