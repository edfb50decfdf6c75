"""Rendering a command's result: the JSON envelope, or text."""

from hokctl.config.terminal import colour_forbidden
from hokctl.context import Runtime, SharedOptions
from hokctl.render.envelope import build_envelope
from hokctl.render.plain import write_stdout
from hokctl.result import CommandResult, Raw


def render_result(result: CommandResult, runtime: Runtime) -> None:
    """Write `result` to stdout, as the options of the run ask for it."""
    options = runtime.options or SharedOptions()
    if options.output == "json":
        write_stdout(
            build_envelope(
                runtime,
                status=result.status.value,
                exit_code=result.exit_code,
                data=result.data,
                block=result.block,
                findings=result.findings,
            )
        )
    elif all(isinstance(block, Raw) for block in result.blocks):
        write_stdout("".join(block.text for block in result.blocks if isinstance(block, Raw)))
    else:
        _render_text(result, colour=not (options.no_color or colour_forbidden()))


def _render_text(result: CommandResult, *, colour: bool) -> None:
    from hokctl.render.blocks import make_console, render_blocks, render_findings
    from hokctl.result import ReviewBlock

    console = make_console(stderr=False, colour=colour)
    console.print(render_blocks(result.blocks))
    shown = any(isinstance(block, ReviewBlock) for block in result.blocks)
    if result.findings and not shown:
        console.print(render_findings(result.findings))
