"""HokusaiToken: the token of one model, 18 decimals. Source: interface v2.0.0."""

from eth_typing import ChecksumAddress

from hokctl.chain.reads import Read
from hokctl.clients.base import as_address
from hokctl.clients.erc20 import Erc20
from hokctl.clients.ownable import Ownable2Step
from hokctl.domain.authority import AccountRequired, Requirement
from hokctl.domain.calls import Call


class HokusaiToken(Ownable2Step, Erc20):
    """The token of one model. Its owner is the TokenManager, its controller too."""

    contract_name = "HokusaiToken"

    def controller(self) -> Read[ChecksumAddress]:
        """Who mints and burns."""
        return self._read("controller()", ("address",), (), as_address)

    def params(self) -> Read[ChecksumAddress]:
        """The model's parameter contract."""
        return self._read("params()", ("address",), (), as_address)

    def burn(self, amount_units: int, *, purpose: str, holder: ChecksumAddress | None = None) -> Call:
        """Destroy tokens of the caller. `holder`, where it must be one account."""
        requires: tuple[Requirement, ...] = () if holder is None else (AccountRequired(account=holder),)
        return self._call("burn(uint256)", ("amount",), (amount_units,), purpose=purpose, requires=requires)

    def mint(self, to: ChecksumAddress, amount_units: int, *, purpose: str, controller: ChecksumAddress) -> Call:
        """Create tokens. Only `controller`."""
        return self._call(
            "mint(address,uint256)",
            ("to", "amount"),
            (to, amount_units),
            purpose=purpose,
            requires=(AccountRequired(account=controller),),
        )

    def burn_from(
        self, from_: ChecksumAddress, amount_units: int, *, purpose: str, controller: ChecksumAddress
    ) -> Call:
        """Destroy tokens of any holder, without an allowance. Only `controller`."""
        return self._call(
            "burnFrom(address,uint256)",
            ("from", "amount"),
            (from_, amount_units),
            purpose=purpose,
            requires=(AccountRequired(account=controller),),
        )

    def set_controller(self, controller: ChecksumAddress, *, purpose: str) -> Call:
        """Hand minting and burning to `controller`. Owner, which is the TokenManager: out of reach."""
        return self._call(
            "setController(address)", ("controller_",), (controller,), purpose=purpose, requires=(self._owner,)
        )
