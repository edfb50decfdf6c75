"""What happened in the latest blocks, those that are not certain yet included: read from the node, never stored."""

from collections.abc import Collection, Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from eth_typing import ChecksumAddress

from hokctl.chain.block_times import AT_ONCE, get_timestamps
from hokctl.clients.events import events_by_topic
from hokctl.domain.protocol_events import IndexedContract, ProtocolEvent
from hokctl.domain.units import ZERO_ADDRESS, model_topic
from hokctl.services.protocol_events import EventReader, contract_filters

if TYPE_CHECKING:
    from hokctl.chain.receipts import Log
    from hokctl.chain.session import Chain, Snapshot
    from hokctl.services.deployments import Deployment
    from hokctl.services.observation import Observation

SAFE = "Safe"


def watched_contracts(
    deployment: "Deployment", seen: "Observation", safe: ChecksumAddress | None
) -> tuple[IndexedContract, ...]:
    """Return the contracts whose events matter: the manifest's, each model's token, params and pool, and the Safe."""
    first = deployment.deployed_at_block
    named = {**{name: address for address, name in deployment.suite.labels().items()}, **deployment.contracts}
    found = {
        address: IndexedContract(address=address, name=name, first_block=first)
        for name, address in named.items()
        if address not in {ZERO_ADDRESS, deployment.suite.usdc_address}
    }
    for model in seen.models:
        state = model.state
        parts = (("HokusaiToken", state.token), ("HokusaiParams", state.params), ("HokusaiAMM", state.pool))
        for name, address in parts:
            if address != ZERO_ADDRESS:
                found[address] = IndexedContract(
                    address=address,
                    name=name,
                    first_block=first,
                    model_id=state.model_id,
                    model_topic=model_topic(state.model_id),
                )
    if safe is not None:
        found[safe] = IndexedContract(address=safe, name=SAFE, first_block=first)
    return tuple(found.values())


def read_recent(
    snapshot: "Snapshot",
    deployment: "Deployment",
    contracts: Iterable[IndexedContract],
    *,
    first: int,
    names: Collection[str],
) -> tuple[ProtocolEvent, ...]:
    """Return the events called one of `names` from the block `first` to the snapshot's, in the chain's order.

    One round trip, and one more for the times of their blocks where the node does not say them with the logs.
    """
    from hokctl.chain.log_scans import scan_logs

    known, chain, last = tuple(contracts), snapshot.chain, snapshot.block.number
    if first > last:
        return ()
    topics = sorted(topic for topic, events in events_by_topic().items() if any(one.name in names for one in events))
    filters = [replace(one, topics=(tuple(topics),)) for one in contract_filters(one.address for one in known)]
    logs = [log for part in scan_logs(chain, filters, first, last) for log in part.logs]
    times = _times(chain, logs)
    reader = EventReader(deployment, known)
    events = (
        reader.read(log, block_hash=log.block_hash or "", timestamp=times[log.block_number])
        for log in sorted(logs, key=lambda log: (log.block_number, log.log_index))
    )
    return tuple(event for event in events if event.name in names)


def _times(chain: "Chain", logs: Iterable["Log"]) -> dict[int, int]:
    """Return when the blocks of `logs` were."""
    told = {log.block_number: log.timestamp for log in logs}
    unsure = sorted(number for number, timestamp in told.items() if timestamp is None)
    asked: dict[int, int] = {}
    for start in range(0, len(unsure), AT_ONCE):
        part = unsure[start : start + AT_ONCE]
        asked |= dict(zip(part, get_timestamps(chain, part), strict=True))
    return {number: asked[number] if timestamp is None else timestamp for number, timestamp in told.items()}
