"""Publish the sources of a deployment at an explorer."""

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from hokctl.commands.deploy.common import ArtifactsOption
from hokctl.context import AppContext
from hokctl.exit_codes import ExitCode
from hokctl.options import command
from hokctl.result import CommandResult, Line, Status

if TYPE_CHECKING:
    from hokctl.config.manifest import Manifest

app = typer.Typer()


class ExplorerKind(StrEnum):
    """Which interface an explorer has."""

    SOURCIFY = "sourcify"
    ETHERSCAN = "etherscan"
    BLOCKSCOUT = "blockscout"


ExplorerOption = Annotated[
    ExplorerKind | None,
    typer.Option("--explorer", help="Where to; else the network's explorer.", show_default=False),
]
WaitOption = Annotated[
    int, typer.Option("--wait", min=0, metavar="SECONDS", help="How long to wait for the explorer's verdict.")
]
DryRunOption = Annotated[bool, typer.Option("--dry-run", help="Only ask what is verified already.")]
YesOption = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask; required without a terminal.")]


@command(app, "publish")
def publish(
    context: AppContext,
    *,
    explorer: ExplorerOption = None,
    artifacts: ArtifactsOption = None,
    wait: WaitOption = 60,
    dry_run: DryRunOption = False,
    yes: YesOption = False,
) -> CommandResult:
    """Send the sources of every contract to a public explorer, which compiles them and compares the code.

    Anyone may run it; no key of the chain is needed. What is sent can be read by everybody. What is verified already is
    not sent again, so a run that was cut short is taken up by the same command. Exit 5 where one is not verified.

    Example: hokctl deploy publish --explorer sourcify --dry-run
    """
    from hokctl.result.publications import published_result
    from hokctl.services import publishing
    from hokctl.services.publication_targets import find_targets

    manifest, snapshot = _manifest(context), context.snapshot
    where = publishing.open_explorer(context.network, kind=None if explorer is None else explorer.value)
    found = find_targets(snapshot, manifest, artifacts)
    published = publishing.look_up(where, found.targets)
    open_ = sum(not one.opinion.is_verified for one in published)
    if open_ and not dry_run:
        question = f"Do you want to send the sources of {open_} contracts to {where.endpoint}, for everybody to read?"
        if not yes and not context.ui.confirm(question):
            return _unsent(where.endpoint)
        published = publishing.publish(where, published, wait_s=wait)
    findings = (*found.findings, *publishing.judge(where, published))
    return published_result(published, findings, endpoint=where.endpoint, block=snapshot.block, clones=found.clones)


def _manifest(context: AppContext) -> "Manifest":
    from hokctl.config.errors import NoManifestError
    from hokctl.config.manifest import check_manifest_chain, read_manifest

    network = context.network
    if network.manifest is None:
        raise NoManifestError(network.name)
    manifest = read_manifest(network.manifest)
    check_manifest_chain(manifest, network.manifest, network=network.name, chain_id=network.chain_id)
    return manifest


def _unsent(endpoint: str) -> CommandResult:
    return CommandResult(
        data={"explorer": endpoint, "contracts": []},
        blocks=(Line("Not confirmed: nothing was sent."),),
        status=Status.ERROR,
        exit_code=ExitCode.FAILURE,
    )
