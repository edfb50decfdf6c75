"""What the live HokusaiAMMFactory has and v2.0.0's has not: a pauser of pools. Source: the published interface."""

from eth_typing import ChecksumAddress

from hokctl.chain.reads import Read
from hokctl.clients.base import Client, as_address, as_int


class LiveHokusaiAmmFactory(Client):
    """The live factory, beside what every version has."""

    contract_name = "HokusaiAMMFactory"

    def pauser(self) -> Read[ChecksumAddress]:
        """Who may pause pools beside the owner, the zero address when nobody."""
        return self._read("pauser()", ("address",), (), as_address)

    def max_pause_batch(self) -> Read[int]:
        """How many pools one call may pause."""
        return self._read("MAX_PAUSE_BATCH()", ("uint256",), (), as_int)

    def pool_deployer(self) -> Read[ChecksumAddress]:
        """What creates the pools."""
        return self._read("poolDeployer()", ("address",), (), as_address)
