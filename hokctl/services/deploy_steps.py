"""The steps of a deployment: each one call, what it adds to the manifest, and what proves it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Final

from eth_typing import ChecksumAddress
from eth_utils.crypto import keccak

from hokctl.clients.abi import creation_call, linked_artifact
from hokctl.clients.access_control import AccessControl
from hokctl.clients.suite import Suite
from hokctl.config.spec_parts import further_holders
from hokctl.domain.addresses import created_address
from hokctl.domain.authority import AccountRequired, OwnershipRequired, Requirement, RoleRequired
from hokctl.domain.calls import AbiValue, Call
from hokctl.domain.plans import Condition
from hokctl.domain.roles import (
    DEFAULT_ADMIN_ROLE,
    DEPLOYER_ROLE,
    DEPOSITOR_ROLE,
    FEE_DEPOSITOR_ROLE,
    PAUSER_ROLE,
    PAYER_ROLE,
    RoleId,
    role_name,
)
from hokctl.domain.versions import Version
from hokctl.services.planning import role_granted, view_is

if TYPE_CHECKING:
    from hokctl.config.manifest import ManifestModel
    from hokctl.config.spec import DeploymentSpec
    from hokctl.services.deployments import Deployment

KEY_PREFIX: Final = "deploy/"
"""How the journal's keys of a deployment's steps begin; the step's name and a hash follow."""
FULL: Final = ("ModelRegistry", "TokenManager", "USDC", "HokusaiAMMFactory", "InfrastructureReserve", "UsageFeeRouter")
"""The contracts of a whole deployment, in the order in which they build on each other."""
INFRASTRUCTURE: Final = ("InfrastructureReserve", "UsageFeeRouter")
"""The contracts that infrastructure accrual adds to an existing deployment."""


class StepKind(StrEnum):
    """What a step does to the deployment."""

    CREATE = "create"
    """It makes a contract."""
    WIRE = "wire"
    """It makes contracts known to each other."""
    GRANT = "grant"
    """It gives a role to an account."""
    SET = "set"
    """It gives a value another content."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One transaction of a deployment."""

    name: str
    """The key of its transaction in the manifest."""
    kind: StepKind
    call: Call
    after: tuple[Condition, ...] = ()
    creates: tuple[ChecksumAddress, ...] = ()
    """The contracts that the call has a factory create."""
    contract: str | None = None
    """The contract, by its name in the manifest, that the step creates."""
    model: "ManifestModel | None" = None
    """What the manifest says of the model once the step is done."""
    chain: str | None = None
    """What the step is part of; each step of one chain builds on those before it."""
    moves_funds: bool = False
    """Whether it decides who gets money or power where the deployment stands already."""

    @property
    def key(self) -> str:
        """What the step's transaction is journalled under, whatever plan it is part of."""
        target = bytes.fromhex((self.call.to or "")[2:])
        return f"{KEY_PREFIX}{self.name}/{keccak(target + self.call.data).hex()}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """A role that an account is to hold on a contract of the suite."""

    contract: str
    role: RoleId
    account: ChecksumAddress

    @property
    def held_at_birth(self) -> bool:
        """Whether the contract gives this role to whoever creates it."""
        return (self.contract, self.role) in _HELD_AT_BIRTH

    @property
    def wires(self) -> bool:
        """Whether the account is a contract of the protocol, which needs the role for its work."""
        return (self.contract, self.role) == ("InfrastructureReserve", DEPOSITOR_ROLE)

    def is_idle(self, version: Version | None) -> bool:
        """Whether a contract of `version` never asks for the role.

        v2.0.0 has no pauser, and on it and on the live version anyone deploys tokens.
        """
        return version in _IDLE_ON.get((self.contract, self.role), ())

    def client(self, contracts: Mapping[str, ChecksumAddress]) -> AccessControl:
        """Return the contract that keeps the role, among `contracts` by their names in the manifest."""
        return AccessControl(contracts[self.contract], label=self.contract)


_IDLE_ON: Final = {
    ("InfrastructureReserve", PAUSER_ROLE): (Version.V2,),
    ("TokenManager", DEPLOYER_ROLE): (Version.V2, Version.LIVE),
}
_HELD_AT_BIRTH: Final = frozenset(
    {
        ("InfrastructureReserve", DEFAULT_ADMIN_ROLE),
        ("InfrastructureReserve", PAUSER_ROLE),
        ("UsageFeeRouter", DEFAULT_ADMIN_ROLE),
        ("TokenManager", DEFAULT_ADMIN_ROLE),
        ("TokenManager", DEPLOYER_ROLE),
    }
)


def artifact_name(contract: str) -> str:
    """Return the name of the artifact of a contract in the manifest: USDC is only ever created as its stand-in."""
    return "MockUSDC" if contract == "USDC" else contract


def build_creations(
    missing: Sequence[str],
    target: "Deployment",
    spec: "DeploymentSpec",
    *,
    deployer: ChecksumAddress,
    artifacts: Path | None,
) -> list[Step]:
    """Return the creation of each contract in `missing`, which `target` holds at its predicted address."""
    return [_creation(contract, target, spec, deployer, artifacts) for contract in missing]


def predict_contracts(missing: Sequence[str], deployer: ChecksumAddress, nonce: int) -> dict[str, ChecksumAddress]:
    """Return where `deployer`, whose next transaction has `nonce`, creates the contracts one after the other."""
    return {contract: created_address(deployer, nonce + index) for index, contract in enumerate(missing)}


def desired_grants(spec: "DeploymentSpec", router: ChecksumAddress) -> tuple[Grant, ...]:
    """Return the roles that the specification gives out, each once."""
    reserve, fees = "InfrastructureReserve", "UsageFeeRouter"
    grants = [
        Grant(contract=reserve, role=DEPOSITOR_ROLE, account=router),
        Grant(contract=reserve, role=PAYER_ROLE, account=spec.payer),
        Grant(contract=fees, role=FEE_DEPOSITOR_ROLE, account=spec.backend),
        Grant(contract=reserve, role=PAUSER_ROLE, account=spec.pauser),
        Grant(contract=reserve, role=DEFAULT_ADMIN_ROLE, account=spec.admin),
        Grant(contract=fees, role=DEFAULT_ADMIN_ROLE, account=spec.admin),
    ]
    if spec.scope == "full":
        grants.append(Grant(contract="TokenManager", role=DEFAULT_ADMIN_ROLE, account=spec.admin))
        grants.append(Grant(contract="TokenManager", role=DEPLOYER_ROLE, account=spec.admin))
    further = further_holders(spec.roles)
    grants.extend(Grant(contract=contract, role=role, account=account) for contract, role, account in further)
    return tuple(dict.fromkeys(grants))


def build_grants(
    grants: Iterable[Grant], contracts: Mapping[str, ChecksumAddress], admins: Mapping[Grant, RoleId]
) -> list[Step]:
    """Return one step per grant; `admins` says whose holders give out a role, where that is known."""
    steps = []
    for grant in grants:
        client, role = grant.client(contracts), role_name(grant.role)
        held = f"{grant.account} holds {role} on {grant.contract}"
        admin = admins.get(grant, DEFAULT_ADMIN_ROLE)
        call = client.grant_role(grant.role, grant.account, purpose=f"Grant {role} on {grant.contract}", admin=admin)
        proof = view_is(client.has_role(grant.role, grant.account), expected=True, text=held)
        logged = role_granted(client, grant.role, grant.account)
        step = Step(
            name=f"{grant.contract}.{role} to {grant.account}",
            kind=StepKind.WIRE if grant.wires else StepKind.GRANT,
            call=call,
            after=(proof, logged),
        )
        steps.append(step)
    return steps


def demand_deployer(steps: Sequence[Step], deployer: ChecksumAddress, created: Iterable[ChecksumAddress]) -> list[Step]:
    """Return the steps with demands that the chain can answer: who creates a contract is its first administrator."""
    fresh = frozenset(created)

    def demands(call: Call) -> tuple[Requirement, ...]:
        kept = tuple(demand for demand in call.requires if not _is_on(demand, fresh))
        lone = call.to is None or call.creates is not None or len(kept) < len(call.requires)
        return (*kept, AccountRequired(account=deployer)) if lone else kept

    return [replace(step, call=replace(step.call, requires=demands(step.call))) for step in steps]


def _is_on(demand: Requirement, contracts: frozenset[ChecksumAddress]) -> bool:
    return isinstance(demand, RoleRequired | OwnershipRequired) and demand.contract in contracts


def _creation(
    contract: str, target: "Deployment", spec: "DeploymentSpec", deployer: ChecksumAddress, artifacts: Path | None
) -> Step:
    name = artifact_name(contract)
    build = _BUILDERS.get(contract)
    # What has no builder is a library of another build.
    built = (target.contracts[contract], (), ()) if build is None else build(target.suite, spec, deployer)
    address, args, after = built
    artifact = linked_artifact(name, artifacts, {**target.contracts, **spec.libraries})
    call = creation_call(artifact, args, purpose=f"Create {name}")
    # A contract that clones makes what it clones first, in its constructor.
    clones = any(artifact.declares(view) for view in ("tokenImplementation", "poolImplementation"))
    creates = (created_address(address, 1),) if clones else ()
    return Step(
        name=contract,
        kind=StepKind.CREATE,
        call=replace(call, creates=address),
        after=after,
        creates=creates,
        contract=contract,
    )


_Built = tuple[ChecksumAddress, tuple[AbiValue, ...], tuple[Condition, ...]]


def _registry(suite: Suite, _spec: "DeploymentSpec", deployer: ChecksumAddress) -> _Built:
    owned = view_is(suite.registry.owner(), deployer, "the deployer owns the registry")
    return suite.registry_address, (), (owned,)


def _token_manager(suite: Suite, _spec: "DeploymentSpec", _deployer: ChecksumAddress) -> _Built:
    wired = view_is(suite.token_manager.registry(), suite.registry_address, "TokenManager knows the registry")
    return suite.token_manager_address, (suite.registry_address,), (wired,)


def _usdc(suite: Suite, _spec: "DeploymentSpec", _deployer: ChecksumAddress) -> _Built:
    return suite.usdc_address, (), (view_is(suite.usdc.decimals(), 6, "the reserve token has 6 decimals"),)


def _factory(suite: Suite, spec: "DeploymentSpec", _deployer: ChecksumAddress) -> _Built:
    factory = suite.factory
    args = (suite.registry_address, suite.token_manager_address, suite.usdc_address, spec.treasury)
    after = (
        view_is(factory.token_manager(), suite.token_manager_address, "the factory knows TokenManager"),
        view_is(factory.reserve_token(), suite.usdc_address, "pools hold the reserve token"),
        view_is(factory.treasury(), spec.treasury, "trade fees go to the treasury"),
    )
    return factory.address, args, after


def _reserve(suite: Suite, spec: "DeploymentSpec", _deployer: ChecksumAddress) -> _Built:
    reserve = suite.reserve
    after = (
        view_is(reserve.factory(), suite.factory_address, "the reserve knows the factory"),
        view_is(reserve.reserve_token(), suite.usdc_address, "the reserve holds the reserve token"),
        view_is(reserve.treasury(), spec.treasury, "emergency withdrawals go to the treasury"),
    )
    return reserve.address, (suite.usdc_address, suite.factory_address, spec.treasury), after


def _router(suite: Suite, _spec: "DeploymentSpec", _deployer: ChecksumAddress) -> _Built:
    router = suite.router
    after = (
        view_is(router.factory(), suite.factory_address, "the router knows the factory"),
        view_is(router.infra_reserve(), suite.reserve_address, "the router knows the reserve"),
    )
    return router.address, (suite.factory_address, suite.usdc_address, suite.reserve_address), after


_BUILDERS: Final[dict[str, Callable[[Suite, "DeploymentSpec", ChecksumAddress], _Built]]] = {
    "ModelRegistry": _registry,
    "TokenManager": _token_manager,
    "USDC": _usdc,
    "HokusaiAMMFactory": _factory,
    "InfrastructureReserve": _reserve,
    "UsageFeeRouter": _router,
}
