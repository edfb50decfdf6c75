"""Reading the blocks that an index of events lacks, in parts that fit into memory, each of one branch of the chain."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from eth_typing import ChecksumAddress

from hokctl.chain.headers import find_headers
from hokctl.chain.log_scans import LogFilter, LogPart, scan_logs
from hokctl.chain.receipts import Log
from hokctl.clients.power_events import CreatedContract, read_creation
from hokctl.domain.protocol_events import IndexedContract, ProtocolEvent
from hokctl.domain.units import BlockRef
from hokctl.errors import UnavailableError
from hokctl.services.protocol_events import EventReader, contract_filters, event_filters

if TYPE_CHECKING:
    from hokctl.chain.session import Chain
    from hokctl.services.deployments import Deployment

_FIRST_BLOCKS: Final = 5_000
MOST_BLOCKS: Final = 200_000
"""How many blocks are asked for at once at most, however few events there were: a crowd of them may follow."""
_WANTED_LOGS: Final = 10_000
"""How many logs are to be in memory at once."""
_GROWTH: Final = 8

Progress = Callable[[int], None]
"""Told up to which block was read."""


class ShiftedChainError(UnavailableError):
    """A chain whose blocks change while they are read."""

    code = "chain-shifted"

    def __init__(self, endpoint: str) -> None:
        """Name the node."""
        super().__init__(
            f"The chain of the node at {endpoint} changed while its logs were read.",
            hint="What was read before is kept: run it again. If it stays, raise `confirmations` of the network.",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexPart:
    """All events of some blocks."""

    first: int
    last: BlockRef
    events: Iterable[ProtocolEvent]
    """In the chain's order; to be gone through once."""
    contracts: tuple[IndexedContract, ...]
    """Those that were created in these blocks."""


class IndexReader:
    """Reads events up to a block that is taken for certain."""

    def __init__(
        self,
        chain: "Chain",
        deployment: "Deployment",
        target: BlockRef,
        contracts: Sequence[IndexedContract],
        *,
        most_blocks: int = MOST_BLOCKS,
    ) -> None:
        """Read what `contracts` logged, and those that turn up, up to `target`, whose hash must stay what it is.

        Never more than `most_blocks` are asked for at once.
        """
        self._most = most_blocks
        self._chain, self._deployment, self._target = chain, deployment, target
        self._reader = EventReader(deployment, contracts)
        self._addresses = {contract.address for contract in contracts}

    def follow(self, first: int) -> Iterator[IndexPart]:
        """Yield all events from the block `first` to the target, part by part."""
        for logs in self._chunks(lambda: event_filters(self._deployment, self._addresses), first, self._target.number):
            yield self._complete(logs)

    def catch_up(self, addresses: Sequence[ChecksumAddress], first: int, last: int) -> Iterator[IndexPart]:
        """Yield the events of some contracts alone, from the block `first` to `last`."""
        for logs in self._chunks(lambda: contract_filters(addresses), first, last):
            yield self._complete(logs)

    def _chunks(self, filters: Callable[[], Sequence[LogFilter]], first: int, last: int) -> Iterator[LogPart]:
        """Yield logs, so many blocks at a time that about as many logs as wanted come together.

        The filters are asked for anew as soon as a part has brought new contracts.
        """
        blocks = min(_FIRST_BLOCKS, self._most)
        while first <= last:
            end, found, known = min(first + blocks - 1, last), 0, len(self._addresses)
            for part in scan_logs(self._chain, filters(), first, end):
                yield part
                found += len(part.logs)
                first = part.last + 1
                if len(self._addresses) > known:
                    break
            blocks = min(_next_length(blocks, found), self._most)

    def _complete(self, part: LogPart) -> IndexPart:
        """Return a part with the logs of contracts that were created in it, once its branch is known to stand."""
        created = self._created(part.logs)
        logs = list(part.logs)
        if created:
            since = min(contract.first_block for contract in created)
            for more in scan_logs(self._chain, contract_filters(one.address for one in created), since, part.last):
                logs += more.logs
            logs.sort(key=lambda log: (log.block_number, log.log_index))
        for contract in created:
            self._reader.add(contract)
            self._addresses.add(contract.address)
        blocks = self._blocks(logs, part.last)
        return IndexPart(
            first=part.first, last=blocks[part.last], events=self._events(logs, blocks), contracts=tuple(created)
        )

    def _created(self, logs: Iterable[Log]) -> list[IndexedContract]:
        suite = self._deployment.suite
        creators = {suite.token_manager_address, suite.factory_address}
        said = [read_creation(log) for log in logs if log.address in creators]
        new = {one.address: one for one in said if one is not None and not self._reader.knows(one.address)}
        return [_contract(one, self._reader) for one in new.values()]

    def _blocks(self, logs: Sequence[Log], last: int) -> Mapping[int, BlockRef]:
        """Return the blocks of logs, and the last one. Raises ShiftedChainError unless all are of one branch.

        All logs were read after the target was, and its hash is asked for again after them: while it is the same, no
        block before it can be another. Only the times that the node did not say with the logs are asked for.
        """
        told = {
            log.block_number: BlockRef(number=log.block_number, hash=log.block_hash, timestamp=log.timestamp)
            for log in logs
            if log.block_hash is not None and log.timestamp is not None
        }
        asked = {log.block_number for log in logs} - set(told)
        headers = find_headers(self._chain, {*asked, last, self._target.number})
        found = {number: block for number, block in headers.items() if block is not None}
        if len(found) < len(headers) or found[self._target.number].hash != self._target.hash:
            raise ShiftedChainError(self._chain.endpoint)
        blocks = told | found
        if any(log.block_hash not in {None, blocks[log.block_number].hash} for log in logs):
            raise ShiftedChainError(self._chain.endpoint)
        return blocks

    def _events(self, logs: Iterable[Log], blocks: Mapping[int, BlockRef]) -> Iterator[ProtocolEvent]:
        for log in logs:
            block = blocks[log.block_number]
            yield self._reader.read(log, block_hash=block.hash, timestamp=block.timestamp)


def _contract(created: CreatedContract, reader: EventReader) -> IndexedContract:
    return IndexedContract(
        address=created.address,
        name=created.name,
        first_block=created.block_number,
        model_topic=created.model_topic,
        model_id=reader.name_of(created.model_topic),
    )


def _next_length(blocks: int, found: int) -> int:
    """Return how many blocks to ask for next, after `found` logs in `blocks` of them."""
    wanted = blocks * _GROWTH if found == 0 else blocks * _WANTED_LOGS // found
    return max(1, min(wanted, blocks * _GROWTH))
