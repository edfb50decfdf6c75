"""The person at the terminal: reviews, questions, secrets and notes, all on stderr."""

import sys
from getpass import getpass
from typing import TYPE_CHECKING

from hokctl.config.terminal import colour_forbidden
from hokctl.errors import UsageError, remember_secret
from hokctl.render.plain import write_stderr
from hokctl.runtime import Runtime, SharedOptions

if TYPE_CHECKING:
    from hokctl.domain.reviews import Review


class NoTerminalError(UsageError):
    """A question that nobody is there to answer."""

    code = "no-terminal"


class TerminalUi:
    """Asks the person at the terminal. Implements domain.ports.Ui."""

    def __init__(self, runtime: Runtime) -> None:
        """Ask within `runtime`, whose options say how much to show."""
        self._runtime = runtime

    def review(self, review: "Review") -> None:
        """Show everything a signer must see before confirming; scripts read it in the result instead."""
        if self._options.output == "json" or self._options.quiet:
            return
        from hokctl.render.blocks import Renderer, Stream, print_to, width_of

        colour = not (self._options.no_color or colour_forbidden())
        renderer = Renderer(self._runtime.names, self._runtime.allowed, width_of(Stream.STDERR), self._options.verbose)
        print_to(Stream.STDERR, renderer.review(review), colour=colour)

    def confirm(self, question: str) -> bool:
        """Return whether the person typed y or yes; NoTerminalError when nobody can."""
        if not sys.stdin.isatty():
            raise NoTerminalError(
                "There is no terminal to confirm at.",
                hint="Add --yes once you have reviewed the plan, or --dry-run to see it.",
            )
        write_stderr(f"{question} [y/N] ")
        return sys.stdin.readline().strip().lower() in {"y", "yes"}

    def confirm_typed(self, question: str, expected: str) -> bool:
        """Return whether the person typed `expected`, with or without its 0x; NoTerminalError when nobody can."""
        if not sys.stdin.isatty():
            raise NoTerminalError(
                "There is no terminal to confirm at a second time.",
                hint="Add --allow with the code of the finding that asks for it, once you have reviewed the plan.",
            )
        write_stderr(f"{question} ")
        typed = sys.stdin.readline().strip().lower()
        return typed.removeprefix("0x") == expected.lower().removeprefix("0x")

    def ask_secret(self, prompt: str) -> str:
        """Return what the person typed without echo; NoTerminalError when nobody can."""
        if not sys.stdin.isatty():
            raise NoTerminalError(
                f"There is no terminal to ask for the {prompt}.",
                hint="Name the environment variable that holds it in the signer's password_env.",
            )
        secret = getpass(f"{prompt}: ")
        remember_secret(secret)
        return secret

    def note(self, text: str) -> None:
        """Show one line about what is going on, unless --quiet."""
        if not self._options.quiet:
            write_stderr(f"{text}\n")

    @property
    def _options(self) -> SharedOptions:
        return self._runtime.options or SharedOptions()
