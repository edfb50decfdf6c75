"""hokctl invoice hash --verify: what a transaction paid, and for which invoice."""

from pathlib import Path

import pytest
from eth_typing import ChecksumAddress
from eth_utils.crypto import keccak

from hokctl.clients.infrastructure_reserve import Payment
from hokctl.domain.invoices import hash_document, hash_number
from hokctl.domain.roles import role_id
from hokctl.domain.units import InvoiceHash, ModelId
from tests.world import DEPLOYER, MALLORY, TOGETHER, USDC, World

pytestmark = pytest.mark.cli


def payment(
    hash_: InvoiceHash, units: int = 50 * USDC, model: str = "21", payee: ChecksumAddress = TOGETHER
) -> Payment:
    return Payment(model_id=ModelId(model), payee=payee, amount_units=units, invoice_hash=hash_, memo="by hand")


def pay(world: World, *payments: Payment) -> str:
    """Pay past hokctl, all in one transaction; return its hash."""
    reserve = world.deployment.suite.reserve
    world.send(reserve.grant_role(role_id("PAYER_ROLE"), DEPLOYER, purpose="by hand"), DEPLOYER)
    return world.send(reserve.batch_pay_infrastructure_costs(payments, purpose="by hand"), DEPLOYER)


@pytest.fixture
def paid(world: World) -> str:
    """Pay INV-1, which the book knows, and a document that it does not; return the transaction."""
    world.ok("invoice", "add", "INV-1", "--model", "21", "--amount", "50")
    return pay(world, payment(hash_number("INV-1")), payment(hash_document(b"%PDF"), units=1, model="22"))


def test_each_payment_is_shown_with_its_invoice(world: World, paid: str) -> None:
    data = world.ok("invoice", "hash", "INV-1", "--verify", paid)
    first, second = data["payments"]

    assert (data["tx_hash"], data["wanted"]) == (paid, "0x" + keccak(text="INV-1").hex())
    assert (first["model_id"], first["payee"], first["amount"]["display"]) == ("21", TOGETHER, "50.00")
    assert (first["invoices"], first["agrees"], first["is_wanted"], first["memo"]) == (
        [{"number": "INV-1", "provider": "together"}],
        True,
        True,
        "by hand",
    )
    assert (second["invoices"], second["agrees"], second["is_wanted"]) == ([], False, False)
    text = world.run("invoice", "hash", "--verify", paid).stdout
    assert "INV-1 of together" in text
    assert "not in the book" in text


def test_a_document_is_looked_for_by_its_bytes(world: World, paid: str) -> None:
    Path("a.pdf").write_bytes(b"%PDF")
    Path("b.pdf").write_bytes(b"%PDF ")

    assert world.run("invoice", "hash", "--document", "a.pdf", "--verify", paid).exit_code == 0
    other = world.run("invoice", "hash", "--document", "b.pdf", "--verify", paid, "-o", "json")
    assert (other.exit_code, other.json["status"]) == (5, "findings")
    assert [finding["code"] for finding in other.json["findings"]] == ["hash-not-in-transaction"]


def test_a_payment_that_is_not_what_the_invoice_asks_is_found(world: World) -> None:
    world.ok("invoice", "add", "INV-1", "--model", "21", "--amount", "50")
    tx_hash = pay(world, payment(hash_number("INV-1"), units=49 * USDC))
    ran = world.run("invoice", "hash", "INV-1", "--verify", tx_hash, "-o", "json")

    (finding,) = ran.json["findings"]
    assert (ran.exit_code, finding["code"]) == (5, "payment-differs")
    assert finding["evidence"]["paid"].startswith("49.00 USDC of model 21 to")
    assert finding["evidence"]["owed"].startswith("50.00 USDC of model 21 to")


def test_a_transaction_that_pays_nothing_is_found(world: World) -> None:
    reserve = world.deployment.suite.reserve
    tx_hash = world.send(reserve.grant_role(role_id("PAYER_ROLE"), MALLORY, purpose="by hand"), DEPLOYER)
    ran = world.run("invoice", "hash", "--verify", tx_hash, "-o", "json")

    assert (ran.exit_code, [finding["code"] for finding in ran.json["findings"]]) == (5, ["no-payment"])


@pytest.mark.parametrize(
    ("tx_hash", "sentence"),
    [("0x12", "'0x12' is not a transaction hash"), ("0x" + "ab" * 32, "has mined no transaction with this hash")],
)
def test_a_transaction_that_is_none_is_refused(world: World, tx_hash: str, sentence: str) -> None:
    ran = world.run("invoice", "hash", "--verify", tx_hash)

    assert (ran.exit_code, sentence in ran.stderr) == (2, True)
