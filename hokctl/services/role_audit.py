"""The audit of roles: every power over a deployment against the policy, or against general rules without one."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from eth_typing import ChecksumAddress

from hokctl.domain.findings import Finding, Severity
from hokctl.domain.powers import Powers
from hokctl.services.audit_holders import Found, check_holders
from hokctl.services.audit_policy import Agreement, accepts
from hokctl.services.audit_structure import check_structure

if TYPE_CHECKING:
    from hokctl.config.policy import AcceptedFinding, Policy


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleAudit:
    """Who holds what, and what is wrong with it."""

    powers: Powers
    findings: tuple[Finding, ...]
    """What was found, errors first; what the policy accepts is in it as INFO."""
    has_policy: bool

    @property
    def is_clean(self) -> bool:
        """Whether nothing was found but what the policy accepts."""
        return all(finding.severity is Severity.INFO for finding in self.findings)


def audit_roles(powers: Powers, policy: "Policy | None") -> RoleAudit:
    """Return what is wrong with `powers`, by `policy` where there is one."""
    agreement = Agreement(powers, policy)
    accepted = agreement.rules.accepted
    found = [*check_holders(agreement), *check_structure(agreement)]
    used: set[int] = set()
    findings = [_judged(one, accepted, used) for one in found]
    findings += [_unused(entry) for number, entry in enumerate(accepted) if number not in used]
    order = (Severity.ERROR, Severity.WARNING, Severity.INFO)
    return RoleAudit(
        powers=powers,
        findings=tuple(sorted(findings, key=lambda one: (order.index(one.severity), one.code, one.subject))),
        has_policy=policy is not None,
    )


def policy_accounts(policy: "Policy | None") -> Iterator[ChecksumAddress]:
    """Yield every account that the policy lists as a holder or a deployer: each is asked about, whatever logs say."""
    if policy is None:
        return
    yield from policy.audit.deployers
    for table in policy.roles.values():
        for holders in table.values():
            yield from holders


def _judged(found: Found, accepted: "tuple[AcceptedFinding, ...]", used: set[int]) -> Finding:
    """Return a finding, as INFO with the reason where the policy accepts it."""
    for number, entry in enumerate(accepted):
        if accepts(entry, found.finding.code, found.holdings):
            used.add(number)
            message = f"{found.finding.message} Accepted: {entry.reason}"
            return replace(found.finding, severity=Severity.INFO, message=message)
    return found.finding


def _unused(entry: "AcceptedFinding") -> Finding:
    return Finding(
        code="accepted-unused",
        severity=Severity.INFO,
        subject=entry.code,
        message=f"The policy accepts {entry.code!r} ({entry.reason}), and nothing like it was found.",
        remedy="Take the entry out of the policy: it would hide the next one.",
    )
