"""Answers of the real Transaction Service, saved as files: each is read, and each signature proves itself."""

import json
from pathlib import Path
from typing import Any

import pytest

from hokctl.safe.exchange import Offer, read_content
from hokctl.safe.signatures import KEY_KINDS

pytestmark = pytest.mark.integration

RECORDING = Path(__file__).parents[2] / "data" / "transaction_service_recording.json"
CHAIN_ID = 31337


def answers() -> list[dict[str, Any]]:
    """Return every recorded answer that is a Safe transaction or a page of them."""
    exchanges = json.loads(RECORDING.read_text(encoding="utf-8"))["exchanges"]
    found = [exchange["response"].get("json") for exchange in exchanges if exchange["response"]["status"] == 200]
    documents = [document for document in found if isinstance(document, dict)]
    pages = [one for one in documents if one.get("results") and "safeTxHash" in one["results"][0]]
    return [*pages, *(one for one in documents if "safeTxHash" in one and "safe" in one)]


def offers(document: dict[str, Any]) -> tuple[Offer, ...]:
    return read_content(json.dumps(document), chain_id=CHAIN_ID).offers


def test_every_recorded_transaction_has_the_hash_that_the_service_states() -> None:
    stated, read = set(), set()
    for document in answers():
        stated |= {item["safeTxHash"] for item in document.get("results", [document])}
        read |= {offer.safe_tx_hash for offer in offers(document)}

    assert len(stated) > 5
    assert read == stated


def test_every_recorded_signature_is_its_owners() -> None:
    kinds, count = set(), 0
    for document in answers():
        for offer, item in zip(offers(document), document.get("results", [document]), strict=True):
            expected = [] if item["isExecuted"] else [one["owner"] for one in item["confirmations"] or []]
            assert sorted(one.owner for one in offer.confirmations) == sorted(expected)
            kinds |= {one.kind for one in offer.confirmations}
            count += len(offer.confirmations)

    assert count > 10
    assert kinds & KEY_KINDS
