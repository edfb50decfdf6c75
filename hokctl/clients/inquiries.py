"""Asking a contract about itself whose version is unknown: has it a view, has it a function, whom does it let call?"""

import re
from typing import Final

from eth_typing import ChecksumAddress

from hokctl.chain.reads import Read
from hokctl.chain.reverts import Revert
from hokctl.clients.base import as_address
from hokctl.clients.codec import argument_types, encode_call, function_selector
from hokctl.clients.requirements import Condition, HasRole, Owns
from hokctl.domain.abi_values import split_types
from hokctl.domain.calls import AbiValue
from hokctl.domain.roles import role_name
from hokctl.domain.units import ZERO_ADDRESS

PROXY_BYTES: Final = 400
"""Code shorter than this may pass every call on, so that it says nothing about the functions behind it."""

_MISSING_ROLE: Final = re.compile(r"AccessControl: account 0x[0-9a-f]{40} is missing role (0x[0-9a-f]{64})")
_NOT_OWNER: Final = "Ownable: caller is not the owner"


def ask_view(address: ChecksumAddress, label: str, view: str) -> Read[None]:
    """Return a read that answers where the contract has a view of this name without arguments, and fails elsewhere."""
    signature = f"{view}()"
    data = function_selector(signature)
    return Read(to=address, label=label, signature=signature, data=data, returns=("bytes32",), decode=lambda _: None)


def ask_account(address: ChecksumAddress, label: str, view: str) -> Read[ChecksumAddress]:
    """Return a read of the account that a view of this name answers."""
    signature = f"{view}()"
    data = function_selector(signature)
    return Read(to=address, label=label, signature=signature, data=data, returns=("address",), decode=as_address)


def attempt(address: ChecksumAddress, label: str, signature: str) -> Read[None]:
    """Return a function's call with empty arguments as a read, whose failure tells what the caller lacks.

    Nothing is sent: a node runs it and forgets it. The caller is Multicall3 or the zero address, a stranger to both.
    """
    data = encode_call(signature, tuple(_empty(one) for one in argument_types(signature)))
    return Read(to=address, label=label, signature=signature, data=data, returns=(), decode=lambda _: None)


def lacking(revert: Revert) -> Condition | None:
    """Return what the caller lacked, where OpenZeppelin's AccessControl or Ownable (4.9, 5) refused it."""
    if revert.name == "OwnableUnauthorizedAccount" or revert.text == _NOT_OWNER:
        return Owns()
    if revert.name == "AccessControlUnauthorizedAccount":
        role = revert.args[1].value
        return HasRole(role_name("0x" + role.hex())) if isinstance(role, bytes) else None
    match = _MISSING_ROLE.search(revert.text)
    return HasRole(role_name(match[1])) if match else None


def may_have(code: bytes, selector: bytes) -> bool:
    """Tell whether a contract with this code may have the function; where it has not, True for a proxy all the same."""
    return len(code) < PROXY_BYTES or selector.lstrip(b"\0") in code


def _empty(abi_type: str) -> AbiValue:
    if abi_type.endswith("]"):
        return ()
    if abi_type.startswith("("):
        return tuple(_empty(inner) for inner in split_types(abi_type[1:-1]))
    if abi_type.startswith(("uint", "int")):
        return 0
    if abi_type == "bytes":
        return b""
    if abi_type.startswith("bytes"):
        return bytes(int(abi_type[5:]))
    others: dict[str, AbiValue] = {"address": ZERO_ADDRESS, "bool": False, "string": ""}
    return others[abi_type]
