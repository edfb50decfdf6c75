"""The receipts of transactions that paid or withdrew, or that hokctl sent, with the Safe transactions they executed.

Which Safe transaction it was says the Safe's own log, ExecutionSuccess (or ExecutionFailure), in the receipt. The log
has no nonce; it is taken from the first of these that knows it, and only where the hash computed anew from it is the
one in the log: the log of an L2 Safe, SafeMultiSigTransaction, in the same receipt; the proposal in the shared folder;
the call of execTransaction itself, tried with the nonces below the Safe's current one. A nested execution without
any of them has no nonce.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from eth_typing import ChecksumAddress

from hokctl.chain.abi_values import AbiMismatchError, decode_values
from hokctl.chain.batch import Slot
from hokctl.chain.errors import RpcError, UnknownBlockError
from hokctl.chain.headers import read_headers
from hokctl.chain.receipts import Receipt, parse_receipt
from hokctl.chain.wire import Json, parse_address, parse_data, parse_object
from hokctl.clients.codec import function_selector
from hokctl.clients.event_decoding import decode_event
from hokctl.clients.safe import Operation, Safe
from hokctl.domain.protocol_events import PAYMENT, WITHDRAWAL, IndexedTransaction
from hokctl.domain.units import BlockRef, SafeTxHash, TxHash
from hokctl.safe.transactions import InvalidSafeTxError, SafeTx

if TYPE_CHECKING:
    from hokctl.chain.session import Chain
    from hokctl.ledger.events import EventIndex

WITH_RECEIPTS: Final = frozenset({PAYMENT, WITHDRAWAL})
"""The events whose transactions the index keeps."""
NonceOf = Callable[[SafeTxHash], int | None]
"""Tells the nonce of a Safe transaction that somebody kept, None of any other."""

_AT_ONCE: Final = 100
_MOST_NONCES: Final = 20_000
"""How many nonces are tried for one call."""
_TX_TYPES: Final = ("address", "uint256", "bytes", "uint8", "uint256", "uint256", "uint256", "address", "address")
_EXECUTE: Final = function_selector(f"execTransaction({','.join(_TX_TYPES)},bytes)")
_VERSION: Final = "1.4.1"
"""Of any version that hokctl knows: the hash of a Safe transaction does not depend on it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Mined:
    """A receipt, with what its parsed form does not keep."""

    receipt: Receipt
    sender: ChecksumAddress
    to: ChecksumAddress | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Execution:
    """A Safe transaction that a receipt tells of."""

    safe: ChecksumAddress
    safe_tx_hash: SafeTxHash
    nonce: int | None = None


def fetch_transactions(chain: "Chain", index: "EventIndex", last: BlockRef, nonce_of: NonceOf) -> int:
    """Give the index the receipts that it lacks, up to the block `last`; return how many.

    At least two round trips for a hundred of them. Each hundred is kept as soon as it is there.
    """
    count = 0
    reader = _Receipts(chain, index, last, nonce_of)
    while wanted := index.lacking_receipts(WITH_RECEIPTS, _AT_ONCE):
        found = reader.read([tx_hash for _, tx_hash in wanted])
        if len(found) < len(wanted):
            raise UnknownBlockError(last.number, chain.endpoint)
        count += index.put_transactions(found, names=WITH_RECEIPTS)
    journal = index.lacking_journal()
    for start in range(0, len(journal), _AT_ONCE):
        count += index.put_transactions(reader.read(journal[start : start + _AT_ONCE]))
    index.put_transactions((), names=WITH_RECEIPTS)
    return count


class _Receipts:
    """Reads receipts of blocks that are taken for certain."""

    def __init__(self, chain: "Chain", index: "EventIndex", last: BlockRef, nonce_of: NonceOf) -> None:
        self._chain, self._index, self._last, self._nonce_of = chain, index, last, nonce_of

    def read(self, hashes: Sequence[TxHash]) -> list[IndexedTransaction]:
        """Return the transactions that were mined up to the last block."""
        answers = self._chain.request_batch([("eth_getTransactionReceipt", [tx_hash]) for tx_hash in hashes])
        mined = [_parse(answer, tx_hash) for answer, tx_hash in zip(answers, hashes, strict=True) if answer is not None]
        mined = [one for one in mined if one.receipt.block_number <= self._last.number]
        times = self._times({one.receipt.block_number for one in mined})
        executions = self._executions(mined)
        return [
            IndexedTransaction(
                chain_id=self._chain.chain_id,
                tx_hash=one.receipt.tx_hash,
                block_number=one.receipt.block_number,
                timestamp=times[one.receipt.block_number],
                sender=one.sender,
                to=one.to,
                gas_used=one.receipt.gas_used,
                gas_price_wei=one.receipt.gas_price_wei,
                succeeded=one.receipt.succeeded,
                safe_tx_hash=None if execution is None else execution.safe_tx_hash,
                safe_nonce=None if execution is None else execution.nonce,
            )
            for one, execution in zip(mined, executions, strict=True)
        ]

    def _times(self, numbers: Iterable[int]) -> dict[int, int]:
        wanted = set(numbers)
        known = self._index.times(wanted)
        asked = read_headers(self._chain, wanted - set(known))
        return known | {number: block.timestamp for number, block in asked.items()}

    def _executions(self, mined: Sequence[_Mined]) -> list[_Execution | None]:
        """Return the Safe transaction of each, if it was one's, with its nonce where that is known."""
        found = [_execution(one.receipt, self._chain.chain_id) for one in mined]
        kept = [None if one is None else self._from_folder(one) for one in found]
        open_ = [
            (place, one.receipt.tx_hash, execution)
            for place, (one, execution) in enumerate(zip(mined, kept, strict=True))
            if execution is not None and execution.nonce is None and one.to == execution.safe
        ]
        for place, execution in self._from_calls(open_):
            kept[place] = execution
        return kept

    def _from_folder(self, execution: _Execution) -> _Execution:
        nonce = execution.nonce if execution.nonce is not None else self._nonce_of(execution.safe_tx_hash)
        return _Execution(safe=execution.safe, safe_tx_hash=execution.safe_tx_hash, nonce=nonce)

    def _from_calls(self, open_: "Sequence[tuple[int, TxHash, _Execution]]") -> "Iterable[tuple[int, _Execution]]":
        """Yield those whose calls tell their nonces. One round trip, none where there is nothing to tell."""
        if not open_:
            return
        batch = self._chain.batch_at(self._last.number)
        nonces = {one.safe: batch.add(Safe(one.safe).nonce()) for _, _, one in open_}
        inputs: list[Slot[bytes]] = [
            batch.ask("eth_getTransactionByHash", [tx_hash], _parse_input) for _, tx_hash, _ in open_
        ]
        batch.run()
        for (place, _, execution), data in zip(open_, inputs, strict=True):
            nonce = _search_nonce(execution, data.value, self._chain.chain_id, below=nonces[execution.safe].value_or(0))
            yield place, _Execution(safe=execution.safe, safe_tx_hash=execution.safe_tx_hash, nonce=nonce)


def _parse(answer: Json, tx_hash: TxHash) -> _Mined:
    if isinstance(answer, RpcError):
        raise answer
    receipt, fields = parse_receipt(answer, tx_hash), parse_object(answer, "a receipt")
    to = fields.get("to")
    return _Mined(
        receipt=receipt,
        sender=parse_address(fields.get("from"), "a receipt's sender"),
        to=None if to is None else parse_address(to, "a receipt's target"),
    )


def _parse_input(answer: Json) -> bytes:
    return b"" if answer is None else parse_data(parse_object(answer, "a transaction").get("input"), "calldata")


def _execution(receipt: Receipt, chain_id: int) -> _Execution | None:
    """Return the Safe transaction that paid, withdrew, or else ended the transaction; None when no Safe was at work."""
    said: list[tuple[int, ChecksumAddress, SafeTxHash]] = []
    nonces: dict[SafeTxHash, int] = {}
    money: int | None = None
    for log in receipt.logs:
        name, args = decode_event(log, "Safe")
        if name in WITH_RECEIPTS:
            money = log.log_index
        elif name == "SafeMultiSigTransaction":
            nonces |= _told_nonce(log.address, args, chain_id)
        elif name in {"ExecutionSuccess", "ExecutionFailure"} and isinstance(args.get("txHash"), bytes):
            safe_tx_hash = SafeTxHash("0x" + bytes(args["txHash"]).hex())  # type: ignore[arg-type]  # checked before
            said.append((log.log_index, log.address, safe_tx_hash))
    if not said:
        return None
    _, safe, safe_tx_hash = next((one for one in said if money is not None and one[0] > money), said[-1])
    return _Execution(safe=safe, safe_tx_hash=safe_tx_hash, nonce=nonces.get(safe_tx_hash))


def _told_nonce(safe: ChecksumAddress, args: dict[str, Any], chain_id: int) -> dict[SafeTxHash, int]:
    """Return the hash and the nonce that the log of an L2 Safe tells of, before it executes."""
    try:
        nonce, _, _ = decode_values(("uint256", "address", "uint256"), args["additionalInfo"])
    except (AbiMismatchError, KeyError):
        return {}
    values = tuple(args[name] for name in ("to", "value", "data", "operation"))
    gas = tuple(args[name] for name in ("safeTxGas", "baseGas", "gasPrice", "gasToken", "refundReceiver"))
    safe_tx = _safe_tx((*values, *gas), safe, chain_id, nonce)
    return {} if safe_tx is None else {safe_tx.safe_tx_hash: safe_tx.nonce}


def _search_nonce(execution: _Execution, data: bytes, chain_id: int, *, below: int) -> int | None:
    """Return the nonce with which the call of execTransaction in `data` has the hash that the Safe logged."""
    if data[:4] != _EXECUTE:
        return None
    try:
        values = decode_values((*_TX_TYPES, "bytes"), data[4:])[:-1]
    except AbiMismatchError:
        return None
    for nonce in range(below - 1, max(-1, below - 1 - _MOST_NONCES), -1):
        safe_tx = _safe_tx(values, execution.safe, chain_id, nonce)
        if safe_tx is None:
            return None
        if safe_tx.safe_tx_hash == execution.safe_tx_hash:
            return nonce
    return None


def _safe_tx(values: Sequence[Any], safe: ChecksumAddress, chain_id: int, nonce: Any) -> SafeTx | None:  # noqa: ANN401 - decoded values
    to, value, data, operation, safe_tx_gas, base_gas, gas_price, gas_token, refund_receiver = values
    try:
        return SafeTx(
            safe=safe,
            chain_id=chain_id,
            version=_VERSION,
            to=to,
            value=value,
            data=data,
            operation=Operation(operation),
            nonce=nonce,
            safe_tx_gas=safe_tx_gas,
            base_gas=base_gas,
            gas_price=gas_price,
            gas_token=gas_token,
            refund_receiver=refund_receiver,
        )
    except (InvalidSafeTxError, ValueError):
        return None
