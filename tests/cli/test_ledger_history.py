"""`hokctl ledger history`: what happened, in words, from the index and the journal."""

from typing import Any

import pytest

from hokctl.clients.mock_usdc import MockUsdc
from tests.world import BACKEND, World

pytestmark = pytest.mark.cli


@pytest.fixture
def told(world: World) -> World:
    """Return a world in which an invoice was paid through the Safe, and a split was changed, with its index."""
    world.ok("invoice", "add", "INV-1", "--model", "21", "--amount", "50", "--memo", "June")
    proposal = world.ok("invoice", "pay", "INV-1", "--signer", "alice", "-y")["proposal"]["safe_tx_hash"]
    world.ok("safe", "sign", proposal, "--signer", "bob", "-y")
    world.ok("safe", "execute", proposal, "--signer", "bob", "-y")
    world.ok("ledger", "sync")
    return world


def entries(world: World, *options: str) -> list[Any]:
    """Return the lines of the history."""
    found: list[Any] = world.ok("ledger", "history", *options)["entries"]
    return found


def test_a_payment_is_told_with_its_invoice_and_the_safes_nonce(told: World) -> None:
    (paid,) = entries(told, "--kind", "payment", "--model", "21")
    together = told.ok("provider", "list")
    assert paid["amount"]["display"] == "50.00"
    assert paid["model_id"] == "21"
    assert paid["invoices"] == [{"provider": "together", "number": "INV-1"}]
    assert paid["safe_nonce"] == 0
    assert paid["safe_tx_hash"] is not None
    assert paid["what"].startswith("paid to 0x")
    assert paid["what"].endswith(": June")
    assert str(together).count(paid["args"]["payee"])


def test_another_providers_invoice_of_the_same_number_is_not_the_one_that_was_paid(told: World) -> None:
    told.ok("invoice", "add", "INV-1", "--model", "21", "--amount", "50", "--provider", "mallory")
    (paid,) = entries(told, "--kind", "payment")
    assert paid["invoices"] == [{"provider": "together", "number": "INV-1"}]


def test_people_read_sentences_with_names(told: World) -> None:
    ran = told.run("ledger", "history", "--kind", "payment", "--kind", "split")
    assert "paid to" in ran.stdout
    assert "paid to together: June" in ran.stdout
    assert "INV-1 of together" in ran.stdout
    assert "50.00 USDC" in ran.stdout
    assert "The index holds blocks" in ran.stdout


def test_a_transfer_that_another_line_tells_of_is_left_out_and_a_gift_is_told(told: World) -> None:
    usdc = MockUsdc(told.deployment.suite.usdc_address)
    told.send(usdc.transfer(told.deployment.suite.reserve_address, 7, purpose="a gift"), BACKEND)
    told.ok("ledger", "sync")
    everything = entries(told, "--limit", "1000", "--verbose")
    shown = entries(told, "--limit", "1000")
    left_out = [one for one in everything if one not in shown]

    assert [one["amount"]["units"] for one in shown if one["kind"] == "transfer"] == ["7"]
    assert {one["kind"] for one in left_out} == {"transfer"}
    assert len(left_out) + 1 == len(entries(told, "--kind", "transfer", "--limit", "1000")) > 2


def test_filters_take_out_what_does_not_fit(told: World) -> None:
    everything = entries(told, "--limit", "1000", "--verbose")
    assert [one["block"] for one in everything] == sorted(one["block"] for one in everything)
    kinds = {one["kind"] for one in everything}
    assert {"payment", "deposit", "fee", "transfer", "role", "model"} <= kinds
    for kind in sorted(kinds):
        assert entries(told, "--kind", kind, "--limit", "1000") == [one for one in everything if one["kind"] == kind]
    assert {one["model_id"] for one in entries(told, "--model", "22")} == {"22"}
    assert [one["kind"] for one in entries(told, "--provider", "together")] == ["payment"]
    assert entries(told, "--limit", "3", "--verbose") == everything[-3:]
    assert entries(told, "--to", "1999-12-31") == []
    assert entries(told, "--from", "1999-12-31", "--limit", "1000", "-v") == everything


def test_what_hokctl_sent_and_no_event_tells_of_is_there_too(world: World) -> None:
    assert world.ok("ledger", "history")["last_block"] is None
    world.ok("safe", "create", "--owner", "alice", "--threshold", "1", "--signer", "alice", "-y")
    (before,) = entries(world)
    assert (before["kind"], before["block"]) == ("sent", None)
    world.ok("ledger", "sync")
    (sent,) = entries(world, "--kind", "sent")
    assert sent["what"].startswith("sent: ")
    assert sent["block"] is not None


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (("--kind", "nonsense"), "usage"),
        (("--model", "a b"), "invalid-model-id"),
        (("--model", "404"), "unknown-model"),
    ],
)
def test_what_makes_no_sense_is_refused(world: World, options: tuple[str, ...], code: str) -> None:
    ran = world.run("ledger", "history", *options, "-o", "json")
    assert (ran.exit_code, [one["code"] for one in ran.json["errors"]]) == (2, [code])
