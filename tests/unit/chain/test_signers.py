"""Signers: right keys sign, wrong ones are refused, and no key is ever shown."""

import json
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from eth_account import Account
from eth_account.messages import encode_typed_data
from eth_typing import ChecksumAddress
from eth_utils.crypto import keccak

from hokctl.chain.keystores import UnreadableKeystoreError, WrongPasswordError
from hokctl.chain.signers import (
    DevnetSigner,
    InvalidKeyError,
    KeyMismatchError,
    KeySigner,
    KeystoreSigner,
    SignerRefusedError,
)
from hokctl.chain.transport import IN_PROCESS
from hokctl.domain.ports import Signer
from hokctl.errors import HokctlError
from hokctl.exit_codes import ExitCode
from tests.unit.chain.fakes import ALICE, TOKEN

pytestmark = pytest.mark.unit

KEY = "4c0883a69102937d6231471b5dbb6204fe5129617082792ae468d01a3f362318"
ADDRESS = "0x2c7536E3605D9C16a7a3D7b1898e529396a65c23"
PASSWORD = "correct horse"  # noqa: S105 - of a keystore made for these tests
TRANSACTION: dict[str, Any] = {
    "type": 2,
    "chainId": 31337,
    "nonce": 5,
    "to": TOKEN,
    "value": 1,
    "data": "0x0102",
    "gas": 21_000,
    "maxFeePerGas": 10,
    "maxPriorityFeePerGas": 1,
}
TYPED_DATA: dict[str, Any] = {
    "types": {
        "EIP712Domain": [{"name": "chainId", "type": "uint256"}, {"name": "verifyingContract", "type": "address"}],
        "Note": [{"name": "to", "type": "address"}, {"name": "data", "type": "bytes"}],
    },
    "primaryType": "Note",
    "domain": {"chainId": 31337, "verifyingContract": TOKEN},
    "message": {"to": ALICE, "data": "0x0102"},
}


@pytest.fixture(scope="module")
def keystore(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an encrypted keystore that is quick to open."""
    path = tmp_path_factory.mktemp("keys") / "treasurer.json"
    path.write_text(
        json.dumps(Account.encrypt(bytes.fromhex(KEY), PASSWORD, kdf="scrypt", iterations=2)), encoding="utf-8"
    )
    return path


def edited(keystore: Path, tmp_path: Path, **fields: object) -> Path:
    document = json.loads(keystore.read_text(encoding="utf-8"))
    path = tmp_path / "edited.json"
    path.write_text(json.dumps({**document, **fields}), encoding="utf-8")
    return path


def shown(error: HokctlError) -> str:
    """Return all that a user or a debug log can see of an error."""
    return "".join(traceback.format_exception(error)) + error.message + error.hint + repr(error)


def check_signatures(signer: Signer, address: str) -> None:
    signed = signer.sign_transaction(TRANSACTION)
    assert Account.recover_transaction(signed.raw) == address
    assert (signed.sender, signed.nonce) == (address, 5)
    assert signed.tx_hash == "0x" + keccak(signed.raw).hex()
    assert signed.raw[0] == 2
    signature = signer.sign_typed_data(TYPED_DATA)
    assert len(signature) == 65
    assert signature[64] in {27, 28}
    assert Account.recover_message(encode_typed_data(full_message=TYPED_DATA), signature=signature) == address
    assert signer.address == address


@pytest.mark.parametrize("key", [KEY, f"0x{KEY}", f" {KEY.upper()}\n", bytes.fromhex(KEY)])
def test_a_key_signs_transactions_and_typed_data_however_it_is_written(key: bytes | str) -> None:
    check_signatures(KeySigner("deployer", lambda: key), ADDRESS)


def test_a_creation_is_signed_without_a_target() -> None:
    creation = {name: value for name, value in TRANSACTION.items() if name != "to"}
    signed = KeySigner("deployer", lambda: KEY).sign_transaction(creation)
    assert Account.recover_transaction(signed.raw) == ADDRESS


def test_a_key_is_fetched_once_and_only_when_needed() -> None:
    fetched: list[str] = []

    def fetch() -> str:
        fetched.append(KEY)
        return KEY

    signer = KeySigner("deployer", fetch, ChecksumAddress(ADDRESS))  # type: ignore[arg-type]
    assert signer.address == ADDRESS
    assert fetched == []
    signer.sign_transaction(TRANSACTION)
    signer.sign_typed_data(TYPED_DATA)
    assert fetched == [KEY]


@pytest.mark.parametrize(
    "key",
    ["", "word word word", KEY[:-1], f"0X{KEY}", "00" * 32, "ff" * 32, bytes.fromhex(KEY)[:-1], KEY + "00"],
)
def test_what_is_no_key_is_refused_without_being_shown(key: bytes | str) -> None:
    with pytest.raises(InvalidKeyError, match="signer deployer") as caught:
        _ = KeySigner("deployer", lambda: key).address
    assert caught.value.exit_code is ExitCode.CONFIG
    text = key if isinstance(key, str) else key.hex()
    assert not text or text not in shown(caught.value)


def test_a_key_of_another_account_is_refused() -> None:
    signer = KeySigner("deployer", lambda: KEY, ALICE)
    with pytest.raises(KeyMismatchError, match=f"should be account {ALICE}, but its key controls {ADDRESS}") as caught:
        signer.sign_typed_data(TYPED_DATA)
    assert caught.value.exit_code is ExitCode.CONFIG
    assert KEY not in shown(caught.value)


def test_no_signer_shows_its_key() -> None:
    signer = KeySigner("deployer", lambda: KEY)
    signer.sign_typed_data(TYPED_DATA)
    assert repr(signer) == f"KeySigner(name='deployer', address='{ADDRESS}')"
    assert KEY not in str(vars(signer))


def test_a_keystore_signs_with_its_password(keystore: Path) -> None:
    check_signatures(KeystoreSigner("treasurer", keystore, None, lambda: PASSWORD), ADDRESS)


def test_a_keystore_knows_its_account_without_the_password(keystore: Path) -> None:
    def ask() -> str:
        raise AssertionError("the password is not needed yet")

    assert KeystoreSigner("treasurer", keystore, None, ask).address == ADDRESS
    assert KeystoreSigner("treasurer", keystore, ALICE, ask).address == ALICE


def test_a_wrong_password_is_refused_and_can_be_corrected(keystore: Path) -> None:
    passwords = iter(["wrong", PASSWORD])
    signer = KeystoreSigner("treasurer", keystore, None, lambda: next(passwords))
    with pytest.raises(WrongPasswordError, match="signer treasurer") as caught:
        signer.sign_typed_data(TYPED_DATA)
    assert caught.value.exit_code is ExitCode.CONFIG
    assert "wrong'" not in shown(caught.value)
    signer.sign_typed_data(TYPED_DATA)


def test_a_keystore_of_another_account_is_refused(keystore: Path, tmp_path: Path) -> None:
    with pytest.raises(KeyMismatchError):
        KeystoreSigner("treasurer", keystore, ALICE, lambda: PASSWORD).sign_typed_data(TYPED_DATA)
    lying = edited(keystore, tmp_path, address=ALICE[2:].lower())
    with pytest.raises(KeyMismatchError):
        KeystoreSigner("treasurer", lying, None, lambda: PASSWORD).sign_typed_data(TYPED_DATA)


def test_a_keystore_without_an_address_says_whose_it_is_once_open(keystore: Path, tmp_path: Path) -> None:
    silent = edited(keystore, tmp_path, address=None)
    assert KeystoreSigner("treasurer", silent, None, lambda: PASSWORD).address == ADDRESS


def test_a_missing_keystore_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnreadableKeystoreError, match="no such file or directory") as caught:
        KeystoreSigner("treasurer", tmp_path / "none.json", None, lambda: PASSWORD)
    assert caught.value.exit_code is ExitCode.CONFIG
    signer = KeystoreSigner("treasurer", tmp_path / "none.json", ALICE, lambda: PASSWORD)
    with pytest.raises(UnreadableKeystoreError):
        signer.sign_typed_data(TYPED_DATA)


@pytest.mark.parametrize("content", [KEY, "[]", '{"version": 4}', "\xff", "[" * 100_000])
def test_a_file_that_is_no_keystore_is_not_quoted(content: str, tmp_path: Path) -> None:
    path = tmp_path / "key.txt"
    path.write_bytes(content.encode("latin-1"))
    with pytest.raises(UnreadableKeystoreError) as caught:
        KeystoreSigner("treasurer", path, None, lambda: PASSWORD)
    assert KEY not in shown(caught.value)


@pytest.mark.parametrize(
    "crypto", [None, {}, {"kdf": "argon2", "cipherparams": {}}, {"kdf": "scrypt", "kdfparams": {}}]
)
def test_a_damaged_keystore_is_told_from_a_wrong_password(crypto: object, keystore: Path, tmp_path: Path) -> None:
    signer = KeystoreSigner("treasurer", edited(keystore, tmp_path, crypto=crypto), None, lambda: PASSWORD)
    with pytest.raises(UnreadableKeystoreError, match="damaged or of an unknown kind"):
        signer.sign_typed_data(TYPED_DATA)


@pytest.mark.parametrize(
    ("index", "address"),
    [
        (0, "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"),
        (1, "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"),
        (9, "0xa0Ee7A142d267C1f36714E4a8F75612F20a79720"),
    ],
)
def test_the_devnets_accounts_are_those_of_the_test_mnemonic(index: int, address: str) -> None:
    check_signatures(DevnetSigner("alice", index, 31337, "http://127.0.0.1:8545"), address)
    assert DevnetSigner("alice", index, 31337, IN_PROCESS).address == address


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda: DevnetSigner("alice", 0, 1, "http://127.0.0.1:8545"), "chain 1 is not the devnet's 31337"),
        (lambda: DevnetSigner("alice", 0, 31337, "http://10.0.0.1:8545"), "is not on this machine"),
        (lambda: DevnetSigner("alice", -1, 31337, IN_PROCESS), "it has no account -1"),
        (lambda: DevnetSigner("alice", 2**31, 31337, IN_PROCESS), "it has no account"),
    ],
)
def test_the_test_mnemonic_is_refused_away_from_a_local_devnet(make: Callable[[], Signer], reason: str) -> None:
    with pytest.raises(SignerRefusedError, match=reason) as caught:
        make()
    assert caught.value.exit_code is ExitCode.REFUSED


def test_the_test_mnemonic_signs_no_transaction_for_another_chain() -> None:
    signer = DevnetSigner("alice", 0, 31337, IN_PROCESS)
    with pytest.raises(SignerRefusedError, match="not for chain 31337"):
        signer.sign_transaction({**TRANSACTION, "chainId": 1})


def test_a_keystore_of_the_other_derivation_signs_as_well(tmp_path: Path) -> None:
    path = tmp_path / "pbkdf2.json"
    document = Account.encrypt(bytes.fromhex(KEY), PASSWORD, kdf="pbkdf2", iterations=2)
    path.write_text(json.dumps(document), encoding="utf-8")
    check_signatures(KeystoreSigner("treasurer", path, None, password=lambda: PASSWORD), ADDRESS)
