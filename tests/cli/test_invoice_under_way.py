"""Payments that were sent and are in no block yet hold back whatever else would pay the same."""

from typing import Any

import pytest

from hokctl.clients.infrastructure_reserve import Payment
from hokctl.devnet.keys import dev_account
from hokctl.domain.invoices import hash_number
from hokctl.domain.ports import JournalEntry, JournalState
from hokctl.domain.units import ModelId, TxHash
from hokctl.ledger.book import Ledger
from tests.world import ALICE, TOGETHER, USDC, World

pytestmark = pytest.mark.cli


def test_pay_refuses_an_invoice_that_a_sent_transaction_of_another_plan_may_still_pay(world: World) -> None:
    for number in ("A", "B"):
        world.ok("invoice", "add", number, "--model", "21", "--amount", "5")
    nonce = int(world.chain.request("eth_getTransactionCount", [ALICE, "latest"]), 16)
    sign(world, "A", nonce=nonce)

    ran = world.run("invoice", "pay", "A", "B", "--dry-run", "-o", "json")
    found = [finding for finding in ran.json["findings"] if finding["code"] == "invoice-already-proposed"]
    assert (ran.exit_code, [finding["subject"] for finding in found]) == (6, ["A"])
    assert "transaction 0x" in found[0]["message"]
    assert world.run("invoice", "pay", "B", "--dry-run").exit_code == 0


def test_pay_passes_over_a_sent_transaction_whose_nonce_another_one_took(world: World) -> None:
    world.ok("invoice", "add", "A", "--model", "21", "--amount", "5")
    nonce = int(world.chain.request("eth_getTransactionCount", [ALICE, "latest"]), 16)
    sign(world, "A", nonce=nonce)
    world.chain.request("eth_sendTransaction", [{"from": ALICE, "to": ALICE, "value": "0x0"}])

    assert world.run("invoice", "pay", "A", "--dry-run").exit_code == 0


def sign(world: World, number: str, *, nonce: int) -> None:
    """Have Alice's key sign a payment, and the journal keep it, as a run that ended before its broadcast does."""
    payment = Payment(
        model_id=ModelId("21"), payee=TOGETHER, amount_units=5 * USDC, invoice_hash=hash_number(number), memo=""
    )
    call = world.deployment.suite.reserve.pay_infrastructure_cost(payment, purpose="pay A")
    transaction: dict[str, Any] = {
        "type": 2,
        "chainId": world.chain.chain_id,
        "nonce": nonce,
        "to": call.to,
        "value": 0,
        "data": call.data,
        "gas": 300_000,
        "maxFeePerGas": 10**10,
        "maxPriorityFeePerGas": 1,
    }
    signed = dev_account(1).sign_transaction(transaction)
    with Ledger.at(world.directory / "hokctl.db") as ledger:
        ledger.journal.record(
            JournalEntry(
                chain_id=world.chain.chain_id,
                tx_hash=TxHash("0x" + signed.hash.hex().removeprefix("0x")),
                sender=ALICE,
                nonce=nonce,
                purpose=call.purpose,
                key="0x" + "11" * 32 + "/0",
                raw=bytes(signed.raw_transaction),
                state=JournalState.SIGNED,
                created_at=1,
            )
        )
