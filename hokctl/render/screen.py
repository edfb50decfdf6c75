"""A result that changes: a live screen at a terminal, else one part after the other."""

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from hokctl.config.terminal import colour_forbidden
from hokctl.render.blocks import Renderer, Stream, print_to, width_of
from hokctl.result import Block
from hokctl.runtime import Runtime, SharedOptions, Show

if TYPE_CHECKING:
    from hokctl.domain.documents import JsonObject


@contextmanager
def open_screen(runtime: Runtime) -> Iterator[Show]:
    """Yield what shows states, as the options of the run ask for it.

    A terminal shows them on its other screen, which is put away at the end; elsewhere they follow each other.
    """
    options = runtime.options or SharedOptions()
    if options.output == "json" or not sys.stdout.isatty():
        yield _parts(runtime, options)
        return
    from rich.console import Console
    from rich.live import Live

    colours = not (options.no_color or colour_forbidden())
    console = Console(color_system="auto" if colours else None, highlight=False, emoji=False, markup=False)
    with Live(console=console, screen=True, auto_refresh=False, vertical_overflow="ellipsis") as live:

        def show(blocks: Iterable[Block], data: "JsonObject") -> None:
            del data
            live.update(Renderer(runtime.names, width=width_of(Stream.STDOUT)).blocks(blocks), refresh=True)

        yield show


def _parts(runtime: Runtime, options: SharedOptions) -> Show:
    """Return what prints one state after the other: its blocks, or its data as one line."""
    colour = not (options.no_color or colour_forbidden())

    def show(blocks: Iterable[Block], data: "JsonObject") -> None:
        if options.output == "json" and runtime.stream is not None:
            runtime.stream("", data)
        else:
            print_to(Stream.STDOUT, Renderer(runtime.names).blocks(blocks), colour=colour)

    return show
