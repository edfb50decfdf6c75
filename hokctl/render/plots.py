"""Plots as text."""

from typing import Any, Final

from hokctl.result import Plot

USUAL_WIDTH: Final = 80
"""Where there is no terminal that has one."""
_NARROWEST: Final = 40
_WIDEST: Final = 120
_HEIGHT: Final = 16
_PIXEL_BITS: Final = 50
"""How many bits of a number the library keeps apart; larger amounts are scaled down, which moves no character."""


def draw_plot(plot: Plot, width: int | None, *, colour: bool) -> str:
    """Return the plot in at most `width` characters a line (80 without a terminal), and a line for each series."""
    import plotext  # type: ignore[import-untyped]  # it has no types

    columns = max(_NARROWEST, min(width or USUAL_WIDTH, _WIDEST))
    figure: Any = plotext.figure
    plotext.terminal.limit(False, False)  # the width is this function's business, as is the height
    figure.clear()
    figure.plot_size(columns, _HEIGHT)
    figure.theme("simple")
    top = max(position for position, _ in plot.y_ticks)
    shift = max(0, top.bit_length() - _PIXEL_BITS)
    for one in reversed(plot.series):  # the first on top of the others
        xs, ys = [x for x, _ in one.points], [y >> shift for _, y in one.points]
        signal = figure.signal(xs, ys, marker=one.marker)
        signal.lines(len(one.points) > 1)
        figure.draw(signal)
    y_ruler, x_ruler = figure.ruler("y"), figure.ruler("x")
    y_ruler.lim(0, max(1, top >> shift))
    y_ruler.ticks([position >> shift for position, _ in plot.y_ticks], [label for _, label in plot.y_ticks])
    x_ruler.ticks([position for position, _ in plot.x_ticks], [label for _, label in plot.x_ticks])
    figure.title(plot.title)
    figure.label(plot.x_label, "x")
    figure.label(plot.y_label, "y")
    drawn: str = figure.build().string(not colour)
    legend = "".join(f"  {one.marker} {one.label}\n" for one in plot.series)
    return f"{drawn.rstrip()}\n{legend}"
