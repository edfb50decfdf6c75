"""Why a transaction was not sent, or is not known to be mined."""

from eth_typing import ChecksumAddress

from hokctl.chain.wire import plain_text
from hokctl.domain.ports import JournalEntry
from hokctl.errors import ChainError, RefusedError, UnavailableError


class InsufficientFundsError(ChainError):
    """The sender cannot pay for the transaction."""

    code = "insufficient-funds"

    def __init__(self, sender: ChecksumAddress, *, balance_wei: int, needed_wei: int) -> None:
        """Name the account, what it has and what it may need."""
        super().__init__(
            f"Account {sender} has {balance_wei} wei, but value and gas may take {needed_wei} wei; nothing was sent.",
            hint="Fund the account with the chain's native currency, or lower --max-fee.",
        )


class GasLimitError(ChainError):
    """The call takes more gas than a block has."""

    code = "gas-limit"

    def __init__(self, needed: int, limit: int) -> None:
        """Name both."""
        super().__init__(
            f"The call needs {needed} gas, but a block has only {limit}; nothing was sent.",
            hint="Divide the work into smaller batches.",
        )


class NonceTakenError(UnavailableError):
    """Another transaction of this account was signed at the same moment."""

    code = "nonce-taken"

    def __init__(self, sender: ChecksumAddress, nonce: int) -> None:
        """Name the account and the nonce."""
        super().__init__(
            f"Another run of hokctl uses nonce {nonce} of account {sender} right now; nothing was sent.",
            hint="Wait until the other run has ended, then run the command again.",
        )


class UnsettledTransactionError(RefusedError):
    """An earlier transaction of this account was signed, but the network does not know it."""

    code = "unsettled-transaction"

    def __init__(self, entry: JournalEntry) -> None:
        """Name the earlier transaction and what it was for."""
        self.tx_hash = entry.tx_hash
        super().__init__(
            f"Account {entry.sender} signed transaction {entry.tx_hash} (nonce {entry.nonce}: "
            f"{plain_text(entry.purpose)}), but the network does not know it; nothing new was sent.",
            hint="Run the command that made it again: it sends that very transaction. Then repeat this one.",
        )


class TransactionRefusedError(ChainError):
    """The node refused a new transaction, so that it is not on its way."""

    code = "transaction-refused"

    def __init__(self, entry: JournalEntry, reason: str) -> None:
        """Name the transaction and the node's reason."""
        self.tx_hash = entry.tx_hash
        super().__init__(
            f"The node refused transaction {entry.tx_hash}: {plain_text(reason).rstrip('.')}; nothing was sent.",
            hint="Mend what the node names, then run the command again.",
        )


class TransactionPendingError(UnavailableError):
    """A signed transaction is not known to be mined yet."""

    code = "transaction-pending"

    def __init__(self, entry: JournalEntry, reason: str) -> None:
        """Name the transaction and what is known about it."""
        self.tx_hash = entry.tx_hash
        super().__init__(
            f"Transaction {entry.tx_hash} (nonce {entry.nonce} of {entry.sender}) is not mined yet: "
            f"{plain_text(reason).rstrip('.')}.",
            hint="Run the same command again: it finds this transaction by its hash and never sends another one.",
        )


class TransactionReplacedError(RefusedError):
    """Another transaction of the account took the nonce, so that this one will never be mined."""

    code = "transaction-replaced"

    def __init__(self, entry: JournalEntry) -> None:
        """Name the transaction, its account and nonce."""
        self.tx_hash = entry.tx_hash
        super().__init__(
            f"Transaction {entry.tx_hash} will never be mined: another transaction took nonce {entry.nonce} of "
            f"account {entry.sender}.",
            hint="Look at what the account sent with that nonce. If it did not do the same, run the command again.",
        )


class TransactionLostError(UnavailableError):
    """The journal knows a transaction as mined, but the node knows nothing of it."""

    code = "transaction-lost"

    def __init__(self, entry: JournalEntry, endpoint: str) -> None:
        """Name the transaction and the node."""
        self.tx_hash = entry.tx_hash
        super().__init__(
            f"Transaction {entry.tx_hash} was mined, but the node at {endpoint} does not know it.",
            hint="Use a node that keeps all transactions; nothing was sent.",
        )
