"""A confirmation as a file: one owner's word for one Safe transaction, in any of the four kinds."""

from hokctl.domain.documents import DocumentError, Fields, JsonObject
from hokctl.domain.units import SafeTxHash
from hokctl.safe.signatures import Confirmation, verify_confirmation

CONFIRMATION_VERSION = 1


def confirmation_to_json(confirmation: Confirmation, safe_tx_hash: SafeTxHash) -> JsonObject:
    """Return the confirmation as JSON values; a contract's signature has a field of its own, and no `signature`."""
    document: JsonObject = {
        "version": CONFIRMATION_VERSION,
        "safe_tx_hash": safe_tx_hash,
        "owner": confirmation.owner,
        "kind": confirmation.kind.value,
    }
    if confirmation.contract_signature is not None:
        return {**document, "contract_signature": "0x" + confirmation.contract_signature.hex()}
    return {**document, "signature": "0x" + confirmation.signature.hex()}


def confirmation_from_json(document: JsonObject, safe_tx_hash: SafeTxHash) -> Confirmation:
    """Return the confirmation that `confirmation_to_json` wrote, for the Safe transaction it must be about.

    A key's signature is recovered, and the stated kind must be the one of the bytes. Raises DocumentError and
    InvalidSignatureError.
    """
    fields = Fields(document)
    version, stated = fields.number("version"), fields.hash("safe_tx_hash")
    if version != CONFIRMATION_VERSION:
        raise DocumentError(f"its version {version} is not {CONFIRMATION_VERSION}")
    if stated != safe_tx_hash:
        raise DocumentError(f"it is about {stated}")
    confirmation = Confirmation(
        owner=fields.address("owner"),
        signature=fields.data("signature") if "signature" in document else b"",
        contract_signature=fields.data("contract_signature") if "contract_signature" in document else None,
    )
    if fields.line("kind") != confirmation.kind.value:
        raise DocumentError(f"its kind is {confirmation.kind.value}, not {fields.line('kind')}")
    verify_confirmation(confirmation, safe_tx_hash)
    return confirmation
