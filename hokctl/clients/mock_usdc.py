"""MockUSDC and StrictMockUSDC: stand-ins for USDC on test networks, 6 decimals."""

from eth_typing import ChecksumAddress

from hokctl.clients.erc20 import Erc20
from hokctl.clients.usdc import Usdc
from hokctl.domain.calls import Call


class MockUsdc(Erc20):
    """A test token that anyone mints."""

    contract_name = "MockUSDC"

    def mint(self, to: ChecksumAddress, amount_units: int, *, purpose: str) -> Call:
        """Create tokens for `to`. Anyone."""
        return self._call("mint(address,uint256)", ("to", "amount"), (to, amount_units), purpose=purpose)

    def burn(self, from_: ChecksumAddress, amount_units: int, *, purpose: str) -> Call:
        """Destroy tokens of `from_`. Anyone."""
        return self._call("burn(address,uint256)", ("from", "amount"), (from_, amount_units), purpose=purpose)


class StrictMockUsdc(MockUsdc, Usdc):
    """A test token that fails as the real USDC does, at anyone's bidding."""

    contract_name = "StrictMockUSDC"

    def blacklist(self, account: ChecksumAddress, *, purpose: str) -> Call:
        """Put `account` on the blacklist. Anyone."""
        return self._call("blacklist(address)", ("account",), (account,), purpose=purpose)

    def un_blacklist(self, account: ChecksumAddress, *, purpose: str) -> Call:
        """Take `account` off the blacklist. Anyone."""
        return self._call("unBlacklist(address)", ("account",), (account,), purpose=purpose)

    def pause(self, *, purpose: str) -> Call:
        """Stop all transfers. Anyone."""
        return self._call("pause()", (), (), purpose=purpose)

    def unpause(self, *, purpose: str) -> Call:
        """Let transfers go on. Anyone."""
        return self._call("unpause()", (), (), purpose=purpose)
