"""Why a Safe transaction is not executed: too early, too late, or failed."""

from typing import TYPE_CHECKING

from hokctl.domain.units import SafeTxHash, TxHash
from hokctl.errors import ChainError, PendingError, RefusedError

if TYPE_CHECKING:
    from hokctl.services.safe_reviews import ProposalState


class AlreadyExecutedError(RefusedError):
    """A Safe transaction that was executed before."""

    code = "already-executed"

    def __init__(self, safe_tx_hash: SafeTxHash, tx_hash: TxHash) -> None:
        """Name the Safe transaction and the chain transaction that executed it."""
        super().__init__(
            f"Safe transaction {safe_tx_hash} was executed by transaction {tx_hash}.",
            hint="Nothing is left to do; hokctl safe queue shows what waits.",
        )


class ReplacedProposalError(RefusedError):
    """A Safe transaction whose nonce another one has used."""

    code = "proposal-replaced"

    def __init__(self, safe_tx_hash: SafeTxHash, nonce: int) -> None:
        """Name the Safe transaction and its nonce."""
        super().__init__(
            f"Safe transaction {safe_tx_hash} can never be executed: another one used its nonce {nonce}.",
            hint="If it is still wanted, have it proposed again.",
        )


class SafeExecutionFailedError(ChainError):
    """A Safe transaction whose call failed, while its nonce was used up."""

    code = "execution-failed"

    def __init__(self, safe_tx_hash: SafeTxHash, tx_hash: TxHash) -> None:
        """Name the Safe transaction and the chain transaction."""
        super().__init__(
            f"Safe transaction {safe_tx_hash} failed in transaction {tx_hash}, and its nonce is used up.",
            hint="Mend the cause and have it proposed again.",
        )


class NonceNotCurrentError(PendingError):
    """A Safe transaction whose turn has not come."""

    code = "nonce-not-current"

    def __init__(self, state: "ProposalState", first: SafeTxHash | None) -> None:
        """Name the nonces, and the proposal that comes first."""
        current = state.authority.nonce
        what = f"{first} comes first" if first else "no proposal in the folder has that nonce"
        super().__init__(
            f"Safe transaction {state.proposal.safe_tx_hash} has nonce {state.proposal.safe_tx.nonce}, "
            f"but the Safe's next is {current}: {what}.",
            hint=f"hokctl safe execute {first[:10]}" if first else "hokctl safe queue shows the gap; propose it again.",
        )


class ThresholdNotReachedError(PendingError):
    """A Safe transaction that too few owners have confirmed."""

    code = "threshold-not-reached"

    def __init__(self, state: "ProposalState") -> None:
        """Name how many are there, how many it takes, and who has not confirmed."""
        confirmed = {confirmation.owner for confirmation in state.confirmations}
        others = [owner for owner in state.authority.owners if owner not in confirmed]
        super().__init__(
            f"Safe transaction {state.proposal.safe_tx_hash} has {len(confirmed)} of the "
            f"{state.authority.threshold} confirmations that it takes.",
            hint=f"One of these owners confirms with hokctl safe sign or approve: {', '.join(others)}.",
        )
