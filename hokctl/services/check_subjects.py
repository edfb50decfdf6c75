"""What the checks of a Safe transaction are about: its calls, the contracts they reach, the operations they execute."""

from collections.abc import Mapping, Sequence
from typing import Final

from eth_typing import ChecksumAddress
from eth_utils.crypto import keccak

from hokctl.checks.facts import every_call
from hokctl.clients.codec import SELECTOR_BYTES
from hokctl.clients.decoding import DecodedCall, decode_calldata
from hokctl.domain.units import OperationId
from hokctl.safe.proposals import Proposal
from hokctl.safe.transactions import SafeTx

EXECUTIONS: Final = frozenset(
    {"execute(address,uint256,bytes,bytes32,bytes32)", "executeBatch(address[],uint256[],bytes[],bytes32,bytes32)"}
)
"""How a TimelockController is told to execute."""


def decode_safe_tx(safe_tx: SafeTx, labels: Mapping[ChecksumAddress, str] | None = None) -> DecodedCall:
    """Return what the Safe transaction's bytes say."""
    return decode_calldata(safe_tx.data, to=safe_tx.to, value=safe_tx.value, operation=safe_tx.operation, labels=labels)


def own_calls(decoded: DecodedCall) -> tuple[DecodedCall, ...]:
    """Return the calls that the Safe itself makes: those of a batch, else the one."""
    return decoded.inner if decoded.operation else (decoded,)


def operations_in(calls: Sequence[DecodedCall]) -> tuple[tuple[ChecksumAddress, OperationId], ...]:
    """Return timelock and id of every operation that the calls execute: the hash of the call's own arguments."""
    return tuple(
        (call.to, OperationId("0x" + keccak(call.data[SELECTOR_BYTES:]).hex()))
        for call in calls
        if call.to is not None and call.exact and call.signature in EXECUTIONS
    )


def targets_of(proposal: Proposal, decoded: DecodedCall) -> tuple[ChecksumAddress, ...]:
    """Return every contract that is called by what the plan says, or by what the bytes say, at any depth."""
    planned = [call.to for call in proposal.plan.calls]
    found = [call.to for call in every_call(decoded)]
    created = proposal.plan.created_addresses
    return tuple(dict.fromkeys(to for to in (*planned, *found) if to is not None and to not in created))
