"""Safe, versions 1.3.0, 1.4.1 and 1.5.0: an account that acts when enough of its owners sign."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Final, cast

from eth_typing import ChecksumAddress

from hokctl.chain.reads import Read
from hokctl.clients.base import Client, Values, as_addresses, as_bool, as_bytes, as_hash, as_int, as_str
from hokctl.clients.codec import word_from_hex
from hokctl.domain.authority import AccountRequired, Requirement
from hokctl.domain.calls import Call
from hokctl.domain.units import ZERO_ADDRESS, SafeTxHash

SINGLETON_SLOT: Final = 0
"""The storage slot of the proxy that holds the singleton's address."""
GUARD_SLOT: Final = 0x4A204F620C8C5CCDCA3FD54D003BADD85BA500436A431F0CBDA4F558C93C34C8
"""The storage slot of the guard's address: keccak256("guard_manager.guard.address")."""
FALLBACK_HANDLER_SLOT: Final = 0x6C9A6C4A39284E37ED1CF53D337577D14212A4870FB976A4366C693B939918D5
"""The storage slot of the fallback handler's address: keccak256("fallback_manager.handler.address")."""
SENTINEL: Final = ChecksumAddress("0x0000000000000000000000000000000000000001")  # type: ignore[arg-type]  # NewType over a NewType
"""Head of the linked lists of owners and modules."""

_TX_TYPES: Final = "address,uint256,bytes,uint8,uint256,uint256,uint256,address,address"
_TX_NAMES: Final = (
    "to",
    "value",
    "data",
    "operation",
    "safeTxGas",
    "baseGas",
    "gasPrice",
    "gasToken",
    "refundReceiver",
)


class Operation(IntEnum):
    """How a Safe makes a call."""

    CALL = 0
    DELEGATECALL = 1
    """The target's code runs as the Safe itself: it can do anything to it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SafeTxFields:
    """The fields of a Safe transaction but its nonce, as the contract takes them."""

    to: ChecksumAddress
    value: int = 0
    data: bytes = b""
    operation: int = Operation.CALL
    safe_tx_gas: int = 0
    base_gas: int = 0
    gas_price: int = 0
    gas_token: ChecksumAddress = ZERO_ADDRESS
    refund_receiver: ChecksumAddress = ZERO_ADDRESS

    def values(self) -> Values:
        """Return the fields in the contract's order."""
        return (
            self.to,
            self.value,
            self.data,
            int(self.operation),
            self.safe_tx_gas,
            self.base_gas,
            self.gas_price,
            self.gas_token,
            self.refund_receiver,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SafeSetup:
    """What a new Safe starts with. Without a fallback handler it can't sign messages or receive some tokens."""

    owners: Sequence[ChecksumAddress]
    threshold: int
    fallback_handler: ChecksumAddress
    to: ChecksumAddress = ZERO_ADDRESS
    """Delegate-called at set-up with `data`; the zero address for none."""
    data: bytes = b""
    payment_token: ChecksumAddress = ZERO_ADDRESS
    payment_units: int = 0
    payment_receiver: ChecksumAddress = ZERO_ADDRESS


class Safe(Client):
    """A Safe. Changes to itself need a transaction of its own: they require the Safe as their caller."""

    contract_name = "Safe"

    def get_owners(self) -> Read[tuple[ChecksumAddress, ...]]:
        """The owners, in the order of the contract's linked list."""
        return self._read("getOwners()", ("address[]",), (), as_addresses)

    def get_threshold(self) -> Read[int]:
        """How many owners must confirm."""
        return self._read("getThreshold()", ("uint256",), (), as_int)

    def nonce(self) -> Read[int]:
        """The nonce of the next transaction to be executed."""
        return self._read("nonce()", ("uint256",), (), as_int)

    def version(self) -> Read[str]:
        """The version, such as `1.4.1`."""
        return self._read("VERSION()", ("string",), (), as_str)

    def is_owner(self, owner: ChecksumAddress) -> Read[bool]:
        """Whether `owner` is an owner."""
        return self._read("isOwner(address)", ("bool",), (owner,), as_bool)

    def domain_separator(self) -> Read[str]:
        """The EIP-712 domain separator."""
        return self._read("domainSeparator()", ("bytes32",), (), as_hash)

    def get_transaction_hash(self, fields: SafeTxFields, nonce: int) -> Read[SafeTxHash]:
        """The EIP-712 hash that owners sign, as the contract computes it."""
        signature = f"getTransactionHash({_TX_TYPES},uint256)"
        return self._read(signature, ("bytes32",), (*fields.values(), nonce), _as_safe_tx_hash)

    def approved_hashes(self, owner: ChecksumAddress, safe_tx_hash: SafeTxHash) -> Read[bool]:
        """Whether `owner` approved the hash on the chain."""
        args = (owner, word_from_hex(safe_tx_hash))
        return self._read("approvedHashes(address,bytes32)", ("uint256",), args, _as_flag)

    def check_n_signatures(
        self, safe_tx_hash: SafeTxHash, pre_image: bytes, signatures: bytes, count: int
    ) -> Read[bool]:
        """True when the Safe takes `signatures` for those of `count` owners; it reverts when it does not.

        `pre_image` is what hashes to `safe_tx_hash`. The caller counts as the sender of the execution.
        """
        args = (word_from_hex(safe_tx_hash), pre_image, signatures, count)
        return self._read("checkNSignatures(bytes32,bytes,bytes,uint256)", (), args, lambda _: True)

    def get_modules_paginated(
        self, start: ChecksumAddress = SENTINEL, page_size: int = 100
    ) -> Read[tuple[tuple[ChecksumAddress, ...], ChecksumAddress]]:
        """Up to `page_size` modules after `start`, and where the next page starts: the sentinel when there is none.

        A module moves the Safe's funds without any confirmation.
        """
        returns = ("address[]", "address")
        return self._read("getModulesPaginated(address,uint256)", returns, (start, page_size), _as_modules)

    def is_module_enabled(self, module: ChecksumAddress) -> Read[bool]:
        """Whether `module` is enabled."""
        return self._read("isModuleEnabled(address)", ("bool",), (module,), as_bool)

    def get_storage_at(self, slot: int, words: int = 1) -> Read[bytes]:
        """The raw storage from `slot` on, such as GUARD_SLOT, which has no view of its own."""
        return self._read("getStorageAt(uint256,uint256)", ("bytes",), (slot, words), as_bytes)

    def exec_transaction(self, fields: SafeTxFields, signatures: bytes, *, purpose: str) -> Call:
        """Execute the transaction with the next nonce. Anyone with enough owners' `signatures`, sorted by owner."""
        return self._call(
            f"execTransaction({_TX_TYPES},bytes)",
            (*_TX_NAMES, "signatures"),
            (*fields.values(), signatures),
            purpose=purpose,
        )

    def approve_hash(self, safe_tx_hash: SafeTxHash, *, purpose: str, owner: ChecksumAddress) -> Call:
        """Confirm a transaction on the chain, without a signature. Only an owner: `owner`."""
        return self._call(
            "approveHash(bytes32)",
            ("hashToApprove",),
            (word_from_hex(safe_tx_hash),),
            purpose=purpose,
            requires=(AccountRequired(account=owner),),
        )

    def setup(self, setup: SafeSetup, *, purpose: str) -> Call:
        """Set a new Safe up, once; its calldata is the initializer for the proxy factory."""
        return self._call(
            "setup(address[],uint256,address,bytes,address,address,uint256,address)",
            ("_owners", "_threshold", "to", "data", "fallbackHandler", "paymentToken", "payment", "paymentReceiver"),
            (
                tuple(setup.owners),
                setup.threshold,
                setup.to,
                setup.data,
                setup.fallback_handler,
                setup.payment_token,
                setup.payment_units,
                setup.payment_receiver,
            ),
            purpose=purpose,
        )

    def add_owner_with_threshold(self, owner: ChecksumAddress, threshold: int, *, purpose: str) -> Call:
        """Add an owner and set the threshold. The Safe itself."""
        names, args = ("owner", "_threshold"), (owner, threshold)
        return self._own("addOwnerWithThreshold(address,uint256)", names, args, purpose)

    def remove_owner(
        self, previous_owner: ChecksumAddress, owner: ChecksumAddress, threshold: int, *, purpose: str
    ) -> Call:
        """Remove `owner`, which `previous_owner` (or the sentinel) points to, and set the threshold. The Safe."""
        names, args = ("prevOwner", "owner", "_threshold"), (previous_owner, owner, threshold)
        return self._own("removeOwner(address,address,uint256)", names, args, purpose)

    def swap_owner(
        self, previous_owner: ChecksumAddress, old_owner: ChecksumAddress, new_owner: ChecksumAddress, *, purpose: str
    ) -> Call:
        """Put `new_owner` in the place of `old_owner`, which `previous_owner` points to. The Safe itself."""
        names, args = ("prevOwner", "oldOwner", "newOwner"), (previous_owner, old_owner, new_owner)
        return self._own("swapOwner(address,address,address)", names, args, purpose)

    def change_threshold(self, threshold: int, *, purpose: str) -> Call:
        """Set how many owners must confirm. The Safe itself."""
        return self._own("changeThreshold(uint256)", ("_threshold",), (threshold,), purpose)

    def enable_module(self, module: ChecksumAddress, *, purpose: str) -> Call:
        """Let `module` act for the Safe without confirmations. The Safe itself."""
        return self._own("enableModule(address)", ("module",), (module,), purpose)

    def disable_module(self, previous_module: ChecksumAddress, module: ChecksumAddress, *, purpose: str) -> Call:
        """Take a module away; `previous_module` (or the sentinel) points to it. The Safe itself."""
        names, args = ("prevModule", "module"), (previous_module, module)
        return self._own("disableModule(address,address)", names, args, purpose)

    def set_guard(self, guard: ChecksumAddress, *, purpose: str) -> Call:
        """Set the contract that may refuse transactions, the zero address for none. The Safe itself."""
        return self._own("setGuard(address)", ("guard",), (guard,), purpose)

    def set_fallback_handler(self, handler: ChecksumAddress, *, purpose: str) -> Call:
        """Set the contract that answers calls which the Safe does not know. The Safe itself."""
        return self._own("setFallbackHandler(address)", ("handler",), (handler,), purpose)

    def _own(self, signature: str, names: tuple[str, ...], args: Values, purpose: str) -> Call:
        requires: tuple[Requirement, ...] = (AccountRequired(account=self.address),)
        return self._call(signature, names, args, purpose=purpose, requires=requires)


def _as_flag(values: Values) -> bool:
    return as_int(values) != 0


def _as_safe_tx_hash(values: Values) -> SafeTxHash:
    return SafeTxHash(as_hash(values))


def _as_modules(values: Values) -> tuple[tuple[ChecksumAddress, ...], ChecksumAddress]:
    return cast("tuple[tuple[ChecksumAddress, ...], ChecksumAddress]", values)
