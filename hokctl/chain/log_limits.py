"""How many blocks of logs a node gives at once: learnt from how it refuses, remembered, and tried anew."""

import re
from dataclasses import dataclass
from typing import Final

from hokctl.chain.errors import NodeTimeoutError, RpcError
from hokctl.errors import HokctlError

MOST_RANGES: Final = 100
"""How many ranges of blocks go to the node in one round trip."""
_TOO_MUCH: Final = (
    "range",
    "too many",
    "too large",
    "too big",
    "too wide",
    "more than",
    "limit",
    "exceed",
    "timeout",
    "timed out",
    "response size",
)
"""How nodes word that a range of blocks or its answer is too large for them."""
_SUGGESTED: Final = (
    re.compile(r"\[\s*0x([0-9a-f]+)\s*,\s*0x([0-9a-f]+)\s*\]"),
    re.compile(r"\brange ([0-9]+)\s*-\s*([0-9]+)\b"),
)
"""A range that the node would answer, in hex or in decimal."""
_NUMBERS: Final = (
    re.compile(r"([0-9][0-9,_]*)\s?(k?)[\s-]*(?:blocks?|range)\b"),
    re.compile(r"(?:range|blocks?)\b[^0-9\[]{0,40}?([0-9][0-9,_]*)\s?(k?)\b"),
)
"""The longest range that the node answers, such as "up to a 2K block range" or "max block range: 5000"."""
_CALM: Final = 8
"""After how many answers without a refusal a length is tried again that was refused without a number."""


def is_too_much(error: HokctlError) -> bool:
    """Tell whether a node refused because a range of blocks, or the logs in it, are too many for it."""
    if isinstance(error, NodeTimeoutError):
        return True
    message = error.rpc_message.lower() if isinstance(error, RpcError) else ""
    return any(phrase in message for phrase in _TOO_MUCH)


def stated_limit(message: str) -> int | None:
    """Return the longest range of blocks that a refusal names, or None."""
    for pattern in _NUMBERS:
        for match in pattern.finditer(message.lower()):
            number = int(re.sub(r"[,_]", "", match[1])) * (1_000 if match[2] else 1)
            if number > 0:
                return number
    return None


def suggested_range(message: str, start: int) -> int | None:
    """Return the length of the range from `start` that a refusal suggests to ask for instead, or None."""
    for pattern, base in zip(_SUGGESTED, (16, 10), strict=True):
        match = pattern.search(message.lower())
        if match and int(match[1], base) == start <= int(match[2], base):
            return int(match[2], base) - start + 1
    return None


@dataclass(slots=True)
class LogLimits:
    """What is known of one node, for the time of one run."""

    window: int | None = None
    """How many blocks to ask for at once; None while nothing was refused."""
    ranges: int = MOST_RANGES
    """How many ranges to ask for in one round trip."""
    ceiling: int | None = None
    """The most blocks that the node gives, as it said itself."""
    refused: int | None = None
    """The fewest blocks that it refused without saying how many it would give."""
    calm: int = 0
    """How many round trips in a row went well."""

    def learn(self, error: HokctlError, start: int, length: int) -> bool:
        """Take in a refusal of `length` blocks from `start`; return whether it said how many are fine."""
        self.calm = 0
        message = error.rpc_message if isinstance(error, RpcError) else ""
        suggested = suggested_range(message, start)
        stated = None if suggested is not None else stated_limit(message)
        known = suggested if suggested is not None else stated
        if known is not None and known < length:
            self.ceiling = stated if stated is not None else self.ceiling
            self.window = known
            return True
        self.refused = length if self.refused is None else min(self.refused, length)
        self.window = max(1, length // 2)
        return False

    def go_well(self) -> None:
        """Take in a round trip without a refusal: ask for more the next time, within what is known."""
        self.calm += 1
        if self.calm >= _CALM:
            self.refused, self.calm = None, 0
        self.ranges = min(MOST_RANGES, self.ranges * 2)
        if self.window is None:
            return
        doubled = self.window * 2
        if self.refused is None or doubled < self.refused:
            self.window = doubled if self.ceiling is None else min(doubled, self.ceiling)

    def find(self, length: int, refused: int) -> None:
        """Take in that `length` blocks are fine and `refused` are too many, as a search has found."""
        self.window, self.refused, self.calm = length, refused, 0
