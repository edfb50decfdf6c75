"""What waits for somebody is told when it waits for too long, and what nobody here scheduled at once."""

from dataclasses import replace

import pytest

from hokctl.clients.governor import ProposalState
from hokctl.config.monitoring import MonitorSettings
from hokctl.domain.authority import GovernorAuthority
from hokctl.domain.findings import Finding, Severity
from hokctl.domain.units import OperationId, TxHash
from hokctl.monitor.facts import Facts
from hokctl.monitor.rules import judge
from hokctl.routes.governor_proposals import GovernorProposal
from hokctl.routes.operations import OperationState
from hokctl.services.governor_records import FoundProposal
from hokctl.services.safe_queue import ProposalStanding, QueueEntry, SafeQueue
from hokctl.services.timelocks import FoundOperation
from tests.unit.safe.samples import SAFE, plan_of, sample_proposal, threshold_call
from tests.world import ACCOUNTS

from .test_rules import HOUR, NOW, facts

pytestmark = pytest.mark.unit

OPERATION = FoundOperation(
    timelock=ACCOUNTS[0],
    operation_id=OperationId("0x" + "0e" * 32),
    calls=(),
    operation=None,
    delay_s=HOUR,
    state=OperationState.WAITING,
    cancelled=False,
    ready_at=NOW + HOUR,
    scheduled_in=TxHash("0x" + "01" * 32),
    ended_in=None,
    plan=plan_of(threshold_call(3)),
    path="operation.json",
)


def queue(age_s: int, standing: ProposalStanding = ProposalStanding.EXECUTABLE, *findings: Finding) -> Facts:
    """Return the facts with one proposal of that age in the Safe's queue."""
    proposal = sample_proposal(created_at=NOW - age_s)
    entry = QueueEntry(proposal=proposal, confirmations=(), kinds={}, standing=standing, executed_by=None)
    return replace(facts(), queue=SafeQueue(safe=SAFE, entries=(entry,), findings=findings))


def rules(found: Facts) -> list[str]:
    return [alert.rule for alert in judge(found)]


def test_a_proposal_may_wait_for_a_day_and_no_longer() -> None:
    assert rules(queue(24 * HOUR)) == []
    (alert,) = judge(queue(25 * HOUR))
    assert (alert.rule, alert.message) == (
        "proposal-waiting",
        "'Change the threshold' waits with the Safe for 1 day 1 hour: executable.",
    )
    patient = replace(queue(25 * HOUR), settings=MonitorSettings(proposal_hours=48))
    assert rules(patient) == []


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("stale-proposal", "proposal-stale"),
        ("nonce-gap", "proposal-trouble"),
        ("proposal-untrusted", "proposal-trouble"),
    ],
)
def test_what_is_wrong_with_the_queue_is_told(code: str, expected: str) -> None:
    finding = Finding(code=code, severity=Severity.INFO, subject="7", message="It is stuck.", remedy="-")
    assert rules(queue(0, ProposalStanding.EXECUTABLE, finding)) == [expected]


@pytest.mark.parametrize(
    ("operation", "expected"),
    [
        (OPERATION, []),
        (replace(OPERATION, path=None), ["operation-unknown"]),
        (replace(OPERATION, state=OperationState.READY, ready_at=NOW), ["operation-ready"]),
        (replace(OPERATION, state=OperationState.READY, ready_at=NOW - 24 * HOUR), ["operation-ready"]),
        (replace(OPERATION, state=OperationState.READY, ready_at=NOW - 25 * HOUR), ["operation-overdue"]),
        (replace(OPERATION, state=OperationState.DONE, ready_at=None, path=None), []),
    ],
)
def test_an_operation_is_ready_overdue_or_unknown(operation: FoundOperation, expected: list[str]) -> None:
    assert rules(replace(facts(), operations=(operation,))) == expected


def test_an_operation_that_becomes_overdue_is_the_same_alert() -> None:
    keys = {
        alert.key
        for late in (0, 25 * HOUR)
        for alert in judge(
            replace(facts(), operations=(replace(OPERATION, state=OperationState.READY, ready_at=NOW - late),))
        )
    }
    assert len(keys) == 1


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (ProposalState.ACTIVE, ["governor-proposal"]),
        (ProposalState.SUCCEEDED, ["governor-proposal"]),
        (ProposalState.EXECUTED, []),
        (ProposalState.DEFEATED, []),
    ],
)
def test_an_open_proposal_of_a_governor_is_told(state: ProposalState, expected: list[str]) -> None:
    authority = GovernorAuthority(
        address=ACCOUNTS[1],
        name="DAO",
        timelock=None,
        voting_delay=0,
        voting_period=HOUR,
        clock_is_time=True,
        proposal_threshold=0,
    )
    found = FoundProposal(
        authority=authority,
        proposal_id=1234567890123,
        proposal=GovernorProposal(governor=authority.address, timelock=None, calls=(), description="x"),
        proposer=ACCOUNTS[2],
        state=state,
        snapshot=NOW,
        deadline=NOW,
        eta=None,
        created_in=TxHash("0x" + "01" * 32),
        plan=plan_of(threshold_call(3)),
        path=None,
    )
    assert rules(replace(facts(), proposals=(found,))) == expected
