"""The hashes of a Safe transaction agree with published vectors and with two other implementations."""

from dataclasses import fields, replace
from typing import Any

import pytest
from eth_account.messages import encode_typed_data
from eth_typing import URI
from eth_utils.address import to_checksum_address
from hypothesis import given
from hypothesis import strategies as st
from safe_eth.eth import EthereumClient
from safe_eth.safe.safe_tx import SafeTx as PeerSafeTx

from hokctl.clients.safe import Operation
from hokctl.domain.documents import Fields, dump_document, parse_document
from hokctl.safe.transactions import (
    DOMAIN_TYPE_HASH,
    SAFE_TX_TYPE_HASH,
    HashMismatchError,
    InvalidSafeTxError,
    SafeTx,
    safe_tx_from_json,
    safe_tx_to_json,
    verify_hashes,
)
from hokctl.safe.versions import UnsupportedSafeVersionError

pytestmark = pytest.mark.unit

SEPOLIA_SAFE = to_checksum_address("0x657ff0D4eC65D82b2bC1247b0a558bcd2f80A0f1")
NESTED_SAFE = to_checksum_address("0x6bc56d6CE87C86CB0756c616bECFD3Cd32b09251")
ARBITRUM_SAFE = to_checksum_address("0x111CEEee040739fD91D29C34C33E6B3E112F2177")

TRANSFER = SafeTx(
    safe=SEPOLIA_SAFE,
    chain_id=11155111,
    version="1.4.1",
    to=to_checksum_address("0x255C3912f91eF11bFDadd405F13144a823Da8cc5"),
    value=10**17,
    data=b"",
    operation=Operation.CALL,
    nonce=4,
)
NESTED_APPROVAL = replace(
    TRANSFER,
    safe=NESTED_SAFE,
    to=SEPOLIA_SAFE,
    value=0,
    data=bytes.fromhex("d4d9bdcdcb8bbe7bf8f8a1f3f57658e450d07d4422356ac042d96a87ba425b19e67a78a1"),
)
ADD_OWNER = SafeTx(
    safe=ARBITRUM_SAFE,
    chain_id=42161,
    version="1.3.0+L2",
    to=ARBITRUM_SAFE,
    value=0,
    data=bytes.fromhex("0d582f13" + "0c75fa5a5f1c0997e3eea425cfa13184ed0ec9e5".rjust(64, "0") + "3".rjust(64, "0")),
    operation=Operation.CALL,
    nonce=234,
)
REFUNDING_DELEGATECALL = replace(
    ADD_OWNER,
    value=1000,
    operation=Operation.DELEGATECALL,
    gas_price=50,
    gas_token=to_checksum_address("0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2"),
    refund_receiver=to_checksum_address("0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045"),
)

VECTORS = [
    pytest.param(
        TRANSFER,
        "0x611379c19940caee095cdb12bebe6a9fa9abb74cdb1fbd7377c49a1f198dc24f",
        "0x565bba8b51924ffa64953596d0a2dd5c2cad39649f7de0bf2c8dbc903bd03258",
        "0xcb8bbe7bf8f8a1f3f57658e450d07d4422356ac042d96a87ba425b19e67a78a1",
        id="transfer on Sepolia",
    ),
    pytest.param(
        NESTED_APPROVAL,
        "0x55f6c329a7834e2a4e789f5526f328fa75d14fe75b97b0001be40caf46ca92a1",
        "0xcd411ee5d49344391ef8d37b76e19dfacf505bbb20e856ac907acb5958ecbdf0",
        "0x86eb3f93f2670d119a4ecb8eeaa4dafe31a28abcafe06688d47e195a3dd7abb0",
        id="approveHash by a nested Safe",
    ),
    pytest.param(
        ADD_OWNER,
        "0x1cf7f9b1efe3bc47fe02fd27c649fea19e79d66040683a1c86c7490c80bf7291",
        "0xd9109ea63c50ecd3b80b6b27ed5c5a9fd3d546c2169dfb69bfa7ba24cd14c7a5",
        "0x0cb7250b8becd7069223c54e2839feaed4cee156363fbfe5dd0a48e75c4e25b3",
        id="addOwnerWithThreshold on Arbitrum, 1.3.0+L2",
    ),
    pytest.param(
        REFUNDING_DELEGATECALL,
        "0x1cf7f9b1efe3bc47fe02fd27c649fea19e79d66040683a1c86c7490c80bf7291",
        "0xc7e826933da60e6ac3e2246ed0563a26a920a65beaa9089d784ac96234141bb3",
        "0xc818fceb1cace51c1a4039c4c66fc73d95eccc298104c9c52debac604b9f4e04",
        id="delegatecall with a gas refund on Arbitrum",
    ),
]

WORDS = st.integers(min_value=0, max_value=2**256 - 1)
ADDRESSES = st.binary(min_size=20, max_size=20).map(to_checksum_address)
SAFE_TXS = st.builds(
    SafeTx,
    safe=ADDRESSES,
    chain_id=WORDS,
    version=st.sampled_from(["1.3.0", "1.3.0+L2", "1.4.1", "1.5.0"]),
    to=ADDRESSES,
    value=WORDS,
    data=st.binary(max_size=200),
    operation=st.sampled_from(Operation),
    nonce=WORDS,
    safe_tx_gas=WORDS,
    base_gas=WORDS,
    gas_price=WORDS,
    gas_token=ADDRESSES,
    refund_receiver=ADDRESSES,
)


@pytest.mark.parametrize(("safe_tx", "domain_hash", "message_hash", "safe_tx_hash"), VECTORS)
def test_published_hashes_are_reproduced(
    safe_tx: SafeTx, domain_hash: str, message_hash: str, safe_tx_hash: str
) -> None:
    assert (safe_tx.domain_hash, safe_tx.message_hash, safe_tx.safe_tx_hash) == (
        domain_hash,
        message_hash,
        safe_tx_hash,
    )
    verify_hashes(safe_tx)


def test_the_type_hashes_are_those_in_the_safes_source() -> None:
    assert DOMAIN_TYPE_HASH.hex() == "47e79534a245952e8b16893a336b85a3d9ea9fa8c573f3d803afb92a79469218"
    assert SAFE_TX_TYPE_HASH.hex() == "bb8310d486368db6bd6f849402fdd73ad53d316b5a4b2644ad6efe0f941286d8"


@given(safe_tx=SAFE_TXS)
def test_the_hashes_agree_with_eth_account(safe_tx: SafeTx) -> None:
    message = encode_typed_data(full_message=safe_tx.typed_data())
    assert safe_tx.domain_hash == "0x" + message.header.hex()
    assert safe_tx.message_hash == "0x" + message.body.hex()
    verify_hashes(safe_tx)


@given(safe_tx=SAFE_TXS)
def test_the_hash_agrees_with_safe_eth_py(safe_tx: SafeTx) -> None:
    peer = PeerSafeTx(
        EthereumClient(URI("http://127.0.0.1:1")),
        safe_tx.safe,
        safe_tx.to,
        safe_tx.value,
        safe_tx.data,
        int(safe_tx.operation),
        safe_tx.safe_tx_gas,
        safe_tx.base_gas,
        safe_tx.gas_price,
        safe_tx.gas_token,
        safe_tx.refund_receiver,
        safe_nonce=safe_tx.nonce,
        safe_version=safe_tx.version.partition("+")[0],
        chain_id=safe_tx.chain_id,
    )
    assert safe_tx.safe_tx_hash == "0x" + peer.safe_tx_hash.hex().removeprefix("0x")


@pytest.mark.parametrize("name", [field.name for field in fields(SafeTx) if field.name != "version"])
def test_every_field_changes_the_hash(name: str) -> None:
    value = getattr(TRANSFER, name)
    changed: Any
    if isinstance(value, bytes):
        changed = b"\x00"
    elif isinstance(value, str):
        changed = NESTED_SAFE
    elif isinstance(value, Operation):
        changed = Operation.DELEGATECALL
    else:
        changed = value + 1
    assert replace(TRANSFER, **{name: changed}).safe_tx_hash != TRANSFER.safe_tx_hash


@given(safe_tx=SAFE_TXS)
def test_a_safe_tx_survives_its_file(safe_tx: SafeTx) -> None:
    document = parse_document(dump_document(safe_tx_to_json(safe_tx)))
    assert safe_tx_from_json(Fields(document)) == safe_tx


@pytest.mark.parametrize(
    "change",
    [
        {"operation": 2},
        {"operation": "0"},
        {"nonce": 4},
        {"value": "-1"},
        {"value": str(2**256)},
        {"to": SEPOLIA_SAFE.lower()},
        {"data": "0xABCD"},
        {"data": None},
        {"chain_id": "1"},
    ],
)
def test_a_file_that_is_no_safe_tx_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(InvalidSafeTxError) as caught:
        safe_tx_from_json(Fields(safe_tx_to_json(TRANSFER) | change))
    assert (caught.value.code, caught.value.exit_code) == ("invalid-safe-tx", 2)


@pytest.mark.parametrize("name", ["safe", "to", "gas_token", "refund_receiver"])
def test_an_address_without_checksum_is_refused(name: str) -> None:
    with pytest.raises(InvalidSafeTxError, match="checksummed"):
        replace(TRANSFER, **{name: SEPOLIA_SAFE.lower()})  # type: ignore[arg-type]  # wrong on purpose


@pytest.mark.parametrize("name", ["chain_id", "value", "nonce", "safe_tx_gas", "base_gas", "gas_price"])
@pytest.mark.parametrize("number", [-1, 2**256])
def test_a_number_that_no_word_holds_is_refused(name: str, number: int) -> None:
    with pytest.raises(InvalidSafeTxError, match="256-bit"):
        replace(TRANSFER, **{name: number})  # type: ignore[arg-type]  # mypy cannot see which field it is


@pytest.mark.parametrize("version", ["1.2.0", "1.1.1", "1.0.0", "0.1.0", "1.3.1", "2.0.0", "", "1.4", "x", "1.4.1 "])
def test_a_version_with_other_hashes_is_refused(version: str) -> None:
    with pytest.raises(UnsupportedSafeVersionError) as caught:
        replace(TRANSFER, version=version)
    assert SEPOLIA_SAFE in caught.value.message
    assert (caught.value.code, caught.value.exit_code) == ("unsupported-safe-version", 6)


class _LyingTx(SafeTx):
    """A Safe transaction whose typed data is not that of its hash."""

    __slots__ = ()

    def typed_data(self) -> dict[str, Any]:
        document = super().typed_data()
        document["message"]["value"] += 1
        return document


def test_hashes_that_disagree_are_refused() -> None:
    lying = _LyingTx(**{field.name: getattr(TRANSFER, field.name) for field in fields(SafeTx)})
    with pytest.raises(HashMismatchError) as caught:
        verify_hashes(lying)
    assert "message hash" in caught.value.message
    assert TRANSFER.message_hash in caught.value.message
    assert (caught.value.code, caught.value.exit_code) == ("hash-mismatch", 6)


def test_the_contracts_fields_are_those_of_the_transaction() -> None:
    given_fields = REFUNDING_DELEGATECALL.fields
    assert given_fields.values() == (
        ARBITRUM_SAFE,
        1000,
        ADD_OWNER.data,
        1,
        0,
        0,
        50,
        REFUNDING_DELEGATECALL.gas_token,
        REFUNDING_DELEGATECALL.refund_receiver,
    )
