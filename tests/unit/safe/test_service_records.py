"""The note that a proposal carries through the service, and records in shapes that are refused."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hokctl.domain.documents import DocumentError
from hokctl.safe.service_records import ContradictionError, parse_delegate, parse_service_tx, propose_body
from hokctl.safe.service_store import build_origin, parse_origin

from .samples import CHAIN_ID, OWNERS, SAFE_ADDRESS, plan_of, sample_proposal, threshold_call

pytestmark = pytest.mark.unit

SAFE_TX = sample_proposal().safe_tx


def record(**changes: object) -> dict[str, Any]:
    body = propose_body(SAFE_TX, sender=OWNERS[0], signature=None, origin=None)
    stated = {
        **body,
        "safe": SAFE_ADDRESS,
        "safeTxHash": body["contractTransactionHash"],
        "submissionDate": "2026-11-21T06:03:46.406463Z",
        "isExecuted": False,
        "transactionHash": None,
        "proposer": None,
        "trusted": True,
        "confirmations": None,
    }
    return {**stated, **changes}


def parse(document: Any) -> Any:  # noqa: ANN401 - any shape
    return parse_service_tx(document, chain_id=CHAIN_ID, version="1.4.1")


def test_what_was_proposed_is_read_back() -> None:
    found = parse(record())
    assert found.safe_tx == SAFE_TX
    assert (found.confirmations, found.proposer, found.submitted_at) == ((), None, 1795241026)


@pytest.mark.parametrize(
    "change",
    [
        {"operation": 2},
        {"operation": "0"},
        {"operation": True},
        {"value": -1},
        {"value": "1.5"},
        {"value": None},
        {"nonce": "0x1"},
        {"to": SAFE_ADDRESS.lower()},
        {"to": None},
        {"data": "0x123"},
        {"data": 5},
        {"safeTxHash": "0x12"},
        {"submissionDate": "yesterday"},
        {"submissionDate": None},
        {"isExecuted": "no"},
        {"trusted": None},
        {"transactionHash": "0x1"},
        {"confirmations": [5]},
        {"confirmations": [{"owner": OWNERS[0], "signature": "zz", "signatureType": "EOA"}]},
        {"confirmations": [{"owner": "me", "signature": "0x", "signatureType": "EOA"}]},
        {"value": str(2**256)},
    ],
    ids=str,
)
def test_another_shape_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(DocumentError):
        parse(record(**change))


@pytest.mark.parametrize("document", [None, [], "x", 5, {}])
def test_what_is_no_record_is_refused(document: object) -> None:
    with pytest.raises(DocumentError):
        parse(document)
    with pytest.raises(DocumentError):
        parse_delegate(document)  # type: ignore[arg-type]  # the test hands in what JSON may hold


def test_another_hash_is_a_contradiction() -> None:
    with pytest.raises(ContradictionError, match="a field was changed, or it serves another chain"):
        parse(record(nonce="8"))


@given(st.text(max_size=400))
def test_the_note_fits_and_keeps_hash_and_beginning_of_the_title(title: str) -> None:
    plan = replace(plan_of(threshold_call(3)), title=title)
    text = build_origin(plan)
    note = parse_origin(text)

    assert len(text) <= 200
    assert note.plan_hash == plan.plan_hash
    assert note.title is not None
    assert note.title == title or (note.title.endswith("…") and title.startswith(note.title[:-1])) or note.title == ""


@pytest.mark.parametrize("text", ["", "{}", "[]", "Safe-CLI", '{"name": "other", "title": "x"}', '{"name": "hokctl"}'])
def test_notes_of_others_are_no_titles(text: str) -> None:
    assert parse_origin(text).title is None
