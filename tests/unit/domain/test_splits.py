"""Splits are exact, and basis points are never mistaken for a percentage."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hokctl.domain.splits import (
    FULL_BPS,
    PROFILES,
    InvalidSplitError,
    SplitOutOfBoundsError,
    check_bounds,
    format_bps,
    parse_bps,
    split_units,
)

pytestmark = pytest.mark.unit

BPS = st.integers(min_value=0, max_value=FULL_BPS)


@given(bps=BPS)
def test_a_printed_percentage_reads_back_as_the_same_basis_points(bps: int) -> None:
    assert parse_bps(format_bps(bps)) == bps
    assert parse_bps(str(bps)) == bps


@given(units=st.integers(min_value=0, max_value=2**256 - 1), bps=BPS)
def test_a_split_loses_nothing_and_rounds_infrastructure_down(units: int, bps: int) -> None:
    infrastructure, profit = split_units(units, bps)
    assert infrastructure + profit == units
    assert infrastructure * FULL_BPS <= units * bps < (infrastructure + 1) * FULL_BPS


@pytest.mark.parametrize(
    ("text", "bps"), [("7000", 7000), ("70%", 7000), ("70.5%", 7050), ("0.01%", 1), ("100%", 10_000), ("80", 80)]
)
def test_bare_numbers_are_basis_points_and_percentages_carry_their_sign(text: str, bps: int) -> None:
    assert parse_bps(text) == bps


@pytest.mark.parametrize(
    "text", ["80.5.1%", "70.5", "70.555%", "-1", "-1%", "%", "", "7e3", "70 %", "\u0667\u0660%", "1" * 10, "70%\n"]
)
def test_anything_else_is_no_split(text: str) -> None:
    with pytest.raises(InvalidSplitError) as caught:
        parse_bps(text)
    assert (caught.value.code, caught.value.exit_code) == ("invalid-split", 2)


@pytest.mark.parametrize("bps", [4999, 10_001])
def test_a_split_outside_the_contracts_bounds_names_them(bps: int) -> None:
    with pytest.raises(SplitOutOfBoundsError) as caught:
        check_bounds(bps, min_bps=5000, max_bps=10_000)
    assert f"{bps} bps" in caught.value.message
    assert caught.value.hint == "Choose from 50% to 100%."


@pytest.mark.parametrize("bps", [5000, 8000, 10_000])
def test_a_split_within_the_bounds_passes(bps: int) -> None:
    check_bounds(bps, min_bps=5000, max_bps=10_000)


@pytest.mark.parametrize(("bps", "text"), [(8000, "80%"), (7250, "72.5%"), (1, "0.01%"), (110, "1.1%"), (0, "0%")])
def test_basis_points_print_as_the_shortest_exact_percentage(bps: int, text: str) -> None:
    assert format_bps(bps) == text


def test_the_recommended_profiles_are_ordered_ranges() -> None:
    assert [profile.name for profile in PROFILES] == ["lightweight", "standard", "compute-heavy", "critical"]
    assert all(0 < profile.min_bps <= profile.max_bps <= FULL_BPS for profile in PROFILES)
