"""Calls as sentences, for the person who signs them."""

import string

import pytest

from hokctl.clients.codec import argument_types, encode_call
from hokctl.clients.decoding import decode_calldata
from hokctl.clients.descriptions import TEMPLATES, describe_call
from hokctl.clients.erc20 import Erc20
from hokctl.clients.hokusai_params import HokusaiParams
from hokctl.clients.infrastructure_reserve import InfrastructureReserve, Payment
from hokctl.clients.interfaces import known_fragments
from hokctl.clients.multisend import MultiSend, MultiSendItem
from hokctl.clients.safe import Operation, Safe, SafeTxFields
from hokctl.clients.safe_deployments import SAFE_1_4_1
from hokctl.clients.wording import Wording, format_argument
from hokctl.domain.amounts import Token
from hokctl.domain.calls import Argument, Call
from hokctl.domain.roles import PAYER_ROLE
from hokctl.domain.units import InvoiceHash, ModelId
from tests.unit.clients.samples import ALICE, BOB, HASH, MODEL, PAYMENT, SAFE, TARGET, TOKEN, sample
from tests.unit.clients.test_decoding import GRANT_VERIFIER, REVOKE_SUBMITTER

pytestmark = pytest.mark.unit

USDC = Token(chain_id=1, address=TOKEN, decimals=6, symbol="USDC")
RESERVE = InfrastructureReserve(TARGET)
LABELS = {TARGET: "InfrastructureReserve", TOKEN: "USDC"}


def describe(call: Call, token: Token | None = USDC) -> str:
    return describe_call(decode_calldata(call.data, to=call.to, value=call.value, labels=LABELS), token=token)


def test_real_role_changes_read_as_what_they_are() -> None:
    assert describe_call(decode_calldata(GRANT_VERIFIER, to=TARGET)) == (
        f"Grant VERIFIER_ROLE on {TARGET} to 0xc18D0B6eE049B2B113eE4671cB9C8109192e29E2."
    )
    assert describe_call(decode_calldata(REVOKE_SUBMITTER, to=TARGET), names={TARGET: "verifier"}) == (
        f"Revoke SUBMITTER_ROLE on verifier {TARGET} from 0x56cA22006d67e14AA1b7820cE02c6B6205Df0c9e."
    )


def test_a_payment_says_how_much_to_whom_for_what() -> None:
    call = RESERVE.pay_infrastructure_cost(PAYMENT, purpose="p")
    rest = f'to {ALICE} for model "gpt-x", invoice {HASH}, memo "December", from InfrastructureReserve {TARGET}.'
    assert describe(call) == f"Pay 50.00 USDC {rest}"
    assert describe(call, token=None) == f"Pay 50000000 base units {rest}"


def test_a_batch_of_payments_gives_the_sum_and_each_payment() -> None:
    second = Payment(model_id=MODEL, payee=BOB, amount_units=500_000, invoice_hash=InvoiceHash(HASH))
    assert describe(RESERVE.batch_pay_infrastructure_costs((PAYMENT, second), purpose="p")) == (
        f"Pay 2 invoices, 50.50 USDC in all, from InfrastructureReserve {TARGET}: "
        f'50.00 USDC to {ALICE} for model "gpt-x", invoice {HASH}, memo "December"; '
        f'0.50 USDC to {BOB} for model "gpt-x", invoice {HASH}.'
    )


def test_amounts_of_another_token_are_not_called_usdc() -> None:
    assert describe(Erc20(TOKEN).approve(ALICE, 1_000_000, purpose="p")) == (
        f"Let {ALICE} spend up to 1.00 USDC of USDC {TOKEN}."
    )
    assert describe(Erc20(BOB).transfer(ALICE, 1_000_000, purpose="p")) == (
        f"Transfer 1000000 base units of {BOB} to {ALICE}."
    )


def test_an_unlimited_approval_says_so() -> None:
    assert describe(Erc20(TOKEN).approve(ALICE, 2**256 - 1, purpose="p")) == (
        f"Let {ALICE} spend any amount of USDC {TOKEN}."
    )


def test_a_split_is_a_percentage() -> None:
    call = HokusaiParams(BOB).set_infrastructure_accrual_bps(7250, purpose="p")
    assert describe(call) == f"Set the infrastructure share on {BOB} to 72.5%."


def test_a_batch_inside_of_a_safe_is_told_call_by_call() -> None:
    grant, pause = RESERVE.grant_role(PAYER_ROLE, SAFE, purpose="p"), RESERVE.pause(purpose="p")
    items = [MultiSendItem(to=TARGET, value=0, data=call.data) for call in (grant, pause)]
    batch = MultiSend(SAFE_1_4_1.multi_send_call_only).multi_send(items, purpose="p")
    fields = SafeTxFields(to=SAFE_1_4_1.multi_send_call_only, data=batch.data, operation=Operation.DELEGATECALL)
    assert describe(Safe(SAFE).exec_transaction(fields, b"", purpose="p")) == (
        f"Execute as {SAFE}: Make 2 calls in one: "
        f"(1) Grant PAYER_ROLE on InfrastructureReserve {TARGET} to {SAFE}; "
        f"(2) Pause InfrastructureReserve {TARGET}."
    )


def test_a_delegatecall_to_anything_else_is_a_warning() -> None:
    fields = SafeTxFields(to=BOB, data=RESERVE.pause(purpose="p").data, operation=Operation.DELEGATECALL)
    assert describe(Safe(SAFE).exec_transaction(fields, b"", purpose="p")) == (
        f"Execute as {SAFE}: Pause {BOB}, by DELEGATECALL: the target's code acts as the Safe itself."
    )


def test_money_sent_along_is_told() -> None:
    assert describe_call(decode_calldata(b"", to=BOB, value=10**18)) == (f"Send 1.00 of the native currency to {BOB}.")
    assert describe_call(decode_calldata(RESERVE.pause(purpose="p").data, value=10**17)) == (
        "Pause the target, sending 0.10 of the native currency along."
    )


def test_what_is_unknown_is_said_to_be_unknown() -> None:
    assert describe_call(decode_calldata(b"\xde\xad\xbe\xef\x00", "Vault")) == (
        "Call unknown function 0xdeadbeef of Vault with 5 bytes."
    )
    unreadable = encode_call("multiSend(bytes)", (b"\x00",))
    assert describe_call(decode_calldata(unreadable)) == "Make 0 calls in one: what cannot be read."


def test_hidden_bytes_are_told() -> None:
    assert describe_call(decode_calldata(RESERVE.pause(purpose="p").data + b"\x01")) == (
        "Pause the target (the calldata has bytes that these arguments do not explain)."
    )


def test_a_function_without_words_of_its_own_is_told_by_its_arguments() -> None:
    assert describe_call(decode_calldata(encode_call("nextModelId()", ()))) == "Call nextModelId of the target."
    data = encode_call("hasRole(bytes32,address)", (bytes.fromhex(PAYER_ROLE[2:]), ALICE))
    assert describe_call(decode_calldata(data)) == f"Call hasRole of the target with role PAYER_ROLE, account {ALICE}."


def test_texts_of_a_call_cannot_move_the_cursor_or_pass_for_addresses() -> None:
    payment = Payment(
        model_id=ModelId(BOB), payee=ALICE, amount_units=1, invoice_hash=InvoiceHash(HASH), memo="a\x1b[2J\nb"
    )
    said = describe(RESERVE.pay_infrastructure_cost(payment, purpose="p"))
    assert f'for model "{BOB}"' in said
    assert 'memo "a [2J b"' in said


def test_values_of_all_kinds_are_worded() -> None:
    wording = Wording(names={ALICE: "alice"})
    assert (
        wording.value(((ALICE, True), (BOB, False)), "(address,bool)[]") == f"((alice {ALICE}, true), ({BOB}, false))"
    )
    assert wording.value(b"\x01", "bytes") == "0x01"
    assert wording.value(5, "uint256") == "5"
    role = Argument(name="role", type="bytes32", value=bytes.fromhex(PAYER_ROLE[2:]))
    assert format_argument(role) == "PAYER_ROLE"
    assert format_argument(Argument(name="account", type="address", value=ALICE), wording) == f"alice {ALICE}"


@pytest.mark.parametrize("signature", TEMPLATES)
def test_every_template_is_of_a_known_function_and_fits_its_arguments(signature: str) -> None:
    assert signature in {fragment.signature for fragment in known_fragments() if fragment.kind == "function"}
    data = encode_call(signature, tuple(sample(abi_type) for abi_type in argument_types(signature)))
    said = describe_call(decode_calldata(data, to=TARGET))
    assert said.endswith(".")
    assert "{" not in said
    used = {field for _, field, _, _ in string.Formatter().parse(TEMPLATES[signature]) if field is not None}
    assert used - {"target", "inner", "size"} <= {str(index) for index in range(len(argument_types(signature)))}
