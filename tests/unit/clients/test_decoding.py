"""Calldata read back, nested calls included. The first two calls are of Safe transactions made on mainnet."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hokctl.chain.abi_values import decode_values
from hokctl.clients.codec import encode_call, encode_values, function_selector
from hokctl.clients.decoding import MAX_DEPTH, DecodedCall, decode_calldata, functions_by_selector
from hokctl.clients.fragments import Parameter, fragments_from_abi, parse_fragments
from hokctl.clients.infrastructure_reserve import InfrastructureReserve
from hokctl.clients.interfaces import known_fragments
from hokctl.clients.multisend import MultiSend, MultiSendItem
from hokctl.clients.safe import Operation, Safe, SafeTxFields
from hokctl.clients.safe_deployments import SAFE_1_4_1
from hokctl.domain.calls import AbiValue, Argument, Call
from tests.unit.clients.samples import ALICE, BOB, PAYMENT, SAFE, TARGET

pytestmark = pytest.mark.unit

GRANT_VERIFIER = bytes.fromhex(
    "2f2ff15d0ce23c3e399818cfee81a7ab0880f714e53d7672b08df0fa62f2843416e1ea09"
    "000000000000000000000000c18d0b6ee049b2b113ee4671cb9c8109192e29e2"
)
REVOKE_SUBMITTER = bytes.fromhex(
    "d547741fe1a65d1a914580ff6931bc952f0fb26573e9282358a4458bceb9ccc6d923d041"
    "00000000000000000000000056ca22006d67e14aa1b7820ce02c6b6205df0c9e"
)
RESERVE = InfrastructureReserve(TARGET)
PAY = RESERVE.pay_infrastructure_cost(PAYMENT, purpose="p")
PAUSE = RESERVE.pause(purpose="p")


def item(call: Call, operation: Operation = Operation.CALL) -> MultiSendItem:
    assert call.to is not None
    return MultiSendItem(to=call.to, value=call.value, data=call.data, operation=operation)


def test_a_real_grant_is_read() -> None:
    decoded = decode_calldata(GRANT_VERIFIER, to=TARGET)
    assert decoded.signature == "grantRole(bytes32,address)"
    assert decoded.args[1] == Argument(
        name="account", type="address", value="0xc18D0B6eE049B2B113eE4671cB9C8109192e29E2"
    )
    assert decoded.args[0].name == "role"
    assert decoded.known
    assert decoded.exact
    assert "AccessControl" in decoded.candidates
    assert "InfrastructureReserve" in decoded.candidates
    assert decoded.label is None


def test_a_real_revocation_is_read() -> None:
    decoded = decode_calldata(REVOKE_SUBMITTER)
    assert decoded.signature == "revokeRole(bytes32,address)"
    assert decoded.to is None


def test_the_label_decides_between_contracts() -> None:
    data = encode_call("setTreasury(address)", (ALICE,))
    assert decode_calldata(data).candidates == ("HokusaiAMMFactory", "InfrastructureReserve")
    assert decode_calldata(data, "HokusaiAMMFactory").candidates == ("HokusaiAMMFactory",)
    assert decode_calldata(data, to=TARGET, labels={TARGET: "InfrastructureReserve"}).candidates == (
        "InfrastructureReserve",
    )
    # The label is right, but the function is not one of its contract's own: the standards still name it.
    assert decode_calldata(GRANT_VERIFIER, "Vault").known


def test_canonical_safe_contracts_are_known_by_their_address() -> None:
    assert decode_calldata(b"", to=SAFE_1_4_1.multi_send).label == "MultiSend 1.4.1"


def test_every_function_that_a_client_calls_is_read_back() -> None:
    decoded = decode_calldata(PAY.data, "InfrastructureReserve", to=TARGET)
    assert decoded.args == PAY.args
    assert decoded.selector == PAY.selector


def test_calls_inside_of_a_batch_inside_of_a_safe_are_read() -> None:
    batch = MultiSend(SAFE_1_4_1.multi_send_call_only).multi_send([item(PAY), item(PAUSE)], purpose="p")
    fields = SafeTxFields(to=SAFE_1_4_1.multi_send_call_only, data=batch.data, operation=Operation.DELEGATECALL)
    execution = Safe(SAFE).exec_transaction(fields, b"\x01", purpose="p")
    decoded = decode_calldata(execution.data, to=SAFE, labels={TARGET: "InfrastructureReserve"})
    (multi_send,) = decoded.inner
    assert multi_send.operation is Operation.DELEGATECALL
    assert multi_send.label == "MultiSendCallOnly 1.4.1"
    assert [(inner.to, inner.label, inner.signature) for inner in multi_send.inner] == [
        (TARGET, "InfrastructureReserve", PAY.signature),
        (TARGET, "InfrastructureReserve", "pause()"),
    ]


def test_a_modules_call_is_read() -> None:
    data = encode_call("execTransactionFromModule(address,uint256,bytes,uint8)", (TARGET, 5, PAUSE.data, 0))
    (inner,) = decode_calldata(data).inner
    assert (inner.to, inner.value, inner.signature) == (TARGET, 5, "pause()")


def test_scheduled_calls_are_read() -> None:
    zero = b"\x00" * 32
    single = encode_call(
        "schedule(address,uint256,bytes,bytes32,bytes32,uint256)", (TARGET, 0, PAUSE.data, zero, zero, 172_800)
    )
    batch = encode_call(
        "executeBatch(address[],uint256[],bytes[],bytes32,bytes32)",
        ((TARGET, BOB), (0, 1), (PAUSE.data, b""), zero, zero),
    )
    assert [inner.signature for inner in decode_calldata(single).inner] == ["pause()"]
    pause, transfer = decode_calldata(batch).inner
    assert pause.signature == "pause()"
    assert (transfer.to, transfer.value, transfer.known, transfer.signature) == (BOB, 1, True, None)


@pytest.mark.parametrize(
    ("signature", "values"),
    [
        ("multiSend(bytes)", (b"\x00\x01",)),
        ("execTransactionFromModule(address,uint256,bytes,uint8)", (TARGET, 0, b"", 2)),
        (
            "scheduleBatch(address[],uint256[],bytes[],bytes32,bytes32,uint256)",
            ((TARGET,), (), (), b"\x00" * 32, b"\x00" * 32, 0),
        ),
    ],
)
def test_a_carrier_that_would_revert_carries_nothing(signature: str, values: tuple[AbiValue, ...]) -> None:
    decoded = decode_calldata(encode_call(signature, values))
    assert decoded.signature == signature
    assert decoded.inner == ()


def test_nesting_is_followed_to_a_bound() -> None:
    data = b""
    for _ in range(MAX_DEPTH + 5):
        data = MultiSend(TARGET).multi_send([MultiSendItem(to=TARGET, value=0, data=data)], purpose="p").data
    depth, decoded = 0, decode_calldata(data)
    while decoded.inner:
        depth, decoded = depth + 1, decoded.inner[0]
    assert depth == MAX_DEPTH
    assert decoded.signature == "multiSend(bytes)"


@pytest.mark.parametrize("data", [b"\x01", b"\xde\xad\xbe\xef", b"\xde\xad\xbe\xef" + b"\x00" * 32, PAY.data[:40]])
def test_what_cannot_be_read_stays_unknown(data: bytes) -> None:
    assert decode_calldata(data, "InfrastructureReserve", to=TARGET, value=7) == DecodedCall(
        to=TARGET, label="InfrastructureReserve", value=7, data=data
    )
    assert not decode_calldata(data).known


def test_hidden_bytes_are_noticed() -> None:
    assert decode_calldata(PAUSE.data).exact
    assert not decode_calldata(PAUSE.data + b"\x00").exact


@given(st.binary(max_size=200), st.sampled_from(sorted(functions_by_selector())))
def test_no_bytes_whatever_make_the_decoder_fail(tail: bytes, selector: bytes) -> None:
    decoded = decode_calldata(selector + tail)
    if decoded.signature is not None:
        types = tuple(argument.type for argument in decoded.args)
        assert decode_values(types, tail) == tuple(argument.value for argument in decoded.args)


def test_no_two_known_functions_share_a_selector() -> None:
    for selector, fragments in functions_by_selector().items():
        assert len({fragment.signature for fragment in fragments}) == 1, selector.hex()


def test_selectors_of_the_timelock_are_the_published_ones() -> None:
    timelock = {f.name: f.selector.hex() for f in known_fragments() if f.contract == "TimelockController"}
    published = {
        "schedule": "01d5062a",
        "scheduleBatch": "8f2a0bb0",
        "execute": "134008d3",
        "executeBatch": "e38335e5",
        "cancel": "c4d252f5",
        "updateDelay": "64d62353",
    }
    assert {name: timelock[name] for name in published} == published


def test_fragments_are_read_from_text_and_from_abis_alike() -> None:
    text = parse_fragments("Box", ["event Put(bytes32 indexed key, uint256 value)", "error Full()"])
    abi = fragments_from_abi(
        "Box",
        [
            {"type": "constructor", "inputs": []},
            {
                "type": "event",
                "name": "Put",
                "inputs": [
                    {"name": "key", "type": "bytes32", "indexed": True},
                    {"name": "value", "type": "uint256", "indexed": False},
                ],
            },
            {"type": "error", "name": "Full", "inputs": []},
        ],
    )
    assert text == abi
    assert text[0].inputs[0] == Parameter("key", "bytes32", indexed=True)
    assert text[1].selector == function_selector("Full()")
    with pytest.raises(ValueError, match="not a fragment"):
        parse_fragments("Box", ["struct Put(bytes32 key)"])


def test_structs_become_canonical_types() -> None:
    (pay,) = [f for f in known_fragments() if f.name == "batchPayInfrastructureCosts"]
    assert pay.signature == "batchPayInfrastructureCosts((string,address,uint256,bytes32,string)[])"
    values: tuple[AbiValue, ...] = ((PAYMENT.values(),),)
    assert decode_calldata(pay.selector + encode_values(pay.types, values)).args[0].value == values[0]
