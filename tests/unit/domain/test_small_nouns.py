"""Model ids, roles, authorities, findings and events."""

import pytest
from eth_utils.crypto import keccak
from hypothesis import given
from hypothesis import strategies as st

from hokctl.domain.authority import (
    AccountRequired,
    ContractAuthority,
    EoaAuthority,
    OwnershipRequired,
    RoleRequired,
    SafeAuthority,
)
from hokctl.domain.calls import Argument
from hokctl.domain.findings import Finding, Severity
from hokctl.domain.outcomes import Event
from hokctl.domain.roles import DEFAULT_ADMIN_ROLE, PAYER_ROLE, ROLE_NAMES, role_id, role_name
from hokctl.domain.units import ZERO_HASH, InvalidModelIdError, ModelId, model_topic, parse_model_id

from .samples import ALICE, BOB, RESERVE

pytestmark = pytest.mark.unit


@pytest.mark.parametrize("text", ["1", "llama-3.1-70b", "a" * 64, "a:b/c"])
def test_printable_ascii_is_a_model_id(text: str) -> None:
    assert parse_model_id(text) == text


@pytest.mark.parametrize("text", ["", " ", "a b", "a\n", "a" * 65, "mödel", "a\u200b"])
def test_what_the_eye_cannot_tell_apart_is_no_model_id(text: str) -> None:
    with pytest.raises(InvalidModelIdError) as caught:
        parse_model_id(text)
    assert (caught.value.code, caught.value.exit_code) == ("invalid-model-id", 2)


@given(text=st.text())
def test_no_text_does_anything_but_parse_or_be_refused(text: str) -> None:
    try:
        assert parse_model_id(text) == text
    except InvalidModelIdError:
        assert not (0 < len(text) <= 64 and text.isascii() and text.isprintable() and " " not in text)


def test_a_models_topic_is_the_hash_of_its_bytes() -> None:
    assert model_topic(ModelId("m")) == "0x" + keccak(b"m").hex()


def test_role_ids_are_hashes_and_the_admin_role_is_zero() -> None:
    assert role_id("PAYER_ROLE") == PAYER_ROLE == "0x" + keccak(b"PAYER_ROLE").hex()
    assert DEFAULT_ADMIN_ROLE == ZERO_HASH


def test_every_role_is_named_whatever_the_case_of_its_id() -> None:
    for name in ROLE_NAMES:
        assert role_name(role_id(name)) == role_name("0x" + role_id(name)[2:].upper()) == name
    assert role_name("0x" + "11" * 32) == "0x" + "11" * 32


def test_requirements_read_as_words() -> None:
    assert str(RoleRequired(contract=RESERVE, role=PAYER_ROLE)) == f"PAYER_ROLE on {RESERVE}"
    assert str(OwnershipRequired(contract=RESERVE)) == f"ownership of {RESERVE}"
    assert str(AccountRequired(account=ALICE)) == f"being {ALICE}"


def test_authorities_say_what_they_are() -> None:
    safe = SafeAuthority(address=RESERVE, owners=(ALICE, BOB), threshold=2, nonce=0, version="1.4.1")
    eoa, contract = EoaAuthority(address=ALICE), ContractAuthority(address=RESERVE)
    assert [(item.kind, str(item)) for item in (safe, eoa, contract)] == [
        ("safe", f"2-of-2 Safe {RESERVE}"),
        ("eoa", f"account {ALICE}"),
        ("contract", f"contract {RESERVE}"),
    ]


@pytest.mark.parametrize(
    ("severity", "allowable", "allowed", "blocks"),
    [
        (Severity.ERROR, True, frozenset(), True),
        (Severity.ERROR, True, frozenset({"x"}), False),
        (Severity.ERROR, True, frozenset({"y"}), True),
        (Severity.ERROR, False, frozenset({"x"}), True),
        (Severity.WARNING, True, frozenset(), False),
        (Severity.INFO, False, frozenset(), False),
    ],
)
def test_only_errors_that_were_not_allowed_by_name_block(
    severity: Severity, allowable: bool, allowed: frozenset[str], blocks: bool
) -> None:
    finding = Finding(code="x", severity=severity, subject="s", message="m", remedy="r", allowable=allowable)
    assert finding.blocks(allowed) is blocks


def test_an_events_argument_is_found_by_name() -> None:
    event = Event(address=RESERVE, label="R", name="E", args=(Argument(name="a", type="uint256", value=7),))
    assert event.arg("a") == 7
    with pytest.raises(KeyError, match="b"):
        event.arg("b")
