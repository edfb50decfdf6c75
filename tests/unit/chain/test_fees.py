"""Fees per gas."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hokctl.chain.errors import RpcError
from hokctl.chain.fees import GWEI, FeeCapError, Fees, NoFeeMarketError, get_fees
from hokctl.chain.wire import Json
from hokctl.exit_codes import ExitCode
from tests.unit.chain.fakes import Answer, block, make_chain

pytestmark = pytest.mark.unit

UNKNOWN = RpcError("eth_maxPriorityFeePerGas", -32601, "method not found")


def node(base_wei: int, tip: Json = "0x3b9aca00", gas_price: Json = "0x3b9aca00") -> dict[str, Answer]:
    return {
        "eth_getBlockByNumber": block(16, baseFeePerGas=hex(base_wei)),
        "eth_maxPriorityFeePerGas": tip,
        "eth_gasPrice": gas_price,
    }


def test_twice_the_base_fee_and_the_tip_are_offered_in_one_round_trip() -> None:
    chain, transport = make_chain(**node(10 * GWEI))
    assert get_fees(chain, None) == Fees(max_fee_per_gas=21 * GWEI, max_priority_fee_per_gas=GWEI)
    assert transport.round_trips == 1


@given(st.integers(0, 10**15), st.integers(0, 10**15), st.integers(0, 10**15))
def test_no_offer_is_above_the_cap_or_its_own_tip_or_below_the_base_fee(base: int, tip: int, cap: int) -> None:
    chain, _ = make_chain(**node(base, hex(tip)))
    if base > cap:
        with pytest.raises(FeeCapError):
            get_fees(chain, cap)
        return
    fees = get_fees(chain, cap)
    assert base <= fees.max_fee_per_gas <= min(cap, 2 * base + tip)
    assert fees.max_priority_fee_per_gas <= fees.max_fee_per_gas


def test_a_base_fee_above_the_cap_is_refused_with_both_numbers() -> None:
    chain, _ = make_chain(**node(80 * GWEI))
    with pytest.raises(FeeCapError, match=r"asks for 80.00 gwei per gas, above the cap of 50.50 gwei") as caught:
        get_fees(chain, 50_500_000_000)
    assert caught.value.exit_code is ExitCode.REFUSED


def test_an_absurd_tip_is_refused_without_a_cap() -> None:
    chain, _ = make_chain(**node(GWEI, hex(10**18)))
    with pytest.raises(FeeCapError):
        get_fees(chain, None)


def test_a_node_without_tips_is_asked_for_its_gas_price() -> None:
    chain, _ = make_chain(**node(10 * GWEI, UNKNOWN, hex(12 * GWEI)))
    assert get_fees(chain, None).max_priority_fee_per_gas == 2 * GWEI
    chain, _ = make_chain(**node(10 * GWEI, UNKNOWN, hex(8 * GWEI)))
    assert get_fees(chain, None).max_priority_fee_per_gas == 0


def test_a_node_that_says_nothing_about_fees_is_not_guessed_for() -> None:
    chain, _ = make_chain(**node(10 * GWEI, UNKNOWN, UNKNOWN))
    with pytest.raises(RpcError):
        get_fees(chain, None)
    chain, _ = make_chain(eth_getBlockByNumber=UNKNOWN)
    with pytest.raises(RpcError):
        get_fees(chain, None)


def test_a_chain_without_base_fee_is_refused() -> None:
    chain, _ = make_chain(eth_getBlockByNumber=block(16, baseFeePerGas=None))
    with pytest.raises(NoFeeMarketError, match="testnet has no EIP-1559 fees"):
        get_fees(chain, None)
