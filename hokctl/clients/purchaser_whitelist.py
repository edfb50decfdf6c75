"""PurchaserWhitelist of the live protocol: who may buy from pools that ask for it. Source: the live interface."""

from collections.abc import Sequence

from eth_typing import ChecksumAddress

from hokctl.chain.reads import Read
from hokctl.clients.access_control import AccessControl
from hokctl.clients.base import Client, as_address, as_bool, as_int
from hokctl.domain.calls import Call
from hokctl.domain.roles import WHITELIST_ADMIN_ROLE


class WhitelistedPool(Client):
    """The part of the live HokusaiAMM that asks a list; other versions have none of it."""

    contract_name = "HokusaiAMM"

    def purchaser_whitelist(self) -> Read[ChecksumAddress]:
        """The list that the pool asks; the zero address where anyone buys."""
        return self._read("purchaserWhitelist()", ("address",), (), as_address)


class PurchaserWhitelist(AccessControl):
    """The whitelist. It cannot list its wallets: only its logs can."""

    contract_name = "PurchaserWhitelist"

    def max_batch(self) -> Read[int]:
        """The most wallets of one batch."""
        return self._read("MAX_BATCH()", ("uint256",), (), as_int)

    def is_whitelisted(self, account: ChecksumAddress) -> Read[bool]:
        """Whether `account` may buy."""
        return self._read("isWhitelisted(address)", ("bool",), (account,), as_bool)

    def add_to_whitelist(self, account: ChecksumAddress, *, purpose: str) -> Call:
        """Let `account` buy. WHITELIST_ADMIN_ROLE."""
        return self._one("addToWhitelist(address)", account, purpose)

    def remove_from_whitelist(self, account: ChecksumAddress, *, purpose: str) -> Call:
        """Let `account` buy no more. WHITELIST_ADMIN_ROLE."""
        return self._one("removeFromWhitelist(address)", account, purpose)

    def add_batch(self, accounts: Sequence[ChecksumAddress], *, purpose: str) -> Call:
        """Let up to MAX_BATCH `accounts` buy. WHITELIST_ADMIN_ROLE."""
        return self._many("addBatch(address[])", accounts, purpose)

    def remove_batch(self, accounts: Sequence[ChecksumAddress], *, purpose: str) -> Call:
        """Let up to MAX_BATCH `accounts` buy no more. WHITELIST_ADMIN_ROLE."""
        return self._many("removeBatch(address[])", accounts, purpose)

    def _one(self, signature: str, account: ChecksumAddress, purpose: str) -> Call:
        requires = (self._role(WHITELIST_ADMIN_ROLE),)
        return self._call(signature, ("account",), (account,), purpose=purpose, requires=requires)

    def _many(self, signature: str, accounts: Sequence[ChecksumAddress], purpose: str) -> Call:
        requires = (self._role(WHITELIST_ADMIN_ROLE),)
        return self._call(signature, ("accounts",), (tuple(accounts),), purpose=purpose, requires=requires)
