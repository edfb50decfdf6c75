"""Serve what the monitor sees over HTTP."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hokctl.context import AppContext
from hokctl.options import command
from hokctl.result import CommandResult

if TYPE_CHECKING:
    from hokctl.ledger.snapshots import SnapshotBook
    from hokctl.monitor.web.looking import Lookout

app = typer.Typer()


@command(app, "serve")
def serve(
    context: AppContext,
    *,
    host: Annotated[str, typer.Option("--host", metavar="ADDRESS", help="The IP address to listen at.")] = "127.0.0.1",
    port: Annotated[
        int, typer.Option("--port", min=0, max=65_535, metavar="PORT", help="The port; 0 takes a free one.")
    ] = 8002,
    interval: Annotated[
        int, typer.Option("--interval", min=1, max=86_400, metavar="SECONDS", help="How often to read the chain.")
    ] = 15,
    stale_after: Annotated[
        int | None,
        typer.Option(
            "--stale-after",
            min=1,
            metavar="SECONDS",
            help="From which age on the state is stale, and /healthz says 503; by default four intervals and a minute.",
        ),
    ] = None,
    token_file: Annotated[
        Path | None,
        typer.Option("--token-file", metavar="FILE", help="The file with the token that requests have to show."),
    ] = None,
    allow_anonymous: Annotated[
        bool, typer.Option("--allow-anonymous", help="Listen elsewhere than on loopback without a token.")
    ] = False,
    allow_host: Annotated[
        list[str] | None,
        typer.Option(
            "--allow-host", metavar="NAME", help="A name that requests may come to, as of a proxy; repeatable."
        ),
    ] = None,
    rate: Annotated[
        int,
        typer.Option(
            "--rate", min=0, max=100_000, metavar="N", help="Requests a second of one client; 0 for no limit."
        ),
    ] = 20,
) -> CommandResult:
    """Serve the last known state until Ctrl-C: JSON under /infrastructure, /metrics for Prometheus, a page at /.

    Anyone may run it; it needs no key and never changes anything. A token comes from HOKCTL_MONITOR_TOKEN or
    --token-file; without one it listens on this machine only.

    Example: hokctl monitor serve --interval 30
    """
    from hokctl.monitor.web.serving import Wishes, open_server

    wishes = Wishes(
        host=host,
        port=port,
        interval_s=interval,
        stale_after_s=stale_after,
        token_file=token_file,
        allow_anonymous=allow_anonymous,
        allowed_hosts=tuple(allow_host or ()),
        per_second=rate,
    )
    network, deployment = context.network, context.deployment
    past = context.ledger.snapshots_of(network.chain_id, deployment.suite.reserve.address)
    server = open_server(
        wishes,
        network=network.name,
        look=_lookout(context, past),
        history=past,
        listening=lambda url: context.stream(f"listening on {url}", {"event": "listening", "url": url}),
        note=context.ui.note,
    )
    server.serve_until_told()
    return CommandResult(data={}, blocks=(), streamed=True)


def _lookout(context: AppContext, past: "SnapshotBook") -> "Lookout":
    from hokctl.config.networks import DEVNET_CHAIN_ID
    from hokctl.monitor.web.histories import Recorder
    from hokctl.monitor.web.looking import Lookout
    from hokctl.services.observation import measure_by

    book = context.settings.addresses.get(context.network.name, {})
    final = "latest" if context.network.chain_id == DEVNET_CHAIN_ID else "finalized"
    return Lookout(
        chain=context.chain,
        block=context.options.block,
        deployment=context.deployment,
        measure=measure_by(context.settings.declared_burn),
        settings=context.settings.monitor_of(context.network),
        names={address: name for name, address in reversed(book.items())},
        recorder=Recorder(past, context.chain, final=final),
        clock=context.now,
        note=context.ui.note,
    )
