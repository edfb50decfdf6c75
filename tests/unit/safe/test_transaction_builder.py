"""Transaction Builder files: their calls, and the checksum of safe-wallet's own test suite."""

import copy
import json
from typing import Any

import pytest
from eth_utils.crypto import keccak

from hokctl.domain.documents import DocumentError
from hokctl.safe.transaction_builder import _serialise, compute_checksum, is_builder_file, parse_builder_file

pytestmark = pytest.mark.unit

PAYEE = "0x49d4450977E2c95362C13D3a31a09311E0Ea26A6"
OFFICIAL: dict[str, Any] = {
    "version": "1.0",
    "chainId": "4",
    "createdAt": 1646321521061,
    "meta": {
        "name": "test batch file",
        "txBuilderVersion": "1.4.0",
        "checksum": "",
        "createdFromSafeAddress": "0xDF8a1Ce35c9a6ACE153B4e0767942f1E2291a1Aa",
        "createdFromOwnerAddress": PAYEE,
    },
    "transactions": [
        {
            "to": PAYEE,
            "value": "0",
            "contractMethod": {
                "inputs": [{"internalType": "address", "name": "paramAddress", "type": "address"}],
                "name": "testAddress",
                "payable": False,
            },
            "contractInputsValues": {"paramAddress": PAYEE},
        },
        {
            "to": PAYEE,
            "value": "0",
            "contractMethod": {
                "inputs": [{"internalType": "bool", "name": "paramBool", "type": "bool"}],
                "name": "testBool",
                "payable": False,
            },
            "contractInputsValues": {"paramAddress": "", "paramBool": "false"},
        },
        {
            "to": PAYEE,
            "value": "2000000000000000000",
            "data": "0x42f4579000000000000000000000000049d4450977e2c95362c13d3a31a09311e0ea26a6",
        },
    ],
}
"""The fixture of safe-wallet's own checksum test."""


def test_the_serialisation_is_that_of_the_official_vector() -> None:
    content = {**OFFICIAL, "meta": {**OFFICIAL["meta"], "name": None}}

    assert keccak(text=_serialise(content)).hex() == "4ecbfd364aa6759983915644e73f8bd411e85a2dc306f252a387c2728c4db64c"


def test_the_checksum_leaves_itself_out() -> None:
    signed = copy.deepcopy(OFFICIAL)
    signed["meta"]["checksum"] = compute_checksum(OFFICIAL)
    without = copy.deepcopy(OFFICIAL)
    del without["meta"]["checksum"]

    assert compute_checksum(signed) == compute_checksum(OFFICIAL) == compute_checksum(without)
    assert parse_builder_file(signed).stated_checksum == parse_builder_file(signed).checksum


def test_the_checksum_ignores_the_name_and_the_order_of_keys() -> None:
    other = json.loads(json.dumps(OFFICIAL, sort_keys=True))
    other["meta"]["name"] = "another name"

    assert compute_checksum(other) == compute_checksum(OFFICIAL)


@pytest.mark.parametrize("path", [("chainId",), ("createdAt",), ("meta", "createdFromSafeAddress")])
def test_the_checksum_notices_every_other_change(path: tuple[str, ...]) -> None:
    other = copy.deepcopy(OFFICIAL)
    place = other
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = "changed"

    assert compute_checksum(other) != compute_checksum(OFFICIAL)


def test_keys_it_does_not_know_are_part_of_the_checksum() -> None:
    other = copy.deepcopy(OFFICIAL)
    other["meta"]["bipNumber"] = 7

    assert compute_checksum(other) != compute_checksum(OFFICIAL)


def test_calls_with_data_and_calls_with_a_method_are_read() -> None:
    read = parse_builder_file(OFFICIAL)

    assert [(call.method, call.data is None, call.value) for call in read.calls] == [
        ("testAddress", False, 0),
        ("testBool", False, 0),
        (None, False, 2 * 10**18),
    ]
    assert (read.chain_id, read.stated_checksum, read.name) == (4, None, "test batch file")
    assert read.safe == OFFICIAL["meta"]["createdFromSafeAddress"]


def test_a_plain_transfer_has_no_data() -> None:
    read = parse_builder_file({"chainId": 1, "transactions": [{"to": PAYEE.lower(), "value": "5", "data": None}]})

    assert read.calls[0].data == b""
    assert read.calls[0].to == PAYEE


@pytest.mark.parametrize(
    "call",
    [
        {"to": "nowhere", "value": "0", "data": "0x"},
        {"to": PAYEE, "value": "1e18", "data": "0x"},
        {"to": PAYEE, "value": "0", "data": "zz"},
        {"to": PAYEE, "value": "0", "data": "0xzz"},
        {"value": "0"},
        "not an object",
    ],
)
def test_a_call_that_is_none_is_refused(call: object) -> None:
    with pytest.raises(DocumentError):
        parse_builder_file({"chainId": "1", "transactions": [call]})  # type: ignore[list-item]  # what a file may hold


def test_only_a_document_with_chain_and_transactions_means_to_be_one() -> None:
    assert is_builder_file(OFFICIAL)
    assert not is_builder_file({"transactions": []})
    assert not is_builder_file({"chainId": "1", "transactions": "many"})
