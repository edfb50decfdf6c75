"""A view call as a value: who is asked, with which bytes, and how the answer is decoded."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from eth_typing import ChecksumAddress

from hokctl.domain.calls import AbiValue

T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Read(Generic[T_co]):
    """One view call that a snapshot can answer, alone or together with others in one multicall."""

    to: ChecksumAddress
    label: str
    """What the target is, such as `InfrastructureReserve`."""
    signature: str
    """The canonical signature, such as `accrued(string)`."""
    data: bytes
    returns: tuple[str, ...]
    """Canonical ABI types of the answer."""
    decode: Callable[[tuple[AbiValue, ...]], T_co]
    """Turns the decoded answer (addresses checksummed, arrays and structs as tuples) into its value."""
