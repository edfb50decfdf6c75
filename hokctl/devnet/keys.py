"""The keys of the unlocked accounts, derived from the public test mnemonic when first needed."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, cast

from hokctl.devnet.genesis import ACCOUNTS, DERIVATION_PATH, MNEMONIC, to_bytes

if TYPE_CHECKING:
    from eth_account.signers.local import LocalAccount
    from eth_account.types import TransactionDictType


@cache
def dev_account(index: int) -> LocalAccount:
    """Return one of the ten well-known accounts with its key; worthless on any real network."""
    from eth_account import Account
    from eth_account.hdaccount import seed_from_mnemonic
    from eth_account.hdaccount.deterministic import HDPath

    seed = seed_from_mnemonic(MNEMONIC, passphrase="")
    account: LocalAccount = Account.from_key(HDPath(f"{DERIVATION_PATH}/{index}").derive(seed))
    return account


def sign_transaction(sender: bytes, fields: dict[str, object]) -> bytes:
    """Sign a transaction for one of the ten accounts and return it encoded."""
    index = [to_bytes(address) for address in ACCOUNTS].index(sender)
    return bytes(dev_account(index).sign_transaction(cast("TransactionDictType", fields)).raw_transaction)
