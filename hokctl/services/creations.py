"""How contracts came to be: the transactions that created them, and what their constructors were given."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from eth_typing import ChecksumAddress

from hokctl.chain.wire import BadAnswerError, parse_data, parse_quantity
from hokctl.domain.addresses import created_address, parse_address
from hokctl.services.deployment_blocks import find_birth_blocks

if TYPE_CHECKING:
    from hokctl.chain.session import Snapshot
    from hokctl.chain.wire import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Creation:
    """The transaction that created a contract, as its sender's own creation."""

    tx_hash: str
    data: bytes
    """The creation code and the constructor's arguments."""

    def args_after(self, code: bytes) -> bytes | None:
        """Return the constructor's arguments, where the contract was created with `code`; else None."""
        return self.data[len(code) :] if self.data.startswith(code) else None


def find_creations(
    snapshot: "Snapshot", addresses: Iterable[ChecksumAddress], *, noted: Iterable[str] = ()
) -> dict[ChecksumAddress, Creation]:
    """Return the creations of those of `addresses` that a transaction of its own created.

    `noted` are hashes of transactions that may have. For contracts that none of them created, the blocks in which
    they appeared are looked through. One that another contract made is not found.
    """
    wanted = tuple(dict.fromkeys(addresses))
    found = _in_transactions(_by_hash(snapshot, noted))
    left = [address for address in wanted if address not in found]
    births = find_birth_blocks(snapshot, left) if left else None
    if births:
        found |= _in_transactions(_of_blocks(snapshot, births))
    return {address: found[address] for address in wanted if address in found}


def _by_hash(snapshot: "Snapshot", hashes: Iterable[str]) -> list[Any]:
    calls: list[Any] = [("eth_getTransactionByHash", [tx_hash]) for tx_hash in hashes]
    return snapshot.chain.request_batch(calls)


def _of_blocks(snapshot: "Snapshot", births: Mapping[ChecksumAddress, int]) -> list[Any]:
    calls: list[Any] = [("eth_getBlockByNumber", [hex(block), True]) for block in sorted(set(births.values()))]
    blocks = snapshot.chain.request_batch(calls)
    return [tx for block in blocks if isinstance(block, dict) for tx in _listed(block.get("transactions"))]


def _in_transactions(transactions: list[Any]) -> dict[ChecksumAddress, Creation]:
    """Return what the transactions created; what is none is passed over."""
    found = {}
    for tx in transactions:
        if isinstance(tx, dict) and tx.get("to") is None and isinstance(tx.get("from"), str):
            sender = _address(tx["from"])
            address = created_address(sender, parse_quantity(tx.get("nonce"), "a nonce"))
            data = tx.get("input", tx.get("data"))
            found[address] = Creation(tx_hash=str(tx.get("hash")), data=parse_data(data, "a transaction's data"))
    return found


def _address(text: str) -> ChecksumAddress:
    from eth_utils.address import is_address, to_checksum_address

    if not is_address(text):
        raise BadAnswerError("a transaction's sender is no address")
    return parse_address(to_checksum_address(text), 0)


def _listed(value: "Json") -> list[Any]:
    return value if isinstance(value, list) else []
