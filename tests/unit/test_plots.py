"""Plots: every axis has its units, every line is where its numbers are, and text stays text."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hokctl.domain.burn import ModelFlows, Movement
from hokctl.domain.day_spans import DaySpan
from hokctl.domain.reserve_path import future_path, past_path
from hokctl.render.plots import draw_plot
from hokctl.result import Plot, Series

pytestmark = pytest.mark.unit

USDC = 10**6
FIRST = date(2026, 1, 1)
WINDOW = DaySpan(FIRST, FIRST + timedelta(days=9))
PLOT = Plot(
    title="Reserve of model 21",
    x_label="day (UTC)",
    y_label="USDC",
    series=(
        Series(marker="•", label="accrued", points=((-4, 40 * USDC), (-2, 40 * USDC), (0, 20 * USDC))),
        Series(marker=".", label="at the burn", points=((0, 20 * USDC), (4, 0))),
    ),
    x_ticks=((-4, "01-01"), (0, "01-05"), (4, "01-09")),
    y_ticks=((0, "0.00"), (20 * USDC, "20.00"), (40 * USDC, "40.00")),
)
DRAWN = """\
           Reserve of model 21
     ┌─────────────────────────────────┐
40.00┤•••••••••                        │
     │         ••                      │
     │           •                     │
     │            ••                   │
     │              ••                 │
20.00┤                •.               │
     │                  ...            │
     │                     ....        │
     │                         ...     │
     │                            ...  │
 0.00┤                               ..│
     └┬───────────────┬───────────────┬┘
      01-01         01-05         01-09
USDC            day (UTC)
  • accrued
  . at the burn
"""
movements = st.lists(st.builds(Movement, st.sampled_from(WINDOW.each()), st.integers(0, 10**9)), max_size=8)


def test_a_plot_is_the_same_text_each_time() -> None:
    for _ in range(2):
        drawn = draw_plot(PLOT, 40, colour=False)
        assert "".join(f"{line.rstrip()}\n" for line in drawn.splitlines()) == DRAWN


@pytest.mark.parametrize(("width", "expected"), [(None, 80), (100, 100), (500, 120), (10, 40)])
def test_a_plot_is_as_wide_as_the_terminal_within_reason(width: int | None, expected: int) -> None:
    lines = draw_plot(PLOT, width, colour=False).splitlines()
    assert max(len(line) for line in lines) == expected


def test_a_plot_has_colours_only_where_they_are_wanted() -> None:
    assert "\x1b[" in draw_plot(PLOT, 40, colour=True)
    assert "\x1b[" not in draw_plot(PLOT, 40, colour=False)


def test_amounts_beyond_what_a_pixel_can_tell_are_drawn_at_the_same_height() -> None:
    def scaled(points: tuple[tuple[int, int], ...]) -> tuple[tuple[int, int], ...]:
        return tuple((x, y << 200) for x, y in points)

    large = Plot(
        title=PLOT.title,
        x_label=PLOT.x_label,
        y_label=PLOT.y_label,
        series=tuple(Series(marker=one.marker, label=one.label, points=scaled(one.points)) for one in PLOT.series),
        x_ticks=PLOT.x_ticks,
        y_ticks=tuple((position << 200, label) for position, label in PLOT.y_ticks),
    )
    assert draw_plot(large, 40, colour=False) == draw_plot(PLOT, 40, colour=False)


@given(movements, movements, st.none() | st.sampled_from(WINDOW.each()))
def test_the_past_counted_back_is_the_past_counted_forward(
    deposits: list[Movement], payments: list[Movement], since: date | None
) -> None:
    start = 10**12 if since is None else sum(one.units for one in payments)
    units, ends = start, dict[date, int]()
    for day in WINDOW.each():
        units += sum(one.units for one in deposits if one.day == day)
        units -= sum(one.units for one in payments if one.day == day)
        ends[day] = units
    flows = ModelFlows(since=since, deposits=tuple(deposits), payments=tuple(payments))
    path = past_path(units, flows, WINDOW)
    assert dict(path) == {day: end for day, end in ends.items() if since is None or day >= since}
    assert list(path) == sorted(path)


@given(st.integers(0, 10**12), st.integers(-(10**9), 10**9), st.integers(0, 60))
def test_the_future_ends_with_the_last_day_that_is_paid_for(accrued: int, daily: int, days: int) -> None:
    path = future_path(accrued, daily, days)
    assert path[0] == accrued
    assert all(before - after == daily for before, after in pairwise(path))
    assert all(units >= 0 for units in path)
    assert len(path) - 1 == (min(days, accrued // daily) if daily > 0 else days)
