"""Deploying the protocol: what a specification asks for, against what the manifest names and the chain confirms."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from eth_typing import ChecksumAddress

from hokctl.checks.deployments import DeploymentFacts, check_deployment
from hokctl.clients.abi import load_artifact
from hokctl.config.manifest import Manifest, ManifestModel
from hokctl.domain.findings import Finding, Severity
from hokctl.domain.plans import Plan
from hokctl.domain.units import ModelId
from hokctl.errors import ConfigError
from hokctl.routes.base import MissingSignerError
from hokctl.services.deploy_state import (
    Adopted,
    MockOnProductionError,
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
    predict_contracts,
)
from hokctl.services.deployments import Deployment, deployment_of
from hokctl.services.model_creation import NewModel, model_from_spec, plan_models
from hokctl.services.model_facts import ModelFacts, birth_nonces, read_creators, read_models

if TYPE_CHECKING:
    from hokctl.chain.session import Snapshot
    from hokctl.config.networks import NetworkSettings
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


class NoSpecError(ConfigError):
    """A deployment without a specification."""

    code = "no-spec"

    def __init__(self, network: str) -> None:
        """Name the network."""
        super().__init__(
            f"Nothing says what a deployment on {network!r} is to look like.",
            hint=f"Name a specification with --spec, or as `spec` in [networks.{network}] of the configuration.",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class DeployRequest:
    """What is to be deployed, where, and by whom."""

    spec: "DeploymentSpec"
    network: "NetworkSettings"
    manifest: Manifest
    deployer: ChecksumAddress
    artifacts: Path | None = None
    """Build artifacts in place of the suite's own."""
    source: str | None = None
    """The specification's file."""


def plan_deployment(snapshot: "Snapshot", request: DeployRequest) -> PlannedDeployment:
    """Return what is missing of the deployment as one plan; without calls when everything is there.

    Raises MockOnProductionError, WiringError, ModelIncompleteError.
    """
    spec, network = request.spec, request.network
    if spec.usdc is None and network.production:
        raise MockOnProductionError(network.name)
    adopted = adopt(snapshot, request.manifest, spec, request.artifacts)
    missing = predict_contracts(adopted.missing, request.deployer, _next_nonce(snapshot, request.deployer))
    whole = adopted.manifest.model_copy(update={"contracts": {**adopted.manifest.contracts, **missing}})
    target = deployment_of(whole, network=network, source=request.source)
    check_wiring(snapshot, target.suite, tuple(adopted.manifest.contracts))
    grants = desired_grants(spec, target.suite.router_address)
    around = look_around(
        snapshot,
        target.suite,
        grants,
        accounts=(spec.treasury, spec.admin),
        predicted=tuple(missing.values()),
    )
    if missing and request.deployer in around.contracts:
        raise MissingSignerError("create contracts, which a contract cannot do")
    models = [model_from_spec(model) for model in spec.models]
    found = read_models(snapshot, target.suite, [model.model_id for model in models])
    model_steps, entries = _plan_models(snapshot, target, models, found, request.artifacts)
    steps = [
        *build_creations(adopted.missing, target.suite, spec, deployer=request.deployer, artifacts=request.artifacts),
        *build_grants(_open_grants(grants, around, adopted, request.deployer), target.suite),
        *model_steps,
    ]
    return _assemble(
        snapshot,
        request,
        adopted,
        steps=demand_deployer(steps, request.deployer, missing.values()),
        missing=missing,
        entries=entries,
        findings=(*check_deployment(_facts(request, adopted, around, models)), *_drift(models, found)),
    )


def _next_nonce(snapshot: "Snapshot", account: ChecksumAddress) -> int:
    with snapshot.batch() as batch:
        nonce = batch.add_nonce(account)
    return nonce.value


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


def _open_grants(
    grants: tuple[Grant, ...], around: Surroundings, adopted: Adopted, deployer: ChecksumAddress
) -> list[Grant]:
    """Return the roles that nobody holds yet and that the deployer does not get by creating the contract."""
    return [
        grant
        for grant in dict.fromkeys(grants)
        if grant not in around.held
        and not (grant.contract in adopted.missing and grant.account == deployer and grant.held_at_birth)
    ]


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
    granting = any(step.call.signature.startswith("grantRole(") for step in steps)
    what = "Deploy the protocol" if request.spec.scope == "full" else "Add infrastructure accrual to the protocol"
    plan = Plan(
        title=f"{what} on {network.name}",
        network=network.name,
        chain_id=network.chain_id,
        block=snapshot.block,
        calls=tuple(step.call for step in steps),
        after=tuple(condition for step in steps for condition in step.after),
        creates=tuple(address for step in steps for address in step.creates),
        # A key that deploys holds all power at first; on a deployment that stands, handing out roles is another matter.
        moves_funds=granting and not missing and not adopted.under_way,
        config_source=request.source,
    )
    return PlannedDeployment(
        plan=plan,
        steps=tuple(steps),
        findings=findings,
        recorded=request.manifest,
        confirmed=confirmed,
        deployment=deployment_of(whole, network=network, source=request.source),
        missing=missing,
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


def _facts(request: DeployRequest, adopted: Adopted, around: Surroundings, models: list[NewModel]) -> DeploymentFacts:
    spec = request.spec
    return DeploymentFacts(
        chain_id=request.network.chain_id,
        production=request.network.production,
        treasury=spec.treasury,
        treasury_safe=around.safes[spec.treasury],
        treasury_has_code=spec.treasury in around.contracts,
        usdc=spec.usdc,
        usdc_has_code=around.usdc_has_code,
        usdc_decimals=around.usdc_decimals,
        models_without_provider=tuple(model.model_id for model in models if model.provider is None),
        other_admin=None if spec.admin == request.deployer else spec.admin,
        stale=adopted.stale,
        taken=around.taken,
    )


def _drift(models: list[NewModel], found: dict[ModelId, ModelFacts]) -> list[Finding]:
    """Return where models that exist differ from the specification: governed values are not for a deployment."""
    findings = []
    for model in models:
        facts, wanted = found[model.model_id], model.initial_params.infrastructure_accrual_bps
        if facts.infrastructure_accrual_bps not in {None, wanted}:
            there = f"{facts.infrastructure_accrual_bps} bps"
            remedy = f"Propose it with `hokctl split set {model.model_id} {wanted}`, or correct the specification."
            findings.append(_differs(model.model_id, "split", there, f"{wanted} bps", remedy))
        if None not in {facts.provider, model.provider} and facts.provider != model.provider:
            remedy = f"Use `hokctl provider set {model.model_id}`, or correct the specification."
            findings.append(_differs(model.model_id, "provider", str(facts.provider), str(model.provider), remedy))
    return findings


def _differs(model_id: ModelId, what: str, found: str, wanted: str, remedy: str) -> Finding:
    return Finding(
        code=f"{what}-differs",
        severity=Severity.WARNING,
        subject=model_id,
        message=f"The {what} of model {model_id} is {found}, and the specification says {wanted}.",
        remedy=remedy,
    )
