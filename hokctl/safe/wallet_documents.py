"""Safe transactions as other tools read them: wallets' typed data, the Transaction Service's JSON, jarvis's file."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from hokctl.domain.documents import JsonObject, JsonValue
from hokctl.safe.packing import pack_signatures
from hokctl.safe.proposals import Proposal
from hokctl.safe.signatures import Confirmation, SignatureKind
from hokctl.safe.transactions import SafeTx

JARVIS_FORMAT: Final = "jarvis-safe-txfile/v1"
SERVICE_KINDS: Final = {
    SignatureKind.EIP712: "EOA",
    SignatureKind.ETH_SIGN: "ETH_SIGN",
    SignatureKind.APPROVED_HASH: "APPROVED_HASH",
    SignatureKind.CONTRACT: "CONTRACT_SIGNATURE",
}
"""The Transaction Service's `signatureType`."""


def typed_data_document(safe_tx: SafeTx) -> JsonObject:
    """Return the EIP-712 document for eth_signTypedData_v4.

    256-bit numbers are decimal strings, which every wallet takes and no JSON reader rounds; the chain id is a number.
    """
    typed = safe_tx.typed_data()
    message = {name: str(value) if isinstance(value, int) else value for name, value in typed["message"].items()}
    return {**typed, "message": {**message, "operation": int(safe_tx.operation)}}


def service_document(proposal: Proposal, confirmations: Sequence[Confirmation]) -> JsonObject:
    """Return the proposal as the Transaction Service answers for it (v2), as far as that is known here."""
    safe_tx, at = proposal.safe_tx, datetime.fromtimestamp(proposal.created_at, UTC)
    return {
        "safe": safe_tx.safe,
        "to": safe_tx.to,
        "value": str(safe_tx.value),
        "data": "0x" + safe_tx.data.hex() if safe_tx.data else None,
        "operation": int(safe_tx.operation),
        "gasToken": safe_tx.gas_token,
        "safeTxGas": str(safe_tx.safe_tx_gas),
        "baseGas": str(safe_tx.base_gas),
        "gasPrice": str(safe_tx.gas_price),
        "refundReceiver": safe_tx.refund_receiver,
        "nonce": str(safe_tx.nonce),
        "safeTxHash": safe_tx.safe_tx_hash,
        "proposer": proposal.proposer,
        "submissionDate": f"{at:%Y-%m-%dT%H:%M:%SZ}",
        "isExecuted": False,
        "confirmations": [_service_confirmation(confirmation) for confirmation in confirmations],
    }


def jarvis_document(safe_tx: SafeTx, confirmations: Sequence[Confirmation]) -> JsonObject:
    """Return jarvis's file for offline signers: integers as strings, signatures of 65 bytes.

    It has no place for a contract's signature, which is left out.
    """
    signatures: list[JsonValue] = [
        {
            "owner": confirmation.owner,
            "sig": "0x" + confirmation.signature.hex(),
            "kind": "on-chain" if confirmation.kind is SignatureKind.APPROVED_HASH else "off-chain",
        }
        for confirmation in confirmations
        if confirmation.kind is not SignatureKind.CONTRACT
    ]
    return {
        "version": JARVIS_FORMAT,
        "safe": safe_tx.safe,
        "chain_id": safe_tx.chain_id,
        "tx": {
            "to": safe_tx.to,
            "value": str(safe_tx.value),
            "data": "0x" + safe_tx.data.hex(),
            "operation": int(safe_tx.operation),
            "safe_tx_gas": str(safe_tx.safe_tx_gas),
            "base_gas": str(safe_tx.base_gas),
            "gas_price": str(safe_tx.gas_price),
            "gas_token": safe_tx.gas_token,
            "refund_receiver": safe_tx.refund_receiver,
            "nonce": str(safe_tx.nonce),
        },
        "safe_tx_hash": safe_tx.safe_tx_hash,
        "signatures": signatures,
    }


def _service_confirmation(confirmation: Confirmation) -> JsonObject:
    return {
        "owner": confirmation.owner,
        "signature": "0x" + pack_signatures([confirmation]).hex(),
        "signatureType": SERVICE_KINDS[confirmation.kind],
    }
