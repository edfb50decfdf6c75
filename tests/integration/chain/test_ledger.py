"""A Ledger as a signer, through the real library ledgerblue and an app on loopback that does what its documents say."""

from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any

import pytest
from eth_account import Account
from eth_account.messages import encode_typed_data
from hypothesis import given
from hypothesis import strategies as st

from hokctl.chain.ledger_apdus import UnsendableError, sign_typed_data
from hokctl.chain.signer_errors import (
    BlindSigningError,
    DeviceAppError,
    DeviceError,
    DeviceLockedError,
    DeviceRejectedError,
    UnprovenSignatureError,
)
from hokctl.chain.signers import KeyMismatchError
from hokctl.chain.signers_ledger import LedgerBlueTransport, LedgerSigner, StatusWordError
from hokctl.config.writing import render_toml
from hokctl.devnet.keys import dev_account
from hokctl.errors import HokctlError
from tests.ledger_app import OK, FakeLedgerApp, serving_ledger
from tests.unit.chain.test_signers import TRANSACTION, TYPED_DATA
from tests.world import ALICE, BOB, World

pytestmark = pytest.mark.integration

PATH = "m/44'/60'/0'/0/0"
MAIL: dict[str, Any] = {
    "types": {
        "EIP712Domain": [
            {"name": "name", "type": "string"},
            {"name": "version", "type": "string"},
            {"name": "chainId", "type": "uint256"},
            {"name": "verifyingContract", "type": "address"},
            {"name": "salt", "type": "bytes32"},
        ],
        "Person": [{"name": "name", "type": "string"}, {"name": "wallets", "type": "address[]"}],
        "Mail": [
            {"name": "from", "type": "Person"},
            {"name": "to", "type": "Person[2]"},
            {"name": "matrix", "type": "int16[2][]"},
            {"name": "sent", "type": "bool"},
            {"name": "tag", "type": "bytes4"},
            {"name": "contents", "type": "bytes"},
            {"name": "nothing", "type": "uint8"},
        ],
    },
    "primaryType": "Mail",
    "domain": {
        "name": "Post",
        "version": "1",
        "chainId": 31337,
        "verifyingContract": ALICE,
        "salt": "0x" + "00" * 31 + "07",
    },
    "message": {
        "from": {"name": "Ä", "wallets": [ALICE, BOB]},
        "to": [{"name": "", "wallets": []}, {"name": "B", "wallets": [BOB]}],
        "matrix": [[-1, 255], [-32768, 32767]],
        "sent": True,
        "tag": "0xdeadbeef",
        "contents": "0x" + "ab" * 700,
        "nothing": 0,
    },
}


class Direct:
    """The app without a wire between."""

    def __init__(self, app: FakeLedgerApp) -> None:
        self._app = app

    def exchange(self, apdu: bytes) -> bytes:
        """Return the app's answer."""
        data, status = self._app.answer(apdu)
        if status != OK:
            raise StatusWordError(status)
        return data

    def close(self) -> None:
        """Let go of nothing."""


@pytest.fixture
def app() -> FakeLedgerApp:
    """Return a device with alice's key."""
    return FakeLedgerApp(key=bytes(dev_account(1).key))


@pytest.fixture
def wired(app: FakeLedgerApp, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeLedgerApp]:
    """Serve the device where ledgerblue looks for it."""
    comm = import_module("ledgerblue.comm")
    with serving_ledger(app) as port:
        monkeypatch.setattr(comm, "TCP_PROXY", ("127.0.0.1", port))
        yield app


def signer_of(app: FakeLedgerApp, *, address: object = ALICE, notes: list[str] | None = None) -> LedgerSigner:
    note: Callable[[str], None] = (lambda _: None) if notes is None else notes.append
    connect = lambda: Direct(app)  # noqa: E731 - one expression
    return LedgerSigner("cold", address, derivation_path=PATH, connect=connect, note=note)  # type: ignore[arg-type]


def recovered(typed_data: dict[str, Any], signature: bytes) -> str:
    return str(Account.recover_message(encode_typed_data(full_message=typed_data), signature=signature))


@pytest.mark.parametrize("typed_data", [TYPED_DATA, MAIL])
def test_typed_data_is_sent_in_full_and_hashed_alike_on_both_sides(
    app: FakeLedgerApp, typed_data: dict[str, Any]
) -> None:
    notes: list[str] = []
    assert recovered(typed_data, signer_of(app, notes=notes).sign_typed_data(typed_data)) == ALICE
    assert len(app.shown) == len(typed_data["message"])
    signable = encode_typed_data(full_message=typed_data)
    assert signable.header.hex() in notes[0]
    assert signable.body.hex() in notes[0]


@pytest.mark.parametrize(("version", "statuses"), [((1, 9, 18), {}), ((1, 12, 0), {0x1A: 0x6D00})])
def test_an_app_without_the_full_form_gets_the_two_hashes(
    app: FakeLedgerApp, version: tuple[int, int, int], statuses: dict[int, int]
) -> None:
    app.version, app.statuses = version, statuses
    assert recovered(TYPED_DATA, signer_of(app).sign_typed_data(TYPED_DATA)) == ALICE
    signable = encode_typed_data(full_message=TYPED_DATA)
    assert app.shown == [signable.header.hex(), signable.body.hex()]


@pytest.mark.parametrize(
    "message",
    [
        {"to": ALICE, "data": "0x" + "00" * 65_536},
        {"to": ALICE, "data": "0x"},
    ],
)
def test_what_has_no_room_in_the_full_form_is_signed_by_its_hashes(app: FakeLedgerApp, message: dict[str, str]) -> None:
    typed_data = {**TYPED_DATA, "message": message}
    assert recovered(typed_data, signer_of(app).sign_typed_data(typed_data)) == ALICE
    assert len(app.shown) == 2


def test_a_type_that_the_form_cannot_say_is_not_sent() -> None:
    types = {name: fields for name, fields in TYPED_DATA["types"].items() if name != "EIP712Domain"}
    with pytest.raises(UnsendableError):
        sign_typed_data(PATH, {**TYPED_DATA, "types": types})


@given(data=st.binary(max_size=1_500))
def test_a_transaction_of_any_length_arrives_whole(data: bytes) -> None:
    app = FakeLedgerApp(key=bytes(dev_account(1).key))
    signed = signer_of(app).sign_transaction({**TRANSACTION, "data": "0x" + data.hex()})
    assert Account.recover_transaction(signed.raw) == ALICE
    assert all(len(apdu) <= 260 for apdu in app.apdus)


def test_a_device_of_another_account_signs_nothing(app: FakeLedgerApp) -> None:
    with pytest.raises(KeyMismatchError):
        signer_of(app, address=BOB).sign_typed_data(TYPED_DATA)
    assert app.shown == []


def test_a_signature_over_something_else_is_not_believed(app: FakeLedgerApp) -> None:
    app.wrong_signature = True
    with pytest.raises(UnprovenSignatureError):
        signer_of(app).sign_typed_data(TYPED_DATA)
    with pytest.raises(UnprovenSignatureError):
        signer_of(app).sign_transaction(TRANSACTION)


@pytest.mark.parametrize(
    ("statuses", "kind", "exit_code"),
    [
        ({0x02: 0x5515}, DeviceLockedError, 4),
        ({0x02: 0x6E00}, DeviceAppError, 4),
        ({0x02: 0x6511}, DeviceAppError, 4),
        ({0x02: 0x6D00}, DeviceAppError, 4),
        ({0x0C: 0x6985}, DeviceRejectedError, 6),
        ({0x1C: 0x6982}, DeviceRejectedError, 6),
        ({0x1A: 0x6D00, 0x0C: 0x6A80}, BlindSigningError, 6),
        ({0x06: 0x6F00}, DeviceError, 4),
    ],
)
def test_a_status_word_is_said_in_words(
    wired: FakeLedgerApp, statuses: dict[int, int], kind: type[HokctlError], exit_code: int
) -> None:
    wired.statuses = statuses
    signer = LedgerSigner(
        "cold",
        ALICE,
        derivation_path=PATH,
        connect=lambda: LedgerBlueTransport("cold"),
        note=lambda _: None,
    )
    with pytest.raises(kind) as caught:
        signer.sign_typed_data(TYPED_DATA)
    assert type(caught.value) is kind
    assert caught.value.exit_code == exit_code
    assert "cold" in caught.value.message


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # ledgerblue leaves its socket open
def test_no_device_or_one_that_goes_away_is_unavailable(monkeypatch: pytest.MonkeyPatch) -> None:
    comm = import_module("ledgerblue.comm")
    monkeypatch.setattr(comm, "TCP_PROXY", ("127.0.0.1", 1))
    with pytest.raises(DeviceError, match="was not found"):
        LedgerBlueTransport("cold")
    monkeypatch.setattr(comm, "TCP_PROXY", None)
    with pytest.raises(DeviceError, match="was not found"):
        LedgerBlueTransport("cold")


def test_an_owner_with_a_ledger_proposes_signs_and_executes(world: World, wired: FakeLedgerApp) -> None:
    table = {"kind": "ledger", "address": ALICE}
    path = world.directory / "hokctl.toml"
    path.write_text(path.read_text(encoding="utf-8") + "\n" + render_toml({"signers": {"cold": table}}))
    proposed = world.ok("split", "set", "21", "70%", "--signer", "cold", "--yes")["proposal"]
    assert proposed["confirmations"] == [ALICE]
    assert f"nonce={proposed['nonce']}" in wired.shown
    world.ok("safe", "sign", proposed["safe_tx_hash"], "--signer", "bob", "--yes")
    world.ok("safe", "execute", proposed["safe_tx_hash"], "--signer", "cold", "--yes")
    assert wired.shown[-1] == "transaction"
    assert world.ok("split", "show", "21")["models"][0]["infrastructure_accrual_bps"] == 7000
    wired.statuses = {0x0C: 0x6985}
    ran = world.run("split", "set", "22", "75%", "--signer", "cold", "--yes", "-o", "json")
    assert (ran.exit_code, ran.json["errors"][0]["code"]) == (6, "device-rejected")
    assert world.ok("safe", "queue")["proposals"] == []
