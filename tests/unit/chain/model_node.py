"""A node with a mempool, blocks and moods, and a signer whose transactions it can read."""

import json
from collections.abc import Callable, Sequence
from typing import Any

from eth_typing import ChecksumAddress
from eth_utils.crypto import keccak

from hokctl.chain.broadcasting import Waiting
from hokctl.chain.errors import RpcError
from hokctl.chain.sending import Sender
from hokctl.chain.session import Chain
from hokctl.chain.wire import Json
from hokctl.domain.ports import Journal, JournalEntry, JournalState, SignedTransaction
from hokctl.domain.units import TxHash
from hokctl.errors import HokctlError
from tests.unit.chain.fakes import ALICE, CHAIN_ID, FakeTime, FakeTransport, MemoryJournal

NOW = 1_700_000_000


class PlainSigner:
    """Signs by writing a transaction down as JSON."""

    name = "plain"

    def __init__(self, address: ChecksumAddress = ALICE) -> None:
        self.address = address

    def sign_transaction(self, transaction: dict[str, Any]) -> SignedTransaction:
        """Return the transaction as JSON with the sender in it."""
        raw = json.dumps({**transaction, "from": self.address}, sort_keys=True).encode()
        return SignedTransaction(
            tx_hash=TxHash("0x" + keccak(raw).hex()), raw=raw, sender=self.address, nonce=transaction["nonce"]
        )

    def sign_typed_data(self, typed_data: dict[str, Any]) -> bytes:
        """Never needed here."""
        raise NotImplementedError(typed_data)


class ModelNode(FakeTransport):
    """Takes transactions into a mempool and, while `mining`, into blocks at once."""

    def __init__(self) -> None:
        super().__init__(
            eth_maxPriorityFeePerGas="0x1",
            eth_gasPrice="0x1",
            eth_estimateGas="0x5208",
            eth_getBalance=hex(10**18),
            eth_getTransactionCount=self._count,
            eth_getTransactionByHash=lambda params: {} if params[0] in {**self.pool, **self.mined} else None,
            eth_getTransactionReceipt=self._receipt,
            eth_sendRawTransaction=self._take,
        )
        self.mining = True
        self.reverting = False
        self.nonce = 0
        self.final_nonce: int | RpcError | None = None
        self.pool: dict[str, dict[str, Any]] = {}
        self.mined: dict[str, dict[str, Any]] = {}
        self.received: list[bytes] = []
        self.refusal: HokctlError | None = None
        self.takes_despite_refusal = False
        self.on_take: Callable[[], None] = lambda: None

    def mine(self) -> None:
        """Put the mempool into blocks."""
        for tx_hash, transaction in sorted(self.pool.items(), key=lambda item: item[1]["nonce"]):
            self.mined[tx_hash] = {**transaction, "status": "0x0" if self.reverting else "0x1"}
            self.nonce = transaction["nonce"] + 1
        self.pool.clear()

    def forget(self) -> None:
        """Drop the mempool, as a restart does."""
        self.pool.clear()

    def _take(self, params: Sequence[Json]) -> Json:
        self.on_take()
        raw = bytes.fromhex(params[0][2:])
        self.received.append(raw)
        if self.refusal is not None and not self.takes_despite_refusal:
            return self.refusal
        tx_hash = "0x" + keccak(raw).hex()
        if tx_hash in {**self.pool, **self.mined}:
            return RpcError("eth_sendRawTransaction", -32000, "already known")
        transaction = json.loads(raw)
        if transaction["nonce"] < self.nonce:
            return RpcError("eth_sendRawTransaction", -32000, "nonce too low: next nonce 1, tx nonce 0")
        self.pool[tx_hash] = transaction
        if self.mining:
            self.mine()
        return self.refusal or tx_hash

    def _count(self, params: Sequence[Json]) -> Json:
        if params[1] == "finalized" and self.final_nonce is not None:
            return self.final_nonce if isinstance(self.final_nonce, RpcError) else hex(self.final_nonce)
        waiting = len(self.pool) if params[1] == "pending" else 0
        return hex(self.nonce + waiting)

    def _receipt(self, params: Sequence[Json]) -> Json:
        if params[0] not in self.mined:
            return None
        return {
            "transactionHash": params[0],
            "blockNumber": "0x5",
            "gasUsed": "0x5208",
            "effectiveGasPrice": "0x7",
            "status": self.mined[params[0]]["status"],
            "contractAddress": None,
            "logs": [],
        }


def make_sender(
    node: ModelNode, journal: Journal, *, time: FakeTime | None = None, max_fee_wei: int | None = None
) -> Sender:
    """Return a sender over the node, as a new process would make it."""
    clockwork = time or FakeTime()
    return Sender(
        Chain(node, network="testnet", chain_id=CHAIN_ID),
        PlainSigner(),
        journal,
        clock=lambda: NOW,
        max_fee_wei=max_fee_wei,
        timeout_s=60,
        waiting=Waiting(timeout_s=60, sleep=clockwork.sleep, monotonic=clockwork.monotonic),
    )


def entry_of(key: str = "other", nonce: int = 0, state: JournalState = JournalState.SIGNED) -> JournalEntry:
    """Return a journalled transaction that a former run may have left."""
    signed = PlainSigner().sign_transaction({"nonce": nonce, "key": key})
    return JournalEntry(
        chain_id=CHAIN_ID,
        tx_hash=signed.tx_hash,
        sender=ALICE,
        nonce=nonce,
        purpose=f"pay for {key}",
        key=key,
        raw=signed.raw,
        state=state,
        created_at=NOW,
    )


def states(journal: MemoryJournal) -> list[JournalState]:
    """Return the states of all entries, in the order they were recorded."""
    return [entry.state for entry in journal.entries.values()]
