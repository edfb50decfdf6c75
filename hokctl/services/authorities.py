"""Who may make a call: the demand of the version that stands on the chain, and everybody who meets it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from eth_typing import ChecksumAddress

from hokctl.clients.requirement_tables import FORWARDED
from hokctl.clients.requirements import HasRole, function_requirements, requirements_for
from hokctl.domain.authority import (
    Authority,
    ContractAuthority,
    OwnershipRequired,
    Requirement,
    RoleRequired,
    TimelockAuthority,
)
from hokctl.domain.paths import Path
from hokctl.domain.roles import DEFAULT_ADMIN_ROLE
from hokctl.domain.units import ModelId
from hokctl.errors import UsageError
from hokctl.routes.resolve import Resolution, resolve_each
from hokctl.services.authority_targets import PER_MODEL, Target, parse_target
from hokctl.services.inquiries import Inquiry
from hokctl.services.models import read_reserve

if TYPE_CHECKING:
    from hokctl.chain.session import Snapshot
    from hokctl.services.deployments import Deployment

TIMELOCK: Final = "TimelockController"


class ModelNeededError(UsageError):
    """A question about a contract of which each model has its own, without a model."""

    code = "model-needed"

    def __init__(self, target: Target) -> None:
        """Name the contract."""
        super().__init__(
            f"Each model has its own {target.contract}.", hint=f"Say whose with --model ID, to ask for {target}."
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class WhoMay:
    """The answer, at one block."""

    contract: str
    function: str
    """The canonical signature, or the role's name."""
    address: ChecksumAddress | None
    """Where the contract is; None when the deployment has none."""
    resolutions: tuple[Resolution, ...] = ()
    """One for each way to meet the demand."""
    is_open: bool = False
    """Whether everybody may."""
    note: str = ""
    why_not: str = ""
    """Why nobody may, where it is not for the want of a holder."""
    through: "WhoMay | None" = None
    """The function of another contract that makes this call for those who may ask it to."""

    @property
    def requirements(self) -> tuple[tuple[Requirement, ...], ...]:
        """What each way asks."""
        return tuple(resolution.requirements for resolution in self.resolutions)

    @property
    def holders(self) -> tuple[Authority, ...]:
        """Everybody who meets the demand, each once; through another contract, those who may ask that."""
        source = self.through.holders if self.through else ()
        own = (holder for resolution in self.resolutions for holder in resolution.holders)
        return source or tuple(dict.fromkeys(own))

    @property
    def paths(self) -> tuple[Path, ...]:
        """Every way from keys to the call, the quickest first."""
        own = (path for resolution in self.resolutions for path in resolution.paths)
        found = (*own, *(self.through.paths if self.through else ()))
        return tuple(sorted(found, key=lambda path: (path.delay_blocks, path.delay_s)))

    @property
    def reason(self) -> str:
        """Why nobody may; empty when somebody may."""
        if self.is_open or self.paths:
            return ""
        reasons = (resolution.reason for resolution in self.resolutions)
        return self.why_not or "; ".join(dict.fromkeys(reason for reason in reasons if reason))


def who_may(snapshot: "Snapshot", deployment: "Deployment", text: str, model_id: ModelId | None = None) -> WhoMay:
    """Return who may do what `text` says: `Contract.function`, a function, a signature or a role.

    Raises UnknownTargetError, AmbiguousTargetError, ModelNeededError, UnknownModelError.
    """
    (answer,) = who_may_each(snapshot, deployment, (text,), model_id)
    return answer


def who_may_each(
    snapshot: "Snapshot", deployment: "Deployment", texts: Sequence[str], model_id: ModelId | None = None
) -> tuple[WhoMay, ...]:
    """Return the same for several, in no more round trips than for one."""
    addresses = contract_addresses(snapshot, deployment, model_id)
    targets = [parse_target(text, present=(*addresses, *PER_MODEL)) for text in texts]
    for target in targets:
        if target.contract in PER_MODEL and model_id is None:
            raise ModelNeededError(target)
    case = _Case(snapshot, deployment, addresses)
    if TIMELOCK not in addresses and any(target.contract == TIMELOCK for target in targets):
        addresses |= _acting_timelock(case)
    return tuple(_through(case, answer) for answer in _answers(case, targets))


@dataclass(frozen=True, slots=True)
class _Case:
    snapshot: "Snapshot"
    deployment: "Deployment"
    addresses: Mapping[str, ChecksumAddress]


def contract_addresses(
    snapshot: "Snapshot", deployment: "Deployment", model_id: ModelId | None
) -> dict[str, ChecksumAddress]:
    """Return where each contract is, by the name that the tables use."""
    suite = deployment.suite
    found = {label: address for address, label in suite.labels().items()}
    for name in ("USDC", "MockUSDC", "StrictMockUSDC"):
        found[name] = suite.usdc_address
    for name, address in deployment.contracts.items():
        known = TIMELOCK if "timelock" in name.lower() else name
        found.setdefault(known, address)
    if model_id is not None:
        (model,) = read_reserve(snapshot, deployment, (model_id,)).models
        found |= {"HokusaiToken": model.token, "HokusaiParams": model.params, "HokusaiAMM": model.pool}
    return found


def _acting_timelock(case: _Case) -> dict[str, ChecksumAddress]:
    """Return the one timelock that administers the reserve or owns the factory or the registry, if there is one."""
    suite = case.deployment.suite
    admin = RoleRequired(contract=suite.reserve_address, role=DEFAULT_ADMIN_ROLE)
    owned = [OwnershipRequired(contract=one) for one in (suite.factory_address, suite.registry_address)]
    found = _resolve(case, [(admin,), *((one,) for one in owned)])
    holders = (holder for resolution in found for holder in resolution.holders)
    timelocks = {holder.address for holder in holders if isinstance(holder, TimelockAuthority)}
    return {TIMELOCK: timelocks.pop()} if len(timelocks) == 1 else {}


def _answers(case: _Case, targets: Sequence[Target]) -> list[WhoMay]:
    """Return who may, without looking for contracts that pass a call on."""
    inquiries = [_inquire(case, target) for target in targets]
    asked = [one for one in inquiries if one is not None]
    if asked:
        with case.snapshot.batch() as batch:
            for inquiry in asked:
                inquiry.ask(batch)
            # Last: what a stranger's call changes, later reads of the same request see.
            for inquiry in asked:
                inquiry.attempt(batch)
    drafts = [_draft(case, *pair) for pair in zip(targets, inquiries, strict=True)]
    ways = [way for _, ways in drafts for way in ways]
    found = iter(_resolve(case, ways))
    return [replace(answer, resolutions=tuple(next(found) for _ in ways)) for answer, ways in drafts]


def _resolve(case: _Case, ways: list[tuple[Requirement, ...]]) -> list[Resolution]:
    where = case.deployment
    if not ways:
        return []
    return resolve_each(case.snapshot, ways, candidates=where.accounts, from_block=where.deployed_at_block, owners=True)


def _inquire(case: _Case, target: Target) -> "Inquiry | None":
    address = case.addresses.get(target.contract)
    return None if address is None or not target.functions else Inquiry(address, target.functions, given=target.given)


def _draft(case: _Case, target: Target, inquiry: "Inquiry | None") -> tuple[WhoMay, list[tuple[Requirement, ...]]]:
    """Return the answer as far as it is known without the holders, and the ways to look for holders of."""
    address = case.addresses.get(target.contract)
    name = target.role or target.functions[0].signature
    answer = WhoMay(contract=target.contract, function=name, address=address)
    if address is None:
        reason = f"this deployment has no {target.contract}: its manifest names none"
        return replace(answer, why_not=reason), []
    if inquiry is None:
        return answer, [requirements_for((HasRole(name),), address, {})]
    chosen = inquiry.function()
    if chosen is None:
        reason = f"the {target.contract} {address} has no such function: it is of another version"
        return replace(answer, why_not=reason), []
    demand = inquiry.demand(chosen)
    name = f"{chosen.name}({target.given})" if target.given else chosen.signature
    answer = replace(answer, function=name, note=demand.note)
    if demand.is_open or inquiry.is_open(demand):
        return replace(answer, is_open=True), []
    if not demand.ways:
        return replace(answer, why_not=demand.note, note=""), []
    return answer, [requirements_for(way, address, inquiry.accounts()) for way in inquiry.ways(demand)]


def _through(case: _Case, answer: WhoMay) -> WhoMay:
    """Return the answer with the function that a contract of the protocol passes the call on from, if it has one."""
    names = {address: name for name, address in case.addresses.items()}
    passive = (holder for holder in answer.holders if isinstance(holder, ContractAuthority))
    mine = [names[holder.address] for holder in passive if holder.address in names]
    function = answer.function.partition("(")[0]
    if answer.paths or not mine or function == answer.function:
        return answer
    contract, name = FORWARDED.get((answer.contract, function), ("", ""))
    if contract in mine:
        functions = tuple(one for one in function_requirements() if (one.contract, one.name) == (contract, name))
        (asked,) = _answers(case, [Target(contract=contract, functions=functions)])
        if asked.is_open or asked.paths:
            return replace(answer, through=asked, is_open=asked.is_open)
    reason = f"{mine[0]} {case.addresses[mine[0]]} may, and has no function that makes this call"
    return replace(answer, why_not=reason)
