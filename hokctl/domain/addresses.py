"""Addresses as people write them: checksummed, or with an ERC-3770 chain prefix."""

import re
from typing import Final

from eth_typing import ChecksumAddress
from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak

from hokctl.domain.units import ZERO_ADDRESS
from hokctl.errors import UsageError

SHORT_NAMES: Final = {
    "eth": 1,
    "oeth": 10,
    "bnb": 56,
    "gno": 100,
    "pol": 137,
    "base": 8453,
    "arb1": 42161,
    "avax": 43114,
    "sep": 11155111,
    "basesep": 84532,
    "holesky": 17000,
    "hoodi": 560048,
}
"""ERC-3770 short names of the chains where the protocol, USDC or Safe are in use (ethereum-lists/chains)."""

_HEX_ADDRESS = re.compile(r"0x[0-9a-fA-F]{40}", re.ASCII)
_LONG_HEX = re.compile(r"[0-9a-fA-F]{41}", re.ASCII)
_KEY_CHARACTERS_SHOWN: Final = 4
_ADDRESS_BYTES: Final = 20
_RLP_SHORT: Final = 0x80
_RLP_LIST: Final = 0xC0
_SHOWN_CHARACTERS: Final = 80
_PREFIXED = re.compile(r"(?P<short>[a-z0-9-]+):(?P<address>0x.*)", re.ASCII)


class InvalidAddressError(UsageError):
    """A text that is not an address hokctl can trust."""

    code = "invalid-address"


def created_address(creator: ChecksumAddress, nonce: int) -> ChecksumAddress:
    """Return where `creator` creates a contract with CREATE as its `nonce`-th act (yellow paper, section 7).

    An account counts its transactions from 0, a contract its creations from 1 (EIP-161).
    """
    digits = nonce.to_bytes((nonce.bit_length() + 7) // 8, "big")
    encoded = digits if 0 < nonce < _RLP_SHORT else bytes([_RLP_SHORT + len(digits)]) + digits
    payload = bytes([_RLP_SHORT + _ADDRESS_BYTES]) + bytes.fromhex(creator[2:]) + encoded
    return to_checksum_address(keccak(bytes([_RLP_LIST + len(payload)]) + payload)[-_ADDRESS_BYTES:])


def created2_address(creator: ChecksumAddress, salt: bytes, init_code: bytes) -> ChecksumAddress:
    """Return where `creator` creates a contract with CREATE2 (EIP-1014), whatever else it has done."""
    payload = b"\xff" + bytes.fromhex(creator[2:]) + salt + keccak(init_code)
    return to_checksum_address(keccak(payload)[-_ADDRESS_BYTES:])


def looks_like_address(text: str) -> bool:
    """Tell whether `text` is meant as an address rather than a name."""
    return text.startswith(("0x", "0X")) or _PREFIXED.fullmatch(text) is not None


def parse_address(text: str, chain_id: int, *, allow_zero: bool = False) -> ChecksumAddress:
    """Return the checksummed address in `text`, for the chain `chain_id`.

    Raises InvalidAddressError for a wrong length, a broken or missing checksum, another chain's ERC-3770
    prefix, and the zero address.
    """
    match = _PREFIXED.fullmatch(text)
    if match is not None:
        _check_prefix(text, match["short"], chain_id)
    address = _parse_checksummed(match["address"] if match else text)
    if address == ZERO_ADDRESS and not allow_zero:
        raise InvalidAddressError(
            "The zero address cannot be used here: whatever is sent to it is lost.",
            hint="Give the address of an account or contract.",
        )
    return address


def _parse_checksummed(text: str) -> ChecksumAddress:
    if not _HEX_ADDRESS.fullmatch(text):
        raise InvalidAddressError(
            f"{_shown(text)} is not an address: an address is 0x and 40 hex digits.",
            hint="Copy the whole address, or use a name from the address book.",
        )
    checksummed = to_checksum_address(text)
    if text == checksummed:
        return checksummed
    if text[2:] in {text[2:].lower(), text[2:].upper()}:
        raise InvalidAddressError(
            f"{text} carries no checksum, so a typing error in it could not be noticed.",
            hint=f"If it is the right address, write it with its checksum: {checksummed}",
        )
    raise InvalidAddressError(
        f"{text} has a broken checksum: at least one character is wrong.",
        hint="Copy the address again from its source; do not mend it by hand.",
    )


def _check_prefix(text: str, short: str, chain_id: int) -> None:
    expected = SHORT_NAMES.get(short)
    if expected == chain_id:
        return
    meaning = f"chain {expected}" if expected is not None else "a chain hokctl does not know"
    raise InvalidAddressError(
        f"{_shown(text)} names {meaning} by its prefix {short!r}, but the network is chain {chain_id}.",
        hint="Use an address of this network, or choose the other network with --network.",
    )


def _shown(text: str) -> str:
    """Return a text that is no address, cut short where it could be a private key in the wrong place."""
    key = _LONG_HEX.search(text)
    return f"{text[: key.start() + _KEY_CHARACTERS_SHOWN]!r}…" if key else repr(text[:_SHOWN_CHARACTERS])
