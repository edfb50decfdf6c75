"""Rendering an error: the sentence and the hint on stderr, or the JSON envelope on stdout."""

import contextlib
import traceback

from hokctl.config.file_errors import FileWriteError
from hokctl.config.terminal import json_by_environment
from hokctl.config.writing import atomic_write_text
from hokctl.errors import HokctlError, redact_strictly
from hokctl.exit_codes import ExitCode
from hokctl.render.envelope import build_envelope
from hokctl.render.plain import write_stderr, write_stdout
from hokctl.runtime import Runtime


def render_failure(error: BaseException, runtime: Runtime) -> int:
    """Write `error` for the user and return its exit code. An unforeseen error is redacted to one sentence."""
    known = error if isinstance(error, HokctlError) else _unforeseen(error)
    _write_markdown(known, runtime)
    if wants_json(runtime):
        status = (
            "refused"
            if known.exit_code is ExitCode.REFUSED
            else "pending"
            if known.exit_code is ExitCode.PENDING
            else "error"
        )
        failure = {"code": known.code, "message": known.message, "hint": known.hint}
        write_stdout(build_envelope(runtime, status=status, exit_code=known.exit_code, errors=[failure]))
    else:
        message, hint = _named(known.message, runtime), _named(known.hint, runtime)
        write_stderr(f"Error: {message}\nHint: {hint}\n")
    if known is not error and wants_debug(runtime):
        write_stderr(redact_strictly("".join(traceback.format_exception(error))))
    return known.exit_code


def _write_markdown(error: HokctlError, runtime: Runtime) -> None:
    """Write the error where a comment was asked for; a file that cannot be written is no second error."""
    if runtime.markdown is None:
        return
    from hokctl.render.markdown import markdown_of_failure

    with contextlib.suppress(FileWriteError):
        atomic_write_text(runtime.markdown, markdown_of_failure(error, runtime))


def wants_json(runtime: Runtime) -> bool:
    """Tell whether the output is JSON, from the options or, where they could not be parsed, the raw arguments."""
    if runtime.options is not None:
        return runtime.options.output == "json"
    for position, word in enumerate(runtime.argv):
        if word in {"-ojson", "--output=json"}:
            return True
        if word in {"-o", "--output"} and runtime.argv[position + 1 : position + 2] == ("json",):
            return True
    return json_by_environment()


def wants_debug(runtime: Runtime) -> bool:
    """Tell whether a traceback is wanted."""
    return "--debug" in runtime.argv


def _named(text: str, runtime: Runtime) -> str:
    if not runtime.names:
        return text
    from hokctl.render.blocks import Renderer

    return Renderer(runtime.names).named(text)


def _unforeseen(error: BaseException) -> HokctlError:
    return HokctlError(
        f"Something unforeseen happened: {type(error).__name__}.",
        hint="This is a bug in hokctl. Run the command again with --debug and report what it prints.",
    )
