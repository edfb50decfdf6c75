"""The price a transaction pays (EIP-1559)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hokctl.devnet.engine import Transaction

pytestmark = pytest.mark.unit

_FEE = st.integers(min_value=0, max_value=10**12)


@given(_FEE, _FEE, _FEE)
def test_price_is_never_above_the_cap_nor_the_tip_above_the_wish(base_fee: int, cap: int, tip: int) -> None:
    price = _transaction(cap, tip).price_at(base_fee)
    assert price <= cap
    assert price - base_fee <= tip


def _transaction(cap: int, tip: int) -> Transaction:
    return Transaction(
        hash=b"",
        type_id=2,
        chain_id=1,
        sender=b"",
        to=None,
        nonce=0,
        gas=0,
        value=0,
        data=b"",
        max_fee=cap,
        max_tip=tip,
        access_list=(),
        y_parity=0,
        v=0,
        r=0,
        s=0,
        raw=b"",
    )
