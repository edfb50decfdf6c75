"""What a signer reads: every amount in token units beside its base units, and nothing that only a machine reads."""

import pytest

from tests.world import World

pytestmark = pytest.mark.cli


def lines(text: str) -> list[str]:
    return [" ".join(line.split()) for line in text.splitlines()]


def test_a_payment_shows_its_amount_in_token_units(world: World) -> None:
    world.ok("invoice", "add", "INV-1", "--model", "21", "--amount", "12.5", "--memo", "May, GPU")
    shown = lines(world.run("invoice", "pay", "INV-1", "--signer", "alice", "--dry-run").stdout)
    assert "amount 12500000 = 12.50 USDC" in shown
    assert "memo May, GPU" in shown


def test_a_batch_of_payments_has_a_line_for_each(world: World) -> None:
    (world.directory / "invoice.toml").write_text(
        'number = "INV-2"\nprovider = "together"\nmemo = "both"\n'
        '[[lines]]\nmodel = "21"\namount = "12.5"\n[[lines]]\nmodel = "22"\namount = "1"\n'
    )
    world.ok("invoice", "add", "--file", "invoice.toml")
    shown = lines(world.run("invoice", "pay", "INV-2", "--signer", "alice", "--dry-run").stdout)
    first, second = (line for line in shown if line.startswith(("payments 1", "payments 2")))
    assert first.startswith('payments 1 "21", 0x')
    assert ", 12500000 = 12.50 USDC, 0x" in first
    assert first.endswith(', "both"')
    assert ", 1000000 = 1.00 USDC, 0x" in second


def test_a_deposit_shows_amounts_in_its_calls_and_events(world: World) -> None:
    ran = world.run("fee", "deposit", "21", "100", "--signer", "backend", "-y")
    assert "amount 100000000 = 100.00 USDC" in lines(ran.stderr)
    assert "USDC.Transfer(" in ran.stdout
    assert "infrastructureAmount=80000000 (80.00 USDC), profitAmount=20000000 (20.00 USDC)" in ran.stdout
    assert 'FeeDeposited(modelId="21"' in ran.stdout


def test_an_execution_leaves_the_calldata_to_the_json(world: World) -> None:
    world.ok("invoice", "add", "INV-1", "--model", "21", "--amount", "12.5")
    safe_tx_hash = world.ok("invoice", "pay", "INV-1", "--signer", "alice", "-y")["proposal"]["safe_tx_hash"]
    signed = world.run("safe", "sign", safe_tx_hash, "--signer", "bob", "-y")
    assert "amount 12500000 = 12.50 USDC" in lines(signed.stderr)
    ran = world.run("safe", "execute", safe_tx_hash, "--signer", "bob", "-y")
    assert "bytes)" in ran.stdout
    assert max(len(line) for line in ran.stdout.splitlines()) < 700
    assert "amount=12500000 (12.50 USDC)" in ran.stdout


def test_owners_are_listed_without_programming_language(world: World) -> None:
    argv = ("safe", "create", "--owner", "alice", "--owner", "bob", "--threshold", "1", "--signer", "bob", "-y")
    ran = world.run(*argv)
    assert ran.exit_code == 0
    assert "['" not in ran.stdout + ran.stderr
