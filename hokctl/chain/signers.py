"""Signers: keys in a keystore, in the environment, or from the public test mnemonic. None shows its key."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from eth_typing import ChecksumAddress

from hokctl.chain.endpoints import is_local
from hokctl.chain.keystores import decrypt_keystore, load_keystore
from hokctl.domain.ports import SignedTransaction
from hokctl.domain.units import TxHash
from hokctl.errors import ConfigError, RefusedError

if TYPE_CHECKING:
    from eth_account.signers.local import LocalAccount

DEVNET_CHAIN_ID: Final = 31337
TEST_MNEMONIC: Final = "test test test test test test test test test test test junk"
"""Public: whoever holds anything on a real chain with it has lost it already."""
_TEST_PATH: Final = "m/44'/60'/0'/0"
_MAX_INDEX: Final = 2**31
_HEX_KEY: Final = re.compile(r"(?:0x)?(?P<digits>[0-9a-fA-F]{64})", re.ASCII)
_KEY_BYTES: Final = 32
_CURVE_ORDER: Final = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141


class InvalidKeyError(ConfigError):
    """A text or bytes that are no private key."""

    code = "invalid-key"

    def __init__(self, signer: str) -> None:
        """Name the signer, and nothing of the key."""
        super().__init__(
            f"What signer {signer} was given is not a private key: a key is 32 bytes, written as 64 hex digits.",
            hint="Check the variable or file that the signer names; hokctl never shows its content.",
        )


class KeyMismatchError(ConfigError):
    """A key that controls another account than the signer's configuration says."""

    code = "key-mismatch"

    def __init__(self, signer: str, *, expected: ChecksumAddress, actual: ChecksumAddress) -> None:
        """Name the signer and both accounts."""
        super().__init__(
            f"Signer {signer} should be account {expected}, but its key controls {actual}.",
            hint="Mend the signer's address or its key in the configuration.",
        )


class SignerRefusedError(RefusedError):
    """A signer of the public test mnemonic, away from a local devnet."""

    code = "signer-refused"

    def __init__(self, signer: str, reason: str) -> None:
        """Name the signer and what is wrong."""
        super().__init__(
            f"Signer {signer} uses the public test mnemonic, which everybody knows: {reason}.",
            hint="Use it with `hokctl devnet` only; for any other network configure a keystore.",
        )


class LocalSigner:
    """Signs with a key held in this process, fetched at the first need and then kept until the process ends."""

    def __init__(self, name: str, load_key: Callable[[], bytes | str], address: ChecksumAddress | None) -> None:
        """Use the key that `load_key` returns; `address`, when known, is what the key must control."""
        self._name = name
        self._load_key = load_key
        self._address = address
        self._account: LocalAccount | None = None

    @property
    def name(self) -> str:
        """The signer's name in the configuration."""
        return self._name

    @property
    def address(self) -> ChecksumAddress:
        """The account the key controls; needs the key only when the configuration doesn't say."""
        return self._unlock().address if self._address is None else self._address

    def sign_transaction(self, transaction: dict[str, Any]) -> SignedTransaction:
        """Return the signed EIP-1559 transaction; `transaction` is complete, in web3's key names."""
        account = self._unlock()
        signed = account.sign_transaction(transaction)
        return SignedTransaction(
            tx_hash=TxHash("0x" + bytes(signed.hash).hex()),
            raw=bytes(signed.raw_transaction),
            sender=account.address,
            nonce=transaction["nonce"],
        )

    def sign_typed_data(self, typed_data: dict[str, Any]) -> bytes:
        """Return the 65-byte signature (r, s, v with v 27 or 28) over EIP-712 `typed_data`."""
        return bytes(self._unlock().sign_typed_data(full_message=typed_data).signature)

    def __repr__(self) -> str:
        """Name the signer and its account, never the key."""
        return f"{type(self).__name__}(name={self._name!r}, address={self._address!r})"

    def _unlock(self) -> "LocalAccount":
        if self._account is None:
            account = _account_of(_parse_key(self._load_key(), self._name))
            if self._address is not None and account.address != self._address:
                raise KeyMismatchError(self._name, expected=self._address, actual=account.address)
            self._address = account.address
            self._account = account
        return self._account


class KeySigner(LocalSigner):
    """A key from a variable of the environment or a secret file: 32 bytes, or 64 hex digits."""

    def __init__(self, name: str, key: Callable[[], bytes | str], address: ChecksumAddress | None = None) -> None:
        """Use the key that `key` returns; without `address` the key itself says whose it is."""
        super().__init__(name, key, address)


class KeystoreSigner(LocalSigner):
    """A key in an encrypted keystore file (Web3 Secret Storage, version 3)."""

    def __init__(self, name: str, path: Path, address: ChecksumAddress | None, password: Callable[[], str]) -> None:
        """Use the keystore at `path`; `password` is asked at the first signature.

        Without `address` the file must say it. Raises UnreadableKeystoreError, at once only in that case.
        """
        super().__init__(
            name,
            lambda: decrypt_keystore(load_keystore(path, signer=name), password(), path=path, signer=name),
            load_keystore(path, signer=name).address if address is None else address,
        )


class DevnetSigner(LocalSigner):
    """One of the accounts of the public test mnemonic, for a devnet on this machine."""

    def __init__(self, name: str, index: int, chain_id: int, endpoint: str) -> None:
        """Use account `index` (m/44'/60'/0'/0/index); raises SignerRefusedError away from a local devnet."""
        if chain_id != DEVNET_CHAIN_ID:
            raise SignerRefusedError(name, f"chain {chain_id} is not the devnet's {DEVNET_CHAIN_ID}")
        if not is_local(endpoint):
            raise SignerRefusedError(name, f"the node at {endpoint} is not on this machine")
        if not 0 <= index < _MAX_INDEX:
            raise SignerRefusedError(name, f"it has no account {index}")
        super().__init__(name, lambda: _test_key(index), None)

    def sign_transaction(self, transaction: dict[str, Any]) -> SignedTransaction:
        """Return the signed transaction; raises SignerRefusedError for any chain but the devnet's."""
        if transaction.get("chainId") != DEVNET_CHAIN_ID:
            raise SignerRefusedError(self.name, f"the transaction is not for chain {DEVNET_CHAIN_ID}")
        return super().sign_transaction(transaction)


def _parse_key(key: bytes | str, signer: str) -> bytes:
    """Return the 32 bytes of a private key. What is wrong with it is never said: it would show parts of it."""
    if isinstance(key, str):
        match = _HEX_KEY.fullmatch(key.strip())
        key = bytes.fromhex(match["digits"]) if match else b""
    if len(key) != _KEY_BYTES or not 0 < int.from_bytes(key, "big") < _CURVE_ORDER:
        raise InvalidKeyError(signer)
    return key


def _account_of(key: bytes) -> "LocalAccount":
    from eth_account import Account

    account: LocalAccount = Account.from_key(key)
    return account


def _test_key(index: int) -> bytes:
    from eth_account.hdaccount import key_from_seed, seed_from_mnemonic

    return bytes(key_from_seed(seed_from_mnemonic(TEST_MNEMONIC, ""), f"{_TEST_PATH}/{index}"))
