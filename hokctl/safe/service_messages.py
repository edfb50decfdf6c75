"""The EIP-712 messages with which owners authorise deletions and delegates at a Transaction Service.

Each is valid in the hour of its `totp` and the next one, and can be repeated by whoever sees it in that time.
Source: the service's own documents; the same messages as safe-eth-py's.
"""

from typing import Any, Final

from eth_typing import ChecksumAddress

from hokctl.domain.units import SafeTxHash

_NAME: Final = "Safe Transaction Service"
_VERSION: Final = "1.0"
_HOUR_S: Final = 3600
_DOMAIN: Final = (("name", "string"), ("version", "string"), ("chainId", "uint256"), ("verifyingContract", "address"))


def totp_at(now: int) -> int:
    """Return the number of the hour at `now`, in seconds since the epoch."""
    return now // _HOUR_S


def delete_request(safe_tx_hash: SafeTxHash, *, safe: ChecksumAddress, chain_id: int, totp: int) -> dict[str, Any]:
    """Return the message that deletes a Safe transaction that is not executed; its proposer signs it."""
    domain = {"name": _NAME, "version": _VERSION, "chainId": chain_id, "verifyingContract": safe}
    fields = (("safeTxHash", "bytes32"), ("totp", "uint256"))
    return _typed_data("DeleteRequest", fields, domain, {"safeTxHash": safe_tx_hash, "totp": totp})


def delegate_request(delegate: ChecksumAddress, *, chain_id: int, totp: int) -> dict[str, Any]:
    """Return the message that adds or removes a delegate; the delegator signs it, in both cases the same."""
    domain = {"name": _NAME, "version": _VERSION, "chainId": chain_id}
    fields = (("delegateAddress", "address"), ("totp", "uint256"))
    return _typed_data("Delegate", fields, domain, {"delegateAddress": delegate, "totp": totp})


def _typed_data(
    primary: str, fields: tuple[tuple[str, str], ...], domain: dict[str, Any], message: dict[str, Any]
) -> dict[str, Any]:
    return {
        "types": {
            "EIP712Domain": [{"name": name, "type": kind} for name, kind in _DOMAIN if name in domain],
            primary: [{"name": name, "type": kind} for name, kind in fields],
        },
        "primaryType": primary,
        "domain": domain,
        "message": message,
    }
