"""A Trezor as a signer, through the real library trezor and a device on loopback that does what its documents say."""

from collections.abc import Iterator
from typing import Any

import pytest
from eth_account import Account
from eth_account.messages import encode_typed_data

from hokctl.chain.signer_errors import DeviceError, DeviceRejectedError, UnprovenSignatureError
from hokctl.chain.signers import KeyMismatchError
from hokctl.chain.signers_trezor import TrezorSigner
from hokctl.config.writing import render_toml
from hokctl.devnet.keys import dev_account
from tests.integration.chain.test_ledger import recovered
from tests.trezor_device import (
    ACTION_CANCELLED,
    GET_ADDRESS,
    PROCESS_ERROR,
    SIGN_TX,
    SIGN_TYPED_DATA,
    UNEXPECTED_MESSAGE,
    FakeTrezor,
    serving_trezor,
)
from tests.unit.chain.test_ledger_apdus import SAFE_TX
from tests.unit.chain.test_signers import TRANSACTION, TYPED_DATA
from tests.world import ALICE, BOB, World

pytestmark = pytest.mark.integration

PATH = "m/44'/60'/0'/0/0"
NESTED: dict[str, Any] = {
    "types": {
        "EIP712Domain": [{"name": "name", "type": "string"}],
        "Person": [{"name": "name", "type": "string"}, {"name": "wallets", "type": "address[]"}],
        "Mail": [
            {"name": "from", "type": "Person"},
            {"name": "sent", "type": "bool"},
            {"name": "tag", "type": "bytes4"},
        ],
    },
    "primaryType": "Mail",
    "domain": {"name": "Post"},
    "message": {"from": {"name": "Ä", "wallets": [ALICE, BOB]}, "sent": True, "tag": "0xdeadbeef"},
}


@pytest.fixture
def device(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeTrezor]:
    """Serve a device with alice's key where the library looks for it."""
    device = FakeTrezor(key=bytes(dev_account(1).key))
    with serving_trezor(device) as path:
        monkeypatch.setenv("TREZOR_PATH", path)
        monkeypatch.setattr("trezorlib.client._DEFAULT_READ_TIMEOUT", 5.0)
        yield device


def signer_of(address: object = ALICE) -> TrezorSigner:
    return TrezorSigner(
        "vault",
        address,  # type: ignore[arg-type]
        derivation_path=PATH,
        ask=lambda _: "",
        note=lambda _: None,
    )


@pytest.mark.parametrize("typed_data", [SAFE_TX, NESTED, TYPED_DATA])
def test_typed_data_is_shown_in_full_and_hashed_alike_on_both_sides(
    device: FakeTrezor, typed_data: dict[str, Any]
) -> None:
    assert recovered(typed_data, signer_of().sign_typed_data(typed_data)) == ALICE
    assert len(device.shown) == len(typed_data["message"])


def test_a_device_without_the_full_form_gets_the_two_hashes(device: FakeTrezor) -> None:
    device.failures = {SIGN_TYPED_DATA: UNEXPECTED_MESSAGE}
    assert recovered(SAFE_TX, signer_of().sign_typed_data(SAFE_TX)) == ALICE
    signable = encode_typed_data(full_message=SAFE_TX)
    assert device.shown == [signable.header.hex(), signable.body.hex()]


@pytest.mark.parametrize("size", [0, 2, 1_024, 1_025, 3_000])
def test_a_transaction_of_any_length_arrives_whole(device: FakeTrezor, size: int) -> None:
    signed = signer_of().sign_transaction({**TRANSACTION, "data": "0x" + "ab" * size})
    assert Account.recover_transaction(signed.raw) == ALICE
    assert device.shown == ["transaction"]


def test_a_creation_is_signed_without_a_target(device: FakeTrezor) -> None:
    creation = {name: value for name, value in TRANSACTION.items() if name != "to"}
    assert Account.recover_transaction(signer_of().sign_transaction(creation).raw) == ALICE
    assert device.shown == ["transaction"]


def test_a_device_of_another_account_signs_nothing(device: FakeTrezor) -> None:
    with pytest.raises(KeyMismatchError):
        signer_of(BOB).sign_typed_data(SAFE_TX)
    assert device.shown == []


def test_a_signature_over_something_else_is_not_believed(device: FakeTrezor) -> None:
    device.wrong_signature = True
    with pytest.raises(UnprovenSignatureError):
        signer_of().sign_typed_data(SAFE_TX)
    with pytest.raises(UnprovenSignatureError):
        signer_of().sign_transaction(TRANSACTION)


@pytest.mark.parametrize("kind", [SIGN_TYPED_DATA, SIGN_TX, GET_ADDRESS])
def test_what_the_device_answers_instead_is_said_in_words(device: FakeTrezor, kind: int) -> None:
    def sign() -> None:
        signer_of().sign_transaction(TRANSACTION) if kind == SIGN_TX else signer_of().sign_typed_data(SAFE_TX)

    device.failures = {kind: ACTION_CANCELLED}
    with pytest.raises(DeviceRejectedError) as rejected:
        sign()
    assert rejected.value.exit_code == 6
    device.failures = {kind: PROCESS_ERROR}
    with pytest.raises(DeviceError, match="refuses the request") as failed:
        sign()
    assert failed.value.exit_code == 4


def test_without_a_device_it_was_not_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TREZOR_PATH", "udp:127.0.0.1:1")
    with pytest.raises(DeviceError, match="was not found"):
        signer_of().sign_typed_data(SAFE_TX)


def test_an_owner_with_a_trezor_proposes_and_executes(world: World, device: FakeTrezor) -> None:
    path = world.directory / "hokctl.toml"
    table = {"signers": {"vault": {"kind": "trezor", "address": ALICE}}}
    path.write_text(path.read_text(encoding="utf-8") + "\n" + render_toml(table))
    proposed = world.ok("split", "set", "21", "70%", "--signer", "vault", "--yes")["proposal"]
    assert proposed["confirmations"] == [ALICE]
    assert f"nonce={proposed['nonce']}" in device.shown
    world.ok("safe", "sign", proposed["safe_tx_hash"], "--signer", "bob", "--yes")
    world.ok("safe", "execute", proposed["safe_tx_hash"], "--signer", "vault", "--yes")
    assert device.shown[-1] == "transaction"
    assert world.ok("split", "show", "21")["models"][0]["infrastructure_accrual_bps"] == 7000
