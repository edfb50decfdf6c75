"""Trying Safe transactions out before they are signed, on nodes that can pretend and on nodes that cannot."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from eth_typing import ChecksumAddress
from eth_utils.address import to_checksum_address

from hokctl.chain.errors import RpcError
from hokctl.chain.http_transport import HttpTransport
from hokctl.chain.session import Chain, Snapshot
from hokctl.chain.transport import RpcCall
from hokctl.chain.wire import Json
from hokctl.clients.errors import error_table
from hokctl.clients.infrastructure_reserve import InfrastructureReserve
from hokctl.clients.safe import Safe
from hokctl.domain.calls import Call
from hokctl.domain.effects import Effect, EffectMethod
from hokctl.domain.plans import Plan
from hokctl.domain.units import ModelId
from hokctl.routes.safe_simulation import simulate_execution, simulate_proposal
from hokctl.safe.account import get_safe
from hokctl.safe.proposals import build_safe_tx
from hokctl.safe.simulation import sender_approval, simulate_unsigned
from tests.world import ALICE, MALLORY, TOGETHER, World

pytestmark = pytest.mark.integration


class PickyTransport(HttpTransport):
    """The embedded chain behind a node that refuses state overrides, or passes them over."""

    def __init__(self, world: World, *, refuses: bool) -> None:
        super().__init__(world.url)
        self.refuses = refuses

    def request_batch(self, calls: Sequence[RpcCall]) -> list[Json]:
        """Answer one by one, so that each can be refused."""
        return [self._one(method, params) for method, params in calls]

    def _one(self, method: str, params: Sequence[Json]) -> Json:
        if method in {"debug_traceCall", "eth_simulateV1"}:
            return RpcError(method, -32601, "the method does not exist")
        if method == "eth_call" and len(params) > 2:
            if self.refuses:
                return RpcError(method, -32602, "too many arguments")
            params = params[:2]
        (answer,) = super().request_batch([(method, params)])
        return answer


def snapshot_of(world: World, *, refuses: bool) -> Snapshot:
    chain = Chain(PickyTransport(world, refuses=refuses), network="devnet", chain_id=31337)
    chain.errors = error_table()
    return chain.at()


def plan_of(world: World, *calls: Call) -> Plan:
    return Plan(title="Test", network="devnet", chain_id=31337, block=world.chain.at().block, calls=calls)


def good(world: World) -> Call:
    """Return a call that the Safe may make."""
    reserve = InfrastructureReserve(world.deployment.suite.reserve_address)
    return reserve.set_provider(ModelId("23"), TOGETHER, purpose="Set the provider")


def bad(world: World) -> Call:
    """Return a call that reverts."""
    return InfrastructureReserve(world.deployment.suite.reserve_address).unpause(purpose="Unpause")


@pytest.mark.parametrize("nonce", [0, 5])
def test_the_exact_transaction_is_run_without_signatures_whatever_its_nonce(world: World, nonce: int) -> None:
    snapshot = world.chain.at()
    safe = get_safe(snapshot, world.safe)
    plan = plan_of(world, good(world), good(world))
    safe_tx = build_safe_tx(plan, safe=safe, nonce=nonce)
    result = simulate_unsigned(world.chain, safe_tx, safe, block=snapshot.block.number)

    assert result is not None
    assert (result.ok, int.from_bytes(result.return_data, "big")) == (True, 1)
    assert simulate_proposal(snapshot, safe_tx, plan, safe).findings == ()


def test_the_inner_reason_is_named_and_not_the_safes(world: World) -> None:
    snapshot = world.chain.at()
    safe = get_safe(snapshot, world.safe)
    plan = plan_of(world, good(world), bad(world))
    (finding,) = simulate_proposal(snapshot, build_safe_tx(plan, safe=safe), plan, safe).findings

    assert (finding.code, finding.allowable) == ("simulation-reverted", False)
    assert "Call 2 (InfrastructureReserve.unpause) would revert" in finding.message
    assert "the contract is not paused" in finding.message


@pytest.mark.parametrize("refuses", [True, False])
def test_a_node_that_cannot_pretend_runs_the_calls_as_the_safe(world: World, *, refuses: bool) -> None:
    snapshot = snapshot_of(world, refuses=refuses)
    safe = get_safe(snapshot, world.safe)
    fine, broken = plan_of(world, good(world)), plan_of(world, bad(world))
    safe_tx = build_safe_tx(fine, safe=safe)

    assert simulate_unsigned(snapshot.chain, safe_tx, safe, block=snapshot.block.number) is None
    assert simulate_proposal(snapshot, safe_tx, fine, safe).effect == Effect(method=EffectMethod.CALL)
    (finding,) = simulate_proposal(snapshot, build_safe_tx(broken, safe=safe), broken, safe).findings
    assert finding.code == "simulation-reverted"


def test_an_execution_with_false_signatures_fails_in_the_safes_own_words(world: World) -> None:
    snapshot = world.chain.at()
    safe = get_safe(snapshot, world.safe)
    plan = plan_of(world, good(world))
    safe_tx = build_safe_tx(plan, safe=safe)
    call = Safe(world.safe).exec_transaction(safe_tx.fields, sender_approval(ALICE), purpose="Execute")
    (finding,) = simulate_execution(snapshot, call, safe_tx, plan, safe, executor=MALLORY).findings

    assert "there are fewer signatures than the threshold asks for (GS020)" in finding.message


def test_an_execution_names_the_inner_reason(world: World) -> None:
    snapshot = world.chain.at()
    one_owner = create_own_safe(world)
    safe = get_safe(world.chain.at(), one_owner)
    plan = replace(plan_of(world, good(world)), block=snapshot.block)
    safe_tx = build_safe_tx(plan, safe=safe)
    call = Safe(one_owner).exec_transaction(safe_tx.fields, sender_approval(ALICE), purpose="Execute")
    (finding,) = simulate_execution(world.chain.at(), call, safe_tx, plan, safe, executor=ALICE).findings

    assert "lacks DEFAULT_ADMIN_ROLE on InfrastructureReserve" in finding.message


def create_own_safe(world: World) -> ChecksumAddress:
    created = world.ok("safe", "create", "--owner", "alice", "--threshold", "1", "--signer", "alice", "-y")
    return to_checksum_address(created["safe"])
