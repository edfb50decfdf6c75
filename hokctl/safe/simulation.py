"""Trying a Safe transaction out before its owners have signed it: the node pretends that one owner is enough.

Source: Safe 1.3.0 to 1.5.0, storage layout of SafeStorage and signature kind v = 1 of checkNSignatures: the owner
who sends the transaction needs no signature.
"""

from typing import Final

from eth_typing import ChecksumAddress

from hokctl.chain.errors import RpcError
from hokctl.chain.session import Chain
from hokctl.chain.simulation import SimulationResult, StateOverride, simulate
from hokctl.clients.safe import Safe
from hokctl.safe.transactions import SafeTx

THRESHOLD_SLOT: Final = 4
"""The storage slot of the threshold."""
NONCE_SLOT: Final = 5
"""The storage slot of the next nonce."""
_SIGNATURE_CHECKS: Final = ("GS020", "GS025", "GS026")
"""What the Safe answers when the node did not pretend after all."""


def sender_approval(owner: ChecksumAddress) -> bytes:
    """Return the signature with which `owner`, as the sender, confirms: r is the owner, s is zero, v is 1."""
    return bytes.fromhex(owner[2:]).rjust(32, b"\0") + bytes(32) + b"\x01"


def simulate_unsigned(chain: Chain, safe_tx: SafeTx, *, owner: ChecksumAddress, block: int) -> SimulationResult | None:
    """Return what the exact execTransaction would do on the state of `block`, as if its turn had come.

    `owner` must be an owner of the Safe. None when the node cannot pretend.
    """
    call = Safe(safe_tx.safe).exec_transaction(safe_tx.fields, sender_approval(owner), purpose="")
    overrides = {safe_tx.safe: StateOverride(slots={THRESHOLD_SLOT: 1, NONCE_SLOT: safe_tx.nonce})}
    try:
        result = simulate(chain, call, sender=owner, block=block, overrides=overrides)
    except RpcError:
        return None
    if result.revert is not None and result.revert.text in _SIGNATURE_CHECKS:
        return None
    return result
