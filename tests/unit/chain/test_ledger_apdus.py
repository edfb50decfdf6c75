"""The requests to a Ledger, byte for byte as the app's documentation has them."""

import json
from pathlib import Path
from typing import Any

import pytest
from eth_account.messages import encode_typed_data

from hokctl.chain import ledger_apdus

pytestmark = pytest.mark.unit

FIXTURE: dict[str, Any] = json.loads((Path(__file__).parent / "fixtures" / "ledger.json").read_text(encoding="utf-8"))
PATH = FIXTURE["path"]
ZERO = "0x" + "00" * 20
SAFE_TX: dict[str, Any] = {
    "types": {
        "EIP712Domain": [{"name": "chainId", "type": "uint256"}, {"name": "verifyingContract", "type": "address"}],
        "SafeTx": [
            {"name": "to", "type": "address"},
            {"name": "value", "type": "uint256"},
            {"name": "data", "type": "bytes"},
            {"name": "operation", "type": "uint8"},
            {"name": "safeTxGas", "type": "uint256"},
            {"name": "baseGas", "type": "uint256"},
            {"name": "gasPrice", "type": "uint256"},
            {"name": "gasToken", "type": "address"},
            {"name": "refundReceiver", "type": "address"},
            {"name": "nonce", "type": "uint256"},
        ],
    },
    "primaryType": "SafeTx",
    "domain": {"chainId": 11155111, "verifyingContract": "0x657ff0D4eC65D82b2bC1247b0a558bcd2f80A0f1"},
    "message": {
        "to": "0x255C3912f91eF11bFDadd405F13144a823Da8cc5",
        "value": "100000000000000000",
        "data": "0x",
        "operation": 0,
        "safeTxGas": "0",
        "baseGas": "0",
        "gasPrice": "0",
        "gasToken": ZERO,
        "refundReceiver": ZERO,
        "nonce": "4",
    },
}


def hexed(apdus: list[bytes]) -> list[str]:
    return [apdu.hex() for apdu in apdus]


def test_the_fixtures_hashes_are_those_of_its_typed_data() -> None:
    signable = encode_typed_data(full_message=SAFE_TX)
    assert FIXTURE["sign_hashes"].endswith(signable.header.hex() + signable.body.hex())


def test_the_requests_are_the_documented_bytes() -> None:
    assert ledger_apdus.get_configuration().hex() == FIXTURE["get_configuration"]
    assert ledger_apdus.get_address(PATH).hex() == FIXTURE["get_address"]
    signable = encode_typed_data(full_message=SAFE_TX)
    assert ledger_apdus.sign_hashes(PATH, signable.header, signable.body).hex() == FIXTURE["sign_hashes"]
    assert hexed(ledger_apdus.sign_transaction(PATH, bytes.fromhex(FIXTURE["payload"]))) == FIXTURE["sign_transaction"]


def test_a_safe_transaction_is_sent_field_by_field() -> None:
    assert hexed(ledger_apdus.sign_typed_data(PATH, SAFE_TX)) == FIXTURE["sign_typed_data"]
