"""Rendering a command's result: the JSON envelope, or text."""

from hokctl.config.terminal import colour_forbidden
from hokctl.config.writing import atomic_write_text
from hokctl.render.envelope import build_envelope
from hokctl.render.plain import write_stdout
from hokctl.result import CommandResult, Raw, ReviewBlock
from hokctl.runtime import Runtime, SharedOptions


def render_result(result: CommandResult, runtime: Runtime) -> None:
    """Write `result` to stdout, as the options of the run ask for it."""
    options = runtime.options or SharedOptions()
    if runtime.markdown is not None:
        from hokctl.render.markdown import markdown_of_result

        atomic_write_text(runtime.markdown, markdown_of_result(result, runtime))
    if result.streamed:
        return
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
        _render_text(result, runtime, colour=not (options.no_color or colour_forbidden()))


def _render_text(result: CommandResult, runtime: Runtime, *, colour: bool) -> None:
    from hokctl.render.blocks import Renderer, Stream, print_to, width_of

    renderer = Renderer(
        runtime.names, runtime.allowed, width_of(Stream.STDOUT), runtime.options is None or runtime.options.verbose
    )
    print_to(Stream.STDOUT, renderer.blocks(result.blocks), colour=colour)
    shown = any(isinstance(block, ReviewBlock) for block in result.blocks)
    if result.findings and not shown:
        print_to(Stream.STDOUT, renderer.findings(result.findings, folded=result.folded), colour=colour)
