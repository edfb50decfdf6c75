"""Reverts as sentences that name the role, the account and the values."""

import string
from typing import Any

import pytest

from hokctl.chain.reverts import ERROR_SELECTOR, PANIC_SELECTOR, ErrorEntry, decode_revert
from hokctl.clients.codec import encode_call, encode_values
from hokctl.clients.errors import error_table, explain_revert
from hokctl.clients.interfaces import known_fragments
from hokctl.clients.reasons import ERROR_REASONS, SAFE_REASONS, STRING_REASONS
from hokctl.clients.wording import WordedValue, Wording
from hokctl.domain.amounts import Token
from hokctl.domain.calls import AbiValue
from hokctl.domain.roles import DEFAULT_ADMIN_ROLE, DEPOSITOR_ROLE, PAYER_ROLE
from tests.unit.clients.samples import ALICE, BOB, TARGET, TOKEN, sample

pytestmark = pytest.mark.unit

PAY = "payInfrastructureCost(string,address,uint256,bytes32,string)"
USDC = Token(chain_id=1, address=TOKEN, decimals=6, symbol="USDC")
RESERVE = f"InfrastructureReserve {TARGET}"
FAILS = f"payInfrastructureCost on {RESERVE} fails: "


def explain(data: bytes, **facts: Any) -> str:  # noqa: ANN401 - the facts of explain_revert
    given = {"label": "InfrastructureReserve", "address": TARGET, "signature": PAY, "token": USDC, **facts}
    return explain_revert(decode_revert(data, error_table()), **given)


def error(signature: str, *values: AbiValue) -> bytes:
    return encode_call(signature, values)


def text(reason: str) -> bytes:
    return ERROR_SELECTOR + encode_values(("string",), (reason,))


def role_bytes(role: str) -> bytes:
    return bytes.fromhex(role[2:])


MISSING_ROLE = f"{ALICE} may not call payInfrastructureCost: it lacks PAYER_ROLE on {RESERVE}."


def test_a_missing_role_is_named_with_its_account_openzeppelin_5() -> None:
    data = error("AccessControlUnauthorizedAccount(address,bytes32)", ALICE, role_bytes(PAYER_ROLE))
    assert explain(data) == MISSING_ROLE
    assert explain(data, account=ALICE) == MISSING_ROLE


def test_a_missing_role_is_named_with_its_account_openzeppelin_4() -> None:
    data = text(f"AccessControl: account {ALICE.lower()} is missing role {PAYER_ROLE}")
    assert explain(data) == MISSING_ROLE


def test_accounts_go_by_their_names_and_unknown_roles_by_their_ids() -> None:
    data = error("AccessControlUnauthorizedAccount(address,bytes32)", ALICE, b"\x07" * 32)
    expected = f"treasury {ALICE} may not call payInfrastructureCost: it lacks 0x{'07' * 32} on {RESERVE}."
    assert explain(data, names={ALICE: "treasury"}) == expected


def test_without_a_function_the_sentence_still_reads() -> None:
    data = error("AccessControlUnauthorizedAccount(address,bytes32)", ALICE, role_bytes(PAYER_ROLE))
    assert explain(data, signature="") == f"{ALICE} may not make this call: it lacks PAYER_ROLE on {RESERVE}."


def test_a_role_missing_further_inside_is_not_blamed_on_the_caller() -> None:
    data = error("AccessControlUnauthorizedAccount(address,bytes32)", BOB, role_bytes(DEPOSITOR_ROLE))
    expected = f"{FAILS}router {BOB} lacks DEPOSITOR_ROLE in a contract that it calls."
    assert explain(data, account=ALICE, names={BOB: "router"}) == expected


@pytest.mark.parametrize(
    "data", [error("OwnableUnauthorizedAccount(address)", ALICE), text("Ownable: caller is not the owner")]
)
def test_a_caller_that_is_not_the_owner_is_told_so(data: bytes) -> None:
    said = explain(data, label="ModelRegistry", signature="registerPool(string,address)", account=ALICE)
    assert said == f"{ALICE} may not call registerPool: it lacks ownership on ModelRegistry {TARGET}."


def test_without_a_caller_the_old_owner_text_still_reads() -> None:
    assert explain(text("Ownable: caller is not the owner")) == f"{FAILS}the caller is not the owner."


def test_a_caller_that_may_not_mint_is_told_so() -> None:
    said = explain(error("NotMinter(address)", ALICE), label="TokenManager", signature="mintTokens(…)")
    assert said == f"{ALICE} may not call mintTokens: it lacks MINTER_ROLE on TokenManager {TARGET}."


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (
            error("InvoiceAlreadyPaid(address,bytes32)", ALICE, b"\xab" * 32),
            f"invoice 0x{'ab' * 32} of this model was paid to {ALICE} before",
        ),
        (
            error("ExceedsAccrued(uint256,uint256)", 80_000_000, 50_500_000),
            "80.00 USDC is more than the 50.50 USDC that the model has accrued",
        ),
        (
            error("InsufficientBalance(uint256,uint256)", 2, 1_000_000),
            "0.000002 USDC is more than the 1.00 USDC that the contract holds",
        ),
        (error("EnforcedPause()"), "the contract is paused"),
        (error("ZeroAddress(string)", "payee"), 'the zero address is given for "payee"'),
        (error("LastAdmin(address)", BOB), f"{BOB} is the last holder of DEFAULT_ADMIN_ROLE, and the last one stays"),
        (
            error("ERC20InsufficientBalance(address,uint256,uint256)", ALICE, 1, 1_000_000),
            f"{ALICE} holds 0.000001 USDC but needs 1.00 USDC",
        ),
        (
            error("ERC20InsufficientAllowance(address,uint256,uint256)", ALICE, 0, 1_000_000),
            f"{ALICE} may spend 0.00 USDC by allowance but needs 1.00 USDC",
        ),
        (
            error("ValueOutOfBounds(uint256,uint256,uint256)", 4999, 5000, 10000),
            "4999 is outside of what is allowed, 5000 to 10000",
        ),
        (text("Pausable: paused"), "the contract is paused"),
        (text("GS026"), f"{SAFE_REASONS['GS026']} (GS026)"),
        (text("GS999"), "GS999"),
        (text("Exceeds accrued balance"), "Exceeds accrued balance"),
        (PANIC_SELECTOR + (0x11).to_bytes(32, "big"), "an arithmetic overflow or underflow (panic 0x11)"),
        (b"", "it gave no reason"),
        (b"\xde\xad\xbe\xef", "an error hokctl does not know (0xdeadbeef)"),
    ],
)
def test_a_refusal_says_what_and_why(data: bytes, reason: str) -> None:
    assert explain(data) == f"{FAILS}{reason}."


def test_amounts_are_units_when_the_token_is_not_known() -> None:
    said = explain(error("ExceedsAccrued(uint256,uint256)", 2, 1), token=None, address=None, signature="")
    assert said == (
        "The call on InfrastructureReserve fails: "
        "2 base units is more than the 1 base units that the model has accrued."
    )


def test_the_token_managers_missing_wei_are_not_taken_for_tokens() -> None:
    data = error("InsufficientBalance(uint256,uint256)", 1, 2)
    said = explain(data, label="TokenManager", signature="deployToken(…)")
    assert said == f"deployToken on TokenManager {TARGET} fails: the contract holds 1 wei but needs 2."


def test_an_error_without_words_of_its_own_is_given_as_the_contract_put_it() -> None:
    table = error_table()
    revert = decode_revert(error("LnUndefined()"), table)
    foreign = type(revert)(kind="custom", name="Odd", args=revert.args, text="Odd()", data=b"\x01\x02\x03\x04")
    assert explain_revert(foreign, label="Pool", signature="buy()") == "buy on Pool fails: Odd()."


def test_texts_from_the_chain_cannot_move_the_cursor() -> None:
    said = explain(text("\x1b[2Jall\ngood"))
    assert said == f"{FAILS}[2Jall good."


V2_TEXTS = (
    "Governor cannot be zero address",
    "tokensPerDeltaOne must be between 100 and 100000",
    "infrastructureAccrualBps must be between 5000 and 10000",
    "Model pool does not exist",
    "Transfer failed",
    "Exceeds accrued balance",
    "Payment failed",
    "Insufficient balance",
    "Withdraw failed",
    "Pool does not exist",
    "Params not found",
    "Pool not found",
    "Token already deployed for this model",
    "Insufficient deployment fee",
    "Caller is not authorized to mint",
    "Token not deployed for this model",
    "Unauthorized",
    "Transaction expired",
    "Slippage exceeded",
    "Sells not enabled during IBR",
    "Pool already exists",
    "Token not registered with TokenManager",
    "Only controller can call this function",
    "Model already registered",
    "Model not registered",
)


@pytest.mark.parametrize("reason", V2_TEXTS)
def test_the_texts_of_v2_are_passed_on(reason: str) -> None:
    assert explain(text(reason)) == f"{FAILS}{reason}."


def test_the_table_knows_every_error_of_the_suite_and_of_others() -> None:
    table = error_table()
    for fragment in known_fragments():
        if fragment.kind == "error":
            entry = table.find(fragment.selector)
            assert entry is not None
            assert entry.signature == fragment.signature
    assert table.find(ErrorEntry.parse("ZeroAddress(string context)").selector) is not None


def test_every_error_has_its_words() -> None:
    forbidden = {
        "AccessControlUnauthorizedAccount(address,bytes32)",
        "OwnableUnauthorizedAccount(address)",
        "NotMinter(address)",
    }
    known = {fragment.signature for fragment in known_fragments() if fragment.kind == "error"}
    assert known - forbidden == set(ERROR_REASONS)


@pytest.mark.parametrize("signature", ERROR_REASONS)
def test_the_words_of_an_error_use_its_arguments_as_they_are(signature: str) -> None:
    types = tuple(filter(None, signature[signature.index("(") + 1 : -1].split(",")))
    template = ERROR_REASONS[signature]
    worded = template.format(*(WordedValue(sample(abi_type), abi_type, Wording()) for abi_type in types))
    assert worded
    assert not worded.endswith(".")
    used = {field for _, field, _, _ in string.Formatter().parse(template) if field is not None}
    assert all(int(field) < len(types) for field in used)


def test_reasons_read_on_after_a_colon() -> None:
    for reason in (*SAFE_REASONS.values(), *STRING_REASONS.values()):
        assert not reason.endswith(".")
        assert reason[0].islower()


def test_the_admin_role_is_named() -> None:
    data = error("AccessControlUnauthorizedAccount(address,bytes32)", ALICE, role_bytes(DEFAULT_ADMIN_ROLE))
    assert "it lacks DEFAULT_ADMIN_ROLE on" in explain(data)
