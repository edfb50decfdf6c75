"""The hashes of what somebody wants signed."""

from hokctl.domain.documents import JsonObject
from hokctl.errors import UsageError
from hokctl.safe.transactions import verify_hashes
from hokctl.services.reading import Reading


class NothingToHashError(UsageError):
    """Something that has no hash of its own."""

    code = "nothing-to-hash"

    def __init__(self, kind: str) -> None:
        """Name what was given."""
        super().__init__(
            f"A {kind} has no hash: it names no Safe, no nonce, or several of them.",
            hint="Give one Safe transaction (bundle, typed data, service JSON), or a signed transaction in hex.",
        )


def hashes_of(reading: Reading, *, chain_id: int) -> JsonObject:
    """Return the three hashes of the Safe transaction, or the hash of the signed transaction; `chain_id` fills in.

    Two implementations of EIP-712 must agree. Raises NothingToHashError and HashMismatchError.
    """
    if reading.raw is not None:
        return {"chain_id": reading.raw.chain_id, "tx_hash": reading.raw.tx_hash, "nonce": reading.raw.nonce}
    found = reading.safe_tx
    safe_tx = None if found is None else found.on_chain(chain_id if found.chain_id is None else found.chain_id)
    if safe_tx is None:
        raise NothingToHashError(reading.kind)
    verify_hashes(safe_tx)
    return {
        "chain_id": safe_tx.chain_id,
        "safe": safe_tx.safe,
        "nonce": safe_tx.nonce,
        "domain_hash": safe_tx.domain_hash,
        "message_hash": safe_tx.message_hash,
        "safe_tx_hash": safe_tx.safe_tx_hash,
    }
