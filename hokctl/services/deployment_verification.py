"""Comparing a deployment on the chain with its manifest and its specification, all of it at one block."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from eth_typing import ChecksumAddress

from hokctl.checks.expectations import HANDOFF_PENDING, Asked, Expected, ask, group_handoff
from hokctl.config.manifest import Manifest
from hokctl.domain.findings import Finding, Severity
from hokctl.domain.units import ZERO_ADDRESS, BlockRef, ModelId
from hokctl.services.deployments import Deployment, deployment_of
from hokctl.services.powers import read_powers
from hokctl.services.verification_code import (
    Builds,
    CodeVerdict,
    FoundCode,
    artifact_of,
    implementation_addresses,
    judge_code,
)
from hokctl.services.verification_models import (
    ModelPlaces,
    PlacesProbe,
    check_places,
    model_expectations,
    pool_treasury,
    unspecified_model,
)
from hokctl.services.verification_powers import check_holders
from hokctl.services.verification_wiring import (
    Desired,
    idle_reads,
    owned_clients,
    spec_expectations,
    wiring_expectations,
)
from hokctl.services.versions import VersionsProbe

if TYPE_CHECKING:
    from hokctl.chain.batch import Slot
    from hokctl.chain.session import Snapshot
    from hokctl.config.networks import NetworkSettings
    from hokctl.config.spec import DeploymentSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyRequest:
    """What is to be compared."""

    network: "NetworkSettings"
    manifest: Manifest
    spec: "DeploymentSpec | None"
    """None where there is none: then code, wiring and manifest are compared alone."""
    artifacts: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """How a deployment compares."""

    block: BlockRef
    codes: tuple[CodeVerdict, ...]
    """Of every contract of the manifest and of every model, in their order."""
    models: tuple[ModelPlaces, ...]
    pending: dict[str, str]
    """What is under way, by contract: contracts yet to be created, and ownership yet to be accepted."""
    waiting: frozenset[str]
    """The contracts and models over which the deployer has power that is to be handed over."""
    findings: tuple[Finding, ...]

    @property
    def differs(self) -> bool:
        """Whether anything is otherwise than it should be."""
        return any(finding.severity is not Severity.INFO for finding in self.findings)

    def codes_of(self, subject: str) -> set[str]:
        """Return the codes of what was found about one contract or model, notes left out."""
        own = {one.code for one in self.findings if one.subject == subject and one.severity is not Severity.INFO}
        return own | ({HANDOFF_PENDING} if subject in self.waiting else set())


@dataclass(frozen=True, slots=True, kw_only=True)
class _First:
    """What the first round trip brings."""

    codes: dict[str, tuple[ChecksumAddress, bytes]]
    implementations: dict[ChecksumAddress, bytes]
    asked: Asked
    places: tuple[ModelPlaces, ...]
    pools: tuple[ChecksumAddress, ...]
    pending_owners: dict[str, ChecksumAddress]


def verify_deployment(snapshot: "Snapshot", request: VerifyRequest) -> Verification:
    """Return how the deployment compares: two round trips, and with a specification those that powers take.

    Raises ManifestContractError where the manifest lacks one of the contracts that hokctl works with.
    """
    manifest, spec = request.manifest, request.spec
    contracts = {**(manifest.pending or {}), **manifest.contracts}
    whole = manifest.model_copy(update={"contracts": contracts})
    deployment = deployment_of(whole, network=request.network, source=None)
    desired = Desired(
        suite=deployment.suite,
        spec=spec,
        deployer=manifest.deployer,
        delta_verifier=contracts.get("DeltaVerifier"),
    )
    wanted = _model_ids(manifest, spec)
    first = _read_first(snapshot, desired, contracts, wanted)
    codes, names, asked = _read_models(snapshot, desired, first)
    verdicts, code_findings = _compare_code(request, contracts, desired, first, codes)
    recorded = {model.model_id: model for model in manifest.models}
    findings = [
        *code_findings,
        *first.asked.findings(),
        *(finding for one in first.places for finding in check_places(one, recorded.get(one.model_id))),
        *asked.findings(),
        *_unspecified(request, names),
        *_check_pending_owners(desired, first),
        *_check_holders(snapshot, deployment, desired, first),
    ]
    return Verification(
        block=snapshot.block,
        codes=tuple(verdicts),
        models=first.places,
        pending=_pending(manifest, first),
        waiting=frozenset(one.subject for one in findings if one.code == HANDOFF_PENDING),
        findings=_in_order(group_handoff(findings)),
    )


def _compare_code(
    request: VerifyRequest,
    contracts: dict[str, ChecksumAddress],
    desired: Desired,
    first: _First,
    of_models: list[FoundCode],
) -> tuple[list[CodeVerdict], list[Finding]]:
    """Return how the code compares of all contracts that are there, or should be, and what that means."""
    builds = Builds(
        artifacts=request.artifacts,
        suite=desired.suite,
        known=_known(contracts, desired, first),
        implementations=first.implementations,
    )
    pending = request.manifest.pending or {}
    own = [
        FoundCode(subject=name, contract=artifact_of(name), address=address, code=code)
        for name, (address, code) in first.codes.items()
        if name not in pending or code
    ]
    verdicts = (builds.compare(one) for one in (*own, *of_models))
    mock = desired.spec is not None and desired.spec.usdc is None
    return judge_code(verdicts, other_builds=request.artifacts is not None, mock=mock)


def _in_order(findings: list[Finding]) -> tuple[Finding, ...]:
    """Return the findings, the worst first, each fact once.

    A foreign immutable is said by the view that shows it, and silence by the foreign code that keeps it.
    """

    def subjects(*codes: str) -> set[str]:
        return {finding.subject for finding in findings if finding.code in codes}

    said_by = {
        "immutable-differs": subjects("contract-miswired"),
        "view-unanswered": subjects("code-differs", "code-missing", "implementation-differs"),
    }
    said = [one for one in findings if one.subject not in said_by.get(one.code, ())]
    return tuple(sorted(said, key=lambda finding: list(Severity).index(finding.severity)))


def _model_ids(manifest: Manifest, spec: "DeploymentSpec | None") -> tuple[ModelId, ...]:
    named = [] if spec is None else [model.model_id for model in spec.models]
    return tuple(dict.fromkeys(ModelId(name) for name in (*named, *(model.model_id for model in manifest.models))))


def _read_first(
    snapshot: "Snapshot", desired: Desired, contracts: dict[str, ChecksumAddress], model_ids: Iterable[ModelId]
) -> _First:
    suite = desired.suite
    with snapshot.batch() as batch:
        codes = {name: (address, batch.add_code(address)) for name, address in contracts.items()}
        shared = {address: batch.add_code(address) for address in implementation_addresses(suite)}
        asked = ask(batch, (*wiring_expectations(suite), *spec_expectations(desired)))
        versions = VersionsProbe(batch, suite)
        places = [PlacesProbe(batch, suite, model_id) for model_id in model_ids]
        pools: Slot[tuple[ChecksumAddress, ...]] = batch.add(suite.factory.get_all_pools())
        pending = {name: batch.add(client.pending_owner()) for name, client in owned_clients(suite).items()}
    return _First(
        codes={name: (address, slot.value) for name, (address, slot) in codes.items()},
        implementations={address: slot.value for address, slot in shared.items()},
        asked=asked.without(idle_reads(desired, versions.versions)),
        places=tuple(probe.places for probe in places),
        pools=pools.value_or(()),
        pending_owners={
            name: slot.value for name, slot in pending.items() if slot.value_or(ZERO_ADDRESS) != ZERO_ADDRESS
        },
    )


def _read_models(
    snapshot: "Snapshot", desired: Desired, first: _First
) -> tuple[list[FoundCode], dict[ChecksumAddress, str], Asked]:
    """Return the code of the models' contracts, the names of all pools, and what the models were asked."""
    suite, spec = desired.suite, desired.spec
    with snapshot.batch() as batch:
        codes = [
            (one.subject, name, address, batch.add_code(address))
            for one in first.places
            for name, address in one.contracts()
        ]
        names = {pool: batch.add(suite.factory.pool_to_model(pool)) for pool in first.pools}
        asked = ask(batch, (expected for one in first.places for expected in _expectations(desired, one, spec)))
    found = [
        FoundCode(subject=subject, contract=name, address=address, code=slot.value)
        for subject, name, address, slot in codes
    ]
    return found, {pool: slot.value_or("") for pool, slot in names.items()}, asked


def _expectations(desired: Desired, places: ModelPlaces, spec: "DeploymentSpec | None") -> Iterator[Expected]:
    models = {} if spec is None else {model.model_id: model for model in spec.models}
    yield from model_expectations(desired, places, models.get(places.model_id))
    if spec is not None:
        yield from pool_treasury(desired.suite, places, spec.treasury)


def _known(contracts: dict[str, ChecksumAddress], desired: Desired, first: _First) -> frozenset[ChecksumAddress]:
    """Return the addresses that contracts of this deployment may have been built for."""
    models = {address for one in first.places for _, address in one.contracts()}
    accounts = {desired.deployer} if desired.spec is None else {desired.spec.admin, desired.spec.treasury}
    known = {*contracts.values(), *first.implementations, *models, *accounts, desired.deployer}
    return frozenset(address for address in known if address is not None)


def _unspecified(request: VerifyRequest, names: dict[ChecksumAddress, str]) -> Iterator[Finding]:
    """Yield the models of the factory that the specification does not name, where it is for all of them."""
    spec = request.spec
    if spec is None or spec.scope != "full":
        return
    specified = {model.model_id for model in spec.models}
    for pool, name in names.items():
        if name not in specified:
            yield unspecified_model(ModelId(name), pool)


def _check_pending_owners(desired: Desired, first: _First) -> Iterator[Finding]:
    """Yield who could take ownership and is not the administrator of the specification."""
    for name, account in first.pending_owners.items():
        if desired.spec is not None and account != desired.spec.admin:
            yield Finding(
                code="pending-owner-foreign",
                severity=Severity.ERROR,
                subject=name,
                message=f"{account} can take the ownership of {name}, and is not the administrator.",
                evidence={"pending owner": account, "administrator": desired.spec.admin},
                remedy="Offer the ownership to the administrator instead: it replaces this offer.",
            )


def _check_holders(snapshot: "Snapshot", deployment: Deployment, desired: Desired, first: _First) -> list[Finding]:
    """Return who holds roles that the specification does not give; nothing while contracts are missing."""
    if desired.spec is None or not all(code for _, code in first.codes.values()):
        return []
    return check_holders(read_powers(snapshot, deployment), desired, desired.spec, first.pools)


def _pending(manifest: Manifest, first: _First) -> dict[str, str]:
    waiting = {
        name: f"to be created at {address}"
        for name, address in (manifest.pending or {}).items()
        if not first.codes[name][1]
    }
    for name, account in first.pending_owners.items():
        waiting[name] = f"ownership to be accepted by {account}"
    return waiting
