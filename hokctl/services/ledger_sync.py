"""Bringing the book's index of events in step with the chain: forward, and back where the chain went another way."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from hokctl.chain.errors import UnknownBlockError
from hokctl.config.networks import DEVNET_CHAIN_ID
from hokctl.domain.protocol_events import Coverage, IndexedContract
from hokctl.domain.units import BlockRef, InvalidModelIdError, ModelId, model_topic, parse_model_id
from hokctl.errors import UnavailableError
from hokctl.ledger.index_writing import Dropped, Undone
from hokctl.ledger.unsettling import NotedPayment
from hokctl.services.index_reading import MOST_BLOCKS, IndexReader, ShiftedChainError
from hokctl.services.index_reorganisations import find_fork, find_gone
from hokctl.services.index_transactions import NonceOf, fetch_transactions
from hokctl.services.power_contracts import find_contracts, name_created, named_contracts

if TYPE_CHECKING:
    from hokctl.chain.session import Chain, Snapshot
    from hokctl.config.networks import NetworkSettings
    from hokctl.ledger.book import Ledger
    from hokctl.ledger.events import EventIndex
    from hokctl.services.deployments import Deployment

_ATTEMPTS: Final = 5
"""How often a chain may change under the reading before it is given up for now."""

Progress = Callable[[int, int, int, int], None]
"""Told how far it is: the first block, the block read up to, the last one, and how many events were added."""


class UnconfirmedBlockError(UnavailableError):
    """A block up to which the index cannot go yet."""

    code = "block-not-confirmed"

    def __init__(self, block: int, *, confirmed: int) -> None:
        """Name the block and the last one that is taken for certain."""
        super().__init__(
            f"Block {block} is not taken for certain yet: the last one that is has number {confirmed}.",
            hint="Wait, or leave --to-block out.",
        )


class NoFinalityError(UnavailableError):
    """A node that does not say which blocks are final."""

    code = "no-finality"

    def __init__(self, endpoint: str, network: str) -> None:
        """Name the node and the network."""
        super().__init__(
            f"The node at {endpoint} does not say which block is finalized.",
            hint=f"Try again, or set `confirmations` under [networks.{network}]: how many blocks to stay behind.",
        )


@dataclass(slots=True, kw_only=True)
class SyncReport:
    """What a sync did. It is filled as it goes, so that an error leaves what is kept."""

    first: int | None = None
    """The first block that was read; None where nothing was to be read."""
    coverage: Coverage | None = None
    """What the index covers afterwards; None while the deployment's first block is not certain yet."""
    target: BlockRef | None = None
    """The last block that is taken for certain."""
    events: int = 0
    """How many were added."""
    transactions: int = 0
    undone: list[Undone] = field(default_factory=list)
    """What reorganisations took out, one after the other."""
    unpaid: list[NotedPayment] = field(default_factory=list)
    """The payments of lines of the book that are no longer part of the chain."""
    dropped: Dropped | None = None
    contracts: int = 0
    """How many contracts came to the index."""
    models: tuple[ModelId, ...] = ()
    """The models whose events the index names."""
    notes: list[str] = field(default_factory=list)
    """What a person may want to know."""

    @property
    def covered_to(self) -> BlockRef | None:
        """The last block that the index covers."""
        return None if self.coverage is None else self.coverage.last


def confirmed_snapshot(chain: "Chain", network: "NetworkSettings", *, to_block: int | None = None) -> "Snapshot":
    """Return the chain at the last block that is taken for certain, or at `to_block` before it.

    That is the one `confirmations` behind the head, without that setting the one that the node calls finalized; on
    the devnet the head. One or two round trips. Raises NoFinalityError and UnconfirmedBlockError.
    """
    behind = 0 if network.confirmations is None and network.chain_id == DEVNET_CHAIN_ID else network.confirmations
    if behind is None:
        try:
            found = chain.at("finalized")
        except UnknownBlockError as error:
            raise NoFinalityError(chain.endpoint, network.name) from error
    else:
        found = chain.at("latest")
        found = chain.at(max(0, found.block.number - behind)) if behind else found
    if to_block is None or to_block == found.block.number:
        return found
    if to_block > found.block.number:
        raise UnconfirmedBlockError(to_block, confirmed=found.block.number)
    return chain.at(to_block)


class IndexSync:
    """One sync of a deployment's index. Each step is kept as soon as it is done; a later sync goes on from there."""

    def __init__(
        self,
        ledger: "Ledger",
        chain: "Chain",
        deployment: "Deployment",
        *,
        target: Callable[[], "Snapshot"],
        nonce_of: NonceOf = lambda _: None,
        progress: Progress = lambda _first, _done, _last, _events: None,
        most_blocks: int = MOST_BLOCKS,
    ) -> None:
        """Bring the index in `ledger` up to what `target` gives, which is asked for again when the chain changes.

        Never more than `most_blocks` are read at once.
        """
        self._chain, self._deployment = chain, deployment
        self._target, self._nonce_of, self._progress, self._most = target, nonce_of, progress, most_blocks
        self.index: EventIndex = ledger.index(chain.chain_id, deployment.suite.reserve_address, deployment.model_ids)
        self.report = SyncReport()
        self.snapshot: Snapshot | None = None
        """The chain at the block that the index was brought up to."""

    def run(self, *, drop: bool = False) -> SyncReport:
        """Go forward to the target, back first where the chain went another way; return the report.

        Raises what the node is to blame for, with all that was read before kept.
        """
        with self.index.kept_open():
            return self._run(drop=drop)

    def _run(self, *, drop: bool) -> SyncReport:
        report = self.report
        if drop:
            report.dropped = self.index.drop()
        for attempt in range(1, _ATTEMPTS + 1):
            snapshot = self._target()
            try:
                self._sync(snapshot)
                break
            except ShiftedChainError:
                if attempt == _ATTEMPTS:
                    raise
        report.coverage = self.index.coverage
        if report.coverage is not None:
            last = report.coverage.last
            report.transactions += fetch_transactions(self._chain, self.index, last, self._nonce_of)
            self._find_unpaid(report.coverage)
        report.models = tuple(sorted(set(self.index.model_names().values())))
        return report

    def _sync(self, snapshot: "Snapshot") -> None:
        """Make the index what the chain at the snapshot's block says."""
        self.snapshot, self.report.target = snapshot, snapshot.block
        self._undo_what_is_gone(snapshot)
        first = self._deployment.deployed_at_block
        if first > snapshot.block.number:
            return
        self._add(_named(self._deployment))
        self._catch_up(snapshot)
        coverage = self.index.coverage
        start = first if coverage is None else coverage.last_block + 1
        reader = self._reader(snapshot)
        for part in reader.follow(start):
            self.report.first = start if self.report.first is None else min(start, self.report.first)
            self.report.events += self.index.put(
                part.events, first=part.first, last=part.last, contracts=part.contracts
            )
            self.report.contracts += len(part.contracts)
            self._progress(start, part.last.number, snapshot.block.number, self.report.events)
        self._add(self._found(snapshot))
        self._catch_up(snapshot)

    def _found(self, snapshot: "Snapshot") -> list[IndexedContract]:
        try:
            return _found(snapshot, self._deployment, self.index.contracts)
        except UnknownBlockError:
            # Only logs say what was, then: a node without an archive has no state of old blocks.
            self.report.notes.append(
                f"The node has no state of block {snapshot.block.number} any more: only contracts that the manifest or "
                "the logs name are in the index."
            )
            return []

    def _undo_what_is_gone(self, snapshot: "Snapshot") -> None:
        coverage = self.index.coverage
        if coverage is None:
            return
        fork = find_fork(self._chain, self.index, coverage, snapshot.block.number)
        if fork is None:
            return
        gone = find_gone(self._chain, self.index.payments(fork))
        self.report.undone.append(self.index.undo(fork, expected=coverage.last, unpaid=gone))
        self.report.unpaid += gone

    def _find_unpaid(self, coverage: Coverage) -> None:
        """Take back payments whose blocks went before the index came to them: it has no such event."""
        noted = self.index.payments(coverage.first_block, coverage.last_block)
        lacking = [one for one in noted if not self.index.has_event(one.block_number, one.log_index, one.tx_hash)]
        gone = find_gone(self._chain, lacking)
        if gone:
            self.index.unsettle(gone)
            self.report.unpaid += gone

    def _reader(self, snapshot: "Snapshot") -> IndexReader:
        contracts = self.index.contracts
        return IndexReader(self._chain, self._deployment, snapshot.block, contracts, most_blocks=self._most)

    def _add(self, contracts: Iterable[IndexedContract]) -> None:
        known = {contract.address: contract for contract in self.index.contracts}
        new = [
            contract
            for contract in contracts
            if contract.address not in known or (contract.model_id and not known[contract.address].model_id)
        ]
        if new:
            self.index.add_contracts(new)
        self.report.contracts += sum(contract.address not in known for contract in new)

    def _catch_up(self, snapshot: "Snapshot") -> None:
        """Read what contracts that came late logged before."""
        coverage = self.index.coverage
        if coverage is None or coverage.last_block > snapshot.block.number:
            return
        while late := [one for one in self.index.contracts if one.next_block is not None]:
            first = min(one.next_block for one in late if one.next_block is not None)
            addresses = [one.address for one in late if one.next_block == first]
            for part in self._reader(snapshot).catch_up(addresses, first, coverage.last_block):
                self.report.events += self.index.put(
                    part.events, first=part.first, last=part.last, contracts=part.contracts, late=addresses
                )
                self._progress(first, part.last.number, coverage.last_block, self.report.events)


def _named(deployment: "Deployment") -> list[IndexedContract]:
    """Return the contracts that the manifest names, the reserve token apart: its transfers are read in another way."""
    return [
        IndexedContract(address=address, name=one.name, first_block=deployment.deployed_at_block)
        for address, one in named_contracts(deployment).items()
    ]


def _found(snapshot: "Snapshot", deployment: "Deployment", known: Iterable[IndexedContract]) -> list[IndexedContract]:
    """Return the contracts that the chain tells of at the snapshot's block, with the ids of their models.

    What the logs told of already comes with its id alone; the rest is what contracts rely on, and models that were
    created before the deployment's first block. Four round trips, one more for models without a pool.
    """
    from hokctl.clients.power_events import CreatedContract

    found = find_contracts(snapshot, deployment)
    unnamed = [
        CreatedContract(
            name=one.name,
            address=one.address,
            model_topic=one.model_topic,
            creator=deployment.suite.token_manager_address,
            block_number=one.first_block,
        )
        for one in known
        if one.model_topic is not None and one.model_id is None and one.address not in found
    ]
    found |= name_created(snapshot, deployment, unnamed, found)
    return [
        IndexedContract(
            address=address,
            name=one.name,
            first_block=deployment.deployed_at_block,
            model_id=one.model_id if _is_usual(one.model_id) else None,
            model_topic=None if one.model_id is None else model_topic(one.model_id),
        )
        for address, one in found.items()
    ]


def _is_usual(model_id: ModelId | None) -> bool:
    """Tell whether a model's id can be kept: anybody may deploy a model, under any bytes."""
    try:
        return model_id is not None and bool(parse_model_id(model_id))
    except InvalidModelIdError:
        return False
