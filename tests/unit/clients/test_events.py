"""Logs read back as events."""

import pytest
from eth_typing import ChecksumAddress
from eth_utils.crypto import keccak

from hokctl.chain.receipts import Log
from hokctl.clients.codec import encode_values
from hokctl.clients.events import decode_logs, event_topic
from hokctl.domain.calls import AbiValue, Argument
from hokctl.domain.outcomes import Event
from hokctl.domain.protocol_events import UNKNOWN_EVENT
from hokctl.domain.units import ModelId, TxHash, model_topic
from tests.unit.clients.samples import ALICE, BOB, MODEL, TARGET

pytestmark = pytest.mark.unit

PAID = "0xba2de3474d755a243702e7c3621a81d3103687fc5bfcd47d47ade71157a55e78"
LABELS = {TARGET: "InfrastructureReserve"}


def log(*topics: str, data: bytes = b"", address: ChecksumAddress = TARGET) -> Log:
    return Log(address=address, topics=topics, data=data, block_number=1, tx_hash=TxHash("0x" + "01" * 32), log_index=0)


def word(value: AbiValue, abi_type: str) -> str:
    return "0x" + encode_values((abi_type,), (value,)).hex()


def topic(signature: str) -> str:
    return "0x" + keccak(text=signature).hex()


PAYMENT_LOG = log(
    PAID,
    model_topic(MODEL),
    word(ALICE, "address"),
    "0x" + "ab" * 32,
    data=encode_values(("uint256", "string", "address"), (50_000_000, "December", BOB)),
)


def test_a_payment_names_its_model_when_the_model_is_known() -> None:
    (event,) = decode_logs([PAYMENT_LOG], LABELS, [ModelId("other"), MODEL])
    assert event == Event(
        address=TARGET,
        label="InfrastructureReserve",
        name="InfrastructureCostPaid",
        args=(
            Argument(name="modelId", type="string", value="gpt-x"),
            Argument(name="payee", type="address", value=ALICE),
            Argument(name="amount", type="uint256", value=50_000_000),
            Argument(name="invoiceHash", type="bytes32", value=b"\xab" * 32),
            Argument(name="memo", type="string", value="December"),
            Argument(name="payer", type="address", value=BOB),
        ),
    )


def test_an_unknown_models_hash_stays_a_hash() -> None:
    (event,) = decode_logs([PAYMENT_LOG], LABELS)
    assert event.args[0] == Argument(name="modelId", type="bytes32", value=keccak(text="gpt-x"))


def test_without_a_label_the_events_own_contract_names_it() -> None:
    (event,) = decode_logs([PAYMENT_LOG])
    assert event.label == "InfrastructureReserve"


def test_events_stay_in_the_order_of_their_logs() -> None:
    paused = log(topic("Paused(address)"), data=encode_values(("address",), (ALICE,)))
    names = [event.name for event in decode_logs([paused, PAYMENT_LOG, paused], LABELS)]
    assert names == ["Paused", "InfrastructureCostPaid", "Paused"]


def test_two_contracts_events_of_one_name_are_told_apart() -> None:
    reserve = log(topic("TreasuryUpdated(address,address)"), word(ALICE, "address"), word(BOB, "address"))
    factory = log(topic("TreasuryUpdated(address)"), word(ALICE, "address"), address=BOB)
    first, second = decode_logs([reserve, factory], LABELS)
    assert [argument.name for argument in first.args] == ["oldTreasury", "newTreasury"]
    assert second.label == "HokusaiAMMFactory"


def test_safes_of_both_versions_are_read() -> None:
    signature, amount = topic("ExecutionSuccess(bytes32,uint256)"), encode_values(("uint256",), (0,))
    since_1_4 = log(signature, "0x" + "ab" * 32, data=amount)
    until_1_3 = log(signature, data=b"\xab" * 32 + amount)
    first, second = decode_logs([since_1_4, until_1_3], {TARGET: "Safe"})
    assert first == second
    assert first.arg("txHash") == b"\xab" * 32


@pytest.mark.parametrize(
    "unreadable",
    [
        log("0x" + "77" * 32, data=b"\x01"),
        log(PAID, data=b"\x01"),
        log(PAID, model_topic(MODEL), word(ALICE, "address"), "0x" + "ab" * 32, data=b"\x01"),
        log(data=b"\x01"),
    ],
)
def test_a_log_that_cannot_be_read_is_kept_raw(unreadable: Log) -> None:
    (event,) = decode_logs([unreadable])
    assert (event.name, event.label) == (UNKNOWN_EVENT, "contract")
    assert event.arg("data") == b"\x01"
    assert len(event.args) == len(unreadable.topics) + 1


def test_a_topic_that_is_no_address_makes_a_log_unreadable() -> None:
    crooked = log(PAID, model_topic(MODEL), "0x" + "ff" * 32, "0x" + "ab" * 32, data=PAYMENT_LOG.data)
    (event,) = decode_logs([crooked], LABELS)
    assert event.name == UNKNOWN_EVENT


@pytest.mark.parametrize(
    ("contract", "event", "expected"),
    [
        ("InfrastructureReserve", "InfrastructureCostPaid", PAID),
        (
            "InfrastructureReserve",
            "InfrastructureDeposited",
            "0xd3967603931159ecbf21f657cf29629a0bd8c66565642df47401a8c3f817816b",
        ),
        ("AccessControl", "RoleGranted", "0x2f8788117e7eff1d82e926ec794901d17c78024a50270940304540a733656f0d"),
        ("AccessControl", "RoleRevoked", "0xf6391f5c32d9c69d2a47ea670b442974b53935d1edc7fd64eb21e047a839171b"),
        ("UsageFeeRouter", "FeeDeposited", "0x571c8eee1c728579be884b6fd3bc85d0cbe96224b1d2d882abb48172c8adf110"),
        ("HokusaiAMMFactory", "PoolCreated", "0x9fa2b33acbf583ae0a22c3a1178813dea48c5d5ea19c62038e31218069f24365"),
        (
            "HokusaiParams",
            "InfrastructureAccrualBpsSet",
            "0x29c3b9a213d2b2eba35f0f06606d5e232371c418e7f0d6c03ebe19e1805fc96c",
        ),
    ],
)
def test_topics_for_filters_are_those_of_v2(contract: str, event: str, expected: str) -> None:
    assert event_topic(contract, event) == expected


def test_a_filter_for_an_event_that_does_not_exist_is_a_programming_error() -> None:
    with pytest.raises(KeyError, match="Nothing"):
        event_topic("InfrastructureReserve", "Nothing")
