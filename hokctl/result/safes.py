"""Safes, their queues and their proposals as scripts and people read them."""

from datetime import UTC, datetime

from hokctl.domain.documents import JsonObject, JsonValue
from hokctl.domain.outcomes import ProposalRecord
from hokctl.domain.plans import Plan
from hokctl.result.carried import plan_summary_to_json, proposal_blocks, proposal_to_json
from hokctl.result.values import Block, Facts, Heading, Table
from hokctl.safe.account import SafeDetails
from hokctl.services.safe_queue import ProposalStanding, QueueEntry, SafeQueue

_BOTH = "both"
_NEXT = {
    ProposalStanding.EXECUTABLE: "hokctl safe execute {hash}",
    ProposalStanding.NEEDS_CONFIRMATIONS: "hokctl safe sign {hash}",
    ProposalStanding.WAITS_FOR_ITS_TURN: "the proposals before it: hokctl safe queue",
}


def details_to_json(details: SafeDetails) -> JsonObject:
    """Return a Safe with everything that acts for it or watches it."""
    safe = details.authority
    owners: list[JsonValue] = list(safe.owners)
    modules: list[JsonValue] = list(details.modules)
    return {
        "safe": safe.address,
        "version": safe.version,
        "owners": owners,
        "threshold": safe.threshold,
        "nonce": safe.nonce,
        "singleton": details.singleton,
        "fallback_handler": details.fallback_handler,
        "guard": details.guard,
        "modules": modules,
        "more_modules": details.more_modules,
    }


def details_facts(details: SafeDetails) -> Facts:
    """Return a Safe for people."""
    safe = details.authority
    return Facts(
        (
            ("version", safe.version),
            ("threshold", f"{safe.threshold} of {len(safe.owners)}"),
            *(("owner", owner) for owner in safe.owners),
            ("next nonce", str(safe.nonce)),
            ("singleton", details.singleton),
            ("fallback handler", details.fallback_handler or "none"),
            ("guard", details.guard or "none"),
            ("modules", ", ".join(details.modules) or "none"),
        )
    )


def queue_to_json(queue: SafeQueue) -> JsonObject:
    """Return the queue as the command surface promises it."""
    return {
        "safe": queue.safe.address,
        "nonce": queue.safe.nonce,
        "threshold": queue.safe.threshold,
        "proposals": [_entry_to_json(entry) for entry in queue.entries],
    }


def queue_table(queue: SafeQueue) -> Table:
    """Return the queue for people."""
    rows = tuple(
        (
            str(entry.proposal.safe_tx.nonce),
            entry.proposal.safe_tx_hash[:10],
            entry.proposal.plan.title,
            f"{len(entry.confirmations)} of {queue.safe.threshold}",
            next_step(entry),
        )
        for entry in queue.entries
    )
    columns = ("nonce", "safeTxHash", "title", "confirmations", "next")
    return Table(columns, rows, right=frozenset({"nonce"}), empty="Nothing waits.")


def source_of(entry: QueueEntry) -> str:
    """Return where the proposal is: `folder`, `service` or `both`."""
    return entry.sources[0] if len(entry.sources) == 1 else _BOTH


def next_step(entry: QueueEntry) -> str:
    """Return what has to happen next with a proposal, a command where there is one."""
    if entry.standing is ProposalStanding.PAST:
        return f"nothing: executed by {entry.executed_by}" if entry.executed_by else "nothing: its nonce is used"
    return _NEXT[entry.standing].format(hash=entry.proposal.safe_tx_hash[:10])


def shown_to_json(entry: QueueEntry, record: ProposalRecord, plan: Plan, *, effects: tuple[str, ...]) -> JsonObject:
    """Return one proposal with its plan, its hashes, what its bytes do, and what comes next."""
    safe_tx, lines = entry.proposal.safe_tx, list[JsonValue](effects)
    return {
        "plan": plan_summary_to_json(plan),
        "proposal": proposal_to_json(record),
        "kinds": _kinds_to_json(entry),
        "safe_tx": {
            "to": safe_tx.to,
            "value": str(safe_tx.value),
            "data": "0x" + safe_tx.data.hex(),
            "operation": int(safe_tx.operation),
            "nonce": safe_tx.nonce,
        },
        "effects": lines,
        "standing": entry.standing.value,
        "executed_by": entry.executed_by,
        "proposer": entry.proposal.proposer,
        "created_at": entry.proposal.created_at,
        "next": next_step(entry),
    }


def shown_blocks(entry: QueueEntry, record: ProposalRecord, *, effects: tuple[str, ...]) -> tuple[Block, ...]:
    """Return one proposal for people."""
    proposal = entry.proposal
    heading, hashes = proposal_blocks(record)
    pairs = hashes.pairs if isinstance(hashes, Facts) else ()
    facts = [
        ("proposed", f"{datetime.fromtimestamp(proposal.created_at, UTC):%Y-%m-%d %H:%M} UTC"),
        ("proposer", proposal.proposer or "unknown"),
        *(("it will", effect) for effect in effects),
        *((name, value) for name, value in pairs if name != "next"),
        *(("confirmed by", owner) for owner in entry.confirmations),
        ("next", next_step(entry)),
    ]
    return (Heading(proposal.plan.title), heading, Facts(tuple(facts)))


def _kinds_to_json(entry: QueueEntry) -> JsonObject:
    """Return how each owner confirmed."""
    return {owner: kind.value for owner, kind in entry.kinds.items()}


def _entry_to_json(entry: QueueEntry) -> JsonObject:
    confirmations: list[JsonValue] = list(entry.confirmations)
    return {
        "safe_tx_hash": entry.proposal.safe_tx_hash,
        "nonce": entry.proposal.safe_tx.nonce,
        "title": entry.proposal.plan.title,
        "confirmations": confirmations,
        "kinds": _kinds_to_json(entry),
        "executable": entry.standing is ProposalStanding.EXECUTABLE,
        "created_at": entry.proposal.created_at,
        "source": source_of(entry),
    }
