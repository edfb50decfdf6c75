"""Checks of who is to hold a power: can they use it, are they who is meant, and does the policy say so?"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from eth_typing import ChecksumAddress

from hokctl.checks.payees import LOOK_ALIKE_DIGITS
from hokctl.config.policy import Policy
from hokctl.domain.authority import Authority, EoaAuthority, TimelockAuthority
from hokctl.domain.findings import Finding, Severity
from hokctl.domain.paths import find_paths
from hokctl.domain.units import ZERO_ADDRESS

ADMIN_CHANGE: Final = "administration-changes-hands"
ADMINISTERING: Final = frozenset({"DEFAULT_ADMIN_ROLE", "TIMELOCK_ADMIN_ROLE", "PROPOSER_ROLE", "owner"})
"""Powers by which all others can be had."""
ACTING: Final = ADMINISTERING | {"GOV_ROLE", "PAUSER_ROLE", "PAYER_ROLE", "DEPLOYER_ROLE", "pauser"}
"""Powers that are worth nothing to an account that nobody can act through."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HolderFacts:
    """A power that is to change hands, and what is known of the accounts."""

    contract: str
    address: ChecksumAddress
    power: str
    old: ChecksumAddress | None = None
    """Who is to lose it."""
    new: Authority | None = None
    """Who is to get it, with the chain of authority behind it."""
    known: Mapping[ChecksumAddress, str] = field(default_factory=dict)
    """What addresses are called: contracts of the deployment, and the address book."""
    policy: Policy | None = None
    production: bool = False

    @property
    def expected(self) -> tuple[ChecksumAddress, ...] | None:
        """Who holds the power by the policy; None where it does not say."""
        holders = None if self.policy is None else dict(self.policy.roles.get(self.contract, {})).get(self.power)
        return None if holders is None else tuple(holders)


def check_holders(facts: HolderFacts) -> tuple[Finding, ...]:
    """Return what speaks against the change, as far as accounts and policy go."""
    return (*_check_policy(facts), *(() if facts.new is None else _check_new(facts, facts.new)))


def _check_policy(facts: HolderFacts) -> Iterator[Finding]:
    expected = facts.expected
    if expected is None:
        return
    where = f"{facts.power} on {facts.contract}"
    evidence = {"by the policy": ", ".join(expected) or "nobody"}
    if facts.new is not None and facts.new.address not in expected:
        yield Finding(
            code="policy-forbids-holder",
            severity=Severity.ERROR,
            subject=facts.new.address,
            message=f"By the policy {facts.new.address} is not to hold {where}.",
            evidence=evidence,
            remedy=f"Have the policy changed first: [roles.{facts.contract}].",
        )
    if facts.old is not None and facts.old in expected:
        yield Finding(
            code="policy-expects-holder",
            severity=Severity.ERROR,
            subject=facts.old,
            message=f"By the policy {facts.old} is to hold {where}, and would lose it.",
            evidence=evidence,
            remedy=f"Have the policy changed first: [roles.{facts.contract}].",
        )


def _check_new(facts: HolderFacts, new: Authority) -> Iterator[Finding]:
    itself = new.address == facts.address and not isinstance(new, TimelockAuthority)
    if new.address == ZERO_ADDRESS or itself:
        yield Finding(
            code="impossible-holder",
            severity=Severity.ERROR,
            subject=new.address,
            message=f"{facts.power} cannot be used by {'the contract itself' if itself else 'the zero address'}.",
            remedy="Give the account that is to have the power.",
            allowable=False,
        )
        return
    yield from _check_ability(facts, new)
    yield from _check_look_alike(facts, new.address)
    vouched = new.address in facts.known or new.address in (facts.expected or ())
    if facts.power in ADMINISTERING and not vouched:
        yield Finding(
            code="administration-changes-hands",
            severity=Severity.WARNING,
            subject=new.address,
            message=f"{new.address} would administer {facts.contract}, and neither address book nor policy knows it.",
            evidence={"power": facts.power},
            remedy="Compare every digit with a second source, and add it to [addresses].",
        )


def _check_ability(facts: HolderFacts, new: Authority) -> Iterator[Finding]:
    if isinstance(new, EoaAuthority):
        if facts.power in ADMINISTERING and facts.production:
            yield Finding(
                code="holder-single-key",
                severity=Severity.WARNING,
                subject=new.address,
                message=f"A single key would hold {facts.power} on {facts.contract} in production.",
                remedy="Give it to a Safe or to a timelock behind one.",
            )
        return
    ways = find_paths(new)
    if facts.power in ACTING and not ways.paths:
        yield cannot_act(new.address, facts.power, "; ".join(ways.obstacles))


def cannot_act(account: ChecksumAddress, power: str, reason: str, *, allowable: bool = True) -> Finding:
    """Return the finding that nobody can act through the account that is to get a power."""
    return Finding(
        code="holder-cannot-act",
        severity=Severity.ERROR,
        subject=account,
        message=f"{account} could not use {power}: nobody can act through it.",
        evidence={"reason": reason},
        remedy="Give an account with a key, a Safe whose owners can sign, or a timelock with a proposer.",
        allowable=allowable,
    )


def _check_look_alike(facts: HolderFacts, account: ChecksumAddress) -> Iterator[Finding]:
    if account in facts.known:
        return
    for other, name in facts.known.items():
        if other != ZERO_ADDRESS and _ends(other) == _ends(account):
            yield Finding(
                code="holder-look-alike",
                severity=Severity.ERROR,
                subject=account,
                message=f"{account} begins and ends like {name}, {other}, but is another account.",
                evidence={"here": account, "known": other},
                remedy="Give nothing to it: somebody wants the two to be mixed up.",
                allowable=False,
            )


def _ends(address: ChecksumAddress) -> tuple[str, str]:
    digits = address[2:].lower()
    return digits[:LOOK_ALIKE_DIGITS], digits[-LOOK_ALIKE_DIGITS:]
