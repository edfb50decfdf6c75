"""How the split of a model came to be what it is: every change that was logged, and those that wait for signatures."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast

from eth_typing import ChecksumAddress
from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak

from hokctl.clients.decoding import DecodedCall, decode_calldata
from hokctl.clients.safe import Safe
from hokctl.domain.units import ZERO_ADDRESS, SafeTxHash, TxHash
from hokctl.services.models import ModelState

if TYPE_CHECKING:
    from hokctl.chain.log_history import LogHistory
    from hokctl.chain.receipts import Log
    from hokctl.chain.session import Snapshot
    from hokctl.safe.proposals import Proposal, ProposalStore

SET: Final = "0x" + keccak(text="InfrastructureAccrualBpsSet(uint16,uint16,address)").hex()
"""The same on every version of the params; all its arguments are topics."""
_SETTER: Final = "setInfrastructureAccrualBps(uint16)"
_ADDRESS_DIGITS: Final = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitChange:
    """One change of a model's split, as its params logged it."""

    old_bps: int
    new_bps: int
    updated_by: ChecksumAddress
    block_number: int
    changed_at: int
    """The block's time, in seconds since the epoch."""
    tx_hash: TxHash


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitHistory:
    """All changes of one model's split, the oldest first."""

    model: ModelState
    changes: tuple[SplitChange, ...]

    @property
    def initial_bps(self) -> int | None:
        """The split that the params began with; None for a legacy model."""
        return self.changes[0].old_bps if self.changes else self.model.infrastructure_accrual_bps


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingSplit:
    """A change that a Safe transaction of the shared folder would make."""

    params: ChecksumAddress
    bps: int
    safe: ChecksumAddress
    nonce: int
    safe_tx_hash: SafeTxHash


def read_history(snapshot: "Snapshot", history: "LogHistory", models: Sequence[ModelState]) -> tuple[SplitHistory, ...]:
    """Return the changes of every model in `models`, from the logs of their params."""
    from hokctl.chain.block_times import get_timestamps

    params = sorted({model.params for model in models if model.params != ZERO_ADDRESS})
    logs = history.read(params, [(SET,)]) if params else []
    numbers = sorted({log.block_number for log in logs})
    times = dict(zip(numbers, get_timestamps(snapshot.chain, numbers), strict=True)) if numbers else {}
    return tuple(
        SplitHistory(
            model=model,
            changes=tuple(_change(log, times[log.block_number]) for log in logs if log.address == model.params),
        )
        for model in models
    )


def find_pending(
    snapshot: "Snapshot", store: "ProposalStore", params: Sequence[ChecksumAddress]
) -> tuple[PendingSplit, ...]:
    """Return the changes of the splits in `params` that Safe transactions in `store` wait to make, by nonce.

    Those of a nonce that the Safe has used are over. Asks the node only where there is such a transaction.
    """
    found = [
        (proposal, call)
        for proposal in store.scan(snapshot.chain.chain_id).proposals
        for call in _setters(proposal)
        if call.to in set(params)
    ]
    if not found:
        return ()
    safes = sorted({proposal.safe_tx.safe for proposal, _ in found})
    with snapshot.batch() as batch:
        nonces = {safe: batch.add(Safe(safe).nonce()) for safe in safes}
    waiting = [
        PendingSplit(
            params=cast("ChecksumAddress", call.to),
            bps=cast("int", call.args[0].value),
            safe=proposal.safe_tx.safe,
            nonce=proposal.safe_tx.nonce,
            safe_tx_hash=proposal.safe_tx_hash,
        )
        for proposal, call in found
        if proposal.safe_tx.nonce >= nonces[proposal.safe_tx.safe].value_or(0)
    ]
    return tuple(sorted(waiting, key=lambda one: (one.safe, one.nonce, one.safe_tx_hash)))


def _setters(proposal: "Proposal") -> Iterator[DecodedCall]:
    """Yield the calls of a Safe transaction that set a split, also those carried inside of others."""
    safe_tx = proposal.safe_tx
    todo = [decode_calldata(safe_tx.data, to=safe_tx.to, value=safe_tx.value, operation=safe_tx.operation)]
    while todo:
        call = todo.pop()
        todo += call.inner
        if call.signature == _SETTER:
            yield call


def _change(log: "Log", changed_at: int) -> SplitChange:
    old, new, account = log.topics[1:]
    return SplitChange(
        old_bps=int(old, 16),
        new_bps=int(new, 16),
        updated_by=to_checksum_address("0x" + account[-_ADDRESS_DIGITS:]),
        block_number=log.block_number,
        changed_at=changed_at,
        tx_hash=log.tx_hash,
    )
