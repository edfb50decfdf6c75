"""Which contracts of a deployment have sources to publish, and whether theirs are the ones at hand."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from eth_typing import ChecksumAddress

from hokctl.clients.abi import Artifact, ArtifactMissingError, linked_artifact
from hokctl.clients.standard_inputs import NoStandardInputError, StandardInput, find_standard_input
from hokctl.clients.wiring import CLONED
from hokctl.config.manifest import Manifest
from hokctl.domain.findings import Finding, Severity
from hokctl.domain.units import ZERO_ADDRESS
from hokctl.services.creations import Creation, find_creations
from hokctl.services.deploy_steps import FULL, artifact_name

if TYPE_CHECKING:
    from hokctl.chain.session import Snapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A contract whose sources can be sent."""

    label: str
    address: ChecksumAddress
    artifact: Artifact
    source: StandardInput
    creation: Creation | None

    @property
    def constructor_args(self) -> bytes | None:
        """What the constructor was given; None where that is not known."""
        if not self.artifact.constructor_parameters:
            return b""
        return None if self.creation is None else self.creation.args_after(self.artifact.bytecode)


@dataclass(frozen=True, slots=True, kw_only=True)
class Targets:
    """What can be sent, and what can not."""

    targets: tuple[Target, ...]
    findings: tuple[Finding, ...]
    clones: bool
    """Whether tokens and pools are clones of contracts among the targets."""


def find_targets(snapshot: "Snapshot", manifest: Manifest, artifacts: Path | None) -> Targets:
    """Return the contracts of `manifest` with their sources, as far as the chain has just that code."""
    with snapshot.batch() as batch:
        asked = [
            (wire.target, batch.add(wire.read(manifest.contracts[wire.contract])))
            for wire in CLONED
            if wire.contract in manifest.contracts
        ]
    cloned = {name: slot.value for name, slot in asked if slot.value_or(ZERO_ADDRESS) != ZERO_ADDRESS}
    named = [*_named(manifest, cloned)]
    with snapshot.batch() as batch:
        codes = [batch.add_code(address) for _, _, address in named]
    sound, findings = [], []
    for (label, name, address), code in zip(named, codes, strict=True):
        found = _sources(label, name, artifacts, manifest, code.value)
        if isinstance(found, Finding):
            findings.append(found)
        elif found is not None:
            sound.append((label, address, *found))
    creations = find_creations(snapshot, [one[1] for one in sound], noted=manifest.transactions.values())
    targets = tuple(
        Target(label=label, address=address, artifact=artifact, source=source, creation=creations.get(address))
        for label, address, artifact, source in sound
    )
    return Targets(targets=targets, findings=tuple(findings), clones=bool(cloned))


def _named(manifest: Manifest, cloned: dict[str, ChecksumAddress]) -> Iterator[tuple[str, str, ChecksumAddress]]:
    """Yield label, name of the artifact, and address of every contract."""
    for name in sorted(manifest.contracts, key=_order):
        yield name, artifact_name(name), manifest.contracts[name]
    for name, address in cloned.items():
        yield f"{name} (cloned)", name, address
    for model in manifest.models:
        parts = (("HokusaiParams", model.params), ("HokusaiToken", model.token), ("HokusaiAMM", model.pool))
        for name, part in parts:
            if part is not None and name not in cloned:
                yield f"{name} of model {model.model_id}", name, part


def _order(name: str) -> tuple[int, str]:
    """Return where a contract stands: those that hokctl deploys in the order in which it does, then the others."""
    return FULL.index(name) if name in FULL else len(FULL), name


def _sources(
    label: str, name: str, artifacts: Path | None, manifest: Manifest, code: bytes
) -> tuple[Artifact, StandardInput] | Finding | None:
    """Return the artifact and its sources; None for a contract that is none of the deployment's builds."""
    try:
        artifact = linked_artifact(name, artifacts, manifest.contracts)
    except ArtifactMissingError:
        return None
    if not artifact.is_runtime(code):
        # The reserve token is only sometimes the stand-in that there are sources of.
        return None if label == "USDC" else _other_code(label)
    try:
        return artifact, find_standard_input(artifact)
    except NoStandardInputError as error:
        return Finding(
            code="no-standard-input",
            severity=Severity.INFO if label == "USDC" else Severity.WARNING,
            subject=label,
            message=error.message,
            remedy=error.hint,
        )


def _other_code(label: str) -> Finding:
    return Finding(
        code="publish-other-code",
        severity=Severity.WARNING,
        subject=label,
        message=f"The code of {label} on the chain is not the artifact's, so its sources were not sent.",
        remedy="Name the build that was deployed with --artifacts; `hokctl deploy verify` says where they differ.",
    )
