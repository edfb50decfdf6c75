"""Who may make a call: the demand of the version that stands on the chain, and everybody who meets it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from eth_typing import ChecksumAddress

from hokctl.chain.reverts import ContractRevertedError
from hokctl.clients.access_control import AccessControl
from hokctl.clients.inquiries import ask_account, ask_view, attempt, lacking, may_have
from hokctl.clients.requirement_tables import FORWARDED
from hokctl.clients.requirements import (
    ANYONE,
    UNRECORDED,
    Choice,
    Condition,
    Demand,
    FunctionRequirement,
    HasRole,
    IsNamedBy,
    Owns,
    Way,
    function_requirements,
    requirements_for,
)
from hokctl.domain.authority import Authority, ContractAuthority, Requirement
from hokctl.domain.paths import Path
from hokctl.domain.roles import EXECUTOR_ROLE
from hokctl.domain.units import ZERO_ADDRESS, ModelId
from hokctl.errors import HokctlError, UsageError
from hokctl.routes.resolve import Resolution, resolve_requirements
from hokctl.services.authority_targets import PER_MODEL, Target, parse_target
from hokctl.services.models import read_reserve

if TYPE_CHECKING:
    from hokctl.chain.batch import Batch, Slot
    from hokctl.chain.session import Snapshot
    from hokctl.services.deployments import Deployment


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
    addresses = _addresses(snapshot, deployment, model_id)
    target = parse_target(text, present=(*addresses, *PER_MODEL))
    if target.contract in PER_MODEL and model_id is None:
        raise ModelNeededError(target)
    return _answer(_Case(snapshot, deployment, addresses), target)


@dataclass(frozen=True, slots=True)
class _Case:
    snapshot: "Snapshot"
    deployment: "Deployment"
    addresses: Mapping[str, ChecksumAddress]

    def resolve(self, requirements: tuple[Requirement, ...]) -> Resolution:
        where = self.deployment
        return resolve_requirements(
            self.snapshot,
            requirements,
            candidates=where.accounts,
            from_block=where.deployed_at_block,
            owners=True,
        )


def _addresses(snapshot: "Snapshot", deployment: "Deployment", model_id: ModelId | None) -> dict[str, ChecksumAddress]:
    """Return where each contract is, by the name that the tables use."""
    suite = deployment.suite
    found = {label: address for address, label in suite.labels().items()}
    for name in ("USDC", "MockUSDC", "StrictMockUSDC"):
        found[name] = suite.usdc_address
    for name, address in deployment.contracts.items():
        known = "TimelockController" if "timelock" in name.lower() else name
        found.setdefault(known, address)
    if model_id is not None:
        (model,) = read_reserve(snapshot, deployment, (model_id,)).models
        found |= {"HokusaiToken": model.token, "HokusaiParams": model.params, "HokusaiAMM": model.pool}
    return found


def _answer(case: _Case, target: Target) -> WhoMay:
    address = case.addresses.get(target.contract)
    if address is None:
        name = target.role or target.functions[0].signature
        reason = f"this deployment has no {target.contract}: its manifest names none"
        return WhoMay(contract=target.contract, function=name, address=None, why_not=reason)
    if target.role is not None:
        way: tuple[Condition, ...] = (HasRole(target.role),)
        resolution = case.resolve(requirements_for(way, address, {}))
        return WhoMay(contract=target.contract, function=target.role, address=address, resolutions=(resolution,))
    inquiry = _Inquiry(case.snapshot, address, target.functions)
    chosen = inquiry.function()
    if chosen is None:
        reason = f"the {target.contract} {address} has no such function: it is of another version"
        return WhoMay(contract=target.contract, function=target.functions[0].signature, address=address, why_not=reason)
    return _who(case, inquiry, chosen, address)


def _who(case: _Case, inquiry: "_Inquiry", chosen: FunctionRequirement, address: ChecksumAddress) -> WhoMay:
    demand = inquiry.demand(chosen)
    answer = WhoMay(contract=chosen.contract, function=chosen.signature, address=address, note=demand.note)
    if demand.is_open or inquiry.is_open(demand):
        return replace(answer, is_open=True)
    if not demand.ways:
        return replace(answer, why_not=demand.note, note="")
    resolutions = tuple(
        case.resolve(requirements_for(way, address, inquiry.accounts())) for way in inquiry.ways(demand)
    )
    answer = replace(answer, resolutions=resolutions)
    return answer if answer.paths else _through(case, answer, chosen)


def _through(case: _Case, answer: WhoMay, chosen: FunctionRequirement) -> WhoMay:
    """Return the answer with the function that a contract of the protocol passes the call on from, if it has one."""
    passive = [holder for holder in answer.holders if isinstance(holder, ContractAuthority)]
    names = {address: name for name, address in case.addresses.items()}
    mine = [names[holder.address] for holder in passive if holder.address in names]
    contract, name = FORWARDED.get((chosen.contract, chosen.name), ("", ""))
    if contract in mine:
        functions = tuple(one for one in function_requirements() if (one.contract, one.name) == (contract, name))
        asked = _answer(case, Target(contract=contract, functions=functions))
        if asked.is_open or asked.paths:
            return replace(answer, through=asked, is_open=asked.is_open)
    if mine:
        reason = f"{mine[0]} {case.addresses[mine[0]]} may, and has no function that makes this call"
        return replace(answer, why_not=reason)
    return answer


class _Inquiry:
    """What a contract says of itself, asked in one batch: which functions it has and whom they let pass."""

    def __init__(
        self, snapshot: "Snapshot", address: ChecksumAddress, functions: tuple[FunctionRequirement, ...]
    ) -> None:
        """Ask."""
        label = functions[0].contract
        self._functions = functions
        demands = [function.demand for function in functions]
        each = [one for demand in demands for one in _versions(demand)]
        with snapshot.batch() as batch:
            self._code = batch.add_code(address)
            choices = {demand.view for demand in demands if isinstance(demand, Choice)}
            self._views = {view: batch.add(ask_view(address, label, view)) for view in sorted(choices)}
            names = sorted({view for demand in each for view in demand.views})
            self._accounts = {view: batch.add(ask_account(address, label, view)) for view in names}
            self._open_execution = batch.add(AccessControl(address).has_role(EXECUTOR_ROLE, ZERO_ADDRESS))
            # Last: what a stranger may do changes the state that later reads of the same request see.
            self._attempts = _attempts(batch, address, functions)

    def function(self) -> FunctionRequirement | None:
        """Return the overload that the contract has, or None."""
        here = [one for one in self._functions if may_have(self._code.value, one.selector)]
        return here[0] if here and self._code.value else None

    def accounts(self) -> dict[str, ChecksumAddress]:
        """Return the accounts that its views name, the zero address where it has no such view."""
        return {view: slot.value_or(ZERO_ADDRESS) for view, slot in self._accounts.items()}

    def is_open(self, demand: Demand) -> bool:
        """Tell whether everybody passes because the zero address holds EXECUTOR_ROLE, the timelock's way to say so."""
        asks = any(HasRole("EXECUTOR_ROLE") in way for way in demand.ways)
        return asks and self._open_execution.value_or(False)

    def demand(self, function: FunctionRequirement) -> Demand:
        """Return what the function asks in the version that stands here.

        The tables say it; where the contract itself refused a stranger for another reason, or let it pass, it is right.
        """
        written = function.demand
        if isinstance(written, Choice):
            written = written.absent if self._views[written.view].failed else written.present
        if not written.ways and written != UNRECORDED:
            return written
        outcome = _failure(self._attempts[function.signature])
        if outcome is None:
            return written if written.is_open else Demand(ANYONE.ways, "the contract lets a stranger make this call")
        lacked = lacking(outcome.revert) if isinstance(outcome, ContractRevertedError) else None
        if lacked is None or _is_expected(lacked, written):
            return written
        return Demand(((lacked,),), "as the contract itself says when a stranger makes this call")

    def ways(self, demand: Demand) -> tuple[Way, ...]:
        """Return the ways of `demand` without those that lead to an account which is not set, if any is left."""
        unset = {view for view, account in self.accounts().items() if account == ZERO_ADDRESS}
        closed = {way for way in demand.ways for one in way if isinstance(one, IsNamedBy) and one.view in unset}
        return tuple(way for way in demand.ways if way not in closed) or demand.ways


def _versions(demand: Demand | Choice) -> tuple[Demand, ...]:
    return (demand.present, demand.absent) if isinstance(demand, Choice) else (demand,)


def _is_expected(lacked: Condition, written: Demand) -> bool:
    """Tell whether what a stranger lacked is what the tables say, or Ownable's error for an account a view names."""
    named = any(isinstance(one, IsNamedBy) for way in written.ways for one in way)
    return any(lacked in way for way in written.ways) or (named and isinstance(lacked, Owns))


def _attempts(
    batch: "Batch", address: ChecksumAddress, functions: tuple[FunctionRequirement, ...]
) -> "dict[str, Slot[None]]":
    return {one.signature: batch.add(attempt(address, one.contract, one.signature)) for one in functions}


def _failure(slot: "Slot[None]") -> HokctlError | None:
    try:
        slot.value  # noqa: B018 - reading it raises what went wrong
    except HokctlError as error:
        return error
    return None
