"""The versions of the protocol that hokctl speaks."""

from enum import StrEnum


class Version(StrEnum):
    """The version that one contract is of, as its own answers tell."""

    SUITE = "suite"
    """v2.0.0 with the additions of the contracts that come with hokctl."""
    V2 = "v2.0.0"
    LIVE = "live"
    """As it runs on mainnet since July 2026."""


def version_told(*, live: bool, suite: bool, v2: bool) -> Version | None:
    """Return the version of a contract that answers, or does not, the questions that only these versions answer.

    None: it answers nothing that a contract of its kind answers since v2.0.0.
    """
    if live:
        return Version.LIVE
    if suite:
        return Version.SUITE
    return Version.V2 if v2 else None
