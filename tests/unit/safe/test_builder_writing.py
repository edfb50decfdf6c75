"""Transaction Builder files that hokctl writes: the same calls come back, and the application can show them."""

from typing import Any, cast

import pytest
from eth_typing import ChecksumAddress

from hokctl.clients.codec import encode_call
from hokctl.clients.infrastructure_reserve import InfrastructureReserve
from hokctl.domain.calls import AbiValue, Argument, Call
from hokctl.domain.roles import PAYER_ROLE
from hokctl.domain.units import ModelId
from hokctl.safe.builder_methods import render_value
from hokctl.safe.multisend import CreationBySafeError
from hokctl.safe.transaction_builder import builder_document, compute_checksum, parse_builder_file

pytestmark = pytest.mark.unit

SAFE = cast("ChecksumAddress", "0xDF8a1Ce35c9a6ACE153B4e0767942f1E2291a1Aa")
PAYEE = cast("ChecksumAddress", "0x49d4450977E2c95362C13D3a31a09311E0Ea26A6")


def call(signature: str, *args: Argument, label: str = "Somewhere") -> Call:
    values = tuple(argument.value for argument in args)
    return Call(
        to=PAYEE,
        label=label,
        signature=signature,
        args=args,
        data=encode_call(signature, values),
        value=0,
        purpose="",
        requires=(),
    )


def written(*calls: Call) -> Any:  # noqa: ANN401 - a test says what it expects
    return builder_document(calls, chain_id=1, safe=SAFE, name="a batch", created_at=1_700_000_000)


def test_the_calls_come_back_with_a_right_checksum() -> None:
    reserve = InfrastructureReserve(PAYEE)
    calls = (
        reserve.grant_role(PAYER_ROLE, SAFE, purpose=""),
        reserve.set_provider(ModelId("21"), SAFE, purpose=""),
    )
    document = written(*calls)
    read = parse_builder_file(document)

    assert [(item.to, item.value, item.data) for item in read.calls] == [(one.to, one.value, one.data) for one in calls]
    assert (read.chain_id, read.safe, read.name) == (1, SAFE, "a batch")
    assert read.stated_checksum == read.checksum == compute_checksum(document)
    assert (document["version"], document["chainId"], document["createdAt"]) == ("1.0", "1", 1_700_000_000_000)


def test_a_known_function_is_named_with_its_values() -> None:
    document = written(InfrastructureReserve(PAYEE).set_provider(ModelId("21"), SAFE, purpose=""))
    (transaction,) = document["transactions"]

    assert transaction["contractMethod"] == {
        "inputs": [
            {"internalType": "string", "name": "modelId", "type": "string"},
            {"internalType": "address", "name": "_provider", "type": "address"},
        ],
        "name": "setProvider",
        "payable": False,
    }
    assert transaction["contractInputsValues"] == {"modelId": "21", "_provider": SAFE}


def test_structs_are_described_by_their_members() -> None:
    kind = "(string,address,uint256,bytes32,string)[]"
    payment = (("21", SAFE, 10**24, b"\1" * 32, 'a "memo"'),)
    signature = f"batchPayInfrastructureCosts({kind})"
    document = written(call(signature, Argument(name="payments", type=kind, value=payment)))
    (transaction,) = document["transactions"]
    (parameter,) = transaction["contractMethod"]["inputs"]

    assert (parameter["type"], parameter["internalType"]) == ("tuple[]", "struct InfrastructureReserve.Payment[]")
    assert [item["name"] for item in parameter["components"]] == ["modelId", "payee", "amount", "invoiceHash", "memo"]
    assert transaction["contractInputsValues"]["payments"] == (
        f'[["21","{SAFE}","{10**24}","0x{"01" * 32}","a \\"memo\\""]]'
    )


@pytest.mark.parametrize(
    ("value", "kind", "text"),
    [
        (True, "bool", "true"),
        (-5, "int8", "-5"),
        (b"", "bytes", "0x"),
        ((1, 2**255), "uint256[]", f"[1,{2**255}]"),
        ((SAFE, PAYEE), "address[2]", f"[{SAFE},{PAYEE}]"),
        (((1, 2), (3,)), "uint8[][]", "[[1,2],[3]]"),
        ((), "bytes32[]", "[]"),
        (("a,b", 'c"d'), "string[]", '["a,b","c\\"d"]'),
        ((1, "a"), "tuple", '["1","a"]'),
    ],
)
def test_values_are_texts_that_the_application_reads(value: AbiValue, kind: str, text: str) -> None:
    assert render_value(value, kind) == text


def test_an_unknown_function_is_described_by_the_plans_own_words() -> None:
    document = written(call("frobnicate(uint256)", Argument(name="level", type="uint256", value=7)))
    (transaction,) = document["transactions"]

    assert transaction["contractMethod"]["name"] == "frobnicate"
    assert transaction["contractInputsValues"] == {"level": "7"}


@pytest.mark.parametrize("names", [("a", "a"), ("", "b")])
def test_parameters_that_cannot_be_told_apart_leave_only_the_data(names: tuple[str, str]) -> None:
    args = tuple(Argument(name=name, type="uint256", value=1) for name in names)
    (transaction,) = written(call("twice(uint256,uint256)", *args))["transactions"]

    assert (transaction["contractMethod"], transaction["contractInputsValues"]) == (None, None)
    assert transaction["data"] == "0x" + encode_call("twice(uint256,uint256)", (1, 1)).hex()


def test_a_creation_is_refused() -> None:
    creation = Call(
        to=None, label="Thing", signature="constructor", args=(), data=b"\1", value=0, purpose="", requires=()
    )

    with pytest.raises(CreationBySafeError):
        written(creation)
