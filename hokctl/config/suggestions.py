"""Did you mean: the known word that is closest to a misspelt one."""

from collections.abc import Iterable
from difflib import get_close_matches


def closest(word: str, known: Iterable[str], *, cutoff: float = 0.6) -> str | None:
    """Return the word in `known` that is most like `word`, or None when none is like it."""
    matches = get_close_matches(word, list(known), n=1, cutoff=cutoff)
    return matches[0] if matches else None


def suggest(word: str, known: Iterable[str]) -> str:
    """Return `Did you mean 'x'? ` for the closest word in `known`, to stand before a hint, or nothing."""
    match = closest(word, known)
    return f"Did you mean {match!r}? " if match is not None else ""
