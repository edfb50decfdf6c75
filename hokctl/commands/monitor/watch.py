"""Go through the rules again and again, on a live screen."""

from contextlib import suppress
from typing import TYPE_CHECKING, Annotated

import typer

from hokctl.commands.monitor.common import NotifyOption, alert_targets, runbooks
from hokctl.context import AppContext
from hokctl.options import command
from hokctl.result import CommandResult

if TYPE_CHECKING:
    from hokctl.domain.documents import JsonObject
    from hokctl.monitor.watching import LiveState

app = typer.Typer()


@command(app, "watch")
def watch(
    context: AppContext,
    *,
    interval: Annotated[
        int, typer.Option("--interval", min=1, max=86_400, metavar="SECONDS", help="How long to wait between rounds.")
    ] = 15,
    rounds: Annotated[
        int | None, typer.Option("--rounds", min=1, metavar="N", help="End after so many rounds; else with Ctrl-C.")
    ] = None,
    notify: NotifyOption = False,
) -> CommandResult:
    """Go through the rules again and again and show what stands, until Ctrl-C; exit 0, for that is how it ends.

    Anyone may run it. On a terminal the screen is live; elsewhere, and with -o json, each round is printed as it
    comes, one JSON document a line. While the node cannot be asked, the last known state stays, with its age.

    Example: hokctl monitor watch --interval 60
    """
    import time

    from hokctl.devnet.serving import ending_on_sigterm
    from hokctl.monitor.rounds import Watch
    from hokctl.monitor.watching import rounds_of
    from hokctl.result.monitoring import screen_blocks

    going = Watch(context, alert_targets(context) if notify else None)
    with suppress(KeyboardInterrupt), ending_on_sigterm(), context.screen() as show:
        for state in rounds_of(going, interval_s=interval, most=rounds, pause=time.sleep):
            show(screen_blocks(state.round, state.failure, context.now()), _to_json(context, state))
    return CommandResult(data={}, blocks=(), streamed=True)


def _to_json(context: AppContext, state: "LiveState") -> "JsonObject":
    from hokctl.result.monitoring import round_to_json

    data = {} if state.round is None else round_to_json(state.round, runbooks(context))
    block = None if state.round is None else state.round.seen.block.number
    return {"event": "round", "block": block, "failure": state.failure, **data}
