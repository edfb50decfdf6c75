"""Findings about the powers themselves: roles that nobody can move, and where logs and chain disagree."""

from collections.abc import Iterator, Sequence
from typing import Final

from hokctl.domain.findings import Finding, Severity
from hokctl.domain.powers import Holding, PoweredContract, Powers, RoleAdmin
from hokctl.domain.roles import DEFAULT_ADMIN_ROLE, TIMELOCK_ADMIN_ROLE, role_name
from hokctl.domain.units import ZERO_ADDRESS
from hokctl.services.audit_holders import Found, evidence_of, group, name_of
from hokctl.services.audit_policy import TIMELOCK, Agreement

_PASSIVE: Final = ("TokenManager", "HokusaiAMMFactory", "UsageFeeRouter", "InfrastructureReserve", "ModelRegistry")
"""Contracts of the protocol without a function that grants or revokes roles on another one."""


def check_structure(agreement: Agreement) -> Iterator[Found]:
    """Yield what is wrong with roles as such, with the logs, and with the policy's own words."""
    powers = agreement.powers
    yield from _unrotatable(powers)
    for admin in powers.admins:
        usual = {DEFAULT_ADMIN_ROLE, TIMELOCK_ADMIN_ROLE} if admin.contract == TIMELOCK else {DEFAULT_ADMIN_ROLE}
        if admin.admin not in usual:
            about = (one for one in powers.holdings if (one.address, one.role) == (admin.address, admin.role))
            yield Found(_changed_admin(admin), tuple(about))
    for holdings in group(powers.denied):
        yield Found(_denied(powers, holdings), holdings)
    for holdings in group(one for one in powers.unlogged if one.holder != ZERO_ADDRESS):
        yield Found(_unlogged(powers, holdings), holdings)
    yield from _contracts(agreement)


def _unrotatable(powers: Powers) -> Iterator[Found]:
    """Yield roles that are held while nobody can grant or revoke them."""
    names = {contract.address: contract.name for contract in powers.contracts}
    held: dict[tuple[str, str], list[Holding]] = {}
    for holding in powers.holdings:
        if holding.role is not None and holding.holder != ZERO_ADDRESS:
            held.setdefault((holding.address, holding.role), []).append(holding)
    stuck: dict[tuple[str, str], list[RoleAdmin]] = {}
    for admin in powers.admins:
        able = [one for one in held.get((admin.address, admin.admin), ()) if names.get(one.holder) not in _PASSIVE]
        if (admin.address, admin.role) in held and not able and admin.role != admin.admin:
            stuck.setdefault((admin.contract, admin.role), []).append(admin)
    for admins in stuck.values():
        holdings = tuple(one for admin in admins for one in held[admin.address, admin.role])
        above = {one.holder for admin in admins for one in held.get((admin.address, admin.admin), ())}
        who = ", ".join(sorted(f"{names.get(one, 'contract')} {one}" for one in above))
        yield Found(_cannot_move(admins, holdings, who), holdings)


def _cannot_move(admins: Sequence[RoleAdmin], holdings: Sequence[Holding], who: str) -> Finding:
    role = f"{role_name(admins[0].role)} on {admins[0].contract}"
    above = f"is held by {who}, which has no function for it" if who else "is held by nobody"
    return Finding(
        code="role-cannot-move",
        severity=Severity.WARNING,
        subject=role,
        message=f"{role} can be neither granted nor revoked any more: its admin role {above}.",
        evidence={
            "contract": ", ".join(admin.address for admin in admins),
            "models": ", ".join(admin.model_id for admin in admins if admin.model_id) or "-",
            "holders": ", ".join(sorted({one.holder for one in holdings})),
        },
        remedy="Guard the key of each holder: if it is lost, so is the role. Once that is done, accept the finding in "
        "the policy's [[audit.accepted]].",
    )


def _changed_admin(admin: RoleAdmin) -> Finding:
    name = f"{role_name(admin.role)} on {admin.contract}" + (f" of model {admin.model_id}" if admin.model_id else "")
    changed = admin.changed
    since = {"since_block": str(changed.block_number), "since_tx": changed.tx_hash} if changed else {}
    return Finding(
        code="role-admin-changed",
        severity=Severity.WARNING,
        subject=name,
        message=f"{name} is handed out by holders of {role_name(admin.admin)}, not of DEFAULT_ADMIN_ROLE.",
        evidence={"contract": admin.address, "admin_role": admin.admin, **since},
        remedy="`hokctl roles list` tells who holds that role, and so who can give this one.",
    )


def _denied(powers: Powers, holdings: tuple[Holding, ...]) -> Finding:
    return Finding(
        code="power-denied",
        severity=Severity.WARNING,
        subject=name_of(holdings),
        message=f"The logs give {name_of(holdings)} to {holdings[0].holder}, and the contract denies it.",
        evidence=evidence_of(powers, holdings),
        remedy="The contract counts. Find out how it was taken without a log: other code may stand at the address.",
    )


def _unlogged(powers: Powers, holdings: tuple[Holding, ...]) -> Finding:
    return Finding(
        code="power-not-logged",
        severity=Severity.WARNING,
        subject=name_of(holdings),
        message=f"{holdings[0].holder} holds {name_of(holdings)}, and no log since block {powers.from_block} gave it: "
        "there may be others like it that cannot be found.",
        evidence=evidence_of(powers, holdings),
        remedy="Check the deployment's first block in manifest and configuration; else read the contract's code.",
    )


def _contracts(agreement: Agreement) -> Iterator[Found]:
    powers = agreement.powers
    yield from (Found(_incomplete(contract, powers.from_block)) for contract in powers.late)
    yield from (Found(_without_code(contract)) for contract in powers.contracts if not contract.has_code)
    there = {contract.name for contract in powers.contracts}
    there |= {f"{contract.name}/{contract.model_id}" for contract in powers.contracts}
    named = dict.fromkeys(contract for contract, _, _ in agreement.named())
    yield from (Found(_not_there(name)) for name in named if name not in there)


def _incomplete(contract: PoweredContract, from_block: int) -> Finding:
    return Finding(
        code="audit-incomplete",
        severity=Severity.WARNING,
        subject=contract.address,
        message=f"The timelock {contract.address} is older than block {from_block}, from which its logs could be read: "
        "others may hold its roles too.",
        evidence={"timelock": contract.address},
        remedy="Set deployment_block of the network to a block before the timelock's, or use another node.",
    )


def _without_code(contract: PoweredContract) -> Finding:
    return Finding(
        code="contract-without-code",
        severity=Severity.ERROR,
        subject=str(contract),
        message=f"There is no code at {contract.address}, where {contract} should be.",
        evidence={"contract": contract.address},
        remedy="Correct the manifest; `hokctl doctor` looks at every address.",
    )


def _not_there(name: str) -> Finding:
    return Finding(
        code="policy-without-contract",
        severity=Severity.WARNING,
        subject=name,
        message=f"The policy says who shall hold powers over {name}, and this deployment has no such contract.",
        evidence={"contract": name},
        remedy="Take the entry out of the policy, or name the contract in the manifest.",
    )
