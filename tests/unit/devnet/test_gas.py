"""What transactions cost before they run, by the numbers of the EIPs."""

import pytest

from hokctl.devnet.gas import floor_gas, intrinsic_gas, message_gas_cost

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("data", "is_create", "expected"),
    [
        (b"", False, 21_000),
        (b"\x00", False, 21_004),
        (b"\x01", False, 21_016),
        (b"\x01" * 33, True, 21_000 + 32_000 + 33 * 16 + 2 * 2),
    ],
)
def test_intrinsic_gas_counts_bytes_creation_and_initcode_words(data: bytes, is_create: bool, expected: int) -> None:
    assert intrinsic_gas(data, (), is_create=is_create) == expected


def test_access_list_costs_per_address_and_slot() -> None:
    access_list = ((b"\x01" * 20, (1, 2)), (b"\x02" * 20, ()))
    assert intrinsic_gas(b"", access_list, is_create=False) == 21_000 + 2 * 2_400 + 2 * 1_900


def test_message_cost_leaves_the_initcode_words_to_the_evm() -> None:
    assert message_gas_cost(b"\x01" * 64, (), is_create=True) == intrinsic_gas(b"\x01" * 64, (), is_create=True) - 4


def test_floor_is_ten_gas_a_token() -> None:
    assert floor_gas(b"\x00\x01") == 21_000 + 10 + 40
