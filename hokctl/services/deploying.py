"""Deploying the protocol: what a specification asks for, against what the manifest names and the chain confirms."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from eth_typing import ChecksumAddress

from hokctl.checks.deployments import check_deployment
from hokctl.clients.abi import load_artifact
from hokctl.config.manifest import Manifest, ManifestModel
from hokctl.config.spec_parts import FactoryDefaults
from hokctl.domain.findings import Finding
from hokctl.domain.plans import Plan
from hokctl.domain.units import ModelId
from hokctl.services.deploy_by_safe import perform_creations, place_contracts, read_creator
from hokctl.services.deploy_checklist import check_holders, facts_of
from hokctl.services.deploy_request import DeployRequest
from hokctl.services.deploy_state import (
    Adopted,
    Surroundings,
    adopt,
    check_wiring,
    look_around,
)
from hokctl.services.deploy_steps import (
    Grant,
    Step,
    build_creations,
    build_grants,
    demand_deployer,
    desired_grants,
)
from hokctl.services.deploy_values import Differences, compare_values
from hokctl.services.deployments import Deployment, deployment_of
from hokctl.services.model_creation import NewModel, model_from_spec, plan_models
from hokctl.services.model_facts import ModelFacts, birth_nonces, read_creators, read_models
from hokctl.services.pool_settings import factory_defaults_step

if TYPE_CHECKING:
    from hokctl.chain.session import Snapshot
    from hokctl.config.spec import DeploymentSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedDeployment:
    """A deployment that can be carried: the plan, and what the manifest says before and after."""

    plan: Plan
    steps: tuple[Step, ...]
    """The steps behind the plan's calls, one each."""
    findings: tuple[Finding, ...]
    recorded: Manifest
    """What the manifest says so far."""
    confirmed: Manifest
    """What is there now, as the chain confirms it."""
    deployment: Deployment
    """What will be there."""
    missing: dict[str, ChecksumAddress]
    """Where the contracts that do not exist yet will be."""

    @property
    def contracts(self) -> dict[str, ChecksumAddress]:
        """Every contract of the deployment as it will be, by name."""
        return {**self.confirmed.contracts, **self.missing}

    def restricted(self, steps: tuple[Step, ...]) -> "PlannedDeployment":
        """Return the deployment with only `steps` of its own."""
        return self if steps == self.steps else replace(self, steps=steps, plan=_with_steps(self.plan, steps))


def plan_deployment(snapshot: "Snapshot", request: DeployRequest) -> PlannedDeployment:
    """Return what differs from the specification as one plan; without calls when nothing does.

    Raises SpecNetworkError, MockOnProductionError, MissingSignerError, WiringError, ModelIncompleteError.
    """
    request.check_place()
    spec, network = request.spec, request.network
    adopted = adopt(snapshot, request.manifest, spec, request.artifacts)
    creator = read_creator(snapshot, request.deployer)
    adopted, missing = place_contracts(snapshot, request, adopted, creator)
    whole = adopted.manifest.model_copy(update={"contracts": {**adopted.manifest.contracts, **missing}})
    target = deployment_of(whole, network=network, source=request.source)
    check_wiring(snapshot, target.suite, tuple(adopted.manifest.contracts))
    grants = desired_grants(spec, target.suite.router_address)
    around = look_around(snapshot, target, grants, request=request, missing=missing)
    steps, entries, fixed = _plan_steps(snapshot, request, adopted, target, around=around, grants=grants)
    steps = perform_creations(steps, request.spec, creator)
    checked = check_deployment(facts_of(snapshot, request, adopted, around))
    checked.extend(check_holders(snapshot, spec, grants, adopted, target))
    return _assemble(
        snapshot,
        request,
        adopted,
        steps=steps,
        missing=missing,
        entries=entries,
        findings=(*checked, *fixed),
    )


def _plan_steps(
    snapshot: "Snapshot",
    request: DeployRequest,
    adopted: Adopted,
    target: Deployment,
    *,
    around: Surroundings,
    grants: tuple[Grant, ...],
) -> tuple[list[Step], list[ManifestModel], tuple[Finding, ...]]:
    """Return what is to be done, the models as they will be, and what differs and cannot be changed."""
    spec, deployer = request.spec, request.deployer
    models = [model_from_spec(model) for model in spec.models]
    found = read_models(snapshot, target.suite, [model.model_id for model in models])
    model_steps, entries = _plan_models(snapshot, target, models, found, request.artifacts)
    differences = Differences() if adopted.missing else compare_values(snapshot, target, spec, models, found)
    steps = [
        *build_creations(adopted.missing, target, spec, deployer=deployer, artifacts=request.artifacts),
        *_first_defaults(spec, adopted, target),
        *_plan_grants(grants, around, adopted, target, deployer),
        *model_steps,
        *differences.steps,
    ]
    created = [target.contracts[name] for name in adopted.missing]
    return demand_deployer(steps, deployer, created), entries, differences.findings


def _first_defaults(spec: "DeploymentSpec", adopted: Adopted, target: Deployment) -> list[Step]:
    """Return what gives a new factory other defaults than it is born with."""
    wanted = spec.factory_defaults
    if wanted is None or wanted == FactoryDefaults() or "HokusaiAMMFactory" not in adopted.missing:
        return []
    return [factory_defaults_step(target.suite, wanted)]


def _plan_models(
    snapshot: "Snapshot",
    target: Deployment,
    models: list[NewModel],
    found: dict[ModelId, ModelFacts],
    artifacts: Path | None,
) -> tuple[list[Step], list[ManifestModel]]:
    if not models:
        return [], []
    at_birth = birth_nonces(load_artifact("TokenManager", artifacts), load_artifact("HokusaiAMMFactory", artifacts))
    return plan_models(target.suite, models, found, read_creators(snapshot, target.suite, at_birth))


def _plan_grants(
    grants: tuple[Grant, ...], around: Surroundings, adopted: Adopted, target: Deployment, deployer: ChecksumAddress
) -> list[Step]:
    """Return the grants of roles that are not held and that the deployer does not get by creating the contract."""
    versions = around.versions.by_contract()
    wanted = [
        grant
        for grant in grants
        if grant not in around.held
        and grant not in around.unknown
        and not grant.is_idle(versions.get(grant.contract))
        and not (grant.contract in adopted.missing and grant.account == deployer and grant.held_at_birth)
    ]
    # A key that deploys holds all power at first; on a deployment that stands, handing out roles is another matter.
    stands = not adopted.missing and not adopted.under_way
    return [replace(step, moves_funds=stands) for step in build_grants(wanted, target.contracts, around.admins)]


def _assemble(
    snapshot: "Snapshot",
    request: DeployRequest,
    adopted: Adopted,
    *,
    steps: list[Step],
    missing: dict[str, ChecksumAddress],
    entries: list[ManifestModel],
    findings: tuple[Finding, ...],
) -> PlannedDeployment:
    network = request.network
    confirmed, whole = _manifests(adopted.manifest, steps, missing, entries)
    plan = Plan(
        title=_title(request, creates=bool(missing)),
        network=network.name,
        chain_id=network.chain_id,
        block=snapshot.block,
        calls=(),
        config_source=request.source,
    )
    return PlannedDeployment(
        plan=_with_steps(plan, steps),
        steps=tuple(steps),
        findings=findings,
        recorded=request.manifest,
        confirmed=confirmed,
        deployment=deployment_of(whole, network=network, source=request.source),
        missing=missing,
    )


def _title(request: DeployRequest, *, creates: bool) -> str:
    name = request.network.name
    if not creates:
        return f"Change the deployment on {name} to what its specification says"
    what = "Deploy the protocol" if request.spec.scope == "full" else "Add infrastructure accrual to the protocol"
    return f"{what} on {name}"


def _with_steps(plan: Plan, steps: Sequence[Step]) -> Plan:
    return replace(
        plan,
        calls=tuple(step.call for step in steps),
        after=tuple(condition for step in steps for condition in step.after),
        creates=tuple(address for step in steps for address in step.creates),
        moves_funds=any(step.moves_funds for step in steps),
    )


def _manifests(
    manifest: Manifest, steps: list[Step], missing: dict[str, ChecksumAddress], entries: list[ManifestModel]
) -> tuple[Manifest, Manifest]:
    """Return the manifest as the chain confirms it, and as it will be."""
    others = tuple(model for model in manifest.models if all(model.model_id != entry.model_id for entry in entries))
    there = tuple(found for entry in entries if (found := _confirmed_entry(entry, steps)) is not None)
    confirmed = manifest.model_copy(update={"models": (*others, *there), "pending": None})
    contracts = {**confirmed.contracts, **missing}
    return confirmed, confirmed.model_copy(update={"contracts": contracts, "models": (*others, *entries)})


def _confirmed_entry(entry: ManifestModel, steps: list[Step]) -> ManifestModel | None:
    """Return what of a model is there before the steps, None for nothing."""
    names = {step.name for step in steps}
    if f"model {entry.model_id}: token" in names:
        return None
    return entry.model_copy(update={"pool": None}) if f"model {entry.model_id}: pool" in names else entry
