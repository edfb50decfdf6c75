"""Spans of time in words, and the ways through authorities."""

import pytest
from eth_typing import ChecksumAddress
from eth_utils.address import to_checksum_address

from hokctl.domain.authority import Authority, EoaAuthority, GovernorAuthority, TimelockAuthority
from hokctl.domain.durations import format_duration
from hokctl.domain.paths import find_paths

pytestmark = pytest.mark.unit


def address(number: int) -> ChecksumAddress:
    return to_checksum_address(bytes([number]) * 20)


def timelock(number: int, *proposers: Authority, executors: tuple[Authority, ...] = ()) -> TimelockAuthority:
    return TimelockAuthority(
        address=address(number),
        min_delay_s=60,
        proposers=proposers,
        executors=executors,
        open_execution=not executors,
    )


def governor(number: int, behind: int | None) -> GovernorAuthority:
    return GovernorAuthority(
        address=address(number),
        name="G",
        timelock=None if behind is None else address(behind),
        voting_delay=1,
        voting_period=9,
        clock_is_time=False,
        proposal_threshold=0,
    )


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "no time"),
        (1, "1 second"),
        (61, "1 minute 1 second"),
        (172_800, "2 days"),
        (90_000, "1 day 1 hour"),
        (7_325, "2 hours 2 minutes 5 seconds"),
    ],
)
def test_spans_are_said_in_the_units_they_have(seconds: int, text: str) -> None:
    assert format_duration(seconds) == text


def test_a_governor_proposes_only_to_the_timelock_it_acts_as() -> None:
    assert find_paths(timelock(1, governor(2, behind=1))).paths[0].delay_blocks == 10
    foreign = find_paths(timelock(1, governor(2, behind=3)))
    assert foreign.paths == ()
    assert "acts as its timelock" in foreign.obstacles[0]


def test_an_executor_that_is_not_the_proposer_is_named_and_must_be_able_to_act() -> None:
    proposer, executor = EoaAuthority(address=address(5)), EoaAuthority(address=address(6))
    (path,) = find_paths(timelock(1, proposer, executors=(executor,))).paths
    assert path.executor == executor
    (same,) = find_paths(timelock(1, proposer, executors=(proposer,))).paths
    assert same.executor is None
    dead = timelock(9, governor(2, behind=3))
    assert find_paths(timelock(1, proposer, executors=(dead,))).paths == ()


def test_one_open_way_is_enough_and_the_closed_ones_are_told() -> None:
    ways = find_paths(timelock(1, EoaAuthority(address=address(5)), governor(2, behind=3)))
    assert (len(ways.paths), len(ways.obstacles)) == (1, 1)
