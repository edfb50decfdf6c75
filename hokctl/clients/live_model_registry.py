"""What the live ModelRegistry has and v2.0.0's has not. Its model ids are decimal. Source: the published interface."""

from eth_typing import ChecksumAddress

from hokctl.chain.reads import Read
from hokctl.clients.base import Client, as_bool
from hokctl.domain.units import ModelId


class LiveModelRegistry(Client):
    """The live registry, beside what every version has."""

    contract_name = "ModelRegistry"

    def is_model_active(self, model_id: ModelId) -> Read[bool]:
        """Whether a model is registered and active."""
        return self._read("isModelActive(string)", ("bool",), (model_id,), as_bool)

    def pool_registrars(self, account: ChecksumAddress) -> Read[bool]:
        """Whether `account`, normally the factory, may register pools."""
        return self._read("poolRegistrars(address)", ("bool",), (account,), as_bool)
