"""Rules about what the monitor itself relies on: the node, a second one, the book."""

from collections.abc import Iterator
from typing import Final

from hokctl.domain.alerts import Alert
from hokctl.domain.durations import format_duration
from hokctl.domain.findings import Finding
from hokctl.errors import HokctlError
from hokctl.monitor.facts import HOUR_S, Facts, NodeFacts, state_alert

NODE_UNREACHABLE: Final = "node-unreachable"
LEDGER_UNREACHABLE: Final = "ledger-unreachable"


def judge_node(facts: Facts) -> Iterator[Alert]:
    """Yield what is wrong with the node, the second one, and the index of events."""
    if facts.node is not None:
        yield from _behind(facts, facts.node)
        yield from _second(facts.node)
    limit = facts.settings.index_hours * HOUR_S
    if facts.index_at is not None and facts.now - facts.index_at > limit:
        late = format_duration((facts.now - facts.index_at) // HOUR_S * HOUR_S)
        yield state_alert(
            "index-behind",
            "index",
            subject="index",
            message=f"The index of events ends {late} before the newest block.",
            evidence={"limit": format_duration(limit)},
        )
    for finding in facts.unread:
        yield _blind_spot(finding)


def node_unreachable(error: HokctlError) -> Alert:
    """Return the alert that the node could not be asked."""
    return state_alert(
        NODE_UNREACHABLE,
        "node",
        subject="node",
        message=f"The node cannot be asked, so nothing was looked at. {error.message}",
        evidence={"code": error.code},
    )


def ledger_unreachable(error: HokctlError) -> Alert:
    """Return the alert that the book could not be used."""
    return state_alert(
        LEDGER_UNREACHABLE,
        "ledger",
        subject="ledger",
        message=f"The book cannot be used: events are missed, and what was told is forgotten. {error.message}",
        evidence={"code": error.code},
    )


def _behind(facts: Facts, node: NodeFacts) -> Iterator[Alert]:
    limit = facts.settings.node_age_s(is_devnet=node.is_devnet)
    if limit is None:
        return
    now, last = facts.seen.observed_at, node.last_head
    age = now - node.head.timestamp
    same = last is not None and node.head.number <= last.number
    stuck = now - last.timestamp if same and last is not None else 0
    if age <= limit and stuck <= limit:
        return
    late = format_duration(max(age, stuck) // 60 * 60)
    what = f"has shown block {node.head.number} for {late}" if stuck > age else f"has a newest block that is {late} old"
    yield state_alert(
        "node-behind",
        "node",
        subject="node",
        message=f"The node {node.endpoint} {what}: what happened since is not seen.",
        evidence={"block": str(node.head.number), "limit": format_duration(limit)},
    )


def _second(node: NodeFacts) -> Iterator[Alert]:
    second, block = node.second, node.compared
    if second is None or block is None:
        return
    if second.failure is not None:
        yield state_alert(
            "second-node-unreachable",
            "second-node",
            subject="second node",
            message=f"The second node cannot be asked, so nobody confirms the first. {second.failure}",
            evidence={"node": second.endpoint},
        )
    elif second.block_hash is not None and second.block_hash != block.hash.lower():
        yield state_alert(
            "nodes-disagree",
            "nodes",
            subject="node",
            message=f"Block {block.number} has one hash on {node.endpoint} and another on {second.endpoint}.",
            evidence={node.endpoint: block.hash, second.endpoint: second.block_hash},
        )


def _blind_spot(finding: Finding) -> Alert:
    return state_alert(
        "blind-spot",
        finding.subject,
        subject=finding.subject,
        message=f"{finding.subject[0].upper()}{finding.subject[1:]} could not be looked at. {finding.message}",
        evidence={"code": finding.code},
    )
