"""Plan a deployment against the chain, and carry it out."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hokctl.commands.deploy.common import ArtifactsOption, Scope, ScopeOption, SpecOption
from hokctl.context import AppContext
from hokctl.options import command
from hokctl.result import CommandResult

if TYPE_CHECKING:
    from hokctl.config.manifest import Manifest
    from hokctl.services.deploy_request import DeployRequest

app = typer.Typer()

MarkdownOption = Annotated[
    Path | None, typer.Option("--markdown", metavar="FILE", help="Also write it as a comment for a pull request.")
]


@command(app, "plan")
def plan(
    context: AppContext,
    *,
    scope: ScopeOption = None,
    spec: SpecOption = None,
    artifacts: ArtifactsOption = None,
    signer: Annotated[str | None, typer.Option("--signer", metavar="NAME", help="Who would deploy.")] = None,
    safe: Annotated[
        str | None, typer.Option("--safe", metavar="ADDRESS|NAME", help="The Safe that would deploy.")
    ] = None,
    markdown: MarkdownOption = None,
) -> CommandResult:
    """Show what differs from the specification: what would be created, wired, granted or set, where, at what cost.

    Anyone may run it. Nothing is sent; without a signer the manifest's deployer is assumed, else the administrator.
    With --markdown the plan is also written as a comment for a pull request, whatever the outcome.

    Example: hokctl deploy plan --spec examples/deployment.toml
    """
    context.runtime.markdown = markdown
    context.carry = replace(context.carry, dry_run=True, signer=signer, safe=safe)
    return _deploy(context, scope=scope, spec=spec, artifacts=artifacts)


@command(app, "apply", carries=True)
def apply(
    context: AppContext, scope: ScopeOption = None, spec: SpecOption = None, artifacts: ArtifactsOption = None
) -> CommandResult:
    """Make the deployment what the specification says, step by step, and write the manifest after each.

    Run by the deployer, whose key administers what it creates, or by whoever may change what differs: the rest is
    named. With --via safe the Safe deploys everything in one transaction, which its owners sign. A run that was
    interrupted is taken up again by the same command: nothing is ever deployed twice.

    Example: hokctl deploy apply --spec examples/deployment.toml --signer deployer
    """
    return _deploy(context, scope=scope, spec=spec, artifacts=artifacts)


def _deploy(context: AppContext, *, scope: Scope | None, spec: Path | None, artifacts: Path | None) -> CommandResult:
    from hokctl.result.carried import carried_result
    from hokctl.result.deployments import deployment_blocks, deployment_to_json
    from hokctl.services.deploy_carrying import carry_deployment
    from hokctl.services.deploy_costs import cost_of_safe_tx, estimate_cost
    from hokctl.services.deploy_recovery import recover_announced
    from hokctl.services.deploy_state import open_manifest
    from hokctl.services.deploying import plan_deployment
    from hokctl.services.proposals import CarryState

    path, manifest = open_manifest(context.network)
    request = _request(context, manifest, scope=scope, spec=spec, artifacts=artifacts)
    snapshot, deployer = context.snapshot, request.deployer
    if not context.carry.dry_run:
        journal, chain_id = context.ledger.journal, context.network.chain_id
        request = replace(request, manifest=recover_announced(journal, manifest, chain_id=chain_id, deployer=deployer))
    planned = plan_deployment(snapshot, request)
    carrier = context.carrier(deployment=planned.deployment)
    carried = carry_deployment(planned, carrier, path, deployer)
    own, review = carried.plan.calls, carried.review
    estimates = bool(own) and carrier.dry_run and review is not None
    cost = None
    if estimates and review is not None:
        whole = planned.missing and review.safe_tx is not None
        sender = review.route.authority.address
        cost = cost_of_safe_tx(snapshot, review.effect) if whole else estimate_cost(snapshot, own, sender)
    done = carried.state is CarryState.DONE
    return carried_result(
        carried,
        data=deployment_to_json(planned, own, cost, manifest=str(path), deployer=deployer),
        blocks=deployment_blocks(planned, own, cost, manifest=str(path), done=done, estimates=estimates),
    )


def _request(
    context: AppContext, manifest: "Manifest", *, scope: Scope | None, spec: Path | None, artifacts: Path | None
) -> "DeployRequest":
    from hokctl.services.deploy_by_safe import choose_deployer
    from hokctl.services.deploy_request import DeployRequest, read_spec_for

    scope_text = None if scope is None else scope.value
    wanted, path = read_spec_for(context.network, spec, context.address, scope=scope_text)
    signer = None if context.signer is None else context.signer.address
    by_key = context.carry.via == "direct"
    by_safe = context.carry.via == "safe" or context.carry.safe is not None
    safe = context.safe_address if by_safe else None
    return DeployRequest(
        spec=wanted,
        network=context.network,
        manifest=manifest,
        deployer=safe or choose_deployer(context.snapshot, manifest, wanted, signer, by_key=by_key),
        artifacts=artifacts,
        source=str(path),
    )
