"""Manifests: taken over from other tools, and written for them."""

from pathlib import Path
from typing import Annotated

import typer

from hokctl.context import AppContext
from hokctl.options import command
from hokctl.result import CommandResult
from hokctl.services.manifest_formats import ManifestShape

app = typer.Typer()


@command(app, "import")
def import_(
    context: AppContext,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A manifest of any shape.", show_default=False)],
    out: Annotated[
        Path | None, typer.Option("--out", metavar="PATH", help="A new file; without it the network's manifest.")
    ] = None,
) -> CommandResult:
    """Take over a deployment that hokctl did not make, from the manifest of the scripts that made it.

    Anyone may run it. The chain is asked first: chain id, code, who knows whom, models, first block. Where it says
    otherwise, nothing is written, and the exit code is 5. Roles in the file are never read.

    Example: hokctl deploy import mainnet-latest.json --out deployments/mainnet.json
    """
    from hokctl.result.manifests import imported_manifest_result
    from hokctl.services.manifest_imports import import_manifest

    return imported_manifest_result(import_manifest(context.snapshot, context.network, file, out=out))


@command(app, "export")
def export(
    context: AppContext,
    format_: Annotated[
        ManifestShape, typer.Option("--format", help="Whose manifest: the live scripts' have two, v2.0.0's one.")
    ] = ManifestShape.HOKCTL,
    out: Annotated[Path | None, typer.Option("--out", metavar="PATH", help="A new file; without it stdout.")] = None,
) -> CommandResult:
    """Write the deployment as a manifest for other tools, from the chain at one block.

    Anyone may run it. Roles are those that the chain confirms, models those that the factory has; what is neither on
    the chain nor in the shape is left out.

    Example: hokctl deploy export --format addresses --out mainnet.addresses.json
    """
    from hokctl.config.errors import NoManifestError
    from hokctl.config.manifest import read_manifest
    from hokctl.result.manifests import exported_manifest_result
    from hokctl.services.manifest_exports import export_manifest

    deployment, network = context.deployment, context.network
    if network.manifest is None:
        raise NoManifestError(network.name)
    exported = export_manifest(
        context.snapshot, deployment, network, read_manifest(network.manifest), shape=format_, out=out
    )
    for finding in exported.findings:
        context.ui.note(f"{finding.severity}: {finding.message} [{finding.code}]")
    return exported_manifest_result(exported)
