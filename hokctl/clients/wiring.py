"""Which contract of a deployment knows which other one, by which view."""

from dataclasses import dataclass
from typing import Final

from eth_typing import ChecksumAddress

from hokctl.chain.reads import Read
from hokctl.clients.base import Client, as_address


@dataclass(frozen=True, slots=True, kw_only=True)
class Wire:
    """One contract's view of the address of another; names are those of manifests."""

    contract: str
    view: str
    target: str
    required: bool = True
    """Whether every version of the contract has the view; else it is the live protocol's, and may be unset."""

    @property
    def signature(self) -> str:
        """The view's canonical signature."""
        return f"{self.view}()"

    def read(self, address: ChecksumAddress) -> Read[ChecksumAddress]:
        """Return the view call of the contract, which is at `address`."""
        return _Wired(address, label=self.contract).wire(self.signature)


class _Wired(Client):
    def wire(self, signature: str) -> Read[ChecksumAddress]:
        return self._read(signature, ("address",), (), as_address)


def _wires(contract: str, *pairs: tuple[str, str], required: bool = True) -> tuple[Wire, ...]:
    return tuple(Wire(contract=contract, view=view, target=target, required=required) for view, target in pairs)


WIRES: Final = (
    *_wires(
        "UsageFeeRouter", ("infraReserve", "InfrastructureReserve"), ("factory", "HokusaiAMMFactory"),
        ("reserveToken", "USDC"),
    ),
    *_wires("UsageFeeRouter", ("costOracle", "InfrastructureCostOracle"), required=False),
    *_wires("InfrastructureReserve", ("factory", "HokusaiAMMFactory"), ("reserveToken", "USDC")),
    *_wires(
        "HokusaiAMMFactory", ("modelRegistry", "ModelRegistry"), ("tokenManager", "TokenManager"),
        ("reserveToken", "USDC"),
    ),
    *_wires("HokusaiAMMFactory", ("poolDeployer", "HokusaiAMMPoolDeployer"), required=False),
    *_wires("TokenManager", ("registry", "ModelRegistry")),
    *_wires(
        "TokenManager", ("tokenDeploymentFactory", "TokenDeploymentFactory"), ("vestingVault", "RewardVestingVault"),
        ("deltaVerifier", "DeltaVerifier"), required=False,
    ),
)  # fmt: skip
"""From the contracts that know most to those that know least. Source: interface v2.0.0, and the live deployment's."""

CLONED: Final = (
    *_wires("TokenManager", ("tokenImplementation", "HokusaiToken"), required=False),
    *_wires("HokusaiAMMFactory", ("poolImplementation", "HokusaiAMM"), required=False),
)
"""What the contracts clone, in builds that clone. Source: the suite."""
