"""A plan that does anything else than it declares is found, each difference by its code; also on poorer nodes."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from eth_typing import ChecksumAddress
from eth_utils.address import to_checksum_address

from hokctl.chain.session import Chain
from hokctl.checks.effects import check_simulation
from hokctl.clients.errors import error_table
from hokctl.clients.mock_usdc import MockUsdc
from hokctl.clients.safe import GUARD_SLOT, Operation, Safe
from hokctl.domain.calls import Call
from hokctl.domain.effects import EffectMethod, Simulation
from hokctl.domain.findings import Finding, Severity
from hokctl.domain.plans import BalanceCondition, EventCondition, Plan, ViewCondition
from hokctl.domain.units import ModelId
from hokctl.routes.safe_simulation import simulate_proposal
from hokctl.routes.simulation import simulate_plan
from hokctl.safe.account import get_safe
from hokctl.safe.proposals import build_safe_tx
from hokctl.services.emergencies import plan_withdrawal
from hokctl.services.providers import plan_provider
from tests.counting import counting_proxy
from tests.world import DEPLOYER, MALLORY, TOGETHER, World

pytestmark = pytest.mark.integration

TRAP = to_checksum_address("0x" + "7a" * 20)
"""Where tests plant small contracts."""
QUIET, LOUD, STUBBORN = "0x00", "0x60006000a000", "0x60006000fd"
"""Guards: one lets everything pass, one logs besides, one refuses everything."""
OVERWRITES_SLOT_0 = "0x73" + "7a" * 20 + "60005500"
TRACE, SIMULATE = "debug_traceCall", "eth_simulateV1"


def provider_plan(world: World, who: ChecksumAddress = TOGETHER) -> Plan:
    return plan_provider(world.chain.at(), world.deployment, ModelId("23"), who, name=None)


def withdrawal_plan(world: World, amount: str = "50") -> Plan:
    return plan_withdrawal(world.chain.at(), world.deployment, amount)[0]


def codes(plan: Plan, simulation: Simulation) -> set[str]:
    return {finding.code for finding in check_simulation(plan, simulation)}


def direct(world: World, plan: Plan) -> set[str]:
    return codes(plan, simulate_plan(world.chain.at(), plan, DEPLOYER))


def by_safe(world: World, plan: Plan, guard: ChecksumAddress | None = None) -> tuple[Simulation, list[Finding]]:
    snapshot = world.chain.at()
    safe = get_safe(snapshot, world.safe)
    simulation = simulate_proposal(snapshot, build_safe_tx(plan, safe=safe), plan, safe, guard=guard)
    return simulation, check_simulation(plan, simulation)


def without(plan: Plan, kind: type[ViewCondition | EventCondition | BalanceCondition]) -> Plan:
    return replace(plan, after=tuple(item for item in plan.after if not isinstance(item, kind)))


def plant(world: World, code: str) -> None:
    world.chain.request("hardhat_setCode", [TRAP, code])


def test_what_is_declared_is_found_right(world: World) -> None:
    for plan in (provider_plan(world), withdrawal_plan(world)):
        assert direct(world, plan) == set()
        assert by_safe(world, plan)[1] == []


@pytest.mark.parametrize("position", range(48, 68))
def test_any_other_payee_is_found(world: World, position: int) -> None:
    plan = provider_plan(world)
    (call,) = plan.calls
    data = bytearray(call.data)
    data[position] ^= 1
    altered = replace(plan, calls=(replace(call, data=bytes(data)),))
    assert direct(world, altered) == {"effect-missing-event", "effect-surplus-event", "effect-view-differs"}


def test_another_amount_is_found(world: World) -> None:
    plan, other = withdrawal_plan(world), withdrawal_plan(world, "50.000001")
    found = direct(world, replace(plan, calls=other.calls))
    assert found == {"effect-missing-event", "effect-surplus-event", "effect-balance-differs"}


def test_an_extra_call_is_found(world: World) -> None:
    plan = provider_plan(world)
    usdc = MockUsdc(world.deployment.suite.usdc_address)
    extra = usdc.approve(MALLORY, 10**6, purpose="")
    found = direct(world, replace(plan, calls=(*plan.calls, extra)))
    assert found == {"effect-surplus-event", "effect-surplus-storage"}


def test_money_that_moves_without_being_declared_is_found(world: World) -> None:
    plan = without(withdrawal_plan(world), BalanceCondition)
    assert direct(world, plan) == {"effect-surplus-balance"}
    ether = Call(to=MALLORY, label="x", signature="", args=(), data=b"", value=7, purpose="", requires=())
    found = direct(world, replace(provider_plan(world), calls=(*provider_plan(world).calls, ether)))
    assert found == {"effect-surplus-balance"}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda plan: without(plan, EventCondition), "effect-surplus-event"),
        (lambda plan: replace(plan, after=(*plan.after, plan.after[1])), "effect-missing-event"),
        (
            lambda plan: replace(plan, after=(replace(plan.after[0], expected=(MALLORY,)), plan.after[1])),
            "effect-view-differs",
        ),
    ],
    ids=["undeclared event", "event declared twice", "another value"],
)
def test_another_declaration_is_found(world: World, change: Callable[[Plan], Plan], code: str) -> None:
    assert direct(world, change(provider_plan(world))) == {code}


def test_a_contract_that_stores_without_a_word_is_found(world: World) -> None:
    plant(world, OVERWRITES_SLOT_0)
    silent = Call(to=TRAP, label="x", signature="", args=(), data=b"", value=0, purpose="", requires=())
    plan = replace(provider_plan(world), calls=(*provider_plan(world).calls, silent))
    assert direct(world, plan) == {"effect-surplus-storage"}
    assert direct(world, replace(plan, touches=(TRAP,))) == set()


def test_a_created_contract_must_be_declared(world: World) -> None:
    creation = Call(
        to=None,
        label="x",
        signature="constructor",
        args=(),
        data=bytes.fromhex("60006000f3"),
        value=0,
        purpose="",
        requires=(),
    )
    plan = replace(provider_plan(world), calls=(creation, *provider_plan(world).calls))
    simulation = simulate_plan(world.chain.at(), plan, DEPLOYER)
    assert simulation.effect is not None
    assert simulation.effect.created is not None
    assert codes(plan, simulation) == {"effect-surplus-storage"}
    assert codes(replace(plan, creates=simulation.effect.created), simulation) == set()


def test_a_delegatecall_that_takes_the_safe_over_is_found(world: World) -> None:
    """The attack on Bybit: a delegatecall that looks like a payment and writes slot 0 of the Safe."""
    plant(world, OVERWRITES_SLOT_0)
    snapshot, plan = world.chain.at(), replace(provider_plan(world), after=(), touches=(world.safe,))
    safe = get_safe(snapshot, world.safe)
    honest = build_safe_tx(plan, safe=safe)
    safe_tx = replace(honest, to=TRAP, data=b"", operation=Operation.DELEGATECALL)
    simulation = simulate_proposal(snapshot, safe_tx, plan, safe)
    found = check_simulation(plan, simulation)
    assert [finding.code for finding in found] == ["effect-surplus-storage"]
    assert "decides over who acts" in found[0].message
    assert not found[0].allowable


def test_a_change_of_the_safe_inside_a_batch_is_found(world: World) -> None:
    plan = provider_plan(world)
    own = Call(
        to=world.safe,
        label=Safe.contract_name,
        signature="changeThreshold(uint256)",
        args=(),
        data=bytes.fromhex("694e80c3") + (1).to_bytes(32, "big"),
        value=0,
        purpose="",
        requires=(),
    )
    _, found = by_safe(world, replace(plan, calls=(*plan.calls, own)))
    assert sorted(finding.code for finding in found) == ["effect-surplus-event", "effect-surplus-storage"]


def test_a_transaction_that_nobody_planned_is_shown_and_stops(world: World) -> None:
    plan = replace(provider_plan(world), after=(), declared=False)
    simulation, (finding,) = by_safe(world, plan)
    assert (finding.code, finding.severity, finding.allowable) == ("effect-undeclared", Severity.ERROR, True)
    assert simulation.effect is not None
    assert "ProviderSet" in [event.name for event in simulation.effect.events]


def set_guard(world: World, code: str) -> None:
    plant(world, code)
    word = "0x" + TRAP[2:].lower().rjust(64, "0")
    world.chain.request("hardhat_setStorageAt", [world.safe, hex(GUARD_SLOT), word])


def test_a_guard_that_only_watches_changes_nothing(world: World) -> None:
    set_guard(world, QUIET)
    simulation, found = by_safe(world, provider_plan(world), TRAP)
    assert found == []
    assert simulation.effect is not None
    assert simulation.without_guard is not None
    assert simulation.without_guard == replace(simulation.effect, gas_used=simulation.without_guard.gas_used)


def test_what_a_guard_adds_is_reported(world: World) -> None:
    set_guard(world, LOUD)
    simulation, (finding,) = by_safe(world, provider_plan(world), TRAP)
    assert (finding.code, finding.severity) == ("guard-changes-effect", Severity.INFO)
    assert simulation.without_guard != simulation.effect


def test_a_guard_that_refuses_is_told_from_a_call_that_fails(world: World) -> None:
    set_guard(world, STUBBORN)
    _, (finding,) = by_safe(world, provider_plan(world), TRAP)
    assert finding.code == "simulation-reverted"
    assert finding.evidence["without the guard"] == "it would succeed"


def poor(url: str) -> Chain:
    chain = Chain.connect(url, network="devnet", chain_id=31337)
    chain.errors = error_table()
    return chain


@pytest.mark.parametrize("by_the_safe", [False, True])
def test_a_node_that_only_simulates_knows_all_but_the_storage(world: World, *, by_the_safe: bool) -> None:
    plan = withdrawal_plan(world)
    with counting_proxy(world.url, {TRACE}) as proxy:
        poorer = replace(world, chain=poor(proxy.url))
        if by_the_safe:
            simulation, found = by_safe(poorer, plan)
        else:
            simulation = simulate_plan(poorer.chain.at(), plan, DEPLOYER)
            found = check_simulation(plan, simulation)
    assert [(finding.code, finding.severity) for finding in found] == [("effect-storage-unverified", Severity.INFO)]
    assert simulation.effect is not None
    assert (simulation.effect.method, simulation.effect.complete) == (EffectMethod.SIMULATE, True)
    full = simulate_plan(world.chain.at(), plan, DEPLOYER) if not by_the_safe else by_safe(world, plan)[0]
    assert full.effect is not None
    assert (simulation.effect.events, simulation.effect.views) == (full.effect.events, full.effect.views)
    assert set(simulation.effect.balances) == set(full.effect.balances)


def test_a_node_that_only_simulates_finds_what_differs(world: World) -> None:
    plan = withdrawal_plan(world)
    ether = Call(to=MALLORY, label="x", signature="", args=(), data=b"", value=7, purpose="", requires=())
    with counting_proxy(world.url, {TRACE}) as proxy:
        poorer = replace(world, chain=poor(proxy.url))
        found = direct(poorer, replace(plan, calls=(*withdrawal_plan(world, "51").calls, ether)))
    assert found == {
        "effect-missing-event",
        "effect-surplus-event",
        "effect-balance-differs",
        "effect-surplus-balance",
        "effect-storage-unverified",
    }


def test_a_node_that_tells_only_success_stops_the_signing_unless_that_is_allowed(world: World) -> None:
    argv = ("provider", "set", "23", "together", "--via", "safe", "--signer", "alice", "--yes", "-o", "json")
    with counting_proxy(world.url, {TRACE, SIMULATE}) as proxy:
        world.write_config(rpc_url=proxy.url)
        refused = world.run(*argv)
        assert (refused.exit_code, refused.json["status"]) == (6, "refused")
        assert [item["code"] for item in refused.json["findings"]] == ["effect-unverified"]
        assert refused.data["effect"]["complete"] is False
        allowed = world.run(*argv, "--allow", "effect-unverified")
        assert (allowed.exit_code, allowed.json["status"]) == (0, "pending")
        signing = ("safe", "sign", allowed.data["proposal"]["safe_tx_hash"], "--signer", "bob", "--yes", "-o", "json")
        assert "effect-unverified" in [item["code"] for item in world.run(*signing).json["findings"]]
        assert world.run(*signing, "--allow", "effect-unverified").exit_code == 0


def test_the_simulation_takes_one_round_trip(world: World) -> None:
    plan = withdrawal_plan(world)
    with counting_proxy(world.url) as proxy:
        snapshot = poor(proxy.url).at()
        before = proxy.round_trips
        simulate_plan(snapshot, plan, DEPLOYER)
        assert proxy.round_trips == before + 1
        safe = get_safe(snapshot, world.safe)
        before = proxy.round_trips
        simulate_proposal(snapshot, build_safe_tx(plan, safe=safe), plan, safe, guard=TRAP)
        assert proxy.round_trips == before + 1
