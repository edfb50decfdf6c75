"""Compare a deployment on the chain with its specification."""

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from hokctl.commands.deploy.common import ArtifactsOption, SpecOption
from hokctl.context import AppContext
from hokctl.options import command
from hokctl.result import CommandResult

if TYPE_CHECKING:
    from hokctl.config.manifest import Manifest
    from hokctl.services.deployment_verification import Verification

app = typer.Typer()


@command(app, "status")
def status(context: AppContext, spec: SpecOption = None, artifacts: ArtifactsOption = None) -> CommandResult:
    """Show each contract and model of a deployment: code, wiring, who holds power over it, and what is pending.

    Anyone may run it; nothing is sent. Exit 5 where anything differs; `deploy verify` says what.

    Example: hokctl deploy status
    """
    from hokctl.result.verifications import status_result

    verification, manifest, source = _compare(context, spec, artifacts)
    return status_result(verification, manifest, spec=source)


@command(app, "verify")
def verify(context: AppContext, spec: SpecOption = None, artifacts: ArtifactsOption = None) -> CommandResult:
    """Compare code, wiring, owners, roles and parameters with the specification; exit 5 where anything differs.

    Anyone may run it; nothing is sent, and everything is read at one block. Without a specification code, wiring and
    manifest are compared. Contracts of another version need their own build: --artifacts.

    Example: hokctl deploy verify --spec examples/deployment.toml
    """
    from hokctl.result.verifications import verification_result

    verification, manifest, source = _compare(context, spec, artifacts)
    return verification_result(verification, manifest, spec=source)


def _compare(
    context: AppContext, spec: Path | None, artifacts: Path | None
) -> "tuple[Verification, Manifest, str | None]":
    from hokctl.config.errors import NoManifestError
    from hokctl.config.manifest import check_manifest_chain, read_manifest
    from hokctl.services.deploy_request import read_spec_for
    from hokctl.services.deployment_verification import VerifyRequest, verify_deployment

    network = context.network
    if network.manifest is None:
        raise NoManifestError(network.name)
    manifest = read_manifest(network.manifest)
    check_manifest_chain(manifest, network.manifest, network=network.name, chain_id=network.chain_id)
    path = spec or network.spec
    wanted = None if path is None else read_spec_for(network, path, context.address)[0]
    request = VerifyRequest(network=network, manifest=manifest, spec=wanted, artifacts=artifacts)
    return verify_deployment(context.snapshot, request), manifest, None if path is None else str(path)
