"""Serve the embedded chain as a JSON-RPC node."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hokctl.context import AppContext
from hokctl.options import command
from hokctl.result import CommandResult

if TYPE_CHECKING:
    from hokctl.devnet.scenario import Scenario

app = typer.Typer(help="Serve the embedded chain as a JSON-RPC node.", rich_markup_mode=None, add_completion=False)


class Engine(StrEnum):
    """What runs the chain."""

    EMBEDDED = "embedded"
    ANVIL = "anvil"


@command(app)
def devnet(
    context: AppContext,
    *,
    host: Annotated[str, typer.Option("--host", metavar="HOST", help="The address to listen at.")] = "127.0.0.1",
    port: Annotated[
        int, typer.Option("--port", min=0, max=65_535, metavar="PORT", help="The port; 0 takes a free one.")
    ] = 8545,
    engine: Annotated[
        Engine, typer.Option("--engine", help="The chain inside hokctl, or Foundry's anvil when it is installed.")
    ] = Engine.EMBEDDED,
    scenario: Annotated[
        bool,
        typer.Option("--scenario", help="Start with a deployment in the middle of its life, and write ./hokctl.toml."),
    ] = False,
) -> CommandResult:
    """Serve a chain of its own as a JSON-RPC node, until Ctrl-C: chain id 31337, with Safe 1.4.1 and Multicall3.

    Anyone may run it. Its ten accounts are those of the public test mnemonic: they are for trying things out.
    With --scenario there are models, fees, a 2-of-3 Safe and open invoices, and every command works in another
    terminal in the same directory. Everything is forgotten at the end.

    Example: hokctl devnet --scenario
    """
    from hokctl.devnet.serving import EngineKind, ending_on_sigterm, own_url, start, told_to_end

    with ending_on_sigterm(), start(EngineKind(engine.value), host, port) as server:
        built = _build(context, own_url(server.url)) if scenario else None
        with told_to_end() as wait:
            context.stream(
                "\n".join([*_introduce(built), f"listening on {server.url}"]),
                {
                    "event": "listening",
                    "url": server.url,
                    "chain_id": 31337,
                    "engine": engine.value,
                    "config": None if built is None else str(built.files.config),
                },
            )
            wait()
    return CommandResult(data={}, blocks=(), streamed=True)


def _build(context: AppContext, url: str) -> "Scenario":
    from hokctl.devnet.scenario import build_scenario
    from hokctl.devnet.scenario_files import ScenarioFiles

    context.ui.note("Deploying the scenario ...")
    return build_scenario(url, ScenarioFiles(Path.cwd()), clock=context.now)


def _introduce(built: "Scenario | None") -> list[str]:
    if built is None:
        return []
    return [
        f"Models 21, 22 and 23 are deployed, with fees; treasury: the 2-of-3 Safe {built.safe} of alice, bob and carol",
        f"Open invoices: {', '.join(built.invoices)}",
        f"Wrote {built.files.config}, with everything that it names in {built.files.folder}",
        "In this directory, in another terminal: hokctl doctor, hokctl model list, hokctl invoice list",
    ]
