"""Facts about a sound proposal, to be spoilt by the tests one by one."""

from dataclasses import replace
from typing import Any

from eth_utils.address import to_checksum_address

from hokctl.checks.facts import HashComparison, SafeTxFacts
from hokctl.checks.preflight import findings_of, run_checks
from hokctl.clients.decoding import decode_calldata
from hokctl.clients.infrastructure_reserve import InfrastructureReserve
from hokctl.clients.safe_deployments import SAFE_1_4_1
from hokctl.domain.authority import SafeAuthority
from hokctl.domain.calls import Call
from hokctl.domain.plans import Plan
from hokctl.domain.units import BlockRef
from hokctl.safe.account import SafeDetails
from hokctl.safe.proposals import Proposal, build_safe_tx
from hokctl.safe.transactions import SafeTx, compare_hashes

SAFE, RESERVE, OTHER, OWNER, PAYEE = (to_checksum_address(bytes([number]) * 20) for number in range(1, 6))
CHAIN_ID = 31337
AUTHORITY = SafeAuthority(address=SAFE, owners=(OWNER,), threshold=1, nonce=4, version="1.4.1")
DETAILS = SafeDetails(
    authority=AUTHORITY,
    singleton=SAFE_1_4_1.singleton_l2,
    fallback_handler=SAFE_1_4_1.fallback_handler,
    guard=None,
    modules=(),
    more_modules=False,
)
PAUSE = InfrastructureReserve(RESERVE).pause(purpose="Pause")
BLOCK = BlockRef(number=1, hash="0x" + "00" * 32, timestamp=1)


def plan_of(*calls: Call, moves_funds: bool = False) -> Plan:
    """Return a plan of the calls, by default one that pauses the reserve."""
    return Plan(
        title="Pause",
        network="devnet",
        chain_id=CHAIN_ID,
        block=BLOCK,
        calls=calls or (PAUSE,),
        moves_funds=moves_funds,
    )


def facts_of(*calls: Call, nonce: int = 4, moves_funds: bool = False) -> SafeTxFacts:
    """Return the facts about a proposal of the calls, with everything in order."""
    plan = plan_of(*calls, moves_funds=moves_funds)
    proposal = Proposal(safe_tx=build_safe_tx(plan, safe=AUTHORITY, nonce=nonce), plan=plan, created_at=1)
    return facts_about(proposal)


def facts_about(proposal: Proposal) -> SafeTxFacts:
    """Return the facts about a proposal, with everything else in order."""
    safe_tx = proposal.safe_tx
    labels = {RESERVE: "InfrastructureReserve"}
    return SafeTxFacts(
        network="devnet",
        chain_id=CHAIN_ID,
        block=BLOCK,
        proposal=proposal,
        details=DETAILS,
        hashes=tuple(
            HashComparison(name=name, own=own, eth_account=theirs, contract=own)
            for name, (own, theirs) in compare_hashes(safe_tx).items()
        ),
        decoded=decode_calldata(
            safe_tx.data, to=safe_tx.to, value=safe_tx.value, operation=safe_tx.operation, labels=labels
        ),
        labels=labels,
        codes={call.to: b"\x00" for call in proposal.plan.calls if call.to is not None},
    )


def with_tx(facts: SafeTxFacts, **changes: Any) -> SafeTxFacts:  # noqa: ANN401 - fields of several types
    """Return the facts about the same proposal with other fields of its Safe transaction."""
    safe_tx: SafeTx = replace(facts.safe_tx, **changes)
    return facts_about(replace(facts.proposal, safe_tx=safe_tx))


def codes(facts: SafeTxFacts) -> list[tuple[str, str]]:
    """Return code and severity of every finding, in order."""
    return [(finding.code, finding.severity.value) for finding in findings_of(run_checks(facts))]
