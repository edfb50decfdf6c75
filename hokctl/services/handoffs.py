"""Handing a deployment over: everything that the deployer holds goes to those whom the specification names.

Two accounts act, each for what is theirs to do. The deployer gives roles, offers ownership and takes its own roles
away; the administrator accepts, and takes whatever the deployer still holds. Each plan is made from the chain, so
that a run which was cut off is taken up by the same command.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from eth_typing import ChecksumAddress

from hokctl.checks.holders import ACTING, cannot_act
from hokctl.domain.authority import (
    AccountRequired,
    Authority,
    EoaAuthority,
    GovernorAuthority,
    OwnershipRequired,
    Requirement,
    SafeAuthority,
    TimelockAuthority,
)
from hokctl.domain.findings import Finding, Severity
from hokctl.domain.paths import find_paths
from hokctl.domain.plans import Plan
from hokctl.domain.powers import Holding, Powers
from hokctl.domain.units import ZERO_ADDRESS
from hokctl.errors import ConfigError, RefusedError
from hokctl.services.handoff_steps import HandoffSteps, Shapes, read_shapes
from hokctl.services.handoff_wishes import Destiny, read_destiny, takers_of
from hokctl.services.planning import build_plan
from hokctl.services.power_facts import read_accounts
from hokctl.services.power_reads import PENDING_OWNER
from hokctl.services.power_steps import PowerStep, conditions_of
from hokctl.services.powers import read_powers

if TYPE_CHECKING:
    from hokctl.chain.session import Snapshot
    from hokctl.config.spec import DeploymentSpec
    from hokctl.services.deployments import Deployment


class HandoffToDeployerError(RefusedError):
    """A specification by which the deployer itself is the administrator."""

    code = "handoff-to-deployer"

    def __init__(self, deployer: ChecksumAddress) -> None:
        """Name the account."""
        super().__init__(
            f"The specification names the deployer {deployer} as administrator: there is nobody to hand over to.",
            hint="Name a Safe or a timelock as `admin` in the specification; hokctl safe create makes a Safe.",
        )


class UnknownDeployerError(ConfigError):
    """A handoff of nobody's."""

    code = "unknown-deployer"

    def __init__(self) -> None:
        """Say that nobody is named."""
        super().__init__(
            "Neither the manifest nor the command says who the deployer is.", hint="Name the account with --deployer."
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Remains:
    """What the deployer holds at one block."""

    powers: Powers
    pending: tuple[Holding, ...]
    """Ownership that is offered to the administrator, who has not accepted it yet."""
    open: tuple[Destiny, ...]
    """What can still be handed over."""
    kept: tuple[Destiny, ...]
    """What cannot be taken from it, or what the specification leaves it."""

    @property
    def nothing(self) -> bool:
        """Whether the deployer holds nothing at all."""
        return not (self.pending or self.open or self.kept)


@dataclass(frozen=True, slots=True, kw_only=True)
class Handoff:
    """The plan of one of the two who act, and what the deployer holds before it."""

    deployer: ChecksumAddress
    admin: ChecksumAddress
    actor: ChecksumAddress
    """Who makes the calls of the plan."""
    plan: Plan
    steps: tuple[PowerStep, ...]
    before: Remains
    findings: tuple[Finding, ...] = ()


def read_remains(
    snapshot: "Snapshot", deployment: "Deployment", spec: "DeploymentSpec", deployer: ChecksumAddress
) -> Remains:
    """Return what `deployer` holds over all contracts of the deployment at the snapshot's block."""
    candidates = (deployer, spec.admin, spec.payer, spec.pauser, spec.backend)
    powers = read_powers(snapshot, deployment, candidates=candidates)
    offered = {one.address for one in powers.holdings if one.power == PENDING_OWNER and one.holder != deployer}
    held = powers.of(deployer)
    destinies = [(one, read_destiny(spec, one, powers)) for one in held]
    pending = tuple(
        one
        for one, destiny in destinies
        if one.power == "owner" and one.address in offered and _offered_to(powers, one) in destiny.heirs
    )
    rest = [destiny for one, destiny in destinies if one not in pending]
    return Remains(
        powers=powers,
        pending=pending,
        open=tuple(destiny for destiny in rest if not destiny.stays),
        kept=tuple(destiny for destiny in rest if destiny.stays),
    )


def plan_handoff(
    snapshot: "Snapshot",
    deployment: "Deployment",
    spec: "DeploymentSpec",
    deployer: ChecksumAddress,
    signer: ChecksumAddress | None,
) -> Handoff:
    """Return what is to be done next: by the deployer if it is to sign or nobody is named, else by the administrator.

    Raises HandoffToDeployerError.
    """
    if spec.admin == deployer:
        raise HandoffToDeployerError(deployer)
    before = read_remains(snapshot, deployment, spec, deployer)
    accounts = read_accounts(snapshot, deployment, _accounts(spec, before, deployer))
    actor, steps = _choose(before, read_shapes(snapshot, before.open), accounts, (deployer, spec.admin, signer))
    mine = actor == deployer
    plan = build_plan(
        snapshot,
        deployment,
        f"Hand the deployment over from {deployer} to {spec.admin}",
        [replace(step.call, requires=_demands(step, actor, before)) for step in steps],
        after=conditions_of(steps),
        # A key that deployed holds all power at first, and this is how it loses it.
        moves_funds=not (mine and isinstance(accounts[deployer], EoaAuthority)),
    )
    return Handoff(
        deployer=deployer,
        admin=spec.admin,
        actor=actor,
        plan=plan,
        steps=steps,
        before=before,
        findings=tuple(_check_heirs(before, accounts, spec.admin)) if steps else (),
    )


def _choose(
    before: Remains,
    shapes: Shapes,
    accounts: Mapping[ChecksumAddress, Authority],
    who: tuple[ChecksumAddress, ChecksumAddress, ChecksumAddress | None],
) -> tuple[ChecksumAddress, tuple[PowerStep, ...]]:
    """Return who acts now, and what they do: the deployer, the administrator, or whoever else can take something.

    `who` are the deployer, the administrator, and who is to sign, if anybody is named.
    """
    deployer, admin, signer = who
    takers = (taker for one in before.open for taker in takers_of(one, before.powers))
    kinds = {**before.powers.kinds, **accounts}
    ways = {
        actor: HandoffSteps(before.powers, shapes, deployer=deployer, actor=actor).steps(before.open, before.pending)
        for actor in dict.fromkeys((deployer, admin, *takers))
    }
    able = [one for one, steps in ways.items() if steps and (signer is None or _signs_for(kinds[one], signer))]
    actor = deployer if signer == deployer else next(iter(able), admin)
    return actor, ways[actor]


def _offered_to(powers: Powers, owned: Holding) -> ChecksumAddress:
    return next(iter(powers.holders(owned.address, PENDING_OWNER)), ZERO_ADDRESS)


def _signs_for(authority: Authority, signer: ChecksumAddress) -> bool:
    """Tell whether `signer` is one of those who sign for `authority`; a governor asks votes of all."""
    match authority:
        case EoaAuthority():
            return authority.address == signer
        case SafeAuthority():
            return signer in authority.owners
        case TimelockAuthority():
            return any(_signs_for(proposer, signer) for proposer in authority.proposers)
        case _:
            return isinstance(authority, GovernorAuthority)


def _demands(step: PowerStep, actor: ChecksumAddress, before: Remains) -> tuple[Requirement, ...]:
    """Return what the call takes, and who makes it; an ownership that the same plan accepts is not there yet."""
    offered = {one.address for one in before.pending}
    kept: list[Requirement] = [
        one for one in step.call.requires if not (isinstance(one, OwnershipRequired) and one.contract in offered)
    ]
    return tuple(dict.fromkeys((*kept, AccountRequired(account=actor))))


def _accounts(spec: "DeploymentSpec", before: Remains, deployer: ChecksumAddress) -> tuple[ChecksumAddress, ...]:
    heirs = (heir for one in before.open for heir in one.heirs if heir != ZERO_ADDRESS)
    return tuple(dict.fromkeys((deployer, spec.admin, *heirs)))


def _check_heirs(
    before: Remains, accounts: Mapping[ChecksumAddress, Authority], admin: ChecksumAddress
) -> Iterator[Finding]:
    """Yield why a new holder cannot use what it is to get: no code, or nobody who can act through it."""
    gets: dict[ChecksumAddress, list[str]] = {admin: [str(one) for one in before.pending]}
    for one in before.open:
        if one.holding.power in ACTING:
            for heir in one.heirs:
                gets.setdefault(heir, []).append(str(one.holding))
    for heir, powers in gets.items():
        authority, what = accounts[heir], ", ".join(powers)
        if not powers:
            continue
        if isinstance(authority, EoaAuthority):
            yield Finding(
                code="holder-no-code",
                severity=Severity.ERROR,
                subject=heir,
                message=f"There is no contract at {heir}, which is to get {what}: a single key would hold it.",
                evidence={"powers": what},
                remedy="Name a Safe or a timelock in the specification; hokctl safe create makes a Safe.",
            )
            continue
        ways = find_paths(authority)
        if not ways.paths:
            yield cannot_act(heir, what, "; ".join(ways.obstacles), allowable=False)
