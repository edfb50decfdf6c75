"""Simulating calls before anyone signs them: what they would do, or in words why one would fail."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from eth_typing import ChecksumAddress

from hokctl.clients.errors import explain_revert
from hokctl.domain.calls import Call
from hokctl.domain.effects import Effect, EffectMethod, Footprint, Simulation
from hokctl.domain.findings import Finding, Severity
from hokctl.domain.plans import Plan
from hokctl.routes.effects import effect_of, views_of

if TYPE_CHECKING:
    from hokctl.chain.reverts import Revert
    from hokctl.chain.scenes import Failure
    from hokctl.chain.session import Snapshot


def simulate_plan(snapshot: "Snapshot", plan: Plan, sender: ChecksumAddress) -> Simulation:
    """Return what the plan's calls would do as messages of `sender`, in order, on the snapshot's state."""
    from hokctl.chain.observation import observe
    from hokctl.chain.scenes import Scene

    scene = Scene(calls=plan.calls, sender=sender, block=snapshot.block.number, views=views_of(plan))
    observed, _ = observe(snapshot.chain, [scene])
    own = Footprint(payer=sender)
    if observed is None:
        return unobserved(simulate_calls(snapshot, plan.calls, sender), own)
    (observation,) = observed
    if observation.failure is not None:
        return Simulation(findings=(explain_failure(observation.failure, plan, sender),), own=own)
    return Simulation(effect=effect_of(plan, observation, {}), own=own)


def unobserved(findings: Sequence[Finding], own: Footprint) -> Simulation:
    """Return what is known where the node tells only success or failure: the findings, and no effect."""
    failed = any(finding.severity is Severity.ERROR for finding in findings)
    effect = None if failed else Effect(method=EffectMethod.CALL)
    return Simulation(findings=tuple(findings), own=own, effect=effect)


def explain_failure(failure: "Failure", plan: Plan, sender: ChecksumAddress) -> Finding:
    """Return the finding for the plan's call that would fail, or else for the message around the calls."""
    for number, call in enumerate(plan.calls, start=1):
        if any(call.data == data and call.to in {None, to} for to, data in failure.path):
            return _reverts(number, call, explain_call(failure.revert, call, sender), failure.revert)
    message = f"The transaction would revert: it fails: {failure.revert.text}"
    return Finding(
        code="simulation-reverted",
        severity=Severity.ERROR,
        subject=str(failure.path[0][0] or "creation"),
        message=message,
        evidence={"revert data": "0x" + failure.revert.data.hex()},
        remedy="Nothing was sent. Mend the cause and plan again.",
        allowable=False,
    )


def explain_call(revert: "Revert", call: Call, sender: ChecksumAddress) -> str:
    """Return one sentence that says why `call` of `sender` fails."""
    return explain_revert(revert, label=call.label, signature=call.signature, address=call.to, account=sender)


def simulate_calls(snapshot: "Snapshot", calls: Sequence[Call], sender: ChecksumAddress) -> list[Finding]:
    """Run `calls` in order from `sender` on the snapshot's state; return a finding for the first that reverts.

    A node that cannot run a sequence simulates the first call alone, and the rest is a finding.
    """
    from hokctl.chain.simulation import simulate_sequence

    outcome = simulate_sequence(snapshot.chain, calls, sender=sender, block=snapshot.block.number)
    for number, (call, result) in enumerate(zip(calls, outcome.results, strict=False), start=1):
        if result.revert is not None:
            return [_reverts(number, call, explain_call(result.revert, call, sender), result.revert)]
    if not outcome.complete:
        return [_partial(len(outcome.results), len(calls))]
    return []


def _reverts(number: int, call: Call, reason: str, revert: "Revert") -> Finding:
    return Finding(
        code="simulation-reverted",
        severity=Severity.ERROR,
        subject=call.to or call.label,
        message=f"Call {number} ({call.label}.{call.signature.partition('(')[0]}) would revert: {reason}",
        evidence={"revert data": "0x" + revert.data.hex()},
        remedy="Nothing was sent. Mend the cause and plan again.",
        allowable=False,
    )


def _partial(simulated: int, total: int) -> Finding:
    return Finding(
        code="simulation-partial",
        severity=Severity.WARNING,
        subject="node",
        message=f"The node can simulate only {simulated} of the {total} calls, since each builds on the one before.",
        remedy="The others are simulated when their turn comes; use a node with eth_simulateV1 to see all now.",
    )
