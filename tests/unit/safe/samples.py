"""A 2-of-3 Safe with real keys, plans for it, and their Safe transactions."""

from dataclasses import replace

from eth_account import Account
from eth_account.messages import encode_defunct, encode_typed_data
from eth_account.signers.local import LocalAccount
from eth_utils.address import to_checksum_address

from hokctl.clients.safe import Safe
from hokctl.domain.authority import SafeAuthority
from hokctl.domain.calls import Call
from hokctl.domain.plans import Plan
from hokctl.domain.units import BlockRef
from hokctl.safe.proposals import Proposal, build_safe_tx
from hokctl.safe.signatures import Confirmation
from hokctl.safe.transactions import SafeTx

OWNER_KEYS = sorted(
    (Account.from_key(bytes([number]) * 32) for number in (1, 2, 3)), key=lambda account: int(account.address, 16)
)
STRANGER: LocalAccount = Account.from_key(b"\x09" * 32)
OWNERS = tuple(to_checksum_address(account.address) for account in OWNER_KEYS)
SAFE_ADDRESS = to_checksum_address("0x" + "5a" * 20)
OTHER_SAFE = to_checksum_address("0x" + "6b" * 20)
SAFE = SafeAuthority(address=SAFE_ADDRESS, owners=OWNERS, threshold=2, nonce=7, version="1.4.1")
CHAIN_ID = 31337
CREATED_AT = 1_750_000_000


def threshold_call(threshold: int) -> Call:
    """Return a call that a Safe makes to itself."""
    return Safe(SAFE_ADDRESS).change_threshold(threshold, purpose=f"Set the threshold to {threshold}")


def plan_of(*calls: Call) -> Plan:
    """Return a plan of these calls."""
    return Plan(
        title="Change the threshold",
        network="devnet",
        chain_id=CHAIN_ID,
        block=BlockRef(number=1, hash="0x" + "01" * 32, timestamp=CREATED_AT),
        calls=calls,
    )


def sample_proposal(nonce: int = 7, created_at: int = CREATED_AT) -> Proposal:
    """Return a proposal of one call."""
    plan = plan_of(threshold_call(3))
    safe_tx = build_safe_tx(plan, safe=SAFE, nonce=nonce)
    return Proposal(safe_tx=safe_tx, plan=plan, created_at=created_at, proposer=OWNERS[0])


def batch_proposal() -> Proposal:
    """Return a proposal of two calls."""
    plan = plan_of(threshold_call(3), threshold_call(1))
    return Proposal(safe_tx=build_safe_tx(plan, safe=SAFE), plan=plan, created_at=CREATED_AT)


def sign(safe_tx: SafeTx, account: LocalAccount) -> Confirmation:
    """Return the account's EIP-712 signature, as a wallet makes it."""
    signed = account.sign_message(encode_typed_data(full_message=safe_tx.typed_data()))
    return Confirmation(owner=to_checksum_address(account.address), signature=bytes(signed.signature))


def sign_personally(safe_tx: SafeTx, account: LocalAccount) -> Confirmation:
    """Return the account's eth_sign signature with v raised by 4, as Safe's applications pass it on."""
    signed = bytes(account.sign_message(encode_defunct(hexstr=safe_tx.safe_tx_hash)).signature)
    return Confirmation(owner=to_checksum_address(account.address), signature=signed[:-1] + bytes([signed[-1] + 4]))


def with_v(confirmation: Confirmation, v: int) -> Confirmation:
    """Return the confirmation with another v."""
    return replace(confirmation, signature=confirmation.signature[:-1] + bytes([v]))
