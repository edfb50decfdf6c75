"""ERC-20 (EIP-20) with the metadata extension. Amounts are base units."""

from eth_typing import ChecksumAddress

from hokctl.chain.reads import Read
from hokctl.clients.base import Client, as_int, as_str
from hokctl.domain.authority import AccountRequired, Requirement
from hokctl.domain.calls import Call


class Erc20(Client):
    """A fungible token."""

    contract_name = "ERC20"

    def name(self) -> Read[str]:
        """The token's name. Some old tokens answer with bytes32, which does not decode."""
        return self._read("name()", ("string",), (), as_str)

    def symbol(self) -> Read[str]:
        """The token's symbol: chosen by whoever deployed it, never proof of what it is."""
        return self._read("symbol()", ("string",), (), as_str)

    def decimals(self) -> Read[int]:
        """How many decimal digits one whole token has."""
        return self._read("decimals()", ("uint8",), (), as_int)

    def total_supply(self) -> Read[int]:
        """All tokens there are, in base units."""
        return self._read("totalSupply()", ("uint256",), (), as_int)

    def balance_of(self, account: ChecksumAddress) -> Read[int]:
        """The base units that `account` holds."""
        return self._read("balanceOf(address)", ("uint256",), (account,), as_int)

    def allowance(self, owner: ChecksumAddress, spender: ChecksumAddress) -> Read[int]:
        """The base units of `owner` that `spender` may still move."""
        return self._read("allowance(address,address)", ("uint256",), (owner, spender), as_int)

    def approve(
        self, spender: ChecksumAddress, value_units: int, *, purpose: str, holder: ChecksumAddress | None = None
    ) -> Call:
        """Let `spender` move up to `value_units` of the caller's tokens. `holder`, where it must be one account."""
        return self._call(
            "approve(address,uint256)",
            ("spender", "value"),
            (spender, value_units),
            purpose=purpose,
            requires=_being(holder),
        )

    def transfer(
        self, to: ChecksumAddress, value_units: int, *, purpose: str, holder: ChecksumAddress | None = None
    ) -> Call:
        """Move `value_units` of the caller's tokens to `to`. `holder`, where it must be one account."""
        return self._call(
            "transfer(address,uint256)", ("to", "value"), (to, value_units), purpose=purpose, requires=_being(holder)
        )

    def transfer_from(
        self,
        from_: ChecksumAddress,
        to: ChecksumAddress,
        value_units: int,
        *,
        purpose: str,
        spender: ChecksumAddress | None = None,
    ) -> Call:
        """Move `value_units` of `from_`'s tokens to `to`, by allowance. `spender`, where it must be one account."""
        return self._call(
            "transferFrom(address,address,uint256)",
            ("from", "to", "value"),
            (from_, to, value_units),
            purpose=purpose,
            requires=_being(spender),
        )


def _being(account: ChecksumAddress | None) -> tuple[Requirement, ...]:
    return () if account is None else (AccountRequired(account=account),)
