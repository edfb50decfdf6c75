"""Trying a Safe transaction out before its owners have signed it: the node pretends that they have approved its hash.

Source: Safe 1.3.0 to 1.5.0, storage layout of SafeStorage and signature kind v = 1 of checkNSignatures: an owner who
has approved the hash on the chain needs no signature. Owners and threshold stay as they are, so that a transaction
that changes them is seen as it is.
"""

from collections.abc import Mapping
from typing import Final

from eth_typing import ChecksumAddress
from eth_utils.crypto import keccak

from hokctl.chain.errors import RpcError
from hokctl.chain.session import Chain
from hokctl.chain.simulation import Overrides, SimulationResult, StateOverride, simulate
from hokctl.clients.safe import Safe
from hokctl.domain.authority import SafeAuthority
from hokctl.domain.calls import Call
from hokctl.safe.transactions import SafeTx

OWNER_COUNT_SLOT: Final = 3
"""The storage slot of the number of owners."""
THRESHOLD_SLOT: Final = 4
"""The storage slot of the threshold."""
NONCE_SLOT: Final = 5
"""The storage slot of the next nonce."""
APPROVED_HASHES_SLOT: Final = 8
"""The storage slot of the mapping from owners and hashes to approvals."""
SIGNATURE_CHECKS: Final = ("GS020", "GS025", "GS026")
"""What the Safe answers when the node did not pretend after all."""
_WORD: Final = 32


def sender_approval(owner: ChecksumAddress) -> bytes:
    """Return the signature with which `owner` stands by an approval: r is the owner, s is zero, v is 1."""
    return bytes.fromhex(owner[2:]).rjust(_WORD, b"\0") + bytes(_WORD) + b"\x01"


def pretended_execution(safe_tx: SafeTx, authority: SafeAuthority) -> tuple[Call, Overrides]:
    """Return the exact execTransaction, and what a node must pretend for it: its turn, and the owners' approvals."""
    owners = sorted(authority.owners, key=str.lower)[: authority.threshold]
    signatures = b"".join(map(sender_approval, owners))
    call = Safe(safe_tx.safe).exec_transaction(safe_tx.fields, signatures, purpose="")
    slots = {NONCE_SLOT: safe_tx.nonce, **{approval_slot(owner, safe_tx.safe_tx_hash): 1 for owner in owners}}
    return call, {safe_tx.safe: StateOverride(slots=slots)}


def with_slots(overrides: Overrides, safe: ChecksumAddress, slots: Mapping[int, int]) -> Overrides:
    """Return the overrides with more slots of the Safe pretended."""
    known = overrides.get(safe, StateOverride())
    return {**overrides, safe: StateOverride(code=known.code, slots={**known.slots, **slots})}


def approval_slot(owner: ChecksumAddress, safe_tx_hash: str) -> int:
    """Return the storage slot that holds whether `owner` has approved the hash."""
    outer = keccak(bytes.fromhex(owner[2:]).rjust(_WORD, b"\0") + APPROVED_HASHES_SLOT.to_bytes(_WORD, "big"))
    return int.from_bytes(keccak(bytes.fromhex(safe_tx_hash[2:]) + outer), "big")


def simulate_unsigned(
    chain: Chain, safe_tx: SafeTx, authority: SafeAuthority, *, block: int
) -> SimulationResult | None:
    """Return what the exact execTransaction would do on the state of `block`, as if its turn had come.

    Only success or failure: for nodes without a better way. None when the node cannot pretend.
    """
    call, overrides = pretended_execution(safe_tx, authority)
    try:
        result = simulate(chain, call, sender=authority.owners[0], block=block, overrides=overrides)
    except RpcError:
        return None
    if result.revert is not None and result.revert.text in SIGNATURE_CHECKS:
        return None
    return result
