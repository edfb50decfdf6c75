"""Reconciling on v2.0.0 and on the live version: what only their reserves let happen."""

from typing import Any

import pytest

from hokctl.clients.codec import word_from_hex
from hokctl.clients.infrastructure_reserve import Payment
from hokctl.domain.invoices import hash_number
from hokctl.domain.roles import PAYER_ROLE
from hokctl.domain.units import ZERO_HASH, InvoiceHash, ModelId
from tests.reconciling import slot_at, sync, variable_of, write_slot
from tests.standins import act
from tests.versions import Shaped
from tests.world import BACKEND, TOGETHER, USDC

pytestmark = pytest.mark.integration


def codes(document: Any) -> list[str]:  # noqa: ANN401 - JSON
    return sorted(item["code"] for item in (*document["findings"], *document["errors"]))


def pay_as_backend(shaped: Shaped, invoice_hash: InvoiceHash) -> None:
    """Pay 10 USDC of the first model past hokctl."""
    payment = Payment(model_id=ModelId(shaped.first), payee=TOGETHER, amount_units=10 * USDC, invoice_hash=invoice_hash)
    reserve = shaped.world.deployment.suite.reserve
    shaped.world.send(reserve.pay_infrastructure_cost(payment, purpose="pay"), BACKEND)


def open_for_backend(shaped: Shaped) -> None:
    """Let the backend pay, by decree, and enter and pay one invoice by hokctl."""
    world, reserve = shaped.world, shaped.world.deployment.suite.reserve_address
    roles = variable_of(world, reserve, (PAYER_ROLE, shaped.safe), 1)
    write_slot(world, reserve, slot_at(roles, (PAYER_ROLE, BACKEND)), 1)
    shaped.ok("invoice", "add", "INV-1", "--provider", "together", "--model", shaped.first, "--amount", "10")
    shaped.change("invoice", "pay", "INV-1")


def test_on_v2_an_invoice_is_paid_twice_and_a_payment_names_none(v2: Shaped) -> None:
    open_for_backend(v2)
    sync(v2.world)
    assert v2.run("ledger", "reconcile").exit_code == 0
    pay_as_backend(v2, hash_number("INV-1"))
    pay_as_backend(v2, InvoiceHash(ZERO_HASH))
    sync(v2.world)
    ran = v2.run("ledger", "reconcile", "-o", "json")
    assert (ran.exit_code, codes(ran.json)) == (5, ["invoice-paid-twice", "payment-without-hash"])


def test_on_the_live_version_a_cost_is_recorded_twice(live: Shaped) -> None:
    open_for_backend(live)
    sync(live.world)
    assert live.run("ledger", "reconcile").exit_code == 0
    arguments = (live.first, 0, 10 * USDC, word_from_hex(hash_number("INV-1")))
    signature = "recordActualCosts(string,uint256,uint256,bytes32)"
    act(live.world, live.world.deployment.suite.reserve_address, signature, *arguments, sender=BACKEND)
    sync(live.world)
    ran = live.run("ledger", "reconcile", "-o", "json")
    assert (ran.exit_code, codes(ran.json)) == (5, ["cost-recorded-twice"])
