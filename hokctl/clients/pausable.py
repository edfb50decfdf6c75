"""OpenZeppelin Pausable: the switch that stops a contract. Who may pull it differs from contract to contract."""

from hokctl.chain.reads import Read
from hokctl.clients.base import Client, as_bool


class Pausable(Client):
    """A contract that can be paused."""

    contract_name = "Pausable"

    def paused(self) -> Read[bool]:
        """Whether the contract is paused."""
        return self._read("paused()", ("bool",), (), as_bool)
