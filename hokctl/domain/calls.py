"""One intended contract call, decoded and encoded side by side."""

from dataclasses import dataclass
from typing import Final

from eth_typing import ChecksumAddress

from hokctl.domain.authority import Requirement

AbiValue = bool | int | str | bytes | tuple["AbiValue", ...]
"""A decoded ABI value: addresses and strings are str, arrays and structs are tuples."""

CREATION_SIGNATURE: Final = "constructor"


@dataclass(frozen=True, slots=True, kw_only=True)
class Argument:
    """One decoded argument: its name in the ABI, its canonical ABI type, its value."""

    name: str
    type: str
    value: AbiValue


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A contract call that a plan wants made, or the creation of a contract when `to` is None."""

    to: ChecksumAddress | None
    """The target; None creates a contract."""
    label: str
    """What the target is, such as `InfrastructureReserve`."""
    signature: str
    """The canonical signature, such as `setProvider(string,address)`."""
    args: tuple[Argument, ...]
    data: bytes
    value: int
    """Native currency sent along, in wei."""
    purpose: str
    """One line that says what the call is for, for the person who signs it."""
    requires: tuple[Requirement, ...]
    """What the caller must hold, all of it; empty when anyone may call."""
    creates: ChecksumAddress | None = None
    """The address that the call creates a contract at, where that is known beforehand."""

    @property
    def selector(self) -> bytes:
        """The four bytes that choose the function; empty for a creation."""
        return b"" if self.to is None else self.data[:4]
