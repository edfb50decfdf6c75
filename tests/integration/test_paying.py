"""From an invoice to a proved payment, and everything that may go wrong in between."""

from pathlib import Path
from typing import Any

import pytest

from hokctl.clients.infrastructure_reserve import Payment
from hokctl.clients.mock_usdc import MockUsdc
from hokctl.domain.invoices import hash_number
from hokctl.domain.roles import DEFAULT_ADMIN_ROLE, PAYER_ROLE
from hokctl.domain.units import ModelId
from hokctl.ledger.book import Ledger
from tests.world import DEPLOYER, MALLORY, TOGETHER, World

pytestmark = pytest.mark.integration

M21, M22 = ModelId("21"), ModelId("22")


def balance(world: World, account: str) -> int:
    usdc = MockUsdc(world.deployment.suite.usdc_address)
    return world.chain.at().get(usdc.balance_of(account))  # type: ignore[arg-type]  # a checksummed text


def enter(world: World, number: str, *lines: tuple[str, str]) -> None:
    text = f'number = "{number}"\nprovider = "together"\nmemo = "for {number}"\n'
    text += "".join(f'[[lines]]\nmodel = "{model}"\namount = "{amount}"\n' for model, amount in lines)
    Path("invoice.toml").write_text(text, encoding="utf-8")
    world.ok("invoice", "add", "--file", "invoice.toml")


def propose(world: World, number: str, *options: str) -> str:
    return str(world.ok("invoice", "pay", number, "--signer", "alice", "-y", *options)["proposal"]["safe_tx_hash"])


def confirm_and_execute(world: World, safe_tx_hash: str) -> dict[str, Any]:
    world.ok("safe", "sign", safe_tx_hash, "--signer", "bob", "-y")
    (transaction,) = world.ok("safe", "execute", safe_tx_hash, "--signer", "mallory", "-y")["outcome"]["transactions"]
    assert isinstance(transaction, dict)
    return transaction


def state(world: World, number: str) -> tuple[str, str | None, str | None]:
    invoice = world.ok("invoice", "show", number)["invoice"]
    return invoice["state"], invoice["safe_tx_hash"], invoice["tx_hash"]


def codes(world: World, *argv: str) -> tuple[int, list[str]]:
    document = world.run(*argv, "-o", "json")
    found = [item["code"] for item in (*document.json["findings"], *document.json["errors"])]
    return document.exit_code, found


def test_an_invoice_is_paid_through_a_2_of_3_safe_and_marked(world: World) -> None:
    enter(world, "INV-1", ("21", "50"))
    safe_tx_hash = propose(world, "INV-1")
    assert state(world, "INV-1") == ("proposed", safe_tx_hash, None)
    done = confirm_and_execute(world, safe_tx_hash)

    assert state(world, "INV-1") == ("paid", safe_tx_hash, done["tx_hash"])
    assert balance(world, TOGETHER) == 50_000_000
    accounting = world.chain.at().get(world.deployment.suite.reserve.get_model_accounting(M21))
    assert (accounting.accrued_units, accounting.paid_units) == (750_000_000, 50_000_000)


def test_an_invoice_over_two_models_is_paid_in_one_batch(world: World) -> None:
    enter(world, "INV-2", ("21", "12.50"), ("22", "7.25"))
    plan = world.ok("invoice", "pay", "INV-2", "--dry-run")["plan"]
    assert [call["signature"] for call in plan["calls"]] == [
        "batchPayInfrastructureCosts((string,address,uint256,bytes32,string)[])"
    ]
    assert len(plan["after"]) == 9
    done = confirm_and_execute(world, propose(world, "INV-2"))

    paid = [event["args"]["modelId"] for event in done["events"] if event["name"] == "InfrastructureCostPaid"]
    assert paid == ["21", "22"]
    assert state(world, "INV-2")[0] == "paid"
    assert balance(world, TOGETHER) == 19_750_000


def test_a_batch_is_refused_when_one_model_lacks_the_money(world: World) -> None:
    enter(world, "INV-2", ("21", "1"), ("22", "350.000001"))

    assert codes(world, "invoice", "pay", "INV-2", "--dry-run") == (6, ["exceeds-accrued", "first-time-payee"])


def test_one_invoice_is_never_paid_twice(world: World) -> None:
    enter(world, "INV-1", ("21", "50"))
    confirm_and_execute(world, propose(world, "INV-1"))
    assert codes(world, "invoice", "pay", "INV-1", "--signer", "alice", "-y") == (6, ["invoice-state"])

    Path("hokctl.db").unlink()
    enter(world, "INV-1", ("21", "50"))
    ran = world.run("invoice", "pay", "INV-1", "--signer", "alice", "-y", "-o", "json")
    assert (ran.exit_code, [finding["code"] for finding in ran.json["findings"]]) == (6, ["invoice-already-paid"])
    assert "by transaction 0x" in ran.json["findings"][0]["message"]
    assert balance(world, TOGETHER) == 50_000_000


def test_a_payment_by_other_hands_is_refused_found_and_noted(world: World) -> None:
    enter(world, "INV-1", ("21", "50"))
    give_payer_role(world)
    payment = Payment(
        model_id=M21, payee=TOGETHER, amount_units=50_000_000, invoice_hash=hash_number("INV-1"), memo="elsewhere"
    )
    tx_hash = world.send(world.deployment.suite.reserve.pay_infrastructure_cost(payment, purpose="pay"), DEPLOYER)

    assert codes(world, "invoice", "pay", "INV-1", "--dry-run") == (6, ["invoice-already-paid"])
    assert state(world, "INV-1") == ("open", None, None)
    assert codes(world, "invoice", "pay", "INV-1", "--signer", "alice", "-y") == (6, ["invoice-already-paid"])
    assert state(world, "INV-1") == ("paid", None, tx_hash)


def give_payer_role(world: World) -> None:
    world.send(world.deployment.suite.reserve.grant_role(PAYER_ROLE, DEPLOYER, purpose="grant"), DEPLOYER)


def test_an_account_with_the_role_pays_directly_and_the_book_knows(world: World) -> None:
    enter(world, "INV-1", ("21", "50"))
    give_payer_role(world)
    ran = world.run("invoice", "pay", "INV-1", "--signer", "deployer", "-y", "-o", "json")
    (transaction,) = ran.data["outcome"]["transactions"]

    assert (ran.exit_code, ran.data["route"]["kind"], ran.data["invoice"]["state"]) == (0, "direct", "paid")
    assert state(world, "INV-1") == ("paid", None, transaction["tx_hash"])


def test_a_lone_key_pays_nothing_in_production(world: World) -> None:
    enter(world, "INV-1", ("21", "50"))
    give_payer_role(world)
    own = Path("own.toml")
    own.write_text(
        Path("hokctl.toml")
        .read_text(encoding="utf-8")
        .replace("chain_id = 31337", "chain_id = 31337\nproduction = true"),
        encoding="utf-8",
    )
    argv = ("invoice", "pay", "INV-1", "--signer", "deployer", "-y", "--via", "direct", "--config", str(own))

    assert codes(world, *argv) == (6, ["lone-key", "first-time-payee"])
    assert state(world, "INV-1") == ("open", None, None)


def test_an_invoice_goes_free_when_its_proposal_was_replaced(world: World) -> None:
    enter(world, "INV-1", ("21", "50"))
    enter(world, "INV-2", ("21", "60"))
    first, rival = propose(world, "INV-1"), propose(world, "INV-2", "--nonce", "0")
    confirm_and_execute(world, rival)
    again = propose(world, "INV-1")

    assert again != first
    assert state(world, "INV-1") == ("proposed", again, None)


def test_an_execution_that_was_cut_off_is_concluded_by_the_next_run(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    enter(world, "INV-1", ("21", "50"))
    safe_tx_hash = propose(world, "INV-1")
    world.ok("safe", "sign", safe_tx_hash, "--signer", "bob", "-y")
    argv = ("safe", "execute", safe_tx_hash, "--signer", "mallory", "-y")
    with monkeypatch.context() as patch:
        patch.setattr("hokctl.services.executions._finish", cut_off)
        assert world.run(*argv).exit_code == 130
    assert state(world, "INV-1")[0] == "proposed"
    assert world.ok("safe", "queue")["nonce"] == 1

    (transaction,) = world.ok(*argv)["outcome"]["transactions"]
    assert state(world, "INV-1") == ("paid", safe_tx_hash, transaction["tx_hash"])
    assert balance(world, TOGETHER) == 50_000_000
    assert codes(world, *argv) == (6, ["already-executed"])


def test_an_execution_that_was_signed_but_not_sent_is_sent_as_it_was(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    enter(world, "INV-1", ("21", "50"))
    safe_tx_hash = propose(world, "INV-1")
    world.ok("safe", "sign", safe_tx_hash, "--signer", "bob", "-y")
    argv = ("safe", "execute", safe_tx_hash, "--signer", "mallory", "-y")
    with monkeypatch.context() as patch:
        patch.setattr("hokctl.chain.broadcasting.Broadcaster.send", cut_off)
        assert world.run(*argv).exit_code == 130
    with Ledger.at(Path("hokctl.db")) as ledger:
        (entry,) = ledger.journal.find(31337, safe_tx_hash)

    (transaction,) = world.ok(*argv)["outcome"]["transactions"]
    assert transaction["tx_hash"] == entry.tx_hash
    with Ledger.at(Path("hokctl.db")) as ledger:
        assert len(ledger.journal.find(31337, safe_tx_hash)) == 1


def cut_off(*_: object, **__: object) -> None:
    """Stand for the power cut."""
    raise KeyboardInterrupt


def test_an_execution_whose_state_moved_is_refused_before_it_is_sent(world: World) -> None:
    enter(world, "INV-1", ("21", "800"))
    enter(world, "INV-2", ("21", "1"))
    first, second = propose(world, "INV-1"), propose(world, "INV-2")
    world.ok("safe", "sign", second, "--signer", "bob", "-y")
    confirm_and_execute(world, first)

    assert codes(world, "safe", "execute", second, "--signer", "bob", "-y") == (6, ["exceeds-accrued"])
    assert world.ok("safe", "queue")["nonce"] == 1


def test_a_confirmation_of_a_former_owner_counts_no_longer(world: World) -> None:
    enter(world, "INV-1", ("21", "50"))
    safe_tx_hash = propose(world, "INV-1")
    world.ok("safe", "sign", safe_tx_hash, "--signer", "bob", "-y")
    swap_owner(world, world.accounts[2], MALLORY)

    assert world.ok("safe", "show", safe_tx_hash)["proposal"]["confirmations"] == [world.accounts[1]]
    assert codes(world, "safe", "execute", safe_tx_hash, "--signer", "alice", "-y") == (8, ["threshold-not-reached"])


def swap_owner(world: World, old: str, new: str) -> None:
    """Have the Safe itself replace an owner, without using up a nonce."""
    from hokctl.clients.safe import Safe

    world.chain.request("anvil_impersonateAccount", [world.safe])
    world.chain.request("anvil_setBalance", [world.safe, hex(10**18)])
    alice = world.accounts[1]
    world.send(Safe(world.safe).swap_owner(alice, old, new, purpose="swap"), world.safe)  # type: ignore[arg-type]


def test_a_reserve_that_forgets_its_invoices_is_asked_for_its_logs(world: World) -> None:
    from hokctl.services.payment_facts import read_payments

    enter(world, "INV-1", ("21", "50"))
    done = confirm_and_execute(world, propose(world, "INV-1"))
    payments = [
        Payment(model_id=model, payee=payee, amount_units=1, invoice_hash=hash_number(number))
        for model, payee, number in ((M21, TOGETHER, "INV-1"), (M22, TOGETHER, "INV-1"), (M21, MALLORY, "INV-1"))
    ]
    forgetful = forget_invoices(world)
    reads = read_payments(world.chain.at(), forgetful, payments)

    assert not reads.remembers_invoices
    assert reads.paid == (True, False, False)
    assert reads.paid_in == (done["tx_hash"], None, None)
    assert reads.paid_by() is None


def forget_invoices(world: World) -> Any:  # noqa: ANN401 - a deployment whose reserve lacks the suite's view
    """Return the deployment as v2.0.0 would have it: isInvoicePaid is no function of the reserve."""
    from dataclasses import replace

    from hokctl.clients.infrastructure_reserve import InfrastructureReserve
    from hokctl.clients.suite import Suite

    class OldReserve(InfrastructureReserve):
        def is_invoice_paid(self, *args: Any) -> Any:  # noqa: ANN401 - the view that reverts in v2.0.0
            read = super().is_invoice_paid(*args)
            return replace(read, data=b"\xde\xad\xbe\xef" + read.data[4:])

    class OldSuite(Suite):
        @property
        def reserve(self) -> InfrastructureReserve:
            return OldReserve(self.reserve_address)

    suite = world.deployment.suite
    fields = {name: getattr(suite, name) for name in Suite.__dataclass_fields__}
    return replace(world.deployment, suite=OldSuite(**fields))


def test_the_admin_role_alone_pays_nothing(world: World) -> None:
    enter(world, "INV-1", ("21", "50"))
    reserve = world.deployment.suite.reserve
    assert world.chain.at().get(reserve.has_role(DEFAULT_ADMIN_ROLE, DEPLOYER))

    assert codes(world, "invoice", "pay", "INV-1", "--signer", "deployer", "--via", "direct", "-y") == (
        6,
        ["nobody-may"],
    )
