"""Sending a call so that it is sent once: signed, journalled, broadcast, found again by its hash."""

from collections.abc import Callable, Sequence
from itertools import takewhile
from typing import Any, Final

from eth_typing import ChecksumAddress
from eth_utils.crypto import keccak

from hokctl.chain.broadcasting import Broadcaster, Waiting
from hokctl.chain.errors import RpcError
from hokctl.chain.fees import FEE_REQUESTS, Fees, fees_from
from hokctl.chain.receipts import Receipt
from hokctl.chain.reverts import ContractRevertedError, revert_of
from hokctl.chain.sending_errors import (
    GasLimitError,
    InsufficientFundsError,
    NonceTakenError,
    TransactionLostError,
    UnsettledTransactionError,
)
from hokctl.chain.session import CHAIN_ID_REQUEST, Chain
from hokctl.chain.sightings import Sighting, find_transactions
from hokctl.chain.transport import Errand, RpcCall
from hokctl.chain.wire import Json, parse_object, parse_quantity, to_data, to_quantity
from hokctl.domain.calls import Call
from hokctl.domain.ports import Journal, JournalEntry, JournalState, Signer

_TX_GAS_CAP: Final = 2**24
"""The most gas that one transaction may have where EIP-7825 is in force."""
_LOOKS_FOR_EARLIER: Final = 3
_PAUSE_FOR_EARLIER_S: Final = 1.0


class Sender:
    """Sends calls from one account. Whatever kills the process, no call with one key is ever sent twice."""

    def __init__(
        self,
        chain: Chain,
        signer: Signer,
        journal: Journal,
        *,
        clock: Callable[[], int],
        max_fee_wei: int | None,
        timeout_s: float,
        waiting: Waiting | None = None,
    ) -> None:
        """Send to `chain` with `signer`, paying at most `max_fee_wei` per gas.

        `clock` gives seconds since the epoch for the journal; `timeout_s` bounds the wait for a block.
        """
        self._chain = chain
        self._signer = signer
        self._journal = journal
        self._clock = clock
        self._max_fee_wei = max_fee_wei
        self._waiting = waiting or Waiting(timeout_s=timeout_s)
        self._broadcaster = Broadcaster(chain, journal, self._waiting)

    def errand(self, call: Call) -> Errand:
        """Return what the node has to be asked before `call` is signed, for a round trip that is made anyway."""
        return Errand(self._requests(call))

    def send(self, call: Call, *, key: str, again: bool = False, errand: Errand | None = None) -> Receipt:
        """Send `call` unless it was sent before under `key`, wait for its block and return the receipt.

        `errand` is the call's own, run just now; without its answers the node is asked here.
        A transaction that the journal holds for `key` is looked up by its hash, waited for, and at most
        broadcast again byte for byte; a new one is made only when there is none, or when the last one failed.
        With `again` earlier ones that were mined do not count: the same call is meant once more. Concluded ones
        never do.
        The receipt may tell of a failure: look at `succeeded`.

        Raises ContractRevertedError, InsufficientFundsError, GasLimitError, FeeCapError, NonceTakenError and
        UnsettledTransactionError with nothing sent; TransactionRefusedError; and about a transaction that may
        still be mined TransactionPendingError, TransactionLostError, TransactionReplacedError.
        """
        earlier = self._journal.find(self._chain.chain_id, key)
        receipt = self._resume(earlier, again=again)
        if receipt is not None:
            return receipt
        entry = self._sign(call, key, errand.answers if errand else ())
        self._journal.record(entry)
        self._check_rivals(entry, {known.tx_hash for known in earlier})
        return self._broadcaster.send(entry)

    def was_left(self, key: str) -> bool:
        """Tell whether an earlier run signed for `key` and never came to report what happened."""
        left = {JournalState.SIGNED, JournalState.SENT, JournalState.MINED}
        return any(entry.state in left for entry in self._journal.find(self._chain.chain_id, key))

    def _resume(self, entries: Sequence[JournalEntry], *, again: bool) -> Receipt | None:
        """Bring what an earlier run began to its end; return None when nothing of it stands."""
        entries = [entry for entry in entries if entry.state is not JournalState.CONCLUDED]
        if not entries:
            return None
        standing = [sighting for sighting in find_transactions(self._chain, entries) if _stands(sighting, again=again)]
        receipt = self._broadcaster.settle(standing)
        if receipt is not None or not standing:
            return receipt
        for sighting in standing:
            if sighting.entry.state is JournalState.MINED and sighting.overtaken and not sighting.known:
                raise TransactionLostError(sighting.entry, self._chain.endpoint)
        return self._broadcaster.resume([sighting.entry for sighting in standing])

    def _requests(self, call: Call) -> list[RpcCall]:
        return [CHAIN_ID_REQUEST, *_facts(call, self._signer.address)]

    def _sign(self, call: Call, key: str, answers: Sequence[Json]) -> JournalEntry:
        """Return the signed transaction for `call`, ready for the journal. Two round trips at most."""
        chain, sender = self._chain, self._signer.address
        chain_id, *fee_answers, pending, balance, gas = answers or chain.request_batch(self._requests(call))
        # Again, although each snapshot did: what answers now is about to be handed a transaction.
        chain.verify_chain_id(chain_id)
        balance_wei = _quantity(balance)
        fees = fees_from(fee_answers, self._max_fee_wei, network=chain.network)
        block_gas = parse_quantity(parse_object(fee_answers[0], "the latest block").get("gasLimit"), "a gas limit")
        _check_funds(sender, balance_wei=balance_wei, needed_wei=call.value)
        limit = _gas_limit(self._estimate(call, gas), block_gas)
        _check_funds(sender, balance_wei=balance_wei, needed_wei=call.value + limit * fees.max_fee_per_gas)
        nonce = self._next_nonce(_quantity(pending))
        signed = self._signer.sign_transaction(_transaction(call, chain.chain_id, nonce=nonce, gas=limit, fees=fees))
        if signed.tx_hash != to_data(keccak(signed.raw)) or (signed.sender, signed.nonce) != (sender, nonce):
            raise AssertionError("the signer returned another transaction than it was given")
        return JournalEntry(
            chain_id=chain.chain_id,
            tx_hash=signed.tx_hash,
            sender=sender,
            nonce=nonce,
            purpose=call.purpose,
            key=key,
            raw=signed.raw,
            state=JournalState.SIGNED,
            created_at=self._clock(),
        )

    def _estimate(self, call: Call, answer: Json) -> int:
        if not isinstance(answer, RpcError):
            return parse_quantity(answer, "eth_estimateGas")
        revert = revert_of(answer, self._chain.errors)
        if revert is None:
            raise answer
        raise ContractRevertedError(revert, label=call.label, signature=call.signature)

    def _next_nonce(self, pending: int) -> int:
        """Return the first nonce that neither the node nor the journal knows as used."""
        entries = self._journal.open_entries(self._chain.chain_id, self._signer.address)
        if not entries:
            return pending
        nonce = pending
        for sighting in self._find_earlier(entries):
            if sighting.receipt is not None:
                self._broadcaster.settle([sighting])
            elif not sighting.overtaken:
                nonce = max(nonce, sighting.entry.nonce + 1)
        return nonce

    def _find_earlier(self, entries: Sequence[JournalEntry]) -> list[Sighting]:
        """Return where open transactions stand; raises UnsettledTransactionError if one stays unknown."""
        for _ in range(_LOOKS_FOR_EARLIER):
            sightings = find_transactions(self._chain, entries)
            unknown = [sighting.entry for sighting in sightings if not (sighting.known or sighting.overtaken)]
            if not unknown:
                return sightings
            self._waiting.sleep(_PAUSE_FOR_EARLIER_S)
        raise UnsettledTransactionError(unknown[0])

    def _check_rivals(self, entry: JournalEntry, earlier: set[str]) -> None:
        """Give way when another process wrote down a transaction for the same key or nonce meanwhile, before this one.

        Everyone writes first and looks then, so that of several exactly the first in the journal goes on. Whoever
        finds them all later takes up the first one, too.
        """
        same_key = _before(entry, self._journal.find(entry.chain_id, entry.key))
        same_sender = _before(entry, self._journal.open_entries(entry.chain_id, entry.sender))
        rivals = [
            rival for rival in same_key if rival.tx_hash not in earlier and rival.state is not JournalState.FAILED
        ]
        if rivals or any(rival.nonce == entry.nonce for rival in same_sender):
            self._journal.settle(entry.chain_id, entry.tx_hash, JournalState.FAILED)
            raise NonceTakenError(entry.sender, entry.nonce)


def _before(entry: JournalEntry, entries: Sequence[JournalEntry]) -> list[JournalEntry]:
    return list(takewhile(lambda other: other.tx_hash != entry.tx_hash, entries))


def _stands(sighting: Sighting, *, again: bool) -> bool:
    """Tell whether a journalled transaction still decides about its key.

    One that was settled as failed does so when the node knows it all the same: it was refused at first, and
    then signed and sent once more with the very same bytes, or another node took it.
    """
    match sighting.entry.state:
        case JournalState.FAILED:
            return sighting.receipt.succeeded if sighting.receipt is not None else sighting.known
        case JournalState.MINED:
            return not again
        case _:
            return True


def _facts(call: Call, sender: str) -> list[RpcCall]:
    request = {"from": sender, "data": to_data(call.data), "value": to_quantity(call.value)}
    if call.to is not None:
        request["to"] = call.to
    return [
        *FEE_REQUESTS,
        ("eth_getTransactionCount", [sender, "pending"]),
        ("eth_getBalance", [sender, "latest"]),
        ("eth_estimateGas", [request]),
    ]


def _quantity(answer: Json) -> int:
    if isinstance(answer, RpcError):
        raise answer
    return parse_quantity(answer, "an account's state")


def _gas_limit(estimate: int, block_gas: int) -> int:
    """Return a fifth more than the estimate, but no more than a block, or a transaction, may have."""
    if estimate > block_gas:
        raise GasLimitError(estimate, block_gas)
    limit = min(-(-estimate * 6 // 5), block_gas)
    return _TX_GAS_CAP if estimate <= _TX_GAS_CAP < limit else limit


def _check_funds(sender: ChecksumAddress, *, balance_wei: int, needed_wei: int) -> None:
    if needed_wei > balance_wei:
        raise InsufficientFundsError(sender, balance_wei=balance_wei, needed_wei=needed_wei)


def _transaction(call: Call, chain_id: int, *, nonce: int, gas: int, fees: Fees) -> dict[str, Any]:
    """Return the EIP-1559 transaction in web3's key names; one that creates a contract has no `to`."""
    fields: dict[str, Any] = {
        "type": 2,
        "chainId": chain_id,
        "nonce": nonce,
        "value": call.value,
        "data": to_data(call.data),
        "gas": gas,
        "maxFeePerGas": fees.max_fee_per_gas,
        "maxPriorityFeePerGas": fees.max_priority_fee_per_gas,
    }
    return fields if call.to is None else {**fields, "to": call.to}
