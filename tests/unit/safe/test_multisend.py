"""What a Safe does for a plan: the call itself, or one MultiSendCallOnly batch of exactly the plan's calls."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from safe_eth.safe.multi_send import MultiSend as PeerMultiSend
from safe_eth.safe.multi_send import MultiSendOperation

from hokctl.clients.create_call import CreateCall
from hokctl.clients.safe import Operation
from hokctl.clients.safe_deployments import SAFE_1_3_0, SAFE_1_4_1, SAFE_1_5_0, SafeDeployment
from hokctl.domain.calls import Argument, Call
from hokctl.safe.multisend import CreationBySafeError, EmptyPlanError, pack_calls, unpack_calls, verify_call_data
from hokctl.safe.versions import UnsupportedSafeVersionError

from .samples import OTHER_SAFE, SAFE_ADDRESS, threshold_call

pytestmark = pytest.mark.unit


def raw_call(value: int, data: bytes) -> Call:
    """Return a call of any bytes."""
    return Call(
        to=OTHER_SAFE, label="Target", signature="f()", args=(), data=data, value=value, purpose="p", requires=()
    )


CALLS = st.builds(raw_call, st.integers(min_value=0, max_value=2**256 - 1), st.binary(max_size=100))


@given(call=CALLS)
def test_one_call_travels_as_it_is(call: Call) -> None:
    inner = pack_calls([call], safe=SAFE_ADDRESS, version="1.4.1")
    assert (inner.to, inner.value, inner.data, inner.operation) == (call.to, call.value, call.data, Operation.CALL)


@given(calls=st.lists(CALLS, min_size=2, max_size=5))
def test_safe_eth_py_reads_the_same_calls_out_of_a_batch(calls: list[Call]) -> None:
    inner = pack_calls(calls, safe=SAFE_ADDRESS, version="1.4.1")
    assert (inner.to, inner.value, inner.operation) == (SAFE_1_4_1.multi_send_call_only, 0, Operation.DELEGATECALL)
    unpacked = PeerMultiSend.from_transaction_data(inner.data)
    assert [(item.operation, item.to, item.value, bytes(item.data)) for item in unpacked] == [
        (MultiSendOperation.CALL, call.to, call.value, call.data) for call in calls
    ]


@pytest.mark.parametrize("deployment", [SAFE_1_3_0, SAFE_1_4_1, SAFE_1_5_0])
def test_a_plan_that_creates_is_a_batch_whose_creations_run_as_the_safe(deployment: SafeDeployment) -> None:
    creation = CreateCall(deployment.create_call).perform_create2(SAFE_ADDRESS, b"\x60\x00", bytes(32), purpose="p")
    inner = pack_calls([creation, threshold_call(1)], safe=SAFE_ADDRESS, version=deployment.version)
    assert (inner.to, inner.operation) == (deployment.multi_send, Operation.DELEGATECALL)
    items = unpack_calls(inner)
    assert [item.operation for item in items] == [Operation.DELEGATECALL, Operation.CALL]
    assert [(item.to, item.data) for item in items] == [(call.to, call.data) for call in (creation, threshold_call(1))]
    alone = pack_calls([creation], safe=SAFE_ADDRESS, version=deployment.version)
    assert unpack_calls(alone) == items[:1]


def test_an_older_safe_uses_the_batching_contract_of_its_own_version() -> None:
    inner = pack_calls([threshold_call(1)] * 2, safe=SAFE_ADDRESS, version="1.3.0+L2")
    assert inner.to == SAFE_1_3_0.multi_send_call_only


def test_several_calls_for_a_safe_1_5_0_go_to_its_own_batching_contract() -> None:
    inner = pack_calls([threshold_call(1)] * 2, safe=SAFE_ADDRESS, version="1.5.0")
    assert inner.to == SAFE_1_5_0.multi_send_call_only
    with pytest.raises(UnsupportedSafeVersionError):
        pack_calls([threshold_call(1)] * 2, safe=SAFE_ADDRESS, version="1.1.1")


def test_a_creation_cannot_travel_by_safe() -> None:
    creation = replace(threshold_call(1), to=None, label="HokusaiToken")
    for calls in ([creation], [threshold_call(1), creation]):
        with pytest.raises(CreationBySafeError, match="HokusaiToken") as caught:
            pack_calls(calls, safe=SAFE_ADDRESS, version="1.4.1")
        assert (caught.value.code, caught.value.exit_code) == ("creation-by-safe", 6)


def test_a_plan_without_calls_has_nothing_to_propose() -> None:
    with pytest.raises(EmptyPlanError) as caught:
        pack_calls([], safe=SAFE_ADDRESS, version="1.4.1")
    assert (caught.value.code, caught.value.exit_code) == ("empty-plan", 6)


def test_the_bytes_of_an_honest_call_are_its_arguments() -> None:
    assert verify_call_data(threshold_call(2)) is None


def test_a_transfer_of_native_currency_has_no_bytes_to_check() -> None:
    transfer = Call(
        to=OTHER_SAFE, label="payee", signature="transfer", args=(), data=b"", value=1, purpose="p", requires=()
    )
    assert verify_call_data(transfer) is None


def argument(value: int | str, abi_type: str = "uint256") -> tuple[Argument, ...]:
    """Return one argument."""
    return (Argument(name="_threshold", type=abi_type, value=value),)


@pytest.mark.parametrize(
    ("call", "reason"),
    [
        (replace(threshold_call(2), args=argument(3)), "are not changeThreshold"),
        (replace(threshold_call(2), signature="setThreshold(uint256)"), "are not setThreshold"),
        (replace(threshold_call(2), data=threshold_call(2).data + b"\x00"), "are not changeThreshold"),
        (replace(threshold_call(2), data=b""), "are not changeThreshold"),
        (replace(threshold_call(2), args=()), "are not those of"),
        (replace(threshold_call(2), args=argument(2, "uint8")), "are not those of"),
        (replace(threshold_call(2), args=argument("two")), "cannot be encoded"),
        (replace(threshold_call(2), args=argument(-1)), "cannot be encoded"),
        (replace(threshold_call(2), signature="changeThreshold"), "cannot be encoded"),
        (replace(threshold_call(2), signature="f(thing)", args=argument(2, "thing")), "cannot be encoded"),
        (replace(threshold_call(2), signature="f(uint7)", args=argument(2, "uint7")), "cannot be encoded"),
        (replace(threshold_call(2), signature="f((uint256)", args=argument(2, "(uint256")), "cannot be encoded"),
    ],
)
def test_bytes_that_are_not_the_arguments_shown_are_noticed(call: Call, reason: str) -> None:
    found = verify_call_data(call)
    assert found is not None
    assert reason in found
