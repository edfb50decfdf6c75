"""Checks of the chain and of the hashes: the same chain everywhere, the same hash whoever computes it."""

from collections.abc import Iterator

from hokctl.checks.facts import SafeTxFacts, SecondNode
from hokctl.checks.outcomes import NOTHING_TO_SEE, Looked
from hokctl.domain.findings import Finding, Severity


def check_chain(facts: SafeTxFacts) -> Looked:
    """Compare the chain of the configuration, of the proposal and of its plan; the node was held to the first."""
    safe_tx, plan = facts.safe_tx, facts.plan
    at = (
        ("configuration and node", str(facts.chain_id)),
        ("Safe transaction", str(safe_tx.chain_id)),
        ("plan", str(plan.chain_id)),
        ("domain hash", safe_tx.domain_hash),
    )
    if {safe_tx.chain_id, plan.chain_id} == {facts.chain_id}:
        return Looked(at)
    finding = Finding(
        code="chain-differs",
        severity=Severity.ERROR,
        subject=safe_tx.safe_tx_hash,
        message=f"The proposal is for chain {safe_tx.chain_id}, not for {facts.chain_id}.",
        evidence=dict(at),
        remedy="Sign nothing: the same bytes would do something else on another chain.",
        allowable=False,
    )
    return Looked(at, (finding,))


def check_second_node(facts: SafeTxFacts) -> Looked:
    """Compare chain id and block hash with what a second node says, when one is configured."""
    second = facts.second
    if second is None:
        return NOTHING_TO_SEE
    said = second.failure or f"chain {second.chain_id}, block {facts.block.number}: {second.block_hash or 'not there'}"
    at = (("this node", f"block {facts.block.number}: {facts.block.hash}"), (second.endpoint, said))
    return Looked(at, tuple(_judge_second(facts, second)))


def _judge_second(facts: SafeTxFacts, second: SecondNode) -> Iterator[Finding]:
    if second.failure is not None:
        yield Finding(
            code="second-node-silent",
            severity=Severity.ERROR,
            subject=second.endpoint,
            message="The second node could not be asked, so nothing confirms what the first one says.",
            evidence={"reason": second.failure},
            remedy="Repeat it when the second node answers, or name another as second_rpc_url.",
        )
    elif second.chain_id != facts.chain_id or second.block_hash not in {None, facts.block.hash}:
        yield Finding(
            code="second-node-disagrees",
            severity=Severity.ERROR,
            subject=second.endpoint,
            message=f"The two nodes do not agree on block {facts.block.number}: one of them is wrong, or lies.",
            evidence={"first": facts.block.hash, "second": second.block_hash or f"chain {second.chain_id}"},
            remedy="Sign nothing until you know which: a lying node can make any check pass.",
            allowable=False,
        )
    elif second.block_hash is None:
        yield Finding(
            code="second-node-behind",
            severity=Severity.WARNING,
            subject=second.endpoint,
            message=f"The second node does not have block {facts.block.number} yet.",
            remedy="Repeat it in a moment, or read at an older block: --block.",
        )


def check_hashes(facts: SafeTxFacts) -> Looked:
    """Compare the hashes that hokctl, eth_account and the Safe's own contract compute."""
    at = tuple(
        (f"{one.name} by {who}", value)
        for one in facts.hashes
        for who, value in (("hokctl", one.own), ("eth_account", one.eth_account), ("the Safe", one.contract))
        if value is not None
    )
    wrong = tuple(
        Finding(
            code="hash-mismatch",
            severity=Severity.ERROR,
            subject=facts.safe_tx.safe,
            message=f"The {one.name} is not the same for everyone who computes it.",
            evidence={"hokctl": one.own, "eth_account": one.eth_account, "the Safe's contract": one.contract or "-"},
            remedy="Sign nothing: this is not the Safe it claims to be, or its version is not what it says.",
            allowable=False,
        )
        for one in facts.hashes
        if not one.agrees
    )
    return Looked(at, wrong)
