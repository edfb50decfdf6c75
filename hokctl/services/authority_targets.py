"""What somebody asks about: a function of a contract, or a role, as people write it."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Final

from hokctl.clients.requirements import FunctionRequirement, contracts_with_role, function_requirements
from hokctl.domain.roles import ROLE_NAMES
from hokctl.errors import UsageError

ALIASES: Final = {
    "reserve": "InfrastructureReserve",
    "router": "UsageFeeRouter",
    "manager": "TokenManager",
    "deployabletokenmanager": "TokenManager",
    "factory": "HokusaiAMMFactory",
    "params": "HokusaiParams",
    "pool": "HokusaiAMM",
    "amm": "HokusaiAMM",
    "token": "HokusaiToken",
    "registry": "ModelRegistry",
    "oracle": "InfrastructureCostOracle",
    "costoracle": "InfrastructureCostOracle",
    "whitelist": "PurchaserWhitelist",
    "escrow": "PendingClaimsEscrow",
    "verifier": "DeltaVerifier",
    "vestingvault": "RewardVestingVault",
    "timelock": "TimelockController",
    "hokusaitimelockcontroller": "TimelockController",
}
"""Short names of contracts, and those that the live protocol's manifests use."""
PER_MODEL: Final = ("HokusaiToken", "HokusaiParams", "HokusaiAMM")
"""Contracts of which each model has its own."""
HANDING_OUT: Final = ("grantRole", "revokeRole")
"""Functions that may be asked about with the role that they hand out, as in `grantRole(PAYER_ROLE)`."""

_ROLE: Final = re.compile(r"[A-Z][A-Z0-9_]*_ROLE|0x[0-9a-fA-F]{64}", re.ASCII)


class UnknownTargetError(UsageError):
    """A contract, function or role that hokctl does not know."""

    code = "unknown-function"

    def __init__(self, text: str, known: Iterable[str]) -> None:
        """Name it, and what was probably meant."""
        choices = {one.rpartition(".")[2]: one for one in sorted(set(known), reverse=True)}
        name = text.partition("(")[0].rpartition(".")[2]
        meant = [choices[one] for one in get_close_matches(name, choices, n=1, cutoff=0.5)]
        hint = f"Did you mean {meant[0]}? " if meant else ""
        super().__init__(
            f"{text!r} is no function, contract or role of the protocol that hokctl knows.",
            hint=f"{hint}Write InfrastructureReserve.pause, pausePool, a full signature or PAYER_ROLE.",
        )


class AmbiguousTargetError(UsageError):
    """A name that several contracts have."""

    code = "ambiguous-function"

    def __init__(self, text: str, choices: Iterable[str]) -> None:
        """List them."""
        super().__init__(f"{text!r} may mean {', '.join(choices)}.", hint="Name one of them in full.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What is asked about, on one contract."""

    contract: str
    functions: tuple[FunctionRequirement, ...] = ()
    """The overloads that the name may mean, in one version or another; none when a role is asked for."""
    role: str | None = None
    """The name of a role, or its id."""
    given: str | None = None
    """The role that a function is asked about that hands out roles."""

    def __str__(self) -> str:
        """Return the target as one may write it."""
        return f"{self.contract}.{self.role or self.functions[0].name}"


def parse_target(text: str, *, present: Iterable[str]) -> Target:
    """Return what `text` asks about; among several contracts those `present` in the deployment are preferred.

    Raises UnknownTargetError and AmbiguousTargetError.
    """
    head, _, arguments = text.partition("(")
    before, dot, name = head.strip().rpartition(".")
    contract = _contract(before.strip()) if dot else None
    if _ROLE.fullmatch(name):
        return _role(name, contract, text, set(present))
    given = arguments.strip().removesuffix(")").strip()
    if name in HANDING_OUT and _ROLE.fullmatch(given):
        return replace(parse_target(head, present=present), given=given)
    wanted = "".join((name, "(", *arguments.split())) if arguments else name
    found = [one for one in function_requirements() if contract in {None, one.contract}]
    matching = [one for one in found if wanted in {one.name, one.signature}]
    if not matching:
        raise UnknownTargetError(text, [f"{one.contract}.{one.name}" for one in found])
    chosen = _choose(text, sorted({one.contract for one in matching}), set(present), name)
    return Target(contract=chosen, functions=tuple(one for one in matching if one.contract == chosen))


def _role(name: str, contract: str | None, text: str, present: set[str]) -> Target:
    knowing = contracts_with_role(name)
    if contract is None and not knowing:
        raise UnknownTargetError(text, ROLE_NAMES)
    chosen = contract or _choose(text, list(knowing), present, name)
    return Target(contract=chosen, role=name)


def _contract(name: str) -> str:
    known = {one.contract.lower(): one.contract for one in function_requirements()} | ALIASES
    if name.lower() not in known:
        raise UnknownTargetError(name, [*known.values(), *ALIASES])
    return known[name.lower()]


def _choose(text: str, contracts: list[str], present: set[str], name: str) -> str:
    likely = [contract for contract in contracts if contract in present] or contracts
    if len(likely) > 1:
        raise AmbiguousTargetError(text, [f"{contract}.{name}" for contract in likely])
    return likely[0]
