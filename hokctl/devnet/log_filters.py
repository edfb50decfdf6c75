"""Which logs somebody wants, and the filters that remember what they have told already."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hokctl.devnet.rpc import invalid_params, parse_address, parse_hash, parse_list
from hokctl.devnet.shapes import block_logs, log_json

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hokctl.devnet.engine import Engine, Log
    from hokctl.devnet.shapes import Json

_MAX_TOPICS = 4


@dataclass(frozen=True, slots=True)
class Criteria:
    """Logs of any of the addresses whose topics are, place by place, among the given; None means any."""

    addresses: frozenset[bytes] | None
    topics: tuple[frozenset[bytes] | None, ...]

    def match(self, log: Log) -> bool:
        """Tell whether a log is wanted."""
        if self.addresses is not None and log.address not in self.addresses:
            return False
        if len(log.topics) < len(self.topics):
            return False
        pairs = zip(self.topics, log.topics, strict=False)
        return all(wanted is None or topic in wanted for wanted, topic in pairs)


@dataclass
class Filter:
    """What an installed filter waits for, and the first block it has not told about."""

    kind: str
    next_block: int
    criteria: Criteria
    first: int = 0
    last: int | None = None


def parse_criteria(request: dict[str, object]) -> Criteria:
    """Read `address` and `topics` of a log filter."""
    return Criteria(_parse_addresses(request.get("address")), _parse_topics(request.get("topics")))


def find_logs(engine: Engine, criteria: Criteria, numbers: Iterable[int]) -> list[Json]:
    """Return the wanted logs of the blocks with these numbers."""
    found: list[Json] = []
    for number in numbers:
        block = engine.block(number)
        if block.bloom:
            found.extend(log_json(block, *entry) for entry in block_logs(block) if criteria.match(entry[2]))
    return found


def _parse_addresses(value: object) -> frozenset[bytes] | None:
    if value is None or value == []:
        return None
    listed = parse_list(value) if isinstance(value, list | tuple) else [value]
    return frozenset(parse_address(address) for address in listed)


def _parse_topics(value: object) -> tuple[frozenset[bytes] | None, ...]:
    places = parse_list(value or [])
    if len(places) > _MAX_TOPICS:
        raise invalid_params("exceed max topics")
    return tuple(_parse_topic(place) for place in places)


def _parse_topic(value: object) -> frozenset[bytes] | None:
    if value is None or value == []:
        return None
    listed = parse_list(value) if isinstance(value, list | tuple) else [value]
    if None in listed:
        return None
    return frozenset(parse_hash(topic) for topic in listed)
