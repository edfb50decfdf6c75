"""What the live HokusaiAMMFactory has and v2.0.0's has not: a pauser of pools. Source: the published interface."""

from collections.abc import Sequence

from eth_typing import ChecksumAddress

from hokctl.chain.reads import Read
from hokctl.clients.base import Client, as_address, as_int
from hokctl.domain.authority import Requirement
from hokctl.domain.calls import Call
from hokctl.domain.units import ModelId


class LiveHokusaiAmmFactory(Client):
    """The live factory, beside what every version has."""

    contract_name = "HokusaiAMMFactory"

    def pauser(self) -> Read[ChecksumAddress]:
        """Who may pause pools beside the owner, the zero address when nobody."""
        return self._read("pauser()", ("address",), (), as_address)

    def pause_pool(self, model_id: ModelId, *, purpose: str, who: Requirement) -> Call:
        """Stop trading in a pool. `pauser` or the owner, which `who` says."""
        return self._call("pausePool(string)", ("modelId",), (model_id,), purpose=purpose, requires=(who,))

    def pause_pools(self, model_ids: Sequence[ModelId], *, purpose: str, who: Requirement) -> Call:
        """Stop trading in up to 50 pools. `pauser` or the owner, which `who` says."""
        args = (tuple(model_ids),)
        return self._call("pausePools(string[])", ("modelIds",), args, purpose=purpose, requires=(who,))

    def unpause_pool(self, model_id: ModelId, *, purpose: str, who: Requirement) -> Call:
        """Let trading in a pool go on. The owner alone."""
        return self._call("unpausePool(string)", ("modelId",), (model_id,), purpose=purpose, requires=(who,))

    def unpause_pools(self, model_ids: Sequence[ModelId], *, purpose: str, who: Requirement) -> Call:
        """Let trading in up to 50 pools go on. The owner alone."""
        args = (tuple(model_ids),)
        return self._call("unpausePools(string[])", ("modelIds",), args, purpose=purpose, requires=(who,))

    def max_pause_batch(self) -> Read[int]:
        """How many pools one call may pause."""
        return self._read("MAX_PAUSE_BATCH()", ("uint256",), (), as_int)

    def pool_deployer(self) -> Read[ChecksumAddress]:
        """What creates the pools."""
        return self._read("poolDeployer()", ("address",), (), as_address)
