"""One deployment of the protocol: the clients of its contracts, by address."""

from dataclasses import dataclass

from eth_typing import ChecksumAddress

from hokctl.clients.hokusai_amm import HokusaiAmm
from hokctl.clients.hokusai_amm_factory import HokusaiAmmFactory
from hokctl.clients.hokusai_params import HokusaiParams
from hokctl.clients.hokusai_token import HokusaiToken
from hokctl.clients.infrastructure_reserve import InfrastructureReserve
from hokctl.clients.live_hokusai_amm_factory import LiveHokusaiAmmFactory
from hokctl.clients.live_hokusai_params import LiveHokusaiParams
from hokctl.clients.live_model_registry import LiveModelRegistry
from hokctl.clients.live_usage_fee_router import LiveUsageFeeRouter
from hokctl.clients.model_registry import ModelRegistry
from hokctl.clients.token_manager import TokenManager
from hokctl.clients.usage_fee_router import UsageFeeRouter
from hokctl.clients.usdc import Usdc


@dataclass(frozen=True, slots=True, kw_only=True)
class Suite:
    """The contracts of one deployment. Pools, parameters and tokens are one per model, so they come by address."""

    registry_address: ChecksumAddress
    token_manager_address: ChecksumAddress
    factory_address: ChecksumAddress
    reserve_address: ChecksumAddress
    router_address: ChecksumAddress
    usdc_address: ChecksumAddress
    """The reserve token: USDC, or its stand-in on a test network."""

    @property
    def registry(self) -> ModelRegistry:
        """The model registry."""
        return ModelRegistry(self.registry_address)

    @property
    def token_manager(self) -> TokenManager:
        """The token manager."""
        return TokenManager(self.token_manager_address)

    @property
    def factory(self) -> HokusaiAmmFactory:
        """The pool factory."""
        return HokusaiAmmFactory(self.factory_address)

    @property
    def reserve(self) -> InfrastructureReserve:
        """The infrastructure reserve."""
        return InfrastructureReserve(self.reserve_address)

    @property
    def router(self) -> UsageFeeRouter:
        """The fee router."""
        return UsageFeeRouter(self.router_address)

    @property
    def usdc(self) -> Usdc:
        """The reserve token."""
        return Usdc(self.usdc_address)

    @property
    def live_router(self) -> LiveUsageFeeRouter:
        """What only the live fee router has."""
        return LiveUsageFeeRouter(self.router_address)

    @property
    def live_factory(self) -> LiveHokusaiAmmFactory:
        """What only the live pool factory has."""
        return LiveHokusaiAmmFactory(self.factory_address)

    @property
    def live_registry(self) -> LiveModelRegistry:
        """What only the live model registry has."""
        return LiveModelRegistry(self.registry_address)

    def live_params_at(self, address: ChecksumAddress) -> LiveHokusaiParams:
        """Return what only the live parameters of a model have."""
        return LiveHokusaiParams(address)

    def params_at(self, address: ChecksumAddress) -> HokusaiParams:
        """Return the client of a model's parameters."""
        return HokusaiParams(address)

    def pool_at(self, address: ChecksumAddress) -> HokusaiAmm:
        """Return the client of a model's pool."""
        return HokusaiAmm(address)

    def token_at(self, address: ChecksumAddress) -> HokusaiToken:
        """Return the client of a model's token."""
        return HokusaiToken(address)

    def labels(self) -> dict[ChecksumAddress, str]:
        """Return what stands at each address, by its contract's name, for decoding calls and events."""
        clients = (self.registry, self.token_manager, self.factory, self.reserve, self.router, self.usdc)
        return {client.address: client.label for client in clients}
