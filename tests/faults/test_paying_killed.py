"""kill -9 between the execution of many payments and the book: the next run completes it, and pays nothing twice."""

import shutil
from pathlib import Path

import pytest

from hokctl.domain.units import ModelId
from tests.killing import Nursery, Strike, reaping_proxy
from tests.world import USDC, World

pytestmark = pytest.mark.faults

NUMBERS = ("A", "B")


def test_a_book_that_missed_an_execution_is_completed_by_the_next_payment_and_nothing_is_paid_twice(
    world: World,
) -> None:
    for number in NUMBERS:
        Path("invoice.toml").write_text(
            f'number = "{number}"\ndue = 2026-01-31\n[[lines]]\nmodel = "21"\namount = "10"\n'
            '[[lines]]\nmodel = "22"\namount = "1"\n',
            encoding="utf-8",
        )
        world.ok("invoice", "add", "--file", "invoice.toml")
    safe_tx_hash = world.ok("invoice", "pay", *NUMBERS, "--signer", "alice", "-y")["proposal"]["safe_tx_hash"]
    world.ok("safe", "sign", safe_tx_hash, "--signer", "bob", "-y")
    start = world.directory.with_name("start")
    shutil.copytree(world.directory, start)
    snapshot = world.chain.request("evm_snapshot", [])
    argv = ["safe", "execute", safe_tx_hash, "--signer", "alice", "-y"]
    with Nursery() as nursery, reaping_proxy(world.url) as proxy:
        world.write_config(rpc_url=proxy.url)
        shutil.copy("hokctl.toml", start / "hokctl.toml")
        whole = nursery.run(argv, world.directory, proxy)
        assert whole.exit_code == 0, whole.stdout
        sent = proxy.broadcasts[-1]
        # Once it is handed in; and when it is proved, before the folder's mark, with the book written already.
        moments = [("request", sent, True), ("file", 0, False)]
        for kind, step, after in moments:
            world.chain.request("evm_revert", [snapshot])
            snapshot = world.chain.request("evm_snapshot", [])
            shutil.rmtree(world.directory / "proposals")
            shutil.copytree(start, world.directory, dirs_exist_ok=True)
            for leftover in world.directory.glob("hokctl.db-*"):
                leftover.unlink()
            assert nursery.run(argv, world.directory, proxy, Strike(kind, step, after)).killed, (kind, step, after)
            again = nursery.run(["invoice", "pay", *NUMBERS, "--signer", "alice", "-y"], world.directory, proxy)
            assert again.exit_code == 6, again.stdout
            assert again.codes[0] in {"invoice-already-paid", "invoice-state"}, again.stdout
            expect_paid_once(world, safe_tx_hash)


def expect_paid_once(world: World, safe_tx_hash: str) -> None:
    reserve = world.deployment.suite.reserve
    snapshot = world.chain.at("latest")
    assert [snapshot.get(reserve.paid(ModelId(model))) for model in ("21", "22")] == [20 * USDC, 2 * USDC]
    invoices = world.ok("invoice", "list")["invoices"]
    assert [invoice["state"] for invoice in invoices] == ["paid", "paid"]
    payments = [line["payment"] for invoice in invoices for line in invoice["lines"]]
    assert {(payment["safe_tx_hash"], payment["safe_nonce"]) for payment in payments} == {(safe_tx_hash, 0)}
    assert len({payment["log_index"] for payment in payments}) == 4
