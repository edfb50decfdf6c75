"""Manifests for other tools, written from the chain."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hokctl.config.manifest import Manifest, dump_manifest
from hokctl.domain.findings import Finding, Severity
from hokctl.services.manifest_facts import DeploymentFigures, read_figures
from hokctl.services.manifest_formats import ManifestShape
from hokctl.services.manifest_shapes import addresses_document, flat_roles, latest_document, v2_document
from hokctl.services.outputs import write_outputs

if TYPE_CHECKING:
    from hokctl.chain.session import Snapshot
    from hokctl.config.networks import NetworkSettings
    from hokctl.domain.units import BlockRef
    from hokctl.services.deployments import Deployment


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportedManifest:
    """A manifest, and where it went."""

    text: str
    path: Path | None
    block: "BlockRef"
    findings: tuple[Finding, ...]

    @property
    def document(self) -> Any:  # noqa: ANN401 - JSON
        """The manifest as data."""
        return json.loads(self.text)


def export_manifest(
    snapshot: "Snapshot",
    deployment: "Deployment",
    network: "NetworkSettings",
    manifest: Manifest,
    *,
    shape: ManifestShape,
    out: Path | None,
) -> ExportedManifest:
    """Return the deployment as a manifest of `shape`, written to `out` where it is given.

    Addresses of contracts are `manifest`'s; models, roles, parameters and blocks are the chain's. Raises OutTakenError.
    """
    blocks = shape in {ManifestShape.ADDRESSES, ManifestShape.LATEST}
    figures = read_figures(
        snapshot,
        deployment,
        production=network.production,
        deployer=manifest.deployer,
        accounts=manifest.accounts,
        births=blocks,
    )
    text = _write(shape, figures, manifest)
    if out is not None:
        write_outputs({out: text.encode()})
    return ExportedManifest(
        text=text, path=out, block=snapshot.block, findings=tuple(_losses(shape, figures, blocks=blocks))
    )


def _write(shape: ManifestShape, figures: DeploymentFigures, manifest: Manifest) -> str:
    match shape:
        case ManifestShape.HOKCTL:
            models = tuple(one.model for one in figures.models)
            return dump_manifest(manifest.model_copy(update={"models": models}))
        case ManifestShape.ADDRESSES:
            document = addresses_document(figures)
        case ManifestShape.LATEST:
            document = latest_document(figures)
        case ManifestShape.V2:
            document = v2_document(figures)
    return json.dumps(document, indent=2) + "\n"


def _losses(shape: ManifestShape, figures: DeploymentFigures, *, blocks: bool) -> list[Finding]:
    """Return what the shape has no place for."""
    losses = [_unknown_blocks()] if blocks and figures.births is None else []
    if shape is ManifestShape.V2:
        roles = flat_roles(figures).items()
        losses += [_left_out(name, len(accounts)) for name, accounts in roles if len(accounts) > 1]
    return losses


def _unknown_blocks() -> Finding:
    return Finding(
        code="manifest-blocks-unknown",
        severity=Severity.INFO,
        subject="deploymentBlocks",
        message="The node keeps no old states, so the blocks of the contracts are left out.",
        remedy="Ask a node that keeps them.",
    )


def _left_out(name: str, count: int) -> Finding:
    return Finding(
        code="manifest-role-left-out",
        severity=Severity.INFO,
        subject=name,
        message=f"{count} accounts hold {name}, and this shape has room for one: it is left out.",
        remedy="Use the format latest, which lists all.",
    )
