"""The rules of the monitor: what each is called, how urgent it is, and which runbook helps."""

from dataclasses import dataclass
from typing import Final

from hokctl.domain.alerts import AlertKind, AlertSeverity


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule. What it looks at stands in the monitor's room."""

    name: str
    """In kebab-case: the code of its findings, and what `off` in the configuration calls it."""
    severity: AlertSeverity
    kind: AlertKind
    runbook: str
    """The page below docs/runbooks, without its ending; one page may help with several rules."""
    meaning: str
    """When it fires, in one sentence without a full stop."""


def _states(severity: AlertSeverity, runbook: str, **meanings: str) -> tuple[Rule, ...]:
    return _rules(AlertKind.STATE, severity, runbook, meanings)


def _events(severity: AlertSeverity, runbook: str, **meanings: str) -> tuple[Rule, ...]:
    return _rules(AlertKind.EVENT, severity, runbook, meanings)


def _rules(kind: AlertKind, severity: AlertSeverity, runbook: str, meanings: dict[str, str]) -> tuple[Rule, ...]:
    return tuple(
        Rule(name=name.replace("_", "-"), severity=severity, kind=kind, runbook=runbook, meaning=meaning)
        for name, meaning in meanings.items()
    )


_CRITICAL, _HIGH, _MEDIUM, _LOW = AlertSeverity

ALL_RULES: Final = (
    *_states(_CRITICAL, "runway", critical_runway="a model's reserve lasts fewer days than `critical_runway_days`"),
    *_states(_HIGH, "runway", low_runway="a model's reserve lasts fewer days than `low_runway_days`"),
    *_states(_LOW, "runway", runway_unknown="a model has money set aside, and nobody knows what it burns a day"),
    *_states(_CRITICAL, "insolvency", insolvency="the reserve holds less than its models have accrued"),
    *_events(
        _HIGH,
        "large-payment",
        large_payment="one transaction pays more than `large_payment_percent` of what a model had accrued before it",
    ),
    *_events(_CRITICAL, "emergency-withdrawal", emergency_withdrawal="money left the reserve for the treasury"),
    *_events(_CRITICAL, "treasury-change", treasury_change="somebody else receives emergency withdrawals or fees"),
    *_events(_MEDIUM, "split-change", split_change="governance changed the split of a model"),
    *_states(
        _HIGH,
        "split-change",
        split_out_of_bounds="a split is outside the bounds of its contract, or of `split_min_bps` and `split_max_bps`",
    ),
    *_states(_MEDIUM, "provider", no_provider="a model has no provider, so nobody can be paid for it"),
    *_events(_HIGH, "provider", provider_change="a model's provider was set to another account"),
    *_events(
        _HIGH,
        "powers",
        role_granted="an account was given a role",
        role_revoked="a role was taken from an account",
        role_admin_changed="another role decides from now on who holds a role",
        power_change="another account is named as pauser, verifier, controller, attester or registrar",
    ),
    *_events(
        _CRITICAL,
        "powers",
        ownership_change="a contract has, or is about to have, another owner",
        safe_change="the Safe's owners, threshold, modules, guard or fallback handler changed",
    ),
    *_events(_HIGH, "pause", paused="the reserve, a pool or another contract was paused"),
    *_events(_HIGH, "pause", unpaused="what was paused was released again"),
    *_states(_HIGH, "pause", paused_too_long="the reserve or a pool is paused for longer than `paused_hours`"),
    *_events(
        _HIGH,
        "deposits",
        unknown_depositor="a fee came from an account that policy and role do not know, or past the fee router",
        unknown_model="a fee was deposited for a model that the deployment does not list",
    ),
    *_states(
        _MEDIUM,
        "proposals",
        proposal_waiting="a proposal waits with the Safe for longer than `proposal_hours`",
        proposal_stale="a proposal's nonce was used for something else, and nobody knows what became of it",
        proposal_trouble="the Safe's queue has a gap, two proposals of one nonce, or one that cannot be trusted",
    ),
    *_states(_MEDIUM, "timelock", operation_ready="a timelock's operation can be executed"),
    *_states(
        _HIGH,
        "timelock",
        operation_overdue="a timelock's operation can be executed for longer than `operation_hours`",
        operation_unknown="a timelock's operation waits that the shared folder knows nothing of",
    ),
    *_states(_MEDIUM, "governor", governor_proposal="a governor's proposal is voted on, or waits for its next step"),
    *_states(
        _CRITICAL,
        "node",
        node_unreachable="the node does not answer, or answers for another chain",
        nodes_disagree="the second node has another block of the same number",
    ),
    *_states(_HIGH, "node", node_behind="the node's newest block is older than `node_minutes`, or stays the same"),
    *_states(_MEDIUM, "node", second_node_unreachable="the second node does not answer"),
    *_states(_HIGH, "ledger", ledger_unreachable="the book cannot be used, so nothing can be remembered"),
    *_states(_MEDIUM, "ledger", index_behind="the index of events is more than `index_hours` behind the node"),
    *_states(
        _MEDIUM,
        "blind-spot",
        blind_spot="something that rules look at could not be read, such as the Transaction Service",
    ),
)
"""Every rule, as docs/monitoring.md lists them."""

RULES: Final = {rule.name: rule for rule in ALL_RULES}
