"""Plans that give a power to somebody, take it from somebody, or move it: in that order, and never from the last one.

Whatever the power, a move gives first and takes afterwards. Who could never act again is refused, in words.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from eth_typing import ChecksumAddress

from hokctl.checks.holders import HolderFacts, check_holders
from hokctl.clients.account_powers import find_account_power
from hokctl.clients.requirements import contracts_with_role
from hokctl.config.policy import Policy
from hokctl.domain.authority import Authority
from hokctl.domain.findings import Finding, Severity
from hokctl.domain.paths import find_paths
from hokctl.domain.plans import Plan
from hokctl.domain.roles import EXECUTOR_ROLE, PROPOSER_ROLE, RoleId, role_name
from hokctl.domain.units import ZERO_ADDRESS
from hokctl.services.planning import build_plan
from hokctl.services.power_errors import (
    LastAdminError,
    NotHeldError,
    NotRevocableError,
    SameAccountError,
    UnrotatablePowerError,
)
from hokctl.services.power_facts import RoleFacts, read_named, read_owner, read_role, why_not_owned, why_unrotatable
from hokctl.services.power_steps import (
    Power,
    PowerStep,
    accept_step,
    calls_of,
    conditions_of,
    grant_step,
    revoke_step,
    set_step,
    transfer_step,
)

if TYPE_CHECKING:
    from hokctl.chain.session import Snapshot
    from hokctl.services.deployments import Deployment


class Action(StrEnum):
    """What is to become of a power."""

    GRANT = "grant"
    REVOKE = "revoke"
    MOVE = "move"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What somebody wants of a power."""

    action: Action
    power: Power
    old: ChecksumAddress | None = None
    """Who is to lose it."""
    new: ChecksumAddress | None = None
    """Who is to get it."""

    @property
    def accounts(self) -> tuple[ChecksumAddress, ...]:
        """The accounts it is about."""
        return tuple(account for account in (self.old, self.new) if account is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What is known beside the chain."""

    known: Mapping[ChecksumAddress, str] = field(default_factory=dict)
    """Contracts of the deployment and the address book."""
    policy: Policy | None = None
    production: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PowerChange:
    """The plan, and what the caller should know about it."""

    wish: Wish
    plan: Plan
    steps: tuple[PowerStep, ...]
    """The steps behind the plan's calls, one each."""
    holders: tuple[ChecksumAddress, ...]
    """Who has the power before."""
    findings: tuple[Finding, ...] = ()
    note: str = ""
    """What there is to say of how it stands, or is left pending."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    snapshot: "Snapshot"
    deployment: "Deployment"
    around: Surroundings


@dataclass(frozen=True, slots=True, kw_only=True)
class _Draft:
    steps: tuple[PowerStep, ...]
    holders: tuple[ChecksumAddress, ...]
    accounts: Mapping[ChecksumAddress, Authority]
    findings: tuple[Finding, ...] = ()
    note: str = ""


def plan_change(snapshot: "Snapshot", deployment: "Deployment", wish: Wish, around: Surroundings) -> PowerChange:
    """Return the plan of `wish`; without calls when it is so already.

    Raises NoSuchPowerError, LastAdminError, UnrotatablePowerError, NotHeldError, NotRevocableError, SameAccountError.
    """
    if wish.old is not None and wish.old == wish.new:
        raise SameAccountError(wish.old)
    case = _Case(snapshot=snapshot, deployment=deployment, around=around)
    if wish.power.role is not None:
        draft = _draft_role(case, wish, wish.power.role)
    elif wish.power.name == "owner":
        draft = _draft_owner(case, wish)
    else:
        draft = _draft_named(case, wish)
    plan = build_plan(
        snapshot,
        deployment,
        _title(wish),
        calls_of(draft.steps),
        after=conditions_of(draft.steps),
        moves_funds=True,
    )
    found = (*draft.findings, *_judge(case, wish, draft)) if draft.steps else ()
    return PowerChange(wish=wish, plan=plan, steps=draft.steps, holders=draft.holders, findings=found, note=draft.note)


def _title(wish: Wish) -> str:
    if wish.action is Action.MOVE:
        return f"Move {wish.power} from {wish.old} to {wish.new}"
    return (
        f"Grant {wish.power} to {wish.new}" if wish.action is Action.GRANT else f"Revoke {wish.power} from {wish.old}"
    )


def _judge(case: _Case, wish: Wish, draft: _Draft) -> tuple[Finding, ...]:
    around = case.around
    facts = HolderFacts(
        contract=wish.power.contract,
        address=wish.power.address,
        power=wish.power.name if wish.power.role is None else role_name(wish.power.role),
        old=wish.old,
        new=None if wish.new is None else draft.accounts[wish.new],
        known=around.known,
        policy=around.policy,
        production=around.production,
    )
    return check_holders(facts)


def _draft_role(case: _Case, wish: Wish, role: RoleId) -> _Draft:
    power = wish.power
    facts = read_role(case.snapshot, case.deployment, power, role, wish.accounts)
    gives = wish.new is not None and not facts.held[wish.new]
    takes = wish.old is not None and facts.held[wish.old]
    if wish.action is Action.MOVE and gives and not takes:
        raise NotHeldError(power, wish.accounts[0], _addresses(facts.holders.holders))
    steps = []
    if wish.new is not None and gives:
        steps.append(grant_step(power, role, wish.new, admin=facts.admin))
    if wish.old is not None and takes:
        steps.append(revoke_step(power, role, wish.old, admin=facts.admin))
    findings = _guard_role(case, wish, role, facts) if steps else ()
    return _Draft(
        steps=tuple(steps),
        holders=_addresses(facts.holders.holders),
        accounts=facts.accounts,
        findings=findings,
        note="" if steps else _said(wish),
    )


def _guard_role(case: _Case, wish: Wish, role: RoleId, facts: RoleFacts) -> tuple[Finding, ...]:
    """Refuse what could not be done, or not be undone; return what else to say of the role."""
    power = wish.power
    if not facts.admins.paths:
        raise UnrotatablePowerError(power, why_unrotatable(case.deployment, facts))
    findings = [] if power.contract not in _known_contracts() else list(_check_asked(power, role))
    if wish.old is None:
        return tuple(findings)
    rest = [one for one in facts.holders.holders if one.address != wish.old]
    rest += [facts.accounts[wish.new]] if wish.new is not None else []
    keys = {facts.admin} | ({PROPOSER_ROLE, EXECUTOR_ROLE} if _is_timelock(facts, power) else set())
    if role in keys and not any(find_paths(one).paths for one in rest):
        raise LastAdminError(power, wish.old, rest)
    if not rest:
        findings.append(_nobody_left(power, wish.old))
    return tuple(findings)


def _is_timelock(facts: RoleFacts, power: Power) -> bool:
    """Tell whether the contract hands out its roles itself, so that nobody does once nobody proposes to it."""
    return power.address in _addresses(facts.admins.holders)


def _known_contracts() -> frozenset[str]:
    return frozenset(contracts_with_role("DEFAULT_ADMIN_ROLE"))


def _check_asked(power: Power, role: RoleId) -> tuple[Finding, ...]:
    """Return an error where no function of the contract asks for the role."""
    contracts = contracts_with_role(role_name(role))
    if power.contract in contracts:
        return ()
    return (
        Finding(
            code="role-without-use",
            severity=Severity.ERROR,
            subject=power.address,
            message=f"No function of {power.contract} asks for {role_name(role)}, so it gives nobody anything.",
            evidence={"asked for by": ", ".join(contracts) or "no contract that hokctl knows"},
            remedy="Name the contract that asks for it with --contract.",
        ),
    )


def _nobody_left(power: Power, account: ChecksumAddress) -> Finding:
    return Finding(
        code="last-holder",
        severity=Severity.WARNING,
        subject=account,
        message=f"{account} is the only one with {power}: afterwards nobody can do what it takes.",
        remedy="Grant it to another account first, or use `hokctl roles move`.",
    )


def _draft_owner(case: _Case, wish: Wish) -> _Draft:
    power = wish.power
    if wish.new is None:
        raise NotRevocableError(power)
    facts = read_owner(case.snapshot, case.deployment, power, wish.accounts)
    base = _Draft(steps=(), holders=(facts.owner,), accounts=facts.accounts)
    if facts.owner == wish.new:
        return _with(base, (), _said(wish))
    if facts.pending == wish.new:
        note = f"The ownership is offered already: {wish.new} accepts it."
        return _with(base, (accept_step(power, facts.owner, wish.new),), note)
    if wish.action is Action.MOVE and facts.owner != wish.old:
        raise NotHeldError(power, wish.accounts[0], (facts.owner,))
    if not facts.holders.paths:
        raise UnrotatablePowerError(power, why_not_owned(case.deployment, facts))
    two_steps = facts.pending is not None
    step = transfer_step(power, facts.owner, wish.new, two_steps=two_steps)
    note = f"Until {wish.new} accepts it, {facts.owner} stays the owner: run the same command as {wish.new}."
    return _with(base, (step,), note if two_steps else "")


def _with(draft: _Draft, steps: tuple[PowerStep, ...], note: str) -> _Draft:
    return _Draft(steps=steps, holders=draft.holders, accounts=draft.accounts, note=note)


def _draft_named(case: _Case, wish: Wish) -> _Draft:
    power = wish.power
    kind = find_account_power(lambda one: (one.name, one.contract) == (power.name, power.contract))
    if kind is None:
        raise NotRevocableError(power)
    facts = read_named(case.snapshot, case.deployment, power, kind, wish.accounts)
    base = _Draft(steps=(), holders=(facts.account,), accounts=facts.accounts)
    after = wish.new or ZERO_ADDRESS
    lost = wish.action is Action.REVOKE and facts.account != wish.old
    if facts.account == after or lost:
        return _with(base, (), _said(wish))
    if wish.new is None and not kind.clearable:
        raise NotRevocableError(power)
    if wish.action is Action.MOVE and facts.account != wish.old:
        raise NotHeldError(power, wish.accounts[0], (facts.account,))
    return _with(base, (set_step(power, kind, facts.account, after, logs=facts.logs),), "")


def _said(wish: Wish) -> str:
    if wish.action is Action.REVOKE:
        return f"{wish.old} does not hold {wish.power}."
    return f"{wish.new} holds {wish.power} already."


def _addresses(holders: Sequence[Authority]) -> tuple[ChecksumAddress, ...]:
    return tuple(holder.address for holder in holders)
