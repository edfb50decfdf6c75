"""OpenZeppelin Ownable, and Ownable2Step whose hand-over waits for the new owner."""

from eth_typing import ChecksumAddress

from hokctl.chain.reads import Read
from hokctl.clients.base import Client, as_address
from hokctl.domain.authority import AccountRequired
from hokctl.domain.calls import Call


class Ownable(Client):
    """A contract with one owner."""

    contract_name = "Ownable"

    def owner(self) -> Read[ChecksumAddress]:
        """The owner."""
        return self._read("owner()", ("address",), (), as_address)

    def transfer_ownership(self, new_owner: ChecksumAddress, *, purpose: str) -> Call:
        """Hand ownership to `new_owner`: at once in v2.0.0, after its acceptance in the suite. Owner."""
        return self._call(
            "transferOwnership(address)", ("newOwner",), (new_owner,), purpose=purpose, requires=(self._owner,)
        )


class Ownable2Step(Ownable):
    """A contract whose ownership is offered and accepted: the suite's registry, factory, manager and tokens."""

    contract_name = "Ownable2Step"

    def pending_owner(self) -> Read[ChecksumAddress]:
        """Who may accept ownership, the zero address when nobody. A contract of v2.0.0 reverts."""
        return self._read("pendingOwner()", ("address",), (), as_address)

    def accept_ownership(self, pending_owner: ChecksumAddress, *, purpose: str) -> Call:
        """Take the ownership that was offered. Only `pending_owner`, which is not part of the calldata."""
        return self._call(
            "acceptOwnership()", (), (), purpose=purpose, requires=(AccountRequired(account=pending_owner),)
        )
