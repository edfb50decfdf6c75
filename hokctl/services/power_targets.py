"""Which power people mean: a role, an ownership, or an account that a contract names; and on which contract."""

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Final

from eth_typing import ChecksumAddress

from hokctl.clients.account_powers import ACCOUNT_POWERS
from hokctl.clients.requirements import id_of_role
from hokctl.domain.addresses import looks_like_address
from hokctl.domain.units import ModelId
from hokctl.errors import UsageError, shown
from hokctl.services.authorities import ModelNeededError, contract_addresses
from hokctl.services.authority_targets import (
    PER_MODEL,
    AmbiguousTargetError,
    Target,
    UnknownTargetError,
    parse_target,
)
from hokctl.services.power_steps import Power

if TYPE_CHECKING:
    from collections.abc import Callable

    from hokctl.chain.session import Snapshot
    from hokctl.services.deployments import Deployment

OWNER: Final = "owner"
OWNED: Final = ("ModelRegistry", "TokenManager", "HokusaiAMMFactory", "HokusaiToken", "HokusaiAMM")
"""Contracts of the protocol that have an owner in every version."""

_ACCOUNT_POWERS: Final = {power.name.lower(): power for power in ACCOUNT_POWERS if power.name != "treasury"}
_ROLE: Final = re.compile(r"[A-Z][A-Z0-9_]*_ROLE|0x[0-9a-fA-F]{64}", re.ASCII)


class NotAPowerError(UsageError):
    """Something that nobody can hold."""

    code = "not-a-power"

    def __init__(self, text: str, *, hint: str) -> None:
        """Name it."""
        super().__init__(f"{shown(text)!r} is not a power that an account can be given.", hint=hint)


class ContractMissingError(UsageError):
    """A contract that the deployment does not have."""

    code = "contract-missing"

    def __init__(self, contract: str) -> None:
        """Name it."""
        super().__init__(
            f"This deployment has no {contract}: its manifest names none.",
            hint="Give the contract's address with --contract.",
        )


def find_power(
    snapshot: "Snapshot",
    deployment: "Deployment",
    text: str,
    *,
    contract: str | None,
    model_id: ModelId | None,
    resolve: "Callable[[str], ChecksumAddress]",
) -> Power:
    """Return the power that `text` means: `PAYER_ROLE`, `InfrastructureReserve.PAYER_ROLE`, `owner`, `pauser`, ….

    `contract` is a contract's name or its address, which `resolve` reads. Raises NotAPowerError, UnknownTargetError,
    AmbiguousTargetError, ModelNeededError, ContractMissingError, UnknownModelError.
    """
    before, dot, name = text.strip().rpartition(".")
    if name.lower() == "treasury":
        raise NotAPowerError(text, hint="hokctl treasury set changes who receives the reserve's money.")
    known = contract_addresses(snapshot, deployment, model_id)
    if contract is not None and looks_like_address(contract):
        address = resolve(contract)
        label = {found: label for label, found in known.items()}.get(address) or deployment.labels.get(address)
        return _power(label or "Contract", address, name, model_id)
    target = _target(contract or before if contract or dot else None, name, known)
    if target.contract in PER_MODEL and model_id is None:
        raise ModelNeededError(target)
    if target.contract not in known:
        raise ContractMissingError(target.contract)
    if target.role is None:
        raise _not_a_power(text)
    owner = model_id if target.contract in PER_MODEL else None
    return _power(target.contract, known[target.contract], target.role, owner)


def _power(contract: str, address: ChecksumAddress, name: str, model_id: ModelId | None) -> Power:
    if _ROLE.fullmatch(name):
        return Power(contract=contract, address=address, name=name, role=id_of_role(name), model_id=model_id)
    if name.lower() == OWNER:
        return Power(contract=contract, address=address, name=OWNER, model_id=model_id)
    power = _ACCOUNT_POWERS.get(name.lower())
    if power is None:
        raise _not_a_power(name)
    return Power(contract=power.contract, address=address, name=power.name)


def _target(contract: str | None, name: str, known: Mapping[str, ChecksumAddress]) -> Target:
    present = (*known, *PER_MODEL)
    power = _ACCOUNT_POWERS.get(name.lower())
    if power is not None and contract is None:
        return Target(contract=power.contract, role=power.name)
    if name.lower() != OWNER and power is None:
        return parse_target(name if contract is None else f"{contract}.{name}", present=present)
    if contract is None:
        raise AmbiguousTargetError(name, [f"{one}.{OWNER}" for one in OWNED])
    # Any role stands for the contract here, whose name alone is to be read.
    return Target(contract=_contract(contract, present), role=OWNER if power is None else power.name)


def _contract(name: str, present: Iterable[str]) -> str:
    """Return the contract that `name` or one of its short forms means; raises UnknownTargetError."""
    return parse_target(f"{name}.DEFAULT_ADMIN_ROLE", present=present).contract


def _not_a_power(text: str) -> UsageError:
    if "(" in text or text[:1].islower():
        hint = f"hokctl roles who {shown(text)} tells which role a function asks for."
        return NotAPowerError(text, hint=hint)
    return UnknownTargetError(text, (OWNER, *_ACCOUNT_POWERS))
