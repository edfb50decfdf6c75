"""Simulating Safe transactions: the exact bytes that will be sent, what they would do, or why they would fail."""

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from eth_typing import ChecksumAddress

from hokctl.clients.errors import explain_revert
from hokctl.clients.safe import FALLBACK_HANDLER_SLOT, GUARD_SLOT, SINGLETON_SLOT, Safe
from hokctl.domain.authority import SafeAuthority
from hokctl.domain.calls import Argument, Call
from hokctl.domain.effects import Effect, Footprint, Simulation
from hokctl.domain.findings import Finding, Severity
from hokctl.domain.plans import EventCondition, Plan
from hokctl.routes.effects import effect_of, views_of
from hokctl.routes.simulation import explain_failure, simulate_calls, unobserved
from hokctl.safe.simulation import (
    NONCE_SLOT,
    OWNER_COUNT_SLOT,
    SIGNATURE_CHECKS,
    THRESHOLD_SLOT,
    pretended_execution,
    simulate_unsigned,
    with_slots,
)
from hokctl.safe.transactions import SafeTx

if TYPE_CHECKING:
    from hokctl.chain.reverts import Revert
    from hokctl.chain.scenes import Failure, Observation, Scene
    from hokctl.chain.session import Snapshot
    from hokctl.chain.transport import Errand

_INNER_CALL_FAILED: Final = "GS013"


def simulate_proposal(
    snapshot: "Snapshot",
    safe_tx: SafeTx,
    plan: Plan,
    authority: SafeAuthority,
    *,
    guard: ChecksumAddress | None = None,
) -> Simulation:
    """Return what the Safe transaction would do once its owners have signed it and its turn has come.

    With a `guard` it is tried without it as well. On a node that tells only success or failure, and cannot pretend
    the signatures, the plan's calls are simulated as the Safe's own instead.
    """
    from hokctl.chain.scenes import Scene

    call, overrides = pretended_execution(safe_tx, authority)
    scene = Scene(
        calls=(call,),
        sender=authority.owners[0],
        block=snapshot.block.number,
        views=views_of(plan),
        overrides=overrides,
    )
    found = _observe(snapshot, scene, plan, safe_tx, authority, guard=guard)
    if found is not None:
        return found
    result = simulate_unsigned(snapshot.chain, safe_tx, authority, block=snapshot.block.number)
    if result is None:
        findings = simulate_calls(snapshot, plan.calls, authority.address)
    else:
        findings = [] if result.revert is None else _explain(snapshot, result.revert, plan, authority)
    return unobserved(findings, footprint_of(safe_tx, guard))


def simulate_execution(
    snapshot: "Snapshot",
    call: Call,
    safe_tx: SafeTx,
    plan: Plan,
    authority: SafeAuthority,
    *,
    executor: ChecksumAddress,
    guard: ChecksumAddress | None = None,
    errand: "Errand | None" = None,
) -> Simulation:
    """Return what `call`, the execution with its real signatures, would do when `executor` sends it, and its gas.

    The `errand` is run on the way.
    """
    from hokctl.chain.estimates import estimate_request
    from hokctl.chain.scenes import Scene
    from hokctl.chain.simulation import simulate
    from hokctl.chain.transport import Errand

    scene = Scene(calls=(call,), sender=executor, block=snapshot.block.number, views=views_of(plan))
    # Whoever is about to send asks for the estimate among other things.
    errand = errand or Errand([estimate_request(executor, call)])
    found = _observe(snapshot, scene, plan, safe_tx, authority, guard=guard, errand=errand)
    if found is not None:
        return found
    result = simulate(snapshot.chain, call, sender=executor, block=snapshot.block.number)
    findings = [] if result.revert is None else _explain(snapshot, result.revert, plan, authority)
    return unobserved(findings, footprint_of(safe_tx, guard))


def footprint_of(safe_tx: SafeTx, guard: ChecksumAddress | None) -> Footprint:
    """Return what the execution of a Safe transaction leaves behind besides what its calls do."""
    safe = safe_tx.safe

    def event(name: str, *args: Argument) -> EventCondition:
        return EventCondition(address=safe, label=Safe.contract_name, event=name, args=args, text=f"{name} is logged")

    executed = Argument(name="txHash", type="bytes32", value=bytes.fromhex(safe_tx.safe_tx_hash[2:]))
    unpaid = Argument(name="payment", type="uint256", value=0)
    return Footprint(
        events=(event("ExecutionSuccess", executed, unpaid),),
        optional=(event("SafeMultiSigTransaction"), event("SafeReceived")),
        slots=frozenset({(safe, NONCE_SLOT)}),
        contracts=frozenset() if guard is None else frozenset({guard}),
        payer=safe,
        locked={
            (safe, SINGLETON_SLOT): (),
            (safe, OWNER_COUNT_SLOT): ("AddedOwner", "RemovedOwner"),
            (safe, THRESHOLD_SLOT): ("ChangedThreshold",),
            (safe, GUARD_SLOT): ("ChangedGuard",),
            (safe, FALLBACK_HANDLER_SLOT): ("ChangedFallbackHandler",),
        },
    )


def _observe(
    snapshot: "Snapshot",
    scene: "Scene",
    plan: Plan,
    safe_tx: SafeTx,
    authority: SafeAuthority,
    *,
    guard: ChecksumAddress | None,
    errand: "Errand | None" = None,
) -> Simulation | None:
    """Return what the node saw, with and without the guard; None when it can neither see nor pretend."""
    from hokctl.chain.estimates import read_estimate
    from hokctl.chain.observation import observe

    unguarded = replace(scene, overrides=with_slots(scene.overrides, authority.address, {GUARD_SLOT: 0}))
    scenes = [scene] if guard is None else [scene, unguarded]
    observed, answers = observe(snapshot.chain, scenes, also=() if errand is None else errand.requests)
    if errand is not None:
        errand.answers = answers
    if observed is None or _is_unpretended(observed[0], scene):
        return None
    first, others = observed[0], observed[1:]
    labels = {safe_tx.safe: Safe.contract_name}
    without = [_effect(plan, other, labels) for other in others]
    own = footprint_of(safe_tx, guard)
    if first.failure is None:
        effect = effect_of(plan, first, labels)
        guardless = without[0] if without else None
        gas = None if errand is None else read_estimate(errand)
        return Simulation(own=own, effect=effect, without_guard=guardless, gas_estimate=gas)
    finding = _explain_failure(first.failure, plan, authority)
    if without:
        verdict = "it fails as well" if without[0] is None else "it would succeed"
        finding = replace(finding, evidence={**finding.evidence, "without the guard": verdict})
    return Simulation(findings=(finding,), own=own, without_guard=without[0] if without else None)


def _effect(plan: Plan, observation: "Observation", labels: dict[ChecksumAddress, str]) -> Effect | None:
    return None if observation.failure is not None else effect_of(plan, observation, labels)


def _is_unpretended(observation: "Observation", scene: "Scene") -> bool:
    """Tell whether the Safe missed the signatures that the node was to pretend."""
    failure = observation.failure
    return bool(scene.overrides) and failure is not None and failure.outer.text in SIGNATURE_CHECKS


def _explain_failure(failure: "Failure", plan: Plan, authority: SafeAuthority) -> Finding:
    inner = explain_failure(failure, plan, authority.address)
    return inner if inner.message.startswith("Call ") else _reverted(failure.outer, authority)


def _explain(snapshot: "Snapshot", revert: "Revert", plan: Plan, authority: SafeAuthority) -> list[Finding]:
    """Return the inner call's own reason where the Safe only says that an inner call failed."""
    if revert.text == _INNER_CALL_FAILED:
        inner = simulate_calls(snapshot, plan.calls, authority.address)
        if any(finding.severity is Severity.ERROR for finding in inner):
            return inner
    return [_reverted(revert, authority)]


def _reverted(revert: "Revert", authority: SafeAuthority) -> Finding:
    reason = explain_revert(revert, label=Safe.contract_name, signature="execTransaction", address=authority.address)
    return Finding(
        code="simulation-reverted",
        severity=Severity.ERROR,
        subject=authority.address,
        message=f"The Safe transaction would revert: {reason}",
        evidence={"revert data": "0x" + revert.data.hex()},
        remedy="Nothing was sent. Mend the cause, or have it proposed again.",
        allowable=False,
    )
