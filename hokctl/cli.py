"""The Typer application, and `main`: the only place where errors become exit codes."""

import os
import sys
from contextlib import AbstractContextManager
from functools import cache
from importlib import import_module
from typing import Annotated, Final, NamedTuple

import typer
from typer._click import Command as ClickCommand  # the base classes that the overridden method takes
from typer._click import Context as ClickContext
from typer.core import TyperCommand, TyperGroup

import hokctl
from hokctl.errors import HokctlError, UsageError, UserInterruptError, remember_arguments
from hokctl.exit_codes import ExitCode
from hokctl.render.plain import write_stdout
from hokctl.result import CommandResult
from hokctl.runtime import Runtime, Show


class Entry(NamedTuple):
    """A command group: the module in hokctl.commands that holds its app, and its line in the root help."""

    module: str
    help: str


COMMANDS: Final = {
    "demo": Entry("demo", "Play the whole story on an embedded chain, in seconds."),
    "devnet": Entry("devnet", "Serve the embedded chain as a JSON-RPC node."),
    "config": Entry("config", "Write, show and check the configuration."),
    "doctor": Entry("doctor", "Check node, contracts, Safe, signer and ledger."),
    "deploy": Entry("deploy", "Deploy the protocol as a specification says."),
    "model": Entry("model", "Deploy, list, show and check models."),
    "split": Entry("split", "Show and set the split between infrastructure and profit."),
    "provider": Entry("provider", "Show and set infrastructure providers."),
    "params": Entry("params", "Show and set the other governed parameters."),
    "oracle": Entry("oracle", "Show the live protocol's cost oracle, queue and apply costs."),
    "costs": Entry("costs", "Compare estimated with actual costs on the live reserve."),
    "whitelist": Entry("whitelist", "Show and change who may buy from the live protocol's pools."),
    "claims": Entry("claims", "Show and release what the live protocol's escrow holds."),
    "fee": Entry("fee", "Quote and deposit API fees."),
    "invoice": Entry("invoice", "Keep the invoice book and pay from it."),
    "ledger": Entry("ledger", "Index events, export and reconcile the book."),
    "runway": Entry("runway", "Show for how long the reserve of each model lasts."),
    "emergency": Entry("emergency", "Brake the reserve, release it, withdraw from it."),
    "treasury": Entry("treasury", "Show balances, accruals and solvency; set the treasury."),
    "roles": Entry("roles", "Find out who holds what and who may do what, and change it."),
    "safe": Entry("safe", "Create a Safe; review, sign and execute its transactions."),
    "timelock": Entry("timelock", "List, show, execute and cancel operations of timelocks."),
    "governor": Entry("governor", "List, show, queue and execute proposals of governors."),
    "monitor": Entry("monitor", "Watch the reserve, and warn in time."),
    "tx": Entry("tx", "Decode calldata and Safe transactions."),
}


class LazyGroup(TyperGroup):
    """The root group: knows every command's name and help line, and imports a command only to run it."""

    def resolve_command(self, ctx: ClickContext, args: list[str]) -> tuple[str | None, ClickCommand | None, list[str]]:
        """Find the named command as usual, then exchange its stand-in for the real one."""
        name, _, rest = super().resolve_command(ctx, args)
        if name is None:
            return name, None, rest
        return name, _load_command(name), rest


@cache
def _load_command(name: str) -> ClickCommand:
    """Return the root command `name`, imported and built; a process that runs several builds each once."""
    module = import_module(f"hokctl.commands.{COMMANDS[name].module}")
    loaded = typer.main.get_command(module.app)
    loaded.name = name
    return loaded


def _show_version(value: bool) -> None:
    if value:
        write_stdout(f"hokctl {hokctl.__version__}\n")
        raise typer.Exit


app = typer.Typer(
    name="hokctl",
    cls=LazyGroup,
    rich_markup_mode=None,
    add_completion=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def root(
    *,
    version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_show_version, help="Show the version and exit.")
    ] = False,
) -> None:
    """Prove what is owed, plan it, carry it to the chain by whoever may, and prove what happened.

    Options come after the command: hokctl split show --network devnet
    """


@cache
def _build_root() -> LazyGroup:
    group = typer.main.get_command(app)
    if not isinstance(group, LazyGroup):
        raise TypeError("the root command must be lazy")
    for name, entry in COMMANDS.items():
        group.add_command(TyperCommand(name, help=entry.help, rich_markup_mode=None))
    return group


def main(argv: list[str]) -> int:  # noqa: PLR0911 - one return per kind of ending
    """Run hokctl with `argv`, write its result, and return its exit code."""
    runtime = Runtime(argv=tuple(argv))
    remember_arguments(argv)
    try:
        return _run(argv, runtime)
    except KeyboardInterrupt:
        return _fail(UserInterruptError(), runtime)
    except BrokenPipeError:
        _abandon_stdout()
        return ExitCode.FAILURE
    except HokctlError as error:
        return _fail(error, runtime)
    except typer.TyperException as error:
        return _fail(_translate_usage(error, argv), runtime)
    except typer.Abort:
        return _fail(UserInterruptError(), runtime)
    except Exception as error:  # noqa: BLE001 - the one boundary where a bug becomes an exit code
        return _fail(error, runtime)


def _run(argv: list[str], runtime: Runtime) -> int:
    from hokctl.render.streaming import StdoutStream
    from hokctl.render.ui import TerminalUi

    runtime.ui = TerminalUi(runtime)
    runtime.stream = StdoutStream(runtime)
    runtime.screen = lambda: _open_screen(runtime)
    result = _build_root().main(args=argv or ["--help"], prog_name="hokctl", standalone_mode=False, obj=runtime)
    if not isinstance(result, CommandResult):
        return result if isinstance(result, int) else ExitCode.OK
    from hokctl.render.results import render_result

    render_result(result, runtime)
    return result.exit_code


def _open_screen(runtime: Runtime) -> AbstractContextManager[Show]:
    from hokctl.render.screen import open_screen  # only what goes on and on needs a live screen

    return open_screen(runtime)


def _fail(error: BaseException, runtime: Runtime) -> int:
    from hokctl.render.failures import render_failure

    return render_failure(error, runtime)


def _translate_usage(error: typer.TyperException, argv: list[str]) -> UsageError:
    option = next((word for word in argv[:1] if word.startswith("-")), None)
    if option is not None:
        return UsageError(
            f"The option {option.split('=')[0]} stands before the command.",
            hint="Options come after the command: hokctl split show --network devnet",
        )
    place = getattr(getattr(error, "ctx", None), "command_path", "hokctl")
    sentence, _, meant = (
        " ".join(error.format_message().split()).replace("Value error, ", "").partition(" Did you mean")
    )
    hint = f"`{place} --help` shows how to write it."
    return UsageError(sentence.rstrip(".") + ".", hint=f"Did you mean{meant.rstrip('.')} {hint}" if meant else hint)


def _abandon_stdout() -> None:
    """Point stdout at nothing, so that the interpreter's last flush into a closed pipe stays silent."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
