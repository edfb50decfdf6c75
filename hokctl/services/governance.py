"""What timelocks and governors have in common: finding those of a deployment, and telling what their calls do."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast

from eth_typing import ChecksumAddress

from hokctl.clients.decoding import decode_calldata
from hokctl.clients.descriptions import describe_call
from hokctl.clients.multisend import MultiSendItem
from hokctl.clients.safe import Operation
from hokctl.clients.timelock_controller import TimelockCall
from hokctl.domain.authority import Authority, GovernorAuthority, OwnershipRequired, TimelockAuthority
from hokctl.domain.findings import Finding, Severity
from hokctl.domain.plans import Plan
from hokctl.domain.roles import DEFAULT_ADMIN_ROLE
from hokctl.errors import ConfigError, UsageError
from hokctl.routes.decoding import plan_decoder
from hokctl.routes.governance_store import OperationTamperedError
from hokctl.routes.records import Decoder
from hokctl.routes.resolve import find_role_holders, resolve_requirements
from hokctl.routes.survey import Survey
from hokctl.services.foreign_plans import clean_title, retell
from hokctl.services.safe_checks import Knowledge

if TYPE_CHECKING:
    from hokctl.chain.logs import LogSource
    from hokctl.chain.session import Snapshot
    from hokctl.services.deployments import Deployment

MIN_PREFIX: Final = 8


class NoTimelockError(ConfigError):
    """A command about timelocks, and none is named or found."""

    code = "no-timelock"

    def __init__(self, network: str) -> None:
        """Name the network."""
        super().__init__(
            f"No timelock administers or owns the contracts of the deployment on {network!r}.",
            hint="Name one with --timelock.",
        )


class NoGovernorError(ConfigError):
    """A command about governors, and none is named or found."""

    code = "no-governor"

    def __init__(self, network: str) -> None:
        """Name the network."""
        super().__init__(
            f"No governor administers or owns the contracts of the deployment on {network!r}.",
            hint="Name one with --governor.",
        )


class NotATimelockError(UsageError):
    """An address where no timelock is."""

    code = "not-a-timelock"

    def __init__(self, address: ChecksumAddress, found: Authority) -> None:
        """Name the address and what is there."""
        super().__init__(f"{address} is no OpenZeppelin timelock, but the {found}.", hint="Compare the address.")


class NotAGovernorError(UsageError):
    """An address where no governor is."""

    code = "not-a-governor"

    def __init__(self, address: ChecksumAddress, found: Authority) -> None:
        """Name the address and what is there."""
        super().__init__(f"{address} is no OpenZeppelin governor, but the {found}.", hint="Compare the address.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Governance:
    """The timelocks and governors that stand over a deployment."""

    timelocks: tuple[TimelockAuthority, ...]
    governors: tuple[GovernorAuthority, ...]


def find_governance(snapshot: "Snapshot", deployment: "Deployment", *, logs: "LogSource | None" = None) -> Governance:
    """Return the timelocks and governors among who administers or owns the deployment's contracts, and behind them.

    With `logs` who was granted a role comes from there.
    """
    suite, from_block = deployment.suite, deployment.deployed_at_block
    administered = (suite.reserve.address, suite.router.address, suite.token_manager.address)
    admins = find_role_holders(snapshot, DEFAULT_ADMIN_ROLE, administered, from_block=from_block, logs=logs)
    found = [holder for holders in admins.values() for holder in holders]
    for owned in (suite.registry.address, suite.factory.address, suite.token_manager.address):
        demand = (OwnershipRequired(contract=owned),)
        found.extend(resolve_requirements(snapshot, demand, candidates=(), from_block=from_block).holders)
    everyone = {authority.address: authority for one in found for authority in _behind(one)}
    return Governance(
        timelocks=tuple(one for one in everyone.values() if isinstance(one, TimelockAuthority)),
        governors=tuple(one for one in everyone.values() if isinstance(one, GovernorAuthority)),
    )


def choose_timelocks(
    snapshot: "Snapshot", named: ChecksumAddress | None, deployment: "Deployment | None"
) -> tuple[ChecksumAddress, ...]:
    """Return the timelock that is named, else the deployment's. Raises NotATimelockError, NoTimelockError."""
    if named is not None:
        found = _probe(snapshot, named)
        if not isinstance(found, TimelockAuthority):
            raise NotATimelockError(named, found)
        return (named,)
    timelocks = () if deployment is None else find_governance(snapshot, deployment).timelocks
    if not timelocks:
        raise NoTimelockError(snapshot.chain.network)
    return tuple(one.address for one in timelocks)


def choose_governors(
    snapshot: "Snapshot", named: ChecksumAddress | None, deployment: "Deployment | None"
) -> tuple[GovernorAuthority, ...]:
    """Return the governor that is named, else the deployment's. Raises NotAGovernorError, NoGovernorError."""
    if named is not None:
        found = _probe(snapshot, named)
        if not isinstance(found, GovernorAuthority):
            raise NotAGovernorError(named, found)
        return (found,)
    governors = () if deployment is None else find_governance(snapshot, deployment).governors
    if not governors:
        raise NoGovernorError(snapshot.chain.network)
    return governors


def foreign_plan(
    calls: Sequence[TimelockCall], title: str | None, *, snapshot: "Snapshot", knowledge: Knowledge
) -> Plan:
    """Return the plan that retells calls of which only the chain is known; nobody declared their effect."""
    told = tuple(retell(_item(call), knowledge.labels()) for call in calls)
    return Plan(
        title=clean_title(title) or clean_title(told[0].purpose if told else None) or "no calls",
        network=snapshot.chain.network,
        chain_id=snapshot.chain.chain_id,
        block=snapshot.block,
        calls=told,
        declared=False,
        moves_funds=True,
    )


def describe_calls(
    calls: Iterable[TimelockCall], knowledge: Knowledge, snapshot: "Snapshot | None" = None
) -> tuple[str, ...]:
    """Return one sentence per call, from its bytes alone; with a snapshot, amounts are in the reserve token."""
    deployment = knowledge.deployment
    token = None if deployment is None or snapshot is None else deployment.token(snapshot)
    sentences = []
    for call in calls:
        decoded = decode_calldata(call.data, to=call.target, value=call.value, labels=knowledge.labels())
        named = [cast("ChecksumAddress", arg.value) for arg in decoded.args if arg.type == "address"]
        names = {one: name for one in (call.target, *named) if (name := knowledge.name_of(one)) is not None}
        sentences.append(describe_call(decoded, token=token, names=names))
    return tuple(sentences)


def decoder_of(plan: Plan, knowledge: Knowledge) -> Decoder:
    """Return a decoder of logs by the manifest, and by the plan's own names."""
    known = () if knowledge.deployment is None else knowledge.deployment.model_ids
    return plan_decoder(plan, knowledge.labels(), known)


def check_files(errors: Iterable[OperationTamperedError | None]) -> tuple[Finding, ...]:
    """Return a warning for every file that cannot be trusted; what the chain says is shown instead."""
    return tuple(
        Finding(
            code=error.code,
            severity=Severity.WARNING,
            subject="operations",
            message=error.message,
            remedy=error.hint,
        )
        for error in errors
        if error is not None
    )


def _behind(authority: Authority) -> Iterable[Authority]:
    yield authority
    if isinstance(authority, TimelockAuthority):
        for proposer in authority.proposers:
            yield from _behind(proposer)


def _item(call: TimelockCall) -> MultiSendItem:
    return MultiSendItem(to=call.target, value=call.value, data=call.data, operation=Operation.CALL)


def _probe(snapshot: "Snapshot", address: ChecksumAddress) -> Authority:
    """Return what stands at an address, with the chain of authority behind it."""
    survey = Survey(snapshot, from_block=0)
    with snapshot.batch() as batch:
        survey.probe(batch, (address,))
    survey.follow((address,))
    return survey.authority(address)
