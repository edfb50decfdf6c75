"""Findings about who holds what: strangers, absentees, single keys, and the account that deployed."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from eth_typing import ChecksumAddress

from hokctl.domain.authority import EoaAuthority
from hokctl.domain.findings import Finding, Severity
from hokctl.domain.powers import Holding, PoweredContract, Powers
from hokctl.domain.roles import ROLE_NAMES, RoleId, role_id, role_name
from hokctl.domain.units import ZERO_ADDRESS
from hokctl.services.audit_policy import Agreement

_FIXED: Final = "A pool's treasury cannot be changed: only a new pool has another one."


@dataclass(frozen=True, slots=True)
class Found:
    """A finding, with the powers that it is about."""

    finding: Finding
    holdings: tuple[Holding, ...] = ()


def check_holders(agreement: Agreement) -> Iterator[Found]:
    """Yield what is wrong with who holds what."""
    groups = group(agreement.powers.holdings)
    for holdings in groups:
        yield from _check_holder(agreement, holdings)
    yield from _missing(agreement)
    yield from _hot_keys(agreement, groups)


def group(holdings: Iterable[Holding]) -> list[tuple[Holding, ...]]:
    """Return holdings of one holder together that are the same power over the contracts of several models."""
    found: dict[tuple[str, str, str, str], list[Holding]] = {}
    for holding in holdings:
        where = holding.contract if holding.model_id is not None else holding.address
        found.setdefault((holding.contract, where, holding.power, holding.holder), []).append(holding)
    return [tuple(group) for group in found.values()]


def name_of(holdings: tuple[Holding, ...]) -> str:
    """Return a power over one contract, or over those of several models, in words."""
    models = sorted(one.model_id for one in holdings if one.model_id is not None)
    first = holdings[0]
    if len(models) < 2:  # noqa: PLR2004 - one model, or none
        return str(first)
    return first.over(f"{first.contract} of models {', '.join(models)}")


def evidence_of(powers: Powers, holdings: tuple[Holding, ...]) -> dict[str, str]:
    """Return who, where, and since when."""
    first = holdings[0]
    kind = powers.kinds.get(first.holder)
    found = {"contract": ", ".join(one.address for one in holdings), "holder": first.holder, "power": first.power}
    if kind is not None:
        found["kind"] = kind.kind
    since = max((one.since for one in holdings if one.since), key=lambda one: one.block_number, default=None)
    if since is not None:
        found |= {"since_block": str(since.block_number), "since_tx": since.tx_hash}
    return found


def _check_holder(agreement: Agreement, holdings: tuple[Holding, ...]) -> Iterator[Found]:
    powers, first = agreement.powers, holdings[0]
    if all(agreement.is_by_design(one) for one in holdings):
        return
    is_key = isinstance(powers.kinds.get(first.holder), EoaAuthority)
    kept = tuple(one for one in holdings if not agreement.is_agreed(one) and not agreement.is_by_design(one))
    deployers = {*powers.deployers, *agreement.rules.deployers}
    unlisted = tuple(one for one in kept if agreement.expected(one) is not None)
    silent = tuple(one for one in kept if agreement.expected(one) is None)
    if kept and first.holder in deployers:
        yield Found(_deployer_kept(powers, kept), kept)
    else:
        if unlisted:
            yield Found(_unexpected(powers, unlisted), unlisted)
        if silent and agreement.has_policy:
            yield Found(_not_in_policy(powers, silent), silent)
        elif silent and first.power == "pendingOwner":
            yield Found(_pending(powers, silent), silent)
    told = kept if first.holder in deployers and not agreement.is_explicit else ()
    bare = tuple(one for one in holdings if is_key and one not in told and agreement.needs_a_contract(one))
    if bare:
        yield Found(_key_holds(powers, bare), bare)


def _missing(agreement: Agreement) -> Iterator[Found]:
    powers = agreement.powers
    held = {(one.address, key, one.holder) for one in powers.holdings for key in (one.power, one.role)}
    for name, power, holders in agreement.named():
        contract, _, model_id = name.partition("/")
        places = [
            one for one in powers.contracts if one.name == contract and (model_id or one.model_id) == one.model_id
        ]
        places = [one for one in places if model_id or not agreement.overridden(contract, power, one.model_id)]
        for holder in holders:
            absent = tuple(
                _wanted(one, power, holder)
                for one in places
                if (one.address, power, holder) not in held and holder != ZERO_ADDRESS
            )
            if absent:
                yield Found(_absent(absent), absent)


def _wanted(contract: PoweredContract, power: str, holder: ChecksumAddress) -> Holding:
    role = RoleId(power) if power.startswith("0x") else role_id(power) if power in ROLE_NAMES else None
    return Holding(
        contract=contract.name,
        address=contract.address,
        power=role_name(power),
        role=role,
        model_id=contract.model_id,
        holder=holder,
    )


def _hot_keys(agreement: Agreement, groups: list[tuple[Holding, ...]]) -> Iterator[Found]:
    held: dict[ChecksumAddress, list[tuple[Holding, ...]]] = {}
    for holdings in groups:
        holder = holdings[0].holder
        if isinstance(agreement.powers.kinds.get(holder), EoaAuthority):
            held.setdefault(holder, []).append(holdings)
    for holder, powers in held.items():
        if len(powers) > agreement.rules.hot_key_limit:
            finding = Finding(
                code="hot-key",
                severity=Severity.WARNING,
                subject=holder,
                message=f"One key, {holder}, holds {len(powers)} powers; at most {agreement.rules.hot_key_limit} were "
                "agreed. Who steals it has them all.",
                evidence={"holder": holder, "powers": "; ".join(name_of(one) for one in powers)},
                remedy="Give some of them to other accounts with `hokctl roles move`, or raise hot_key_limit in the "
                "policy.",
            )
            yield Found(finding, tuple(one for holdings in powers for one in holdings))


def _is_fixed(holding: Holding) -> bool:
    return (holding.contract, holding.power) == ("HokusaiAMM", "treasury")


def _deployer_kept(powers: Powers, holdings: tuple[Holding, ...]) -> Finding:
    first = holdings[0]
    return Finding(
        code="deployer-kept-power",
        severity=Severity.ERROR,
        subject=name_of(holdings),
        message=f"The account that deployed, {first.holder}, still {first.verb} {name_of(holdings)}.",
        evidence=evidence_of(powers, holdings),
        remedy=_FIXED
        if _is_fixed(first)
        else "Hand it over with `hokctl deploy handoff` or `hokctl roles move`; what it shall keep belongs into the "
        "policy's [roles].",
    )


def _unexpected(powers: Powers, holdings: tuple[Holding, ...]) -> Finding:
    first = holdings[0]
    return Finding(
        code="unexpected-holder",
        severity=Severity.ERROR,
        subject=name_of(holdings),
        message=f"{first.holder} {first.verb} {name_of(holdings)}, and the policy does not list it there.",
        evidence=evidence_of(powers, holdings),
        remedy="Take it away with `hokctl roles revoke`, or list the account in the policy's [roles].",
    )


def _not_in_policy(powers: Powers, holdings: tuple[Holding, ...]) -> Finding:
    first = holdings[0]
    return Finding(
        code="power-not-in-policy",
        severity=Severity.WARNING,
        subject=name_of(holdings),
        message=f"{first.holder} {first.verb} {name_of(holdings)}, a power that the policy says nothing about.",
        evidence=evidence_of(powers, holdings),
        remedy=f"Say in the policy, under [roles.{first.contract}], who shall hold {first.power}.",
    )


def _pending(powers: Powers, holdings: tuple[Holding, ...]) -> Finding:
    return Finding(
        code="ownership-pending",
        severity=Severity.WARNING,
        subject=name_of(holdings),
        message=f"{holdings[0].holder} may accept ownership of {holdings[0].contract} at any time.",
        evidence=evidence_of(powers, holdings),
        remedy="Have it accepted, or offer ownership to another account instead.",
    )


def _key_holds(powers: Powers, holdings: tuple[Holding, ...]) -> Finding:
    first = holdings[0]
    return Finding(
        code="key-holds-power",
        severity=Severity.ERROR,
        subject=name_of(holdings),
        message=f"A single key, {first.holder}, {first.verb} {name_of(holdings)}, where a contract such as a Safe is "
        "required.",
        evidence=evidence_of(powers, holdings),
        remedy=_FIXED if _is_fixed(first) else "Give it to a Safe or a timelock: `hokctl roles move`.",
    )


def _absent(holdings: tuple[Holding, ...]) -> Finding:
    first = holdings[0]
    return Finding(
        code="missing-holder",
        severity=Severity.WARNING,
        subject=name_of(holdings),
        message=f"The policy lists {first.holder} for {name_of(holdings)}, and the chain denies it.",
        evidence={"contract": ", ".join(one.address for one in holdings), "holder": first.holder, "power": first.power},
        remedy="Give it with `hokctl roles grant`, or take the account out of the policy.",
    )
