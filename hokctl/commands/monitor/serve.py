"""Serve what the monitor sees over HTTP."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hokctl.commands.monitor.common import NotifyOption, alert_targets
from hokctl.context import AppContext
from hokctl.options import command
from hokctl.result import CommandResult

if TYPE_CHECKING:
    from hokctl.monitor.web.server import BoundServer
    from hokctl.monitor.web.serving import Wishes

app = typer.Typer()

HostOption = Annotated[str, typer.Option("--host", metavar="ADDRESS", help="The IP address to listen at.")]
PortOption = Annotated[
    int, typer.Option("--port", min=0, max=65_535, metavar="PORT", help="The port; 0 takes a free one.")
]
IntervalOption = Annotated[
    int, typer.Option("--interval", min=1, max=86_400, metavar="SECONDS", help="How long to wait between rounds.")
]
StaleOption = Annotated[
    int | None,
    typer.Option(
        "--stale-after",
        min=1,
        metavar="SECONDS",
        help="From which age on the state is stale, and /healthz says 503; by default four intervals and a minute.",
    ),
]
TokenFileOption = Annotated[
    Path | None,
    typer.Option("--token-file", metavar="FILE", help="The file with the token that requests have to show."),
]
AnonymousOption = Annotated[
    bool, typer.Option("--allow-anonymous", help="Listen elsewhere than on loopback without a token.")
]
HostsOption = Annotated[
    list[str] | None,
    typer.Option("--allow-host", metavar="NAME", help="A name that requests may come to, as of a proxy; repeatable."),
]
RateOption = Annotated[
    int, typer.Option("--rate", min=0, max=100_000, metavar="N", help="Requests a second of one client; 0: no limit.")
]


@command(app, "serve")
def serve(
    context: AppContext,
    *,
    host: HostOption = "127.0.0.1",
    port: PortOption = 8002,
    interval: IntervalOption = 15,
    stale_after: StaleOption = None,
    token_file: TokenFileOption = None,
    allow_anonymous: AnonymousOption = False,
    allow_host: HostsOption = None,
    rate: RateOption = 20,
    notify: NotifyOption = False,
) -> CommandResult:
    """Go through the rules again and again, and serve what is known until Ctrl-C: JSON, Prometheus, and a page.

    Anyone may run it; it needs no key and sends nothing to the chain. A token comes from HOKCTL_MONITOR_TOKEN or
    --token-file; without one it listens on this machine only. docs/monitoring-http.md lists the endpoints.

    Example: hokctl monitor serve --interval 30
    """
    from hokctl.monitor.web.serving import Wishes

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
    _open(context, wishes, notify=notify).serve_until_told()
    return CommandResult(data={}, blocks=(), streamed=True)


def _open(context: AppContext, wishes: "Wishes", *, notify: bool) -> "BoundServer":
    from hokctl.monitor.web.looking import open_lookout
    from hokctl.monitor.web.past import Past
    from hokctl.monitor.web.serving import open_server

    targets = alert_targets(context) if notify else None
    chain_id, reserve = context.network.chain_id, context.deployment.suite.reserve_address
    seen = context.ledger.snapshots_of(chain_id, reserve)
    return open_server(
        wishes,
        network=context.network.name,
        look=open_lookout(context, seen, block=context.options.block, targets=targets),
        history=Past(seen, context.ledger.index(chain_id, reserve)),
        listening=lambda url: context.stream(f"listening on {url}", {"event": "listening", "url": url}),
        note=context.ui.note,
    )
