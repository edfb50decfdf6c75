"""Addresses are accepted only in the spelling that shows typing errors."""

import pytest
import rlp  # type: ignore[import-untyped]  # it ships no types
from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak
from hypothesis import assume, given
from hypothesis import strategies as st

from hokctl.domain.addresses import InvalidAddressError, created_address, looks_like_address, parse_address
from hokctl.domain.units import ZERO_ADDRESS

pytestmark = pytest.mark.unit

ADDRESS = "0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045"
ADDRESSES = st.binary(min_size=20, max_size=20).filter(any).map(to_checksum_address)


@given(address=ADDRESSES)
def test_a_checksummed_address_is_itself(address: str) -> None:
    assert parse_address(address, 1) == address


@given(address=ADDRESSES, position=st.integers(min_value=2, max_value=41))
def test_one_letter_in_the_wrong_case_is_noticed(address: str, position: int) -> None:
    assume(address[position].isalpha())
    wrong = address[:position] + address[position].swapcase() + address[position + 1 :]
    with pytest.raises(InvalidAddressError):
        parse_address(wrong, 1)


def test_a_prefix_of_the_same_chain_is_accepted() -> None:
    assert parse_address(f"eth:{ADDRESS}", 1) == ADDRESS


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (f"sep:{ADDRESS}", f"'sep:{ADDRESS}' names chain 11155111 by its prefix 'sep', but the network is chain 1."),
        (f"xyz:{ADDRESS}", f"'xyz:{ADDRESS}' names a chain hokctl does not know by its prefix 'xyz', but the network"),
        (ADDRESS.lower(), "carries no checksum"),
        ("0x" + ADDRESS[2:].upper(), "carries no checksum"),
        (ADDRESS.replace("dA", "Da", 1), "has a broken checksum"),
        (ADDRESS[:-1], "is not an address"),
        (ADDRESS + "0", "is not an address"),
        (ADDRESS + "\n", "is not an address"),
        ("0X" + ADDRESS[2:], "is not an address"),
        ("", "is not an address"),
        (ZERO_ADDRESS, "The zero address cannot be used here"),
        (f"eth:{ZERO_ADDRESS}", "The zero address cannot be used here"),
    ],
)
def test_any_other_spelling_is_refused(text: str, message: str) -> None:
    with pytest.raises(InvalidAddressError) as caught:
        parse_address(text, 1)
    assert message in caught.value.message
    assert caught.value.exit_code == 2


def test_the_hint_for_a_missing_checksum_is_the_checksummed_form() -> None:
    with pytest.raises(InvalidAddressError) as caught:
        parse_address(ADDRESS.lower(), 1)
    assert ADDRESS in caught.value.hint


def test_the_zero_address_is_accepted_where_it_is_meant() -> None:
    assert parse_address(ZERO_ADDRESS, 1, allow_zero=True) == ZERO_ADDRESS


@pytest.mark.parametrize("key", ["0x" + "5a" * 32, "0x" + "5a" * 33, "eth:0x" + "5a" * 32, "sep:0x" + "5a" * 32])
def test_a_private_key_in_the_place_of_an_address_is_not_repeated(key: str) -> None:
    with pytest.raises(InvalidAddressError) as caught:
        parse_address(key, 1)
    assert "5a5a5" not in caught.value.message + caught.value.hint


@given(text=st.text())
def test_no_text_does_anything_but_parse_or_be_refused(text: str) -> None:
    with pytest.raises(InvalidAddressError):
        parse_address(text, 1)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        (ADDRESS, True),
        ("0x", True),
        ("0Xab", True),
        (f"eth:{ADDRESS}", True),
        ("provider-a", False),
        ("eth:alice", False),
    ],
)
def test_addresses_are_told_from_names(text: str, meant: bool) -> None:
    assert looks_like_address(text) is meant


@given(
    creator=ADDRESSES, nonce=st.integers(min_value=0, max_value=2**64 - 2) | st.sampled_from([0, 1, 127, 128, 255, 256])
)
def test_a_created_contract_is_where_the_yellow_paper_puts_it(creator: str, nonce: int) -> None:
    expected = to_checksum_address(keccak(rlp.encode([bytes.fromhex(creator[2:]), nonce]))[12:])
    assert created_address(to_checksum_address(creator), nonce) == expected
