"""Messages that a Safe signs: how a Safe that owns another Safe says yes without a transaction of its own.

Source: SafeMessage of CompatibilityFallbackHandler 1.3.0 to 1.5.0; the bytes that the owned Safe shows its owner are
those of its own version.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from eth_typing import ChecksumAddress
from eth_utils.crypto import keccak

from hokctl.domain.units import SafeTxHash
from hokctl.safe.packing import pack_signatures, unpack_signatures
from hokctl.safe.signatures import Confirmation
from hokctl.safe.transactions import DOMAIN_TYPE_HASH, SafeTx
from hokctl.safe.versions import asks_owners_by_hash

SAFE_MESSAGE_TYPE_HASH: Final = keccak(text="SafeMessage(bytes message)")


@dataclass(frozen=True, slots=True, kw_only=True)
class SafeMessage:
    """Bytes that the owners of a Safe sign in its name."""

    safe: ChecksumAddress
    chain_id: int
    message: bytes

    @property
    def message_hash(self) -> SafeTxHash:
        """The hash that the Safe's owners sign; of the same kind as a safe_tx_hash."""
        domain = keccak(DOMAIN_TYPE_HASH + self.chain_id.to_bytes(32, "big") + _word(self.safe))
        content = keccak(SAFE_MESSAGE_TYPE_HASH + keccak(self.message))
        return SafeTxHash("0x" + keccak(b"\x19\x01" + domain + content).hex())

    def typed_data(self) -> dict[str, Any]:
        """Return the EIP-712 document that wallets sign."""
        return {
            "types": {
                "EIP712Domain": [
                    {"name": "chainId", "type": "uint256"},
                    {"name": "verifyingContract", "type": "address"},
                ],
                "SafeMessage": [{"name": "message", "type": "bytes"}],
            },
            "primaryType": "SafeMessage",
            "domain": {"chainId": self.chain_id, "verifyingContract": self.safe},
            "message": {"message": "0x" + self.message.hex()},
        }


def message_for(safe_tx: SafeTx, owner: ChecksumAddress, *, version: str) -> SafeMessage:
    """Return what the Safe `owner` signs to confirm `safe_tx` of a Safe of `version` that it owns."""
    by_hash = asks_owners_by_hash(version, safe_tx.safe)
    shown = bytes.fromhex(safe_tx.safe_tx_hash[2:]) if by_hash else safe_tx.pre_image
    return SafeMessage(safe=owner, chain_id=safe_tx.chain_id, message=shown)


def add_to_contract_signature(
    message: SafeMessage, confirmation: Confirmation, earlier: Sequence[Confirmation]
) -> Confirmation:
    """Return the contract's signature of the message's Safe, with one more of its owners' confirmations in it.

    `earlier` are the confirmations handed in so far, of whatever owner: one of this Safe is built on.
    """
    before = next((item.contract_signature for item in earlier if item.owner == message.safe), None)
    known = unpack_signatures(before, message.message_hash) if before else ()
    others = [item for item in known if item.owner != confirmation.owner]
    return Confirmation(owner=message.safe, contract_signature=pack_signatures([*others, confirmation]))


def _word(address: str) -> bytes:
    return bytes.fromhex(address[2:]).rjust(32, b"\0")
