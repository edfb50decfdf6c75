"""A signature counts only if it is an owner's, over this very hash, in a kind that is understood."""

from dataclasses import replace

import pytest
from eth_account import Account
from eth_account.signers.local import LocalAccount
from hypothesis import given
from hypothesis import strategies as st

from hokctl.safe.packing import pack_signatures
from hokctl.safe.signatures import (
    KIND_OF_V,
    Confirmation,
    DuplicateSignatureError,
    InvalidSignatureError,
    NotAnOwnerError,
    SignatureKind,
    approved_hash,
    confirmations_of,
    recover_signer,
    verify_confirmation,
    verify_confirmations,
)

from .samples import OWNER_KEYS, OWNERS, SAFE_ADDRESS, STRANGER, sample_proposal, sign, sign_personally, with_v

pytestmark = pytest.mark.unit

SAFE_TX = sample_proposal().safe_tx
HASH = SAFE_TX.safe_tx_hash
CURVE_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141


@given(key=st.integers(min_value=1, max_value=CURVE_ORDER - 1))
def test_both_ways_to_sign_recover_to_the_signer(key: int) -> None:
    account = Account.from_key(key.to_bytes(32, "big"))
    for confirmation in (sign(SAFE_TX, account), sign_personally(SAFE_TX, account)):
        assert recover_signer(confirmation, HASH) == account.address
        verify_confirmation(confirmation, HASH)


def test_the_kind_of_a_signature_follows_from_v() -> None:
    assert sign(SAFE_TX, OWNER_KEYS[0]).kind is SignatureKind.EIP712
    assert sign_personally(SAFE_TX, OWNER_KEYS[0]).kind is SignatureKind.ETH_SIGN


@pytest.mark.parametrize("v", [v for v in range(256) if v not in KIND_OF_V])
def test_an_unknown_kind_is_refused(v: int) -> None:
    with pytest.raises(InvalidSignatureError, match=f"its v is {v},") as caught:
        recover_signer(with_v(sign(SAFE_TX, OWNER_KEYS[0]), v), HASH)
    assert (caught.value.code, caught.value.exit_code) == ("invalid-signature", 6)


@pytest.mark.parametrize("length", [0, 1, 64, 66, 130])
def test_a_signature_of_another_length_is_refused(length: int) -> None:
    confirmation = Confirmation(owner=OWNERS[0], signature=(b"\x1b" * 200)[:length])
    with pytest.raises(InvalidSignatureError, match=f"it has {length} bytes"):
        verify_confirmation(confirmation, HASH)


@pytest.mark.parametrize("numbers", [b"\x00" * 64, b"\xff" * 64, CURVE_ORDER.to_bytes(32, "big") + b"\x01" * 32])
@pytest.mark.parametrize("v", [27, 28, 31, 32])
def test_numbers_off_the_curve_are_refused(numbers: bytes, v: int) -> None:
    with pytest.raises(InvalidSignatureError, match="no point on the curve"):
        verify_confirmation(Confirmation(owner=OWNERS[0], signature=numbers + bytes([v])), HASH)


@given(body=st.binary(min_size=64, max_size=64), v=st.sampled_from([27, 28, 31, 32]))
def test_random_bytes_are_never_an_owners_signature(body: bytes, v: int) -> None:
    with pytest.raises(InvalidSignatureError):
        verify_confirmation(Confirmation(owner=OWNERS[0], signature=body + bytes([v])), HASH)


def test_a_signature_over_another_transaction_is_refused() -> None:
    other = replace(SAFE_TX, nonce=SAFE_TX.nonce + 1)
    with pytest.raises(InvalidSignatureError, match="recovers to"):
        verify_confirmation(sign(other, OWNER_KEYS[0]), HASH)


def test_a_signature_in_anothers_name_is_refused() -> None:
    stolen = replace(sign(SAFE_TX, OWNER_KEYS[0]), owner=OWNERS[1])
    with pytest.raises(InvalidSignatureError, match=f"recovers to {OWNERS[0]}"):
        verify_confirmation(stolen, HASH)


def test_a_kind_passed_off_as_the_other_is_refused() -> None:
    plain, personal = sign(SAFE_TX, OWNER_KEYS[0]), sign_personally(SAFE_TX, OWNER_KEYS[0])
    for confused in (with_v(plain, plain.signature[-1] + 4), with_v(personal, personal.signature[-1] - 4)):
        with pytest.raises(InvalidSignatureError):
            verify_confirmation(confused, HASH)


def test_the_upper_half_of_the_curve_is_accepted_as_the_safe_accepts_it() -> None:
    low = sign(SAFE_TX, OWNER_KEYS[0])
    s = CURVE_ORDER - int.from_bytes(low.signature[32:64], "big")
    high = low.signature[:32] + s.to_bytes(32, "big") + bytes([27 + 28 - low.signature[-1]])
    verify_confirmation(Confirmation(owner=OWNERS[0], signature=high), HASH)


def test_signatures_of_owners_pass_together() -> None:
    confirmations = [sign(SAFE_TX, OWNER_KEYS[2]), sign_personally(SAFE_TX, OWNER_KEYS[0])]
    verify_confirmations(confirmations, HASH, safe=SAFE_ADDRESS, owners=OWNERS)


def test_a_stranger_among_the_signers_is_refused() -> None:
    confirmations = [sign(SAFE_TX, OWNER_KEYS[0]), sign(SAFE_TX, STRANGER)]
    with pytest.raises(NotAnOwnerError, match=f"{STRANGER.address} is not an owner") as caught:
        verify_confirmations(confirmations, HASH, safe=SAFE_ADDRESS, owners=OWNERS)
    assert (caught.value.code, caught.value.exit_code) == ("not-an-owner", 6)


def test_one_owner_does_not_count_twice() -> None:
    confirmations = [sign(SAFE_TX, OWNER_KEYS[0]), sign_personally(SAFE_TX, OWNER_KEYS[0])]
    with pytest.raises(DuplicateSignatureError, match=OWNERS[0]) as caught:
        verify_confirmations(confirmations, HASH, safe=SAFE_ADDRESS, owners=OWNERS)
    assert (caught.value.code, caught.value.exit_code) == ("duplicate-signature", 6)
    with pytest.raises(DuplicateSignatureError):
        pack_signatures(confirmations)


def test_the_signature_of_a_former_owner_counts_no_longer() -> None:
    confirmations = [sign(SAFE_TX, account) for account in OWNER_KEYS]
    assert [item.owner for item in confirmations_of(OWNERS[1:], confirmations)] == list(OWNERS[1:])


@given(accounts=st.permutations(OWNER_KEYS))
def test_signatures_are_packed_by_ascending_owner(accounts: list[LocalAccount]) -> None:
    packed = pack_signatures(sign(SAFE_TX, account) for account in accounts)
    chunks = [packed[start : start + 65] for start in range(0, len(packed), 65)]
    signers = [recover_signer(Confirmation(owner=OWNERS[0], signature=chunk), HASH) for chunk in chunks]
    assert signers == sorted(OWNERS, key=lambda owner: int(owner, 16))


def test_no_signatures_pack_to_nothing() -> None:
    assert pack_signatures([]) == b""


def test_what_only_the_chain_can_confirm_is_never_recovered() -> None:
    for confirmation in (approved_hash(OWNERS[0]), Confirmation(owner=OWNERS[0], contract_signature=b"\x01")):
        verify_confirmation(confirmation, HASH)
        with pytest.raises(InvalidSignatureError, match="no key has made it"):
            recover_signer(confirmation, HASH)
