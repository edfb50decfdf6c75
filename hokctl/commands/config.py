"""Write, show and check the configuration."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hokctl.context import AppContext
from hokctl.exit_codes import ExitCode
from hokctl.options import command
from hokctl.result import CommandResult, Facts, Heading, Line, Status, Table

if TYPE_CHECKING:
    from hokctl.domain.documents import JsonValue

app = typer.Typer(help="Write, show and check the configuration.", rich_markup_mode=None, add_completion=False)


@command(app, "init")
def init(
    context: AppContext,
    *,
    user: Annotated[
        bool, typer.Option("--user", help="Write your own configuration, for every directory, not ./hokctl.toml.")
    ] = False,
) -> CommandResult:
    """Write a configuration that explains every key, to ./hokctl.toml or where --config says.

    Anyone may run it. A file that hokctl did not write, or that was edited since, is left alone.

    Example: hokctl config init --user
    """
    from hokctl.config.environment import user_config_file
    from hokctl.config.layers import WORKING_FILE_NAME
    from hokctl.config.writing import example_config, write_config

    path = context.options.config or (user_config_file() if user else Path.cwd() / WORKING_FILE_NAME)
    written = write_config(path, example_config())
    said = f"Wrote {path}." if written else f"{path} is there already, as hokctl writes it."
    return CommandResult(data={"path": str(path), "written": written}, blocks=(Line(said),))


@command(app, "show")
def show(context: AppContext) -> CommandResult:
    """Show every value in force and where it comes from. URLs are cut down to scheme and host; keys never show.

    Anyone may run it.

    Example: hokctl config show
    """
    loaded = context.loaded_settings
    entries = loaded.entries()
    files: list[str] = [str(path) for path in loaded.files]
    return CommandResult(
        data={
            "entries": [{"key": entry.key, "value": _value(entry.value), "source": entry.source} for entry in entries],
            "files": [*files],
        },
        blocks=(
            Table(("key", "value", "from"), tuple((e.key, _text(e.value), e.source) for e in entries)),
            Line(f"Read, the strongest first: {', '.join(files) or 'no file at all'}"),
        ),
    )


@command(app, "check")
def check(context: AppContext) -> CommandResult:
    """Check the configuration: keys and values, the files and variables it names, and misspelt variables.

    Anyone may run it; no node is asked (`hokctl doctor` does that). Exit 3 when it cannot be used as it is, 5 when
    something that it refers to is missing.

    Example: hokctl config check
    """
    from hokctl.checks.configuration import check_configuration
    from hokctl.config.errors import InvalidConfigError
    from hokctl.config.settings import load_settings

    try:
        loaded = load_settings(context.options.config, refuse_misspelt=False)
    except InvalidConfigError as error:
        for problem in error.problems[1:]:
            context.ui.note(f"{problem} {problem.hint}".rstrip())
        raise
    network = loaded.settings.network(context.options.network)
    context.runtime.network = (network.name, network.chain_id)
    findings, files = check_configuration(loaded), [str(path) for path in loaded.files]
    checked = ", ".join(files) or "the built-in configuration; there is no file"
    return CommandResult(
        data={"files": [*files], "ok": not findings},
        blocks=(Line(f"Checked {checked}: {'see below' if findings else 'nothing is wrong'}."),),
        status=Status.FINDINGS if findings else Status.OK,
        exit_code=ExitCode.FINDINGS if findings else ExitCode.OK,
        findings=findings,
    )


@command(app, "path")
def path(context: AppContext) -> CommandResult:
    """Show where the configuration is read from, the strongest file first, and which of them exist.

    Anyone may run it; the files need not be valid.

    Example: hokctl config path
    """
    from hokctl.config.settings import search_path

    found = [(file, file.is_file()) for file in search_path(context.options.config)]
    return CommandResult(
        data={"files": [{"path": str(file), "exists": exists} for file, exists in found]},
        blocks=(
            Heading("Configuration, the strongest first"),
            Facts(tuple((str(file), "read" if exists else "not there") for file, exists in found)),
        ),
    )


def _value(value: object) -> "JsonValue":
    """Return a value as JSON has it; whatever is neither number nor boolean is text."""
    if isinstance(value, list | tuple):
        return [str(item) for item in value]
    return value if isinstance(value, bool | int) or value is None else str(value)


def _text(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return ", ".join(str(item) for item in value) if isinstance(value, list | tuple) else str(value)
