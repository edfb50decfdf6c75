"""Every kind of plan does exactly what it declares, and anything missing or surplus is found by its code."""

from pathlib import Path

import pytest

from hokctl.clients.mock_usdc import MockUsdc
from hokctl.domain.effects import matches
from hokctl.domain.plans import EventCondition
from hokctl.domain.units import ModelId
from hokctl.routes.simulation import simulate_plan
from hokctl.services.emergencies import plan_withdrawal
from hokctl.services.fee_files import parse_fee
from hokctl.services.fees import plan_deposit
from hokctl.services.providers import plan_provider
from hokctl.services.splits import plan_split
from tests.world import BACKEND, TOGETHER, USDC, Ran, World

pytestmark = pytest.mark.integration

DEPLOYER_MAY = ("--via", "direct", "--signer", "deployer")
BY_SAFE = ("--via", "safe", "--signer", "alice")
KINDS = {
    "split by an account": ("split", "set", "23", "70%", *DEPLOYER_MAY),
    "split by a Safe": ("split", "set", "21", "70%", *BY_SAFE),
    "licence": ("params", "set", "23", "license-uri", "ipfs://new", *DEPLOYER_MAY),
    "reward rate": ("params", "set", "23", "tokens-per-delta-one", "2000", *DEPLOYER_MAY),
    "provider by an account": ("provider", "set", "23", "together", *DEPLOYER_MAY),
    "provider by a Safe": ("provider", "set", "23", "together", *BY_SAFE),
    "treasury": ("treasury", "set", "alice", "--allow", "treasury-not-multisig", *BY_SAFE),
    "pause": ("emergency", "pause", *BY_SAFE),
    "pause of pools": ("emergency", "pause", "--pools", "all", *DEPLOYER_MAY),
    "withdrawal": ("emergency", "withdraw", "50", *BY_SAFE),
    "fee with an allowance": ("fee", "deposit", "21", "100", "--signer", "backend"),
    "model": (
        *("model", "add", "31", "--name", "New", "--symbol", "NEW", "--supply", "10", "--split", "80%"),
        *("--metric", "accuracy", "--license-uri", "ipfs://x", "--signer", "deployer"),
    ),
    "Safe": ("safe", "create", "--owner", "alice", "--owner", "bob", "--threshold", "2", "--signer", "alice"),
}


def effect_findings(ran: Ran) -> list[tuple[str, str]]:
    """Return the findings on the effect, with what was observed."""
    return [
        (finding["code"], finding["message"] + str(finding["evidence"]))
        for finding in ran.json["findings"]
        if finding["code"].startswith(("effect-", "simulation-"))
    ]


@pytest.mark.parametrize("argv", KINDS.values(), ids=KINDS)
def test_the_observed_effect_is_the_declared_one(world: World, argv: tuple[str, ...]) -> None:
    ran = world.run(*argv, "--dry-run", "-o", "json")
    assert effect_findings(ran) == []
    assert ran.exit_code == 0, ran.stdout + ran.stderr


def test_a_payment_does_what_it_declares_alone_and_in_a_batch(world: World) -> None:
    world.ok("invoice", "add", "INV-1", "--model", "21", "--amount", "50")
    lines = "".join(f'[[lines]]\nmodel = "{model}"\namount = "{model}.50"\n' for model in ("21", "22"))
    Path("invoice.toml").write_text(f'number = "INV-2"\nprovider = "together"\n{lines}', encoding="utf-8")
    world.ok("invoice", "add", "--file", "invoice.toml")
    for number in ("INV-1", "INV-2"):
        ran = world.run("invoice", "pay", number, *BY_SAFE, "--dry-run", "-o", "json")
        assert effect_findings(ran) == []
        assert ran.exit_code == 0, ran.stdout + ran.stderr


@pytest.mark.parametrize("amount", ["0.01", "1000000"])
def test_a_batch_of_fees_does_what_it_declares_also_where_a_pool_graduates(world: World, amount: str) -> None:
    usdc = MockUsdc(world.deployment.suite.usdc_address)
    world.send(usdc.mint(BACKEND, 2_000_000 * USDC, purpose="mint"), BACKEND)
    Path("fees.csv").write_text(f"model,amount\n21,{amount}\n22,3.50\n", encoding="utf-8")
    ran = world.run("fee", "deposit", "--file", "fees.csv", "--signer", "backend", "--dry-run", "-o", "json")
    assert effect_findings(ran) == []
    assert ran.exit_code == 0, ran.stdout + ran.stderr
    names = [event["name"] for event in ran.data["effect"]["events"]]
    assert ("PhaseTransition" in names) is (amount == "1000000")


def test_what_is_missing_is_approved_first(world: World) -> None:
    usdc = MockUsdc(world.deployment.suite.usdc_address)
    world.send(usdc.approve(world.deployment.suite.router_address, 0, purpose="none"), BACKEND)
    ran = world.run("fee", "deposit", "21", "100", "--signer", "backend", "--dry-run", "-o", "json")
    assert effect_findings(ran) == []
    assert ran.data["plan"]["calls"][0]["signature"] == "approve(address,uint256)"


def test_what_was_paused_is_unpaused(world: World) -> None:
    for pools in ((), ("--pools", "all")):
        world.ok("emergency", "pause", *pools, "--via", "direct", "--signer", "deployer", "--yes")
        ran = world.run("emergency", "unpause", *pools, *DEPLOYER_MAY, "--dry-run", "-o", "json")
        assert effect_findings(ran) == []
        assert ran.exit_code == 0, ran.stdout + ran.stderr


def test_the_effect_is_shown_in_full(world: World) -> None:
    argv = ("emergency", "withdraw", "50", *BY_SAFE, "--dry-run")
    effect = world.ok(*argv)["effect"]
    reserve, token = world.deployment.suite.reserve_address, world.deployment.suite.usdc_address
    assert (effect["method"], effect["complete"], effect["without_guard"]) == ("debug_traceCall", True, None)
    assert {(item["account"], item["token"], item["change"]) for item in effect["balances"]} == {
        (reserve, token, "-50000000"),
        (world.safe, token, "50000000"),
    }
    assert effect["balances"][0]["amount"]["symbol"] == "USDC"
    assert {item["contract"] for item in effect["storage"]} == {reserve, token, world.safe}
    text = world.run(*argv).stdout
    assert "Simulated with debug_traceCall" in text
    assert f"{world.safe} (treasury): +50.00 USDC" in text
    assert f"{reserve} (InfrastructureReserve): -50.00 USDC" in text


def test_every_argument_that_is_known_beforehand_is_declared(world: World) -> None:
    """What is left out is who calls, and what the chain may have become until then."""
    left_open = {"payer", "updatedBy", "account", "sender", "newBalance", "newReserveBalance", "newSpotPrice"}
    snapshot = world.chain.at()
    plans = [
        plan_provider(snapshot, world.deployment, ModelId("23"), TOGETHER, name=None),
        plan_withdrawal(snapshot, world.deployment, "50")[0],
        plan_split(snapshot, world.deployment, ModelId("21"), 7000),
        plan_deposit(snapshot, world.deployment, [parse_fee("21", "10", world.deployment.token(snapshot))], BACKEND),
    ]
    for plan in plans:
        effect = simulate_plan(snapshot, plan, BACKEND if plan is plans[-1] else world.safe).effect
        assert effect is not None
        for event in effect.events:
            declared = next(item for item in plan.after if isinstance(item, EventCondition) and matches(item, event))
            open_ones = {argument.name for argument in event.args} - {argument.name for argument in declared.args}
            assert open_ones <= left_open, (event, declared)
