"""Hand a deployment over to whom its specification names, and prove that the deployer holds nothing."""

from typing import TYPE_CHECKING, Annotated

import typer

from hokctl.commands.deploy.common import SpecOption
from hokctl.context import AppContext
from hokctl.options import command
from hokctl.result import CommandResult

if TYPE_CHECKING:
    from eth_typing import ChecksumAddress

app = typer.Typer()


@command(app, "handoff", carries=True)
def handoff(
    context: AppContext,
    spec: SpecOption = None,
    deployer: Annotated[
        str | None,
        typer.Option("--deployer", metavar="ACCOUNT", help="Whose power it is; else the manifest's deployer."),
    ] = None,
) -> CommandResult:
    """Hand everything that the deployer holds to whom the specification names: grant, prove, revoke.

    Run by the deployer first; where ownership takes a second step, then by the administrator's owners, who accept it.
    A run that was cut off is taken up by the same command. At the end it proves that the deployer holds nothing:
    exit 5 when something is left.

    Example: hokctl deploy handoff --spec examples/deployment.toml --dry-run
    """
    from dataclasses import replace

    from hokctl.result.handoffs import handoff_result
    from hokctl.services.deploy_request import read_spec_for
    from hokctl.services.handoffs import plan_handoff, read_remains
    from hokctl.services.power_progress import ProvingProgress
    from hokctl.services.proposals import CarryState, carry

    snapshot, deployment = context.snapshot, context.deployment
    wanted, _ = read_spec_for(context.network, spec, context.address)
    signer = None if context.signer is None else context.signer.address
    account = _deployer(context, deployer, signer)
    planned = plan_handoff(snapshot, deployment, wanted, account, signer)
    carrier = context.carrier()
    progress = ProvingProgress(carrier.chain, carrier.journal, planned.plan, planned.steps)
    carried = carry(planned.plan, replace(carrier, progress=progress), findings=planned.findings)
    after = None
    if carried.state is CarryState.NOTHING_TO_DO:
        after = planned.before
    elif carried.state is CarryState.DONE and carried.outcome is not None:
        block = carried.outcome.transactions[-1].block_number
        after = read_remains(context.chain.at(block), deployment, wanted, account)
    return handoff_result(planned, carried, after)


def _deployer(context: AppContext, deployer: str | None, signer: "ChecksumAddress | None") -> "ChecksumAddress":
    from hokctl.config.manifest import read_manifest
    from hokctl.services.handoffs import UnknownDeployerError

    if deployer is not None:
        return context.address(deployer)
    path = context.network.manifest
    found = None if path is None else read_manifest(path).deployer
    if found is None and signer is None:
        raise UnknownDeployerError
    return found or signer  # type: ignore[return-value]  # one of the two is there
