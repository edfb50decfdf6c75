"""Spans of calendar days (UTC), and how many days several of them cover together."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Self

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, order=True)
class DaySpan:
    """The days from `first` to `last`, both included. A span has at least one day."""

    first: date
    last: date

    def __post_init__(self) -> None:
        """Raise ValueError for a span that ends before it begins."""
        if self.last < self.first:
            raise ValueError(f"a span of days cannot end on {self.last}, before it begins on {self.first}")

    def __contains__(self, day: date) -> bool:
        """Tell whether `day` is one of them."""
        return self.first <= day <= self.last

    def __str__(self) -> str:
        """Return the span as `2026-01-01 to 2026-01-31`."""
        return f"{self.first} to {self.last}"

    @classmethod
    def ending_on(cls, last: date, days: int) -> Self:
        """Return the `days` days of which `last` is the last."""
        return cls(last - timedelta(days=days - 1), last)

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.last - self.first).days + 1

    @property
    def before(self) -> "DaySpan":
        """The span of the same length that ends the day before."""
        return DaySpan.ending_on(self.first - _DAY, self.days)

    def each(self) -> tuple[date, ...]:
        """Return every day, in order."""
        return tuple(self.first + timedelta(days=number) for number in range(self.days))

    def common(self, other: "DaySpan") -> "DaySpan | None":
        """Return the days that both have, or None where they have none."""
        first, last = max(self.first, other.first), min(self.last, other.last)
        return None if last < first else DaySpan(first, last)

    def since(self, day: date | None) -> "DaySpan | None":
        """Return the days from `day` on, all of them for None; None where all are before it."""
        if day is None or day <= self.first:
            return self
        return DaySpan(day, self.last) if day <= self.last else None


def count_days(spans: Iterable[DaySpan]) -> int:
    """Return how many distinct days the spans cover: a day that several have counts once."""
    total, until = 0, date.min
    for span in sorted(spans):
        new = span if total == 0 else span.since(until + _DAY) if until < date.max else None
        if new is not None:
            total, until = total + new.days, new.last
    return total


def day_of(timestamp: int) -> date:
    """Return the UTC day of a time in seconds since the epoch."""
    return datetime.fromtimestamp(timestamp, tz=UTC).date()


def midnight(day: date) -> int:
    """Return when a UTC day begins, in seconds since the epoch."""
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())
