"""USDC as Circle deploys it (FiatToken): ERC-20 with 6 decimals, a pause switch and a blacklist."""

from eth_typing import ChecksumAddress

from hokctl.chain.reads import Read
from hokctl.clients.base import as_bool
from hokctl.clients.erc20 import Erc20


class Usdc(Erc20):
    """The reserve token. A plain ERC-20 in its place reverts on the two views below."""

    contract_name = "USDC"

    def paused(self) -> Read[bool]:
        """Whether all transfers are stopped."""
        return self._read("paused()", ("bool",), (), as_bool)

    def is_blacklisted(self, account: ChecksumAddress) -> Read[bool]:
        """Whether `account` may neither send nor receive."""
        return self._read("isBlacklisted(address)", ("bool",), (account,), as_bool)
