"""Which Safe transaction a transaction executed, by the Safe's log; its nonce by the proposal that somebody kept."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from hokctl.chain.errors import RpcError
from hokctl.domain.units import SafeTxHash, TxHash
from hokctl.services.settlement import SafeOf, SafeReference

if TYPE_CHECKING:
    from hokctl.chain.receipts import Log, Receipt
    from hokctl.chain.session import Chain
    from hokctl.safe.proposals import ProposalStore


def read_safe_references(chain: "Chain", logs: Iterable["Log"], store: "ProposalStore") -> SafeOf:
    """Return what tells the Safe transaction of each transaction that the logs are of; one round trip for them all."""
    from hokctl.chain.receipts import parse_receipt

    hashes = list(dict.fromkeys(log.tx_hash for log in logs))
    answers = chain.request_batch([("eth_getTransactionReceipt", [tx_hash]) for tx_hash in hashes])
    nonces = {one.safe_tx_hash: one.safe_tx.nonce for one in store.scan(chain.chain_id).proposals}
    found: dict[TxHash, SafeReference | None] = {}
    for tx_hash, answer in zip(hashes, answers, strict=True):
        if answer is None or isinstance(answer, RpcError):
            continue
        safe_tx_hash = executed_by(parse_receipt(answer, tx_hash))
        found[tx_hash] = None if safe_tx_hash is None else SafeReference(safe_tx_hash, nonces.get(safe_tx_hash))
    return found.get


def executed_by(receipt: "Receipt") -> SafeTxHash | None:
    """Return the Safe transaction that a transaction executed; None when it executed none, or more than one."""
    from hokctl.clients.events import event_topic

    topic = event_topic("Safe", "ExecutionSuccess")
    # Safe 1.3.0 does not index the hash: it is the first word of the data there.
    found = [
        SafeTxHash(log.topics[1] if len(log.topics) > 1 else "0x" + log.data[:32].hex())
        for log in receipt.logs
        if log.topics and log.topics[0] == topic
    ]
    return found[0] if len(found) == 1 else None
