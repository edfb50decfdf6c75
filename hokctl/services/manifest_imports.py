"""Taking over a deployment that hokctl did not make: its manifest, as far as the chain confirms it."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from hokctl.config.errors import NoManifestError
from hokctl.config.manifest import Manifest, check_manifest_chain, dump_manifest, read_manifest
from hokctl.domain.findings import Finding, Severity
from hokctl.domain.units import ModelId
from hokctl.errors import RefusedError
from hokctl.services.deployment_blocks import find_first_block
from hokctl.services.known_models import compare_models, read_known_models
from hokctl.services.manifest_wiring import read_wiring
from hokctl.services.outputs import write_outputs

if TYPE_CHECKING:
    from eth_typing import ChecksumAddress

    from hokctl.chain.session import Snapshot
    from hokctl.config.networks import NetworkSettings
    from hokctl.domain.units import BlockRef

_ASKED_FOR_MODELS: Final = ("HokusaiAMMFactory", "TokenManager")
_NOT_OURS: Final = "USDC"
"""The reserve token, which may be older than the deployment."""


class UnderWayError(RefusedError):
    """A manifest of a deployment that is not done."""

    code = "deployment-under-way"

    def __init__(self, path: Path) -> None:
        """Name the file."""
        super().__init__(
            f"{path} is the manifest of a deployment that is under way.",
            hint="Finish it first with `hokctl deploy apply`.",
        )


class NoDeploymentThereError(RefusedError):
    """A manifest that leads to no pool factory."""

    code = "no-factory-in-manifest"

    def __init__(self, path: Path) -> None:
        """Name the file."""
        super().__init__(
            f"{path} leads to no pool factory and token manager, so it is no manifest of the protocol.",
            hint="It should name HokusaiAMMFactory, or InfrastructureReserve or UsageFeeRouter, which know it.",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What the chain says to a manifest."""

    manifest: Manifest
    """hokctl's own manifest of the deployment."""
    path: Path
    written: bool
    """Whether it is at `path` now; not when a finding speaks against it."""
    block: "BlockRef"
    findings: tuple[Finding, ...]


def import_manifest(
    snapshot: "Snapshot", network: "NetworkSettings", source: Path, *, out: Path | None = None
) -> Imported:
    """Check the manifest `source` against the chain, and write hokctl's own to `out`, else where the network's is.

    Contracts that it does not name are found through those that it does. Nothing is written when there is an error
    among the findings. Raises ManifestChainError, UnderWayError, NoDeploymentThereError and OutTakenError.
    """
    given = read_manifest(source)
    check_manifest_chain(given, source, network=network.name, chain_id=network.chain_id)
    if given.pending is not None:
        raise UnderWayError(source)
    path = out or network.manifest
    if path is None:
        raise NoManifestError(network.name)
    manifest, findings = _confirm(snapshot, given, source)
    manifest = manifest.model_copy(update={"network": network.name})
    sound = all(finding.severity is Severity.INFO for finding in findings)
    if sound:
        write_outputs({path: dump_manifest(manifest).encode()})
    return Imported(manifest=manifest, path=path, written=sound, block=snapshot.block, findings=findings)


def _confirm(snapshot: "Snapshot", given: Manifest, source: Path) -> tuple[Manifest, tuple[Finding, ...]]:
    wiring = read_wiring(snapshot, given.contracts)
    findings = wiring.findings
    update: dict[str, object] = {"contracts": wiring.contracts}
    if all(finding.severity is Severity.INFO for finding in findings):
        if any(name not in wiring.contracts for name in _ASKED_FOR_MODELS):
            raise NoDeploymentThereError(source)
        named = [ModelId(model.model_id) for model in given.models]
        known = read_known_models(snapshot, wiring.contracts, named)
        findings += [*_added(wiring.found), *compare_models(given.models, known)]
        update["models"] = tuple(known.values())
        update["deployed_at_block"] = _first_block(snapshot, given, wiring.contracts, findings)
    return given.model_copy(update=update), tuple(findings)


def _added(names: tuple[str, ...]) -> list[Finding]:
    return [
        Finding(
            code="manifest-contract-added",
            severity=Severity.INFO,
            subject=name,
            message=f"The file does not name {name}, which the deployment's contracts know.",
            remedy="It is added from the chain.",
        )
        for name in names
    ]


def _first_block(
    snapshot: "Snapshot", given: Manifest, contracts: "dict[str, ChecksumAddress]", findings: list[Finding]
) -> int | None:
    said = given.deployed_at_block
    own = [address for name, address in contracts.items() if name != _NOT_OURS]
    found = find_first_block(snapshot, own, guess=said)
    if found is None:
        text = "as the file says" if said is not None else "which the file does not say either"
        message = f"The node keeps no old states, so nothing confirms in which block the deployment began, {text}."
        remedy = "Ask a node that keeps them, or set deployment_block in the network's table."
    elif said not in {None, found}:
        message = f"The deployment began in block {found}, not {said} as the file says."
        remedy = "The chain's block is taken."
    else:
        return found
    findings.append(
        Finding(code="manifest-block", severity=Severity.INFO, subject="deployment", message=message, remedy=remedy)
    )
    return said if found is None else found
