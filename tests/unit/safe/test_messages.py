"""Messages of a Safe that owns another Safe: what its owners sign, by hokctl's word and by eth_account's."""

from dataclasses import replace

import pytest
from eth_account.messages import encode_typed_data
from eth_account.signers.local import LocalAccount
from eth_typing import ChecksumAddress
from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak
from hypothesis import given
from hypothesis import strategies as st

from hokctl.safe.messages import SafeMessage, add_to_contract_signature, message_for
from hokctl.safe.packing import unpack_signatures
from hokctl.safe.signatures import Confirmation, recover_signer
from hokctl.safe.versions import UnsupportedSafeVersionError

from .samples import OTHER_SAFE, OWNER_KEYS, sample_proposal

pytestmark = pytest.mark.unit

SAFE_TX = sample_proposal().safe_tx

addresses = st.binary(min_size=20, max_size=20).map(to_checksum_address)
messages = st.builds(SafeMessage, safe=addresses, chain_id=st.integers(1, 2**256 - 1), message=st.binary(max_size=200))


def confirm(message: SafeMessage, account: LocalAccount) -> Confirmation:
    """Return the account's signature over the message, as a wallet makes it."""
    signed = account.sign_message(encode_typed_data(full_message=message.typed_data()))
    return Confirmation(owner=to_checksum_address(account.address), signature=bytes(signed.signature))


@given(messages)
def test_the_hash_is_that_of_the_document_that_wallets_sign(message: SafeMessage) -> None:
    signable = encode_typed_data(full_message=message.typed_data())

    assert message.message_hash == "0x" + keccak(b"\x19\x01" + signable.header + signable.body).hex()


@given(messages, messages)
def test_two_messages_never_share_a_hash(one: SafeMessage, other: SafeMessage) -> None:
    assert (one.message_hash == other.message_hash) == (one == other)
    for changed in (
        replace(one, chain_id=one.chain_id ^ 1),
        replace(one, message=one.message + b"\0"),
        replace(one, safe=to_checksum_address((int(one.safe, 16) ^ 1).to_bytes(20, "big"))),
    ):
        assert changed.message_hash != one.message_hash


@given(addresses, st.integers(0, 2**64))
def test_owners_are_shown_the_pre_image_before_1_5_0_and_its_hash_since(owner: ChecksumAddress, nonce: int) -> None:
    safe_tx = replace(SAFE_TX, nonce=nonce)
    older, newer = (message_for(safe_tx, owner, version=version).message for version in ("1.4.1", "1.5.0"))

    assert older == message_for(safe_tx, owner, version="1.3.0+L2").message == safe_tx.pre_image
    assert newer == keccak(older) == bytes.fromhex(safe_tx.safe_tx_hash[2:])
    assert message_for(safe_tx, owner, version="1.4.1").safe == owner


def test_a_version_that_is_not_known_is_refused() -> None:
    with pytest.raises(UnsupportedSafeVersionError):
        message_for(SAFE_TX, OTHER_SAFE, version="1.2.0")


@given(st.permutations(OWNER_KEYS), st.integers(0, 3))
def test_one_owner_after_the_other_signs_in_the_safes_name(order: list[LocalAccount], again: int) -> None:
    message = message_for(SAFE_TX, OTHER_SAFE, version="1.4.1")
    stranger = Confirmation(owner=to_checksum_address("0x" + "77" * 20), contract_signature=b"\x01")
    whole: list[Confirmation] = [stranger]
    for account in (*order, *order[:again]):
        whole = [stranger, add_to_contract_signature(message, confirm(message, account), whole)]

    assert whole[1].owner == OTHER_SAFE
    inside = unpack_signatures(whole[1].contract_signature or b"", message.message_hash)
    assert [one.owner for one in inside] == [account.address for account in OWNER_KEYS]
    assert [recover_signer(one, message.message_hash) for one in inside] == [one.owner for one in inside]
