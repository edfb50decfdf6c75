"""What every contract client shares: building view calls and calls from canonical signatures."""

from collections.abc import Callable
from typing import ClassVar, TypeVar, cast

from eth_typing import ChecksumAddress

from hokctl.chain.reads import Read
from hokctl.clients.codec import argument_types, encode_call, encode_exactly, function_selector
from hokctl.domain.authority import OwnershipRequired, Requirement, RoleRequired
from hokctl.domain.calls import AbiValue, Argument, Call
from hokctl.domain.roles import RoleId

T = TypeVar("T")
Values = tuple[AbiValue, ...]


class Client:
    """A contract at an address. It knows the interface alone: it reads nothing and sends nothing by itself."""

    contract_name: ClassVar[str] = "Contract"

    def __init__(self, address: ChecksumAddress, *, label: str | None = None) -> None:
        """Stand for the contract at `address`, called `label` in plans and errors (default: the contract's name)."""
        self.address = address
        self.label = label or self.contract_name

    def __repr__(self) -> str:
        """Return the client as one would write it."""
        return f"{type(self).__name__}({self.address!r}, label={self.label!r})"

    def __eq__(self, other: object) -> bool:
        """Tell whether `other` is the same client of the same address."""
        if not isinstance(other, Client):
            return NotImplemented
        return type(self) is type(other) and self.address == other.address

    def __hash__(self) -> int:
        """Return a hash that agrees with equality."""
        return hash((type(self), self.address))

    def _read(self, signature: str, returns: tuple[str, ...], args: Values, decode: Callable[[Values], T]) -> Read[T]:
        """Return the view call of `signature` with `args`; `returns` are the answer's canonical types."""
        return Read(
            to=self.address,
            label=self.label,
            signature=signature,
            data=encode_call(signature, args),
            returns=returns,
            decode=decode,
        )

    def _call(
        self,
        signature: str,
        arg_names: tuple[str, ...],
        args: Values,
        *,
        purpose: str,
        requires: tuple[Requirement, ...] = (),
        value: int = 0,
    ) -> Call:
        """Return the call of `signature` with `args`, and what its caller must hold.

        Arguments that the calldata would not carry exactly as given raise ValueError.
        """
        types = argument_types(signature)
        arguments = zip(arg_names, types, args, strict=True)
        return Call(
            to=self.address,
            label=self.label,
            signature=signature,
            args=tuple(Argument(name=name, type=type_, value=item) for name, type_, item in arguments),
            data=function_selector(signature) + encode_exactly(types, args),
            value=value,
            purpose=purpose,
            requires=requires,
        )

    def _role(self, role: RoleId) -> RoleRequired:
        return RoleRequired(contract=self.address, role=role)

    @property
    def _owner(self) -> OwnershipRequired:
        return OwnershipRequired(contract=self.address)


def as_int(values: Values) -> int:
    """Return the single answer of a view as a number."""
    return cast("int", values[0])


def as_bool(values: Values) -> bool:
    """Return the single answer of a view as a truth value."""
    return cast("bool", values[0])


def as_str(values: Values) -> str:
    """Return the single answer of a view as text."""
    return cast("str", values[0])


def as_bytes(values: Values) -> bytes:
    """Return the single answer of a view as bytes."""
    return cast("bytes", values[0])


def as_hash(values: Values) -> str:
    """Return the single answer of a view, 32 bytes, as 0x and 64 hex digits."""
    return "0x" + as_bytes(values).hex()


def as_role(values: Values) -> RoleId:
    """Return the single answer of a view as a role id."""
    return RoleId(as_hash(values))


def as_address(values: Values) -> ChecksumAddress:
    """Return the single answer of a view as an address."""
    return cast("ChecksumAddress", values[0])


def as_addresses(values: Values) -> tuple[ChecksumAddress, ...]:
    """Return the single answer of a view as a list of addresses."""
    return cast("tuple[ChecksumAddress, ...]", values[0])
