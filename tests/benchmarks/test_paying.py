"""What a batch of a hundred invoices costs: gas a payment against the bound that splits batches, and round trips.

Run with `pytest tests/benchmarks/test_paying.py -m benchmark -s` to see the figures.
"""

from dataclasses import replace
from pathlib import Path

import pytest

from hokctl.domain.invoices import Invoice
from hokctl.ledger.book import Ledger
from hokctl.services.payment_batches import Item, bound_bytes, bound_gas
from hokctl.services.payment_queue import payments_of
from tests.counting import counting_proxy
from tests.example_month import Month

pytestmark = pytest.mark.benchmark

MOST_TRIPS = {"pay": 14, "sign": 8, "execute": 14}
LEAST_SHARE = 0.5
"""The bound is not so careful that batches are half as large as they could be."""


def test_a_hundred_invoices_stay_under_the_bound_and_take_few_round_trips(month: Month) -> None:
    trips = {}
    with counting_proxy(month.url) as proxy:
        month.aim(proxy.url)
        paid = month.ok("invoice", "pay", "--file", "month/invoices.csv", "--signer", "alice", "-y")
        trips["pay"], proxy.round_trips = proxy.round_trips, 0
        safe_tx_hash = paid["proposal"]["safe_tx_hash"]
        month.ok("safe", "sign", safe_tx_hash, "--signer", "bob", "-y")
        trips["sign"], proxy.round_trips = proxy.round_trips, 0
        done = month.ok("safe", "execute", safe_tx_hash, "--signer", "dave", "-y")["outcome"]["transactions"][0]
        trips["execute"] = proxy.round_trips
    with Ledger.at(Path("hokctl-devnet/hokctl.db")) as ledger:
        invoices = [one for one in ledger.invoices.list() if one.state.value == "paid"]
    items = [Item(invoice=one, payment=payment) for one in map(unsettled, invoices) for payment in payments_of(one)]
    calldata = len(paid["plan"]["calls"][0]["data"]) // 2 - 1
    bound, used = bound_gas(items), done["gas_used"]
    print(  # noqa: T201 - the figures are what a benchmark is run for
        f"\n{len(invoices)} invoices, {len(items)} payments: {used:,} gas, {used // len(items):,} a payment; "
        f"bound {bound:,}; calldata {calldata:,} bytes, bound {bound_bytes(items):,}; round trips {trips}"
    )
    assert LEAST_SHARE * bound < used <= bound
    assert LEAST_SHARE * bound_bytes(items) < calldata <= bound_bytes(items)
    assert {step: count for step, count in trips.items() if count > MOST_TRIPS[step]} == {}


def unsettled(invoice: Invoice) -> Invoice:
    """Return the invoice as it was before it was paid."""
    return replace(invoice, lines=tuple(replace(line, payment=None) for line in invoice.lines))
