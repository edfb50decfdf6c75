"""The hashes of Safe transactions, computed by Foundry's cast and by safe-eth-py as well, and golden vectors."""

import json
import os
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest
from eth_typing import ChecksumAddress
from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hokctl.clients.safe import Operation
from hokctl.devnet.keys import dev_account
from hokctl.domain.units import ZERO_ADDRESS
from hokctl.safe.exchange import read_content
from hokctl.safe.signatures import Confirmation, recover_signer
from hokctl.safe.transactions import SafeTx, verify_hashes
from hokctl.safe.wallet_documents import typed_data_document

pytestmark = [
    pytest.mark.integration,
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),  # safe-eth-py's own dependencies use old names
]

SAFE = cast("ChecksumAddress", "0x657ff0D4eC65D82b2bC1247b0a558bcd2f80A0f1")
TO = cast("ChecksumAddress", "0x255C3912f91eF11bFDadd405F13144a823Da8cc5")
GOLDEN = SafeTx(
    safe=SAFE, chain_id=11155111, version="1.3.0", to=TO, value=10**17, data=b"", operation=Operation.CALL, nonce=4
)
TYPES = (
    "SafeTx(address to,uint256 value,bytes data,uint8 operation,uint256 safeTxGas,uint256 baseGas,uint256 gasPrice,"
    "address gasToken,address refundReceiver,uint256 nonce)"
)
DOMAIN = "EIP712Domain(uint256 chainId,address verifyingContract)"
Run = Callable[..., str]

addresses = st.binary(min_size=20, max_size=20).map(to_checksum_address)
words = st.integers(0, 2**256 - 1)
transactions = st.builds(
    SafeTx,
    safe=addresses,
    chain_id=st.integers(1, 2**53),
    version=st.sampled_from(["1.3.0", "1.4.1", "1.5.0"]),
    to=addresses,
    value=words,
    data=st.binary(max_size=100),
    operation=st.sampled_from(list(Operation)),
    nonce=words,
    safe_tx_gas=words,
    base_gas=words,
    gas_price=words,
    gas_token=addresses,
    refund_receiver=addresses,
)


@pytest.fixture(scope="module")
def encode() -> Callable[..., Any]:
    """Return safe-eth-py's EIP-712 encoder; its import alone changes the recursion limit."""
    from safe_eth.eth.eip712 import eip712_encode

    return eip712_encode


@pytest.fixture(scope="module")
def run() -> Run:
    """Return a function that runs cast and returns what it prints."""
    binary = os.environ.get("HOKCTL_CAST")
    if binary is None:
        pytest.skip("HOKCTL_CAST names no cast")

    def run(*arguments: str) -> str:
        environment = {**os.environ, "FOUNDRY_DISABLE_NIGHTLY_WARNING": "1"}
        done = subprocess.run(
            [binary, *arguments], capture_output=True, text=True, env=environment, timeout=60, check=False
        )
        return done.stdout.strip() or done.stderr.strip()

    return run


def test_the_golden_vector_of_sepolia() -> None:
    verify_hashes(GOLDEN)

    assert GOLDEN.domain_hash == "0x611379c19940caee095cdb12bebe6a9fa9abb74cdb1fbd7377c49a1f198dc24f"
    assert GOLDEN.message_hash == "0x565bba8b51924ffa64953596d0a2dd5c2cad39649f7de0bf2c8dbc903bd03258"
    assert GOLDEN.safe_tx_hash == "0xcb8bbe7bf8f8a1f3f57658e450d07d4422356ac042d96a87ba425b19e67a78a1"


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(safe_tx=transactions)
def test_safe_eth_py_computes_the_same_hashes(encode: Callable[..., Any], safe_tx: SafeTx) -> None:
    theirs = encode(typed_data_document(safe_tx))

    assert "0x" + theirs[1].hex() == safe_tx.domain_hash
    assert "0x" + theirs[2].hex() == safe_tx.message_hash
    assert "0x" + keccak(b"".join(theirs)).hex() == safe_tx.safe_tx_hash


@settings(max_examples=60)
@given(transactions)
def test_typed_data_comes_back_as_the_same_transaction(safe_tx: SafeTx) -> None:
    (offer,) = read_content(json.dumps(typed_data_document(safe_tx)), chain_id=0).offers

    assert replace(offer.safe_tx, version=safe_tx.version) == safe_tx


def samples() -> list[SafeTx]:
    """Return transactions that differ in every field."""
    other = cast("ChecksumAddress", "0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48")
    return [
        GOLDEN,
        replace(GOLDEN, data=b"\1\2\3", operation=Operation.DELEGATECALL, value=2**256 - 1),
        replace(GOLDEN, safe_tx_gas=1, base_gas=2, gas_price=3, gas_token=other, refund_receiver=TO, nonce=2**200),
        replace(GOLDEN, chain_id=1, safe=other, to=ZERO_ADDRESS),
    ]


@pytest.mark.cast
@pytest.mark.parametrize("safe_tx", samples(), ids=["plain", "delegatecall", "refund", "mainnet"])
def test_cast_computes_the_same_hashes_from_the_fields(run: Run, safe_tx: SafeTx) -> None:
    def hash_of(*parts: str) -> str:
        return run("keccak", "0x" + "".join(part.removeprefix("0x") for part in parts))

    fields: Any = safe_tx.typed_data()["message"]
    values = [str(fields[name]) for name in ("value", "operation", "safeTxGas", "baseGas", "gasPrice")]
    value, operation, safe_tx_gas, base_gas, gas_price = values
    domain = run("abi-encode", "f(bytes32,uint256,address)", run("keccak", DOMAIN), str(safe_tx.chain_id), safe_tx.safe)
    struct = run(
        "abi-encode",
        "f(bytes32,address,uint256,bytes32,uint8,uint256,uint256,uint256,address,address,uint256)",
        *(
            run("keccak", TYPES),
            safe_tx.to,
            value,
            hash_of(fields["data"]),
            operation,
            safe_tx_gas,
            base_gas,
            gas_price,
        ),
        *(safe_tx.gas_token, safe_tx.refund_receiver, str(safe_tx.nonce)),
    )
    hashes = (hash_of(domain), hash_of(struct))

    assert hashes == (safe_tx.domain_hash, safe_tx.message_hash)
    assert hash_of("1901", *hashes) == safe_tx.safe_tx_hash


@pytest.mark.cast
@pytest.mark.parametrize("safe_tx", samples(), ids=["plain", "delegatecall", "refund", "mainnet"])
def test_cast_signs_the_exported_typed_data_for_the_same_hash(run: Run, safe_tx: SafeTx, tmp_path: Path) -> None:
    account, path = dev_account(1), tmp_path / "typed.json"
    path.write_text(json.dumps(typed_data_document(safe_tx)), encoding="utf-8")
    key = "0x" + account.key.hex().removeprefix("0x")
    signature = run("wallet", "sign", "--private-key", key, "--data", "--from-file", str(path))
    confirmation = Confirmation(owner=account.address, signature=bytes.fromhex(signature.removeprefix("0x")))

    assert recover_signer(confirmation, safe_tx.safe_tx_hash) == account.address
