"""Spans of time in words."""

from typing import Final

_UNITS: Final = (("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1))


def format_duration(seconds: int) -> str:
    """Return a span such as `2 days` or `1 hour 30 minutes`: every unit that it has, the largest first."""
    parts, left = [], seconds
    for name, size in _UNITS:
        count, left = divmod(left, size)
        if count:
            parts.append(f"{count} {name}{'s' if count > 1 else ''}")
    return " ".join(parts) or "no time"
