"""Amounts are exact, and what is not a plain amount is refused."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hokctl.domain.amounts import MAX_UNITS, InvalidAmountError, Token, TokenAmount, format_units, parse_units

from .samples import ALICE, USDC

pytestmark = pytest.mark.unit

UNITS = st.integers(min_value=0, max_value=MAX_UNITS)
DECIMALS = st.integers(min_value=0, max_value=77)


@given(units=UNITS, decimals=DECIMALS)
def test_a_displayed_amount_reads_back_as_the_same_units(units: int, decimals: int) -> None:
    assert parse_units(format_units(units, decimals), decimals, "T") == units


@given(units=st.integers(min_value=-MAX_UNITS, max_value=MAX_UNITS), decimals=DECIMALS)
def test_a_displayed_amount_is_the_exact_decimal_value(units: int, decimals: int) -> None:
    assert Decimal(format_units(units, decimals)) == Decimal(
        (int(units < 0), tuple(map(int, str(abs(units)))), -decimals)
    )


@pytest.mark.parametrize(
    ("text", "units"),
    [("50", 50_000_000), ("1250.75", 1_250_750_000), ("0", 0), ("0.000001", 1), ("007.10", 7_100_000)],
)
def test_plain_decimals_are_amounts(text: str, units: int) -> None:
    assert TokenAmount.parse(text, USDC) == USDC.amount(units)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("1e3", "an exponent is not allowed"),
        ("1E-3", "an exponent is not allowed"),
        ("-1", "a sign is not allowed"),
        ("+1", "a sign is not allowed"),
        ("1,000", "thousands separators are not allowed"),
        ("1_000", "thousands separators are not allowed"),
        ("1'000", "thousands separators are not allowed"),
        ("0.0000001", "USDC has 6 fraction digits, not 7"),
        ("NaN", "it is not a plain decimal number"),
        ("inf", "it is not a plain decimal number"),
        ("", "it is not a plain decimal number"),
        (" 1", "it is not a plain decimal number"),
        ("1\n", "it is not a plain decimal number"),
        (".5", "it is not a plain decimal number"),
        ("5.", "it is not a plain decimal number"),
        ("0x10", "it is not a plain decimal number"),
        ("\u0665", "it is not a plain decimal number"),
        (str(2**256), "it is larger than a contract can hold"),
        ("9" * 5000, "it is too long"),
    ],
)
def test_anything_else_is_refused_with_its_reason(text: str, reason: str) -> None:
    with pytest.raises(InvalidAmountError) as caught:
        TokenAmount.parse(text, USDC)
    assert caught.value.message.endswith(f"is not an amount: {reason}.")
    assert caught.value.code == "invalid-amount"
    assert caught.value.exit_code == 2


def test_the_refusal_of_a_key_in_the_wrong_place_does_not_repeat_it() -> None:
    with pytest.raises(InvalidAmountError) as caught:
        TokenAmount.parse("0x" + "5a" * 32, USDC)
    assert "5a5a" not in str(caught.value)


@given(text=st.text())
def test_no_text_does_anything_but_parse_or_be_refused(text: str) -> None:
    try:
        amount = TokenAmount.parse(text, USDC)
    except InvalidAmountError:
        return
    assert 0 <= amount.units <= MAX_UNITS


@pytest.mark.parametrize(
    ("units", "decimals", "text"),
    [
        (1_250_750_000, 6, "1250.75"),
        (80_000_000, 6, "80.00"),
        (1, 6, "0.000001"),
        (-1_500_000, 6, "-1.50"),
        (7, 0, "7"),
        (-7, 0, "-7"),
        (15, 1, "1.5"),
    ],
)
def test_amounts_show_every_significant_digit_and_two_at_least(units: int, decimals: int, text: str) -> None:
    assert format_units(units, decimals) == text


def test_an_amount_prints_with_its_symbol() -> None:
    assert str(USDC.amount(1_250_750_000)) == "1250.75 USDC"


@given(first=UNITS, second=UNITS)
def test_arithmetic_and_order_are_those_of_the_units(first: int, second: int) -> None:
    a, b = USDC.amount(first), USDC.amount(second)
    assert (a + b).units == first + second
    assert (a - b).units == first - second
    assert (a < b, a <= b, a > b, a >= b) == (first < second, first <= second, first > second, first >= second)
    assert bool(a) == (first != 0)


def test_amounts_of_different_tokens_never_mix() -> None:
    other = Token(chain_id=1, address=USDC.address, decimals=6, symbol="USDC")
    for operation in (
        lambda: USDC.amount(1) + other.amount(1),
        lambda: USDC.amount(1) - other.amount(1),
        lambda: USDC.amount(1) < other.amount(1),
        lambda: USDC.amount(1) <= Token(chain_id=31337, address=ALICE, decimals=6, symbol="DAI").amount(1),
    ):
        with pytest.raises(ValueError, match="cannot be combined"):
            operation()
