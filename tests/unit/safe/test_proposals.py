"""A proposal is believed only if its plan, its bytes and its hashes say the same."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from hokctl.clients.safe import Operation
from hokctl.domain.calls import Argument
from hokctl.domain.documents import dump_document, parse_document
from hokctl.domain.plans import InvalidPlanError, Plan
from hokctl.safe.multisend import CreationBySafeError
from hokctl.safe.proposals import (
    InvalidProposalError,
    PlanMismatchError,
    Proposal,
    build_safe_tx,
    proposal_from_json,
    proposal_to_json,
    verify_plan,
    verify_storable,
)
from hokctl.safe.transactions import SafeTx

from .samples import (
    CHAIN_ID,
    OTHER_SAFE,
    OWNERS,
    SAFE,
    SAFE_ADDRESS,
    batch_proposal,
    plan_of,
    sample_proposal,
    threshold_call,
)

pytestmark = pytest.mark.unit


def test_a_safe_tx_carries_the_plan_at_the_safes_next_nonce() -> None:
    plan = plan_of(threshold_call(3))
    safe_tx = build_safe_tx(plan, safe=SAFE)
    assert safe_tx == SafeTx(
        safe=SAFE_ADDRESS,
        chain_id=CHAIN_ID,
        version="1.4.1",
        to=SAFE_ADDRESS,
        value=0,
        data=plan.calls[0].data,
        operation=Operation.CALL,
        nonce=7,
    )
    assert build_safe_tx(plan, safe=SAFE, nonce=0).nonce == 0


def test_a_plan_that_creates_a_contract_cannot_be_proposed() -> None:
    with pytest.raises(CreationBySafeError):
        build_safe_tx(plan_of(replace(threshold_call(1), to=None)), safe=SAFE)


@pytest.mark.parametrize("proposal", [sample_proposal(), batch_proposal()])
def test_a_proposal_survives_its_file(proposal: Proposal) -> None:
    document = parse_document(dump_document(verify_storable(proposal)))
    assert proposal_from_json(document) == proposal
    assert document["safe_tx_hash"] == proposal.safe_tx_hash


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"to": OTHER_SAFE}, "its to differs"),
        ({"value": 1}, "its value differs"),
        ({"data": b"\x00"}, "its data differs"),
        ({"operation": Operation.DELEGATECALL}, "its operation differs"),
        ({"chain_id": 1}, "it is for chain 1, not 31337"),
        ({"safe_tx_gas": 1}, "gas refund"),
        ({"base_gas": 1}, "gas refund"),
        ({"gas_price": 1}, "gas refund"),
        ({"gas_token": OTHER_SAFE}, "gas refund"),
        ({"refund_receiver": OTHER_SAFE}, "gas refund"),
    ],
)
@pytest.mark.parametrize("proposal", [sample_proposal(), batch_proposal()], ids=["one", "batch"])
def test_a_safe_tx_that_does_anything_but_its_plan_is_refused(
    proposal: Proposal, change: dict[str, Any], reason: str
) -> None:
    if proposal.safe_tx.operation is Operation.DELEGATECALL and "operation" in change:
        change = {"operation": Operation.CALL}
    with pytest.raises(PlanMismatchError, match=reason) as caught:
        verify_plan(proposal.plan, replace(proposal.safe_tx, **change))
    assert (caught.value.code, caught.value.exit_code) == ("plan-mismatch", 6)


@pytest.mark.parametrize(
    "change",
    [
        lambda plan: replace(plan, calls=(*plan.calls, threshold_call(2))),
        lambda plan: replace(plan, calls=(threshold_call(2),)),
        lambda plan: replace(plan, calls=(replace(plan.calls[0], value=1),)),
        lambda plan: replace(plan, calls=(replace(plan.calls[0], to=OTHER_SAFE),)),
    ],
)
def test_a_plan_that_says_something_else_is_refused(change: Callable[[Plan], Plan]) -> None:
    proposal = sample_proposal()
    with pytest.raises(PlanMismatchError):
        verify_plan(change(proposal.plan), proposal.safe_tx)


def test_arguments_that_only_look_harmless_are_refused() -> None:
    proposal = sample_proposal()
    shown = replace(proposal.plan.calls[0], args=(Argument(name="_threshold", type="uint256", value=2),))
    with pytest.raises(PlanMismatchError, match="not changeThreshold"):
        verify_plan(replace(proposal.plan, calls=(shown,)), proposal.safe_tx)


@pytest.mark.parametrize("name", ["safe_tx_hash", "domain_hash", "message_hash", "plan_hash"])
def test_a_stated_hash_that_does_not_follow_from_the_content_is_refused(name: str) -> None:
    document = proposal_to_json(sample_proposal()) | {name: "0x" + "00" * 32}
    with pytest.raises(InvalidProposalError, match=f"its {name} is 0x00") as caught:
        proposal_from_json(document)
    assert (caught.value.code, caught.value.exit_code) == ("invalid-proposal", 2)


@pytest.mark.parametrize(
    "change",
    [
        {"version": 2},
        {"version": "1"},
        {"created_at": -1},
        {"created_at": 10**15},
        {"proposer": OWNERS[0].lower()},
        {"safe_tx": None},
        {"plan": []},
        {"plan_hash": None},
    ],
)
def test_a_document_that_is_no_proposal_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(InvalidProposalError):
        proposal_from_json(proposal_to_json(sample_proposal()) | change)


def test_a_title_changed_after_the_proposal_is_noticed() -> None:
    document: Any = proposal_to_json(sample_proposal())
    document["plan"]["title"] = "Something harmless"
    with pytest.raises(InvalidProposalError, match="plan_hash"):
        proposal_from_json(document)


def test_a_plan_that_others_could_not_read_is_not_proposed() -> None:
    proposal = sample_proposal()
    unreadable = replace(proposal, plan=replace(proposal.plan, title="two\nlines"))
    with pytest.raises(InvalidProposalError, match="its plan would not be readable"):
        verify_storable(unreadable)
    with pytest.raises(InvalidPlanError):
        proposal_from_json(proposal_to_json(unreadable))


def test_a_proposal_that_would_not_read_back_the_same_is_not_proposed() -> None:
    proposal = sample_proposal()
    calls: Any = list(proposal.plan.calls)
    with pytest.raises(InvalidProposalError, match="would not be read back"):
        verify_storable(replace(proposal, plan=replace(proposal.plan, calls=calls)))
