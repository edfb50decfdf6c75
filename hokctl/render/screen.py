"""A result that changes: a live screen at a terminal, else one part after the other."""

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from hokctl.config.terminal import colour_forbidden
from hokctl.render.blocks import Renderer, Stream, print_to, width_of
from hokctl.result import Block
from hokctl.runtime import Runtime, SharedOptions

if TYPE_CHECKING:
    from rich.live import Live

    from hokctl.domain.documents import JsonObject


class Screen(Protocol):
    """Shows the newest state."""

    def show(self, blocks: Iterable[Block], data: "JsonObject") -> None:
        """Show a state in place of the last: as `blocks` to people, as `data` to scripts."""


@contextmanager
def open_screen(runtime: Runtime) -> Iterator[Screen]:
    """Yield where states are shown, as the options of the run ask for it."""
    options = runtime.options or SharedOptions()
    if options.output == "json" or not sys.stdout.isatty():
        yield _Parts(runtime, options)
        return
    from rich.console import Console
    from rich.live import Live

    colour = None if options.no_color or colour_forbidden() else "auto"
    console = Console(color_system=colour, highlight=False, emoji=False, markup=False)
    with Live(console=console, screen=True, auto_refresh=False, vertical_overflow="ellipsis") as live:
        yield _Live(runtime, live)


class _Live:
    """The terminal's other screen, which is put away at the end."""

    def __init__(self, runtime: Runtime, live: "Live") -> None:
        self._runtime, self._live = runtime, live

    def show(self, blocks: Iterable[Block], data: "JsonObject") -> None:
        """Show the blocks."""
        del data
        renderer = Renderer(self._runtime.names, width=width_of(Stream.STDOUT))
        self._live.update(renderer.blocks(blocks), refresh=True)


class _Parts:
    """One state after the other."""

    def __init__(self, runtime: Runtime, options: SharedOptions) -> None:
        self._runtime, self._options = runtime, options

    def show(self, blocks: Iterable[Block], data: "JsonObject") -> None:
        """Print the state: its blocks, or its data as one line."""
        if self._options.output == "json" and self._runtime.stream is not None:
            self._runtime.stream("", data)
            return
        colour = not (self._options.no_color or colour_forbidden())
        print_to(Stream.STDOUT, Renderer(self._runtime.names).blocks(blocks), colour=colour)
