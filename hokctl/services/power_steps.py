"""One change of who holds a power: the call, everything that it does to the chain, and what proves it."""

from collections.abc import Sequence
from dataclasses import dataclass

from eth_typing import ChecksumAddress
from eth_utils.crypto import keccak

from hokctl.clients.access_control import AccessControl
from hokctl.clients.account_powers import AccountPower, NamingContract
from hokctl.clients.codec import word_from_hex
from hokctl.clients.ownable import Ownable2Step
from hokctl.domain.calls import AbiValue, Call
from hokctl.domain.plans import Condition, ViewCondition
from hokctl.domain.roles import RoleId, role_name
from hokctl.domain.units import ZERO_ADDRESS, ModelId
from hokctl.services.planning import event_emitted, view_is


@dataclass(frozen=True, slots=True, kw_only=True)
class Power:
    """A power over one contract, whoever holds it."""

    contract: str
    """The contract's name."""
    address: ChecksumAddress
    name: str
    """The name of a role or its id, or `owner`, `pauser`, `feeRecipient`, `deltaVerifier`, `treasury`."""
    role: RoleId | None = None
    model_id: ModelId | None = None
    """Whose contract it is, of those of which each model has its own."""

    @property
    def where(self) -> str:
        """The contract in words."""
        return self.contract if self.model_id is None else f"{self.contract} of model {self.model_id}"

    def __str__(self) -> str:
        """Return the power in words."""
        return f"{self.name} {'of' if self.role is None else 'on'} {self.where}"


@dataclass(frozen=True, slots=True, kw_only=True)
class PowerStep:
    """One call that changes who holds a power."""

    call: Call
    after: tuple[Condition, ...]
    """The complete effect of the call."""

    @property
    def key(self) -> str:
        """What the step's transaction is journalled under, whatever plan it is part of."""
        target = bytes.fromhex((self.call.to or "")[2:])
        return f"power/{keccak(target + self.call.data).hex()}"


def calls_of(steps: Sequence[PowerStep]) -> tuple[Call, ...]:
    """Return the calls of `steps`."""
    return tuple(step.call for step in steps)


def conditions_of(steps: Sequence[PowerStep]) -> tuple[Condition, ...]:
    """Return the complete effect of `steps` made one after the other: of a view only the last answer counts."""
    found: dict[tuple[object, ...], Condition] = {}
    for number, condition in enumerate(condition for step in steps for condition in step.after):
        key = (condition.to, condition.data) if isinstance(condition, ViewCondition) else (number,)
        found[key] = condition
    return tuple(found.values())


def grant_step(power: Power, role: RoleId, account: ChecksumAddress, *, admin: RoleId) -> PowerStep:
    """Return the grant of `role`, whose admin role is `admin`."""
    return _role_step(power, role, account, admin=admin, granted=True)


def revoke_step(power: Power, role: RoleId, account: ChecksumAddress, *, admin: RoleId) -> PowerStep:
    """Return the revocation of `role`, whose admin role is `admin`."""
    return _role_step(power, role, account, admin=admin, granted=False)


def _role_step(power: Power, role: RoleId, account: ChecksumAddress, *, admin: RoleId, granted: bool) -> PowerStep:
    client = AccessControl(power.address, label=power.contract)
    change, name = client.grant_role if granted else client.revoke_role, role_name(role)
    verb, way, event = ("Grant", "to", "RoleGranted") if granted else ("Revoke", "from", "RoleRevoked")
    call = change(role, account, purpose=f"{verb} {name} on {power.where} {way} {account}", admin=admin)
    args: dict[str, tuple[str, AbiValue]] = {"role": ("bytes32", word_from_hex(role)), "account": ("address", account)}
    held = f"{account} {'holds' if granted else 'no longer holds'} {name} on {power.where}"
    proof = view_is(client.has_role(role, account), granted, held)
    logged = event_emitted(power.address, power.contract, event, args, f"{held}: logged")
    return PowerStep(call=call, after=(proof, logged))


def transfer_step(power: Power, old: ChecksumAddress, new: ChecksumAddress, *, two_steps: bool) -> PowerStep:
    """Return the hand-over of ownership to `new`: an offer where it takes two steps, else at once."""
    client = Ownable2Step(power.address, label=power.contract)
    names: dict[str, tuple[str, AbiValue]] = {"previousOwner": ("address", old), "newOwner": ("address", new)}
    if two_steps:
        text = f"the ownership of {power.where} is offered to {new}"
        call = client.transfer_ownership(new, purpose=f"Offer the ownership of {power.where} to {new}")
        proof, event = view_is(client.pending_owner(), new, text), "OwnershipTransferStarted"
    else:
        text = f"{new} owns {power.where}"
        call = client.transfer_ownership(new, purpose=f"Hand the ownership of {power.where} to {new}, at once")
        proof, event = view_is(client.owner(), new, text), "OwnershipTransferred"
    logged = event_emitted(power.address, power.contract, event, names, f"{text}: logged")
    return PowerStep(call=call, after=(proof, logged))


def accept_step(power: Power, old: ChecksumAddress, new: ChecksumAddress) -> PowerStep:
    """Return the acceptance of ownership that `old` has offered to `new`."""
    client = Ownable2Step(power.address, label=power.contract)
    names: dict[str, tuple[str, AbiValue]] = {"previousOwner": ("address", old), "newOwner": ("address", new)}
    text = f"{new} owns {power.where}"
    after = (
        view_is(client.owner(), new, text),
        view_is(client.pending_owner(), ZERO_ADDRESS, f"nobody is offered the ownership of {power.where}"),
        event_emitted(power.address, power.contract, "OwnershipTransferred", names, f"{text}: logged"),
    )
    return PowerStep(
        call=client.accept_ownership(new, purpose=f"Accept the ownership of {power.where}"),
        after=after,
    )


def set_step(
    power: Power, kind: AccountPower, old: ChecksumAddress, new: ChecksumAddress, *, logs: bool = True
) -> PowerStep:
    """Return the change of an account that a contract names; `logs` tells whether its version logs it."""
    client = NamingContract(power.address, kind)
    whom = "nobody" if new == ZERO_ADDRESS else new
    text = f"the {kind.name} of {power.where} is {whom}"
    call = client.set_holder(new, purpose=f"Make {whom} the {kind.name} of {power.where}; now {old}")
    proof = view_is(client.holder(), new, text)
    if not logs or kind.event is None:
        return PowerStep(call=call, after=(proof,))
    args: dict[str, tuple[str, AbiValue]] = {kind.new: ("address", new)}
    if kind.old:
        args[kind.old] = ("address", old)
    logged = event_emitted(power.address, power.contract, kind.event, args, f"{text}: logged")
    return PowerStep(call=call, after=(proof, logged))
