"""Manifests: taken over from other tools, and written for them."""

from pathlib import Path
from typing import Annotated

import typer

from hokctl.context import AppContext
from hokctl.options import command
from hokctl.result import CommandResult

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
