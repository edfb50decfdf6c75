"""Tokens whose decimals are known without asking a chain: Circle's USDC, and the USDC that a manifest names.

Source: Circle's list of USDC contracts. The suite's MockUSDC has 6 decimals as well.
"""

from collections.abc import Mapping
from typing import Final

from eth_typing import ChecksumAddress

from hokctl.domain.amounts import Token

USDC_DECIMALS: Final = 6
_USDC: Final = {
    1: "0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48",
    10: "0x0b2C639c533813f4Aa9D7837CAf62653d097Ff85",
    137: "0x3c499c542cEF5E3811e1192ce70d8cC03d5c3359",
    8453: "0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913",
    42161: "0xaf88d065e77c8cC2239327C5EDb3A432268e5831",
    11155111: "0x1c7D4B196Cb0C7B01d743Fbc6116a902379C7238",
}
_LABELS: Final = frozenset({"USDC", "MockUSDC", "MockUsdc"})


def known_usdc(chain_id: int) -> ChecksumAddress | None:
    """Return the address of Circle's USDC on a chain; None where hokctl knows of none."""
    return ChecksumAddress(_USDC[chain_id]) if chain_id in _USDC else None  # type: ignore[arg-type]  # as below


def find_token(chain_id: int | None, labels: Mapping[ChecksumAddress, str]) -> Token | None:
    """Return the reserve token: the USDC of the manifest's `labels`, else of the chain; None where neither is known."""
    named = [address for address, label in labels.items() if label in _LABELS]
    if chain_id is None:
        return None
    address = named[0] if len(named) == 1 else _USDC.get(chain_id)
    if address is None:
        return None
    return Token(
        chain_id=chain_id,
        address=ChecksumAddress(address),  # type: ignore[arg-type]  # NewType over a NewType
        decimals=USDC_DECIMALS,
        symbol="USDC",
    )
