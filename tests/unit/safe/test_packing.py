"""Confirmations of all four kinds become the bytes that the Safe reads, and come back out of them."""

from collections.abc import Sequence

import pytest
from eth_utils.address import to_checksum_address
from hypothesis import given
from hypothesis import strategies as st

from hokctl.safe.packing import InvalidSignaturesError, pack_signatures, unpack_signatures
from hokctl.safe.signatures import (
    MAX_CONTRACT_SIGNATURE_BYTES,
    Confirmation,
    DuplicateSignatureError,
    InvalidSignatureError,
    SignatureKind,
    approved_hash,
    head_of,
)

from .samples import OWNER_KEYS, OWNERS, STRANGER, sample_proposal, sign, sign_personally

pytestmark = pytest.mark.unit

SAFE_TX = sample_proposal().safe_tx
HASH = SAFE_TX.safe_tx_hash
CONTRACT = to_checksum_address("0x" + "00" * 11 + "77" * 9)
OTHER_CONTRACT = to_checksum_address("0x" + "fe" * 20)

keys = st.sampled_from([*(sign(SAFE_TX, key) for key in OWNER_KEYS), *(sign_personally(SAFE_TX, STRANGER),)])
addresses = st.binary(min_size=20, max_size=20).map(to_checksum_address)
approvals = addresses.map(approved_hash)
contracts = st.builds(
    lambda owner, shown: Confirmation(owner=owner, contract_signature=shown), addresses, st.binary(max_size=300)
)
confirmations = st.lists(st.one_of(keys, approvals, contracts), max_size=8, unique_by=lambda item: item.owner)


@given(items=confirmations)
def test_what_is_packed_comes_out_again_by_owner(items: list[Confirmation]) -> None:
    expected = sorted(items, key=lambda item: int(item.owner, 16))
    assert list(unpack_signatures(pack_signatures(items), HASH)) == expected


@given(items=confirmations, data=st.data())
def test_the_order_they_are_given_in_does_not_matter(items: list[Confirmation], data: st.DataObject) -> None:
    assert pack_signatures(data.draw(st.permutations(items))) == pack_signatures(items)


@given(items=confirmations)
def test_every_offset_points_behind_the_fixed_part_and_into_the_bytes(items: list[Confirmation]) -> None:
    packed = pack_signatures(items)
    fixed = 65 * len(items)
    for start in range(0, fixed, 65):
        if packed[start + 64] == 0:
            offset = int.from_bytes(packed[start + 32 : start + 64], "big")
            length = int.from_bytes(packed[offset : offset + 32], "big")
            assert fixed <= offset
            assert offset + 32 + length <= len(packed)


@given(packed=st.binary(max_size=400))
def test_random_bytes_are_refused_or_come_out_whole(packed: bytes) -> None:
    try:
        items = unpack_signatures(packed, HASH)
    except (InvalidSignaturesError, InvalidSignatureError, DuplicateSignatureError):
        return
    padding = len(packed) - len(pack_signatures(items))
    assert 0 <= padding <= 31 * len(items)


@given(items=confirmations.filter(bool), data=st.data())
def test_what_is_cut_off_is_refused(items: list[Confirmation], data: st.DataObject) -> None:
    packed = pack_signatures(items)
    cut = data.draw(st.integers(min_value=1, max_value=len(packed) - 1))
    try:
        found: Sequence[Confirmation] = unpack_signatures(packed[:cut], HASH)
    except (InvalidSignaturesError, InvalidSignatureError):
        return
    # Only whole signatures of keys and approvals at the front remain whole.
    assert cut % 65 == 0
    assert all(item.kind is not SignatureKind.CONTRACT for item in found)


def test_no_signatures_pack_to_nothing() -> None:
    assert pack_signatures([]) == b""
    assert unpack_signatures(b"", HASH) == ()


def test_four_kinds_are_packed_as_the_contracts_want_them() -> None:
    plain, personal = sign(SAFE_TX, OWNER_KEYS[0]), sign_personally(SAFE_TX, OWNER_KEYS[1])
    contract = Confirmation(owner=OTHER_CONTRACT, contract_signature=b"\x01\x02\x03")
    approved = approved_hash(CONTRACT)
    packed = pack_signatures([contract, personal, approved, plain])

    assert packed == (
        bytes(12)
        + bytes.fromhex(CONTRACT[2:])
        + bytes(32)
        + b"\x01"
        + plain.signature
        + personal.signature
        + bytes(12)
        + b"\xfe" * 20
        + (260).to_bytes(32, "big")
        + b"\x00"
        + (3).to_bytes(32, "big")
        + b"\x01\x02\x03"
    )


def test_two_of_one_owner_are_refused_whatever_their_kinds() -> None:
    with pytest.raises(DuplicateSignatureError, match=OWNERS[0]):
        pack_signatures([sign(SAFE_TX, OWNER_KEYS[0]), approved_hash(OWNERS[0])])
    packed = sign(SAFE_TX, OWNER_KEYS[0]).signature + approved_hash(OWNERS[0]).signature
    with pytest.raises(DuplicateSignatureError, match=OWNERS[0]):
        unpack_signatures(packed, HASH)


def test_a_signature_over_something_else_comes_out_as_a_strangers() -> None:
    other = sample_proposal(nonce=8).safe_tx
    (found,) = unpack_signatures(sign(other, OWNER_KEYS[0]).signature, HASH)
    assert found.owner not in OWNERS


@pytest.mark.parametrize("v", [2, 3, 26, 29, 30, 33, 255])
def test_unknown_kinds_are_refused_also_the_one_of_unreleased_safes(v: int) -> None:
    with pytest.raises(InvalidSignatureError, match=f"its v is {v}, which is not a known kind"):
        unpack_signatures(b"\x11" * 64 + bytes([v]), HASH)


def test_contract_parts_padded_to_whole_words_are_read() -> None:
    head, content = head_of(CONTRACT, v=0, s=65), b"\x05" * 7
    packed = head + (7).to_bytes(32, "big") + content + bytes(25)
    assert unpack_signatures(packed, HASH) == (Confirmation(owner=CONTRACT, contract_signature=content),)


LENGTH_OF_3 = (3).to_bytes(32, "big")


@pytest.mark.parametrize(
    ("packed", "reason"),
    [
        (head_of(CONTRACT, v=0, s=65), "cut off"),
        (head_of(CONTRACT, v=0, s=65) + LENGTH_OF_3 + b"\x01\x02", "cut off"),
        (head_of(CONTRACT, v=0, s=65) + (2**256 - 1).to_bytes(32, "big"), "cut off"),
        (head_of(CONTRACT, v=0, s=65) + LENGTH_OF_3 + b"\x01\x02\x03\x04", "left over"),
        (head_of(CONTRACT, v=0, s=0) + LENGTH_OF_3 + b"\x01\x02\x03", "no sequence"),
        (head_of(CONTRACT, v=0, s=64) + LENGTH_OF_3 + b"\x01\x02\x03", "no sequence"),
        (head_of(CONTRACT, v=0, s=2**256 - 1) + LENGTH_OF_3 + b"\x01\x02\x03", "no sequence"),
        (b"\xff" * 12 + head_of(CONTRACT, v=1)[12:], "no address"),
        (sign(SAFE_TX, OWNER_KEYS[0]).signature + b"\x00", "no sequence"),
        (
            head_of(CONTRACT, v=0, s=130) + head_of(OTHER_CONTRACT, v=0, s=130) + LENGTH_OF_3 + b"\x01\x02\x03",
            "begins at byte 130, not at byte 165",
        ),
    ],
)
def test_what_no_tool_writes_is_refused(packed: bytes, reason: str) -> None:
    with pytest.raises(InvalidSignaturesError, match=reason) as caught:
        unpack_signatures(packed, HASH)
    assert (caught.value.code, caught.value.exit_code) == ("invalid-signatures", 6)


@pytest.mark.parametrize(
    ("confirmation", "reason"),
    [
        (Confirmation(owner=OWNERS[0]), "it has 0 bytes"),
        (Confirmation(owner=OWNERS[0], signature=head_of(OWNERS[0], v=0)), "the contract's own part is missing"),
        (Confirmation(owner=OWNERS[0], signature=head_of(OWNERS[1], v=1)), "not the owner's address"),
        (Confirmation(owner=OWNERS[0], signature=head_of(OWNERS[0], v=1, s=7)), "not the owner's address"),
        (Confirmation(owner=OWNERS[0], signature=bytes(65), contract_signature=b""), "both of a key and of a contract"),
        (
            Confirmation(owner=OWNERS[0], contract_signature=bytes(MAX_CONTRACT_SIGNATURE_BYTES + 1)),
            "24577 bytes, more than 24576",
        ),
    ],
)
def test_a_confirmation_in_a_false_form_is_refused(confirmation: Confirmation, reason: str) -> None:
    with pytest.raises(InvalidSignatureError, match=reason):
        pack_signatures([confirmation])
