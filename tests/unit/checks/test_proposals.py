"""What speaks against a proposal, from facts alone."""

from dataclasses import replace
from typing import Any

import pytest
from eth_utils.address import to_checksum_address

from hokctl.checks.proposals import ProposalFacts, check_proposal
from hokctl.clients.infrastructure_reserve import InfrastructureReserve
from hokctl.clients.mock_usdc import MockUsdc
from hokctl.clients.safe import Safe
from hokctl.clients.safe_deployments import SAFE_1_4_1
from hokctl.domain.authority import SafeAuthority
from hokctl.domain.calls import Call
from hokctl.domain.plans import Plan
from hokctl.domain.units import BlockRef, SafeTxHash
from hokctl.safe.account import SafeDetails
from hokctl.safe.proposals import build_safe_tx

pytestmark = pytest.mark.unit

SAFE, RESERVE, OTHER, OWNER = (to_checksum_address(bytes([number]) * 20) for number in range(1, 5))
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


def facts_of(*calls: Call, nonce: int = 4) -> ProposalFacts:
    plan = Plan(
        title="Pause",
        network="devnet",
        chain_id=31337,
        block=BlockRef(number=1, hash="0x" + "00" * 32, timestamp=1),
        calls=calls or (PAUSE,),
    )
    safe_tx = build_safe_tx(plan, safe=AUTHORITY, nonce=nonce)
    return ProposalFacts(
        safe_tx=safe_tx,
        plan=plan,
        details=DETAILS,
        contract_hash=safe_tx.safe_tx_hash,
        rivals=(),
        labels={RESERVE: "InfrastructureReserve"},
    )


def codes(facts: ProposalFacts) -> list[tuple[str, str]]:
    return [(finding.code, finding.severity.value) for finding in check_proposal(facts)]


def with_details(**changes: Any) -> ProposalFacts:  # noqa: ANN401 - fields of several types
    return replace(facts_of(), details=replace(DETAILS, **changes))


def test_a_sound_proposal_has_no_findings() -> None:
    assert codes(facts_of()) == []


@pytest.mark.parametrize(
    ("facts", "found"),
    [
        (replace(facts_of(), contract_hash=SafeTxHash("0x" + "00" * 32)), [("hash-mismatch", "error")]),
        (facts_of(nonce=3), [("stale-nonce", "error")]),
        (facts_of(nonce=6), [("future-nonce", "info")]),
        (replace(facts_of(), rivals=(SafeTxHash("0x" + "11" * 32),)), [("nonce-conflict", "warning")]),
        (with_details(singleton=OTHER), [("unknown-singleton", "error")]),
        (with_details(modules=(OTHER,)), [("safe-has-modules", "warning")]),
        (with_details(guard=OTHER), [("safe-has-guard", "info")]),
        (with_details(authority=replace(AUTHORITY, version="1.3.0")), [("safe-version-differs", "warning")]),
        (replace(facts_of(), labels={RESERVE: "UsageFeeRouter"}), [("label-mismatch", "error")]),
        (replace(facts_of(), labels={OTHER: "InfrastructureReserve"}), [("target-not-in-manifest", "warning")]),
        (replace(facts_of(), labels=None), []),
        (replace(facts_of(MockUsdc(OTHER).mint(OWNER, 1, purpose="Mint")), labels={OTHER: "USDC"}), []),
        (
            facts_of(Safe(SAFE).change_threshold(1, purpose="Change the threshold")),
            [("safe-changes-itself", "error")],
        ),
    ],
)
def test_each_fact_that_speaks_against_it_is_named(facts: ProposalFacts, found: list[tuple[str, str]]) -> None:
    assert codes(facts) == found


def test_a_contract_that_no_manifest_names_is_no_finding() -> None:
    elsewhere = InfrastructureReserve(OTHER, label="Foreign").pause(purpose="Pause")

    assert codes(facts_of(elsewhere)) == []


@pytest.mark.parametrize("facts", [facts_of(nonce=3), replace(facts_of(), labels={RESERVE: "UsageFeeRouter"})])
def test_what_cannot_be_right_cannot_be_allowed(facts: ProposalFacts) -> None:
    (finding,) = check_proposal(facts)

    assert finding.blocks(frozenset({finding.code}))


def test_stops_come_first() -> None:
    facts = replace(with_details(modules=(OTHER,), singleton=OTHER), rivals=(SafeTxHash("0x" + "11" * 32),))

    assert [code for code, _ in codes(facts)] == ["unknown-singleton", "nonce-conflict", "safe-has-modules"]
