"""What a hardware wallet shows for a Safe transaction: the screens, in their order, to be compared one by one.

Source: Ledger's Ethereum application shows hashes in capital digits when it signs EIP-712 blindly; the ERC-7730
descriptors of Safe (registry/safe of the clear-signing registry) say which fields it shows when it knows them, and
that nonce and safeTxGas are never among them.
"""

from hokctl.clients.safe import Operation
from hokctl.domain.amounts import format_units
from hokctl.domain.reviews import DeviceScreens
from hokctl.safe.transactions import SafeTx

_NATIVE_DECIMALS = 18
_COMPARABLE_BYTES = 8_192
_BEGINNING = 66


def device_screens(safe_tx: SafeTx) -> DeviceScreens:
    """Return what a Ledger shows when it signs `safe_tx`: blindly by its hashes, or clearly by its fields."""
    operation = "Delegate Call" if safe_tx.operation is Operation.DELEGATECALL else "Call"
    return DeviceScreens(
        blind=(
            ("Domain hash", _capital(safe_tx.domain_hash)),
            ("Message hash", _capital(safe_tx.message_hash)),
        ),
        clear=(
            ("To", safe_tx.to),
            ("Value", f"{format_units(safe_tx.value, _NATIVE_DECIMALS)} of the chain's currency"),
            ("Operation type", operation),
            ("Transaction", _shown(safe_tx.data)),
            ("Gas amount", str(safe_tx.base_gas)),
            ("Gas price", str(safe_tx.gas_price)),
            ("Gas token", safe_tx.gas_token),
            ("Gas receiver", safe_tx.refund_receiver),
        ),
        hidden=(("Nonce", str(safe_tx.nonce)), ("Safe Tx Gas", str(safe_tx.safe_tx_gas))),
    )


def _shown(data: bytes) -> str:
    """Return the data as the device shows it; as much as nobody compares by eye, as what it is."""
    text = "0x" + data.hex()
    return text if len(data) <= _COMPARABLE_BYTES else f"{text[:_BEGINNING]}… ({len(data)} bytes: sign by the hashes)"


def _capital(hash_: str) -> str:
    return "0x" + hash_[2:].upper()
