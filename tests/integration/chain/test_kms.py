"""AWS KMS as a signer: a real key behind the service's own protocol, and everything that it may answer instead."""

import traceback
from collections.abc import Iterator
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from eth_account import Account
from eth_account.messages import encode_typed_data
from eth_account.typed_transactions.typed_transaction import TypedTransaction
from hexbytes import HexBytes

from hokctl.chain import remote_signers
from hokctl.chain.signer_errors import (
    KmsDeniedError,
    KmsError,
    MissingLibraryError,
    UnprovenSignatureError,
)
from hokctl.chain.signers import KeyMismatchError
from hokctl.chain.signers_kms import KmsSigner
from hokctl.config.writing import render_toml
from hokctl.devnet.keys import dev_account
from hokctl.domain.ports import Signer
from hokctl.errors import HokctlError
from tests.kms import CREDENTIALS, KEY_ID, FakeKms, serving_kms
from tests.unit.chain.test_signers import TRANSACTION, TYPED_DATA
from tests.world import ALICE, BOB, World

pytestmark = pytest.mark.integration

SECRET = "pl4nted-s3cret"  # noqa: S105 - what must not show


@pytest.fixture
def kms(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeKms]:
    """Serve a KMS with alice's key."""
    for name, value in {**CREDENTIALS, "AWS_SECRET_ACCESS_KEY": SECRET, "AWS_SESSION_TOKEN": SECRET}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("time.sleep", _no_longer_than(0.3))
    with serving_kms(FakeKms(key=int.from_bytes(bytes(dev_account(1).key), "big"))) as serving:
        yield serving


def _no_longer_than(seconds: float) -> object:
    """Return a sleep that keeps the pauses between attempts short."""
    import time

    sleep = time.sleep
    return lambda wanted: sleep(min(wanted, seconds))


def signer_of(kms: FakeKms, *, address: object = ALICE, timeout_s: float = 5.0) -> KmsSigner:
    return KmsSigner(
        "treasurer",
        address,  # type: ignore[arg-type]
        key_id=KEY_ID,
        region="eu-central-1",
        endpoint_url=kms.url,
        timeout_s=timeout_s,
    )


def refused(signer: Signer, kind: type[HokctlError]) -> str:
    with pytest.raises(kind) as caught:
        signer.sign_typed_data(TYPED_DATA)
    shown = "".join(traceback.format_exception(caught.value)) + caught.value.message + caught.value.hint
    assert SECRET not in shown
    assert "arn:" not in caught.value.message + caught.value.hint
    return caught.value.message


@pytest.mark.parametrize("high_s", [False, True])
def test_a_digest_is_signed_and_the_signature_is_of_the_lower_half(kms: FakeKms, *, high_s: bool) -> None:
    kms.high_s = high_s
    signer = signer_of(kms)
    signature = signer.sign_typed_data(TYPED_DATA)
    assert Account.recover_message(encode_typed_data(full_message=TYPED_DATA), signature=signature) == ALICE
    assert signature[64] in {27, 28}
    assert int.from_bytes(signature[32:64], "big") <= 0x7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF5D576E7357A4501DDFE92F46681B20A0
    signed = signer.sign_transaction(TRANSACTION)
    assert Account.recover_transaction(signed.raw) == ALICE
    assert (signed.sender, signed.nonce) == (ALICE, 5)
    assert kms.operations == ["TrentService.GetPublicKey", "TrentService.Sign", "TrentService.Sign"]
    assert {request["KeyId"] for _, request in kms.requests} == {KEY_ID}


def unsigned(raw: bytes) -> dict[str, object]:
    """Return the fields of a signed transaction, without the signature."""
    fields = TypedTransaction.from_bytes(HexBytes(raw)).as_dict()
    return {name: value for name, value in fields.items() if name not in {"v", "r", "s"}}


def test_a_transaction_has_the_very_fields_that_a_local_key_would_have_signed(kms: FakeKms) -> None:
    for transaction in (TRANSACTION, {name: value for name, value in TRANSACTION.items() if name != "to"}):
        raw = signer_of(kms).sign_transaction(transaction).raw
        local = bytes(dev_account(1).sign_transaction(transaction).raw_transaction)
        assert unsigned(raw) == unsigned(local)
        assert Account.recover_transaction(raw) == ALICE


def test_nothing_is_asked_before_something_is_to_be_signed(kms: FakeKms) -> None:
    assert signer_of(kms).address == ALICE
    assert kms.requests == []


def test_a_key_of_another_account_than_the_pinned_one_signs_nothing(kms: FakeKms) -> None:
    assert "should be account" in refused(signer_of(kms, address=BOB), KeyMismatchError)
    assert kms.operations == ["TrentService.GetPublicKey"]


def test_a_key_of_another_curve_is_refused(kms: FakeKms) -> None:
    kms.curve = ec.SECP256R1()
    assert "secp256k1" in refused(signer_of(kms), KmsError)
    kms.key_spec = "ECC_NIST_P256"
    assert "not one for signing" in refused(signer_of(kms), KmsDeniedError)


def test_a_signature_over_something_else_is_not_believed(kms: FakeKms) -> None:
    kms.signature = kms.sign(b"\x01" * 32)
    assert "another account" in refused(signer_of(kms), UnprovenSignatureError)
    kms.signature = b"\x30\x00"
    assert "no signature" in refused(signer_of(kms), UnprovenSignatureError)


@pytest.mark.parametrize(
    ("fault", "kind", "words", "attempts"),
    [
        ((400, "AccessDeniedException"), KmsDeniedError, "may not use the key", 1),
        ((400, "NotFoundException"), KmsDeniedError, "no such key", 1),
        ((400, "DisabledException"), KmsDeniedError, "disabled", 1),
        ((400, "ExpiredTokenException"), KmsDeniedError, "expired", 1),
        ((400, "UnrecognizedClientException"), KmsDeniedError, "does not know the credentials", 1),
        ((400, "ThrottlingException"), KmsError, "busy", 3),
        ((500, "KMSInternalException"), KmsError, "fault", 3),
        ((400, "SomethingNew"), KmsError, "fault", 1),
    ],
)
def test_what_kms_refuses_is_said_in_our_words(
    kms: FakeKms, fault: tuple[int, str], kind: type[HokctlError], words: str, attempts: int
) -> None:
    kms.fault = fault
    assert words in refused(signer_of(kms), kind)
    assert len(kms.requests) == attempts


def test_a_throttled_request_is_tried_again(kms: FakeKms) -> None:
    kms.fault, kms.fail_times = (400, "ThrottlingException"), 2
    assert len(signer_of(kms).sign_typed_data(TYPED_DATA)) == 65


def test_a_kms_that_is_slow_down_or_none_is_unavailable(kms: FakeKms) -> None:
    kms.delay_s = 0.3
    assert "too long" in refused(signer_of(kms, timeout_s=0.05), KmsError)
    kms.delay_s, kms.body = 0.0, f"<html>{SECRET}</html>".encode()
    refused(signer_of(kms), KmsError)
    kms.url = "http://127.0.0.1:1"
    assert "cannot be reached" in refused(signer_of(kms), KmsError)


def test_without_credentials_the_error_says_where_they_come_from(
    kms: FakeKms, monkeypatch: pytest.MonkeyPatch, tmp_path: object
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name)
    assert "no AWS credentials" in refused(signer_of(kms), KmsDeniedError)
    monkeypatch.setenv("AWS_PROFILE", "nobody")
    assert "profile" in refused(signer_of(kms), KmsDeniedError)


def test_without_the_library_the_error_says_how_to_install_it(kms: FakeKms, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remote_signers, "find_spec", lambda _: None)
    with pytest.raises(MissingLibraryError) as caught:
        signer_of(kms).sign_typed_data(TYPED_DATA)
    assert caught.value.exit_code == 3
    assert caught.value.hint == "Install it: pip install 'hokctl[kms]'"


def add_signer(world: World, **table: object) -> None:
    path = world.directory / "hokctl.toml"
    path.write_text(path.read_text(encoding="utf-8") + "\n" + render_toml({"signers": {"treasurer": table}}))


def kms_table(kms: FakeKms, **values: object) -> dict[str, object]:
    return {
        "kind": "kms",
        "address": ALICE,
        "key_id": KEY_ID,
        "region": "eu-central-1",
        "endpoint_url": kms.url,
        **values,
    }


def test_an_owner_with_its_key_in_kms_proposes_signs_and_executes(world: World, kms: FakeKms) -> None:
    add_signer(world, **kms_table(kms))
    proposed = world.ok("split", "set", "21", "70%", "--signer", "treasurer", "--yes")["proposal"]
    assert proposed["confirmations"] == [ALICE]
    safe_tx_hash = proposed["safe_tx_hash"]
    world.ok("safe", "sign", safe_tx_hash, "--signer", "bob", "--yes")
    executed = world.ok("safe", "execute", safe_tx_hash, "--signer", "treasurer", "--yes")
    (transaction,) = executed["outcome"]["transactions"]
    sent: Any = world.chain.request("eth_getTransactionByHash", [transaction["tx_hash"]])
    assert str(sent["from"]).lower() == ALICE.lower()
    assert world.ok("split", "show", "21")["models"][0]["infrastructure_accrual_bps"] == 7000


def test_a_wrong_pin_leaves_no_proposal_behind(world: World, kms: FakeKms) -> None:
    add_signer(world, **kms_table(kms, address=BOB))
    ran = world.run("split", "set", "21", "70%", "--signer", "treasurer", "--yes", "-o", "json")
    assert (ran.exit_code, ran.json["errors"][0]["code"]) == (3, "key-mismatch")
    assert world.ok("safe", "queue")["proposals"] == []


def test_the_doctor_asks_kms_for_its_key(world: World, kms: FakeKms) -> None:
    add_signer(world, **kms_table(kms))
    ran = world.run("doctor", "--signer", "treasurer", "-o", "json")
    (line,) = (line for line in ran.data["checks"] if line["name"] == "signer")
    assert (ran.exit_code, line["health"]) == (0, "ok")
    assert line["detail"].startswith(f"treasurer (kms), {ALICE}, ")
    assert kms.operations == ["TrentService.GetPublicKey"]
    kms.fault = (400, "AccessDeniedException")
    ran = world.run("doctor", "--signer", "treasurer", "-o", "json")
    assert (ran.exit_code, ran.json["findings"][0]["code"]) == (5, "kms-denied")
