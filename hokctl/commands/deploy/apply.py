"""Plan a deployment against the chain, and carry it out."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hokctl.commands.deploy.common import ArtifactsOption, Scope, ScopeOption, SpecOption
from hokctl.context import AppContext
from hokctl.options import command
from hokctl.result import CommandResult, Facts, Heading

if TYPE_CHECKING:
    from hokctl.config.manifest import Manifest
    from hokctl.result import Block
    from hokctl.services.deploying import DeployRequest, PlannedDeployment

app = typer.Typer()


@command(app, "plan")
def plan(
    context: AppContext,
    scope: ScopeOption = None,
    spec: SpecOption = None,
    artifacts: ArtifactsOption = None,
    signer: Annotated[str | None, typer.Option("--signer", metavar="NAME", help="Who would deploy.")] = None,
) -> CommandResult:
    """Show what is missing of a deployment: which contracts, roles and models would be made, at which addresses.

    Anyone may run it. Nothing is sent; without a signer the manifest's deployer is assumed, else the administrator.

    Example: hokctl deploy plan --spec examples/deployment.toml
    """
    context.carry = replace(context.carry, dry_run=True, signer=signer)
    return _deploy(context, scope=scope, spec=spec, artifacts=artifacts)


@command(app, "apply", carries=True)
def apply(
    context: AppContext, scope: ScopeOption = None, spec: SpecOption = None, artifacts: ArtifactsOption = None
) -> CommandResult:
    """Deploy what is missing, transaction by transaction, and write the manifest after each.

    Run by the deployer, whose key administers what it creates. A run that was interrupted is taken up again by the
    same command: nothing is ever deployed twice.

    Example: hokctl deploy apply --spec examples/deployment.toml --signer deployer
    """
    return _deploy(context, scope=scope, spec=spec, artifacts=artifacts)


def _deploy(context: AppContext, *, scope: Scope | None, spec: Path | None, artifacts: Path | None) -> CommandResult:
    from hokctl.result.carried import carried_result
    from hokctl.services.deploy_carrying import carry_deployment, estimate_gas
    from hokctl.services.deploy_state import open_manifest
    from hokctl.services.deploying import plan_deployment
    from hokctl.services.proposals import CarryState

    path, manifest = open_manifest(context.network)
    request = _request(context, manifest, scope=scope, spec=spec, artifacts=artifacts)
    snapshot, deployer = context.snapshot, request.deployer
    planned = plan_deployment(snapshot, request)
    carrier = context.carrier(deployment=planned.deployment)
    carried = carry_deployment(planned, carrier, path, deployer)
    gas = estimate_gas(snapshot, planned.plan, deployer) if carrier.dry_run and planned.steps else None
    return carried_result(
        carried,
        data={
            "manifest": str(path),
            "deployer": deployer,
            "contracts": dict(planned.contracts),
            "estimated_gas": None if gas is None else str(gas),
        },
        blocks=_blocks(planned, path, gas, done=carried.state is CarryState.DONE),
    )


def _request(
    context: AppContext, manifest: "Manifest", *, scope: Scope | None, spec: Path | None, artifacts: Path | None
) -> "DeployRequest":
    from hokctl.config.spec import read_spec
    from hokctl.services.deploying import DeployRequest, NoSpecError

    path = spec or context.network.spec
    if path is None:
        raise NoSpecError(context.network.name)
    wanted = read_spec(path, context.address, scope=None if scope is None else scope.value)
    signer = None if context.signer is None else context.signer.address
    return DeployRequest(
        spec=wanted,
        network=context.network,
        manifest=manifest,
        deployer=signer or manifest.deployer or wanted.admin,
        artifacts=artifacts,
        source=str(path),
    )


def _blocks(planned: "PlannedDeployment", path: Path, gas: int | None, *, done: bool) -> "tuple[Block, ...]":
    to_come = () if done else planned.missing
    contracts = tuple(
        (name, f"{address} (to be created)" if name in to_come else address)
        for name, address in planned.contracts.items()
    )
    cost = () if gas is None else (("estimated gas", f"{gas:,}"),)
    return Heading("Deployment"), Facts((*contracts, ("manifest", str(path)), *cost))
