"""The logs of a deployment's contracts read as protocol events, of the suite, of v2.0.0 and of the live version."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from eth_typing import ChecksumAddress

from hokctl.clients.event_decoding import decode_event
from hokctl.clients.events import event_topic
from hokctl.domain.protocol_events import RESERVE_TOKEN, TRANSFER, IndexedContract, ProtocolEvent
from hokctl.domain.units import ModelId, model_topic

if TYPE_CHECKING:
    from hokctl.chain.log_scans import LogFilter
    from hokctl.chain.receipts import Log
    from hokctl.services.deployments import Deployment

_MODEL: Final = "modelId"
_MOST_ADDRESSES: Final = 1_000
"""How many addresses geth takes in one filter."""


class EventReader:
    """Reads logs of the contracts that it knows."""

    def __init__(self, deployment: "Deployment", contracts: Iterable[IndexedContract] = ()) -> None:
        """Know the reserve token of `deployment` and `contracts`, and name models that either of them names."""
        self._token = deployment.suite.usdc_address
        self._contracts: dict[ChecksumAddress, IndexedContract] = {}
        self._names = {model_topic(model_id): model_id for model_id in deployment.model_ids}
        for contract in contracts:
            self.add(contract)

    def add(self, contract: IndexedContract) -> None:
        """Read the logs of a further contract, and name its model from now on."""
        self._contracts[contract.address] = contract
        if contract.model_id is not None:
            self._names[model_topic(contract.model_id)] = contract.model_id

    def knows(self, address: ChecksumAddress) -> bool:
        """Tell whether `address` is one of the contracts, the reserve token apart."""
        return address in self._contracts

    def name_of(self, topic: str) -> ModelId | None:
        """Return the id of the model whose hash is `topic`, where a contract or the manifest names it."""
        return self._names.get(topic)

    def read(self, log: "Log", *, block_hash: str, timestamp: int) -> ProtocolEvent:
        """Return what `log` says, in a block with this hash and time. A log that nothing is known of is kept too."""
        contract = self._contracts.get(log.address)
        label = RESERVE_TOKEN if log.address == self._token else "" if contract is None else contract.name
        name, args = decode_event(log, "ERC20" if label == RESERVE_TOKEN else label)
        topic = _topic_of(args.get(_MODEL)) or (None if contract is None else contract.model_topic)
        return ProtocolEvent(
            block_number=log.block_number,
            block_hash=block_hash,
            timestamp=timestamp,
            tx_hash=log.tx_hash,
            log_index=log.log_index,
            contract=label,
            address=log.address,
            name=name,
            args=args,
            model_id=None if topic is None else self._names.get(topic),
            model_topic=topic,
        )


def event_filters(deployment: "Deployment", addresses: Iterable[ChecksumAddress]) -> tuple["LogFilter", ...]:
    """Return what to ask a node for: all logs of `addresses`, and the reserve's transfers of its token.

    Without addresses only the transfers.
    """
    from hokctl.chain.log_scans import LogFilter

    transfer, suite = event_topic("ERC20", TRANSFER), deployment.suite
    reserve = "0x" + suite.reserve_address[2:].lower().rjust(64, "0")
    token = (suite.usdc_address,)
    return (
        *contract_filters(addresses),
        LogFilter(addresses=token, topics=(transfer, reserve)),
        LogFilter(addresses=token, topics=(transfer, None, reserve)),
    )


def contract_filters(addresses: Iterable[ChecksumAddress]) -> tuple["LogFilter", ...]:
    """Return what to ask a node for to get all logs of `addresses`: one filter for every thousand of them."""
    from hokctl.chain.log_scans import LogFilter

    every = sorted(addresses)
    parts = (tuple(every[start : start + _MOST_ADDRESSES]) for start in range(0, len(every), _MOST_ADDRESSES))
    return tuple(LogFilter(addresses=part, topics=()) for part in parts)


def _topic_of(value: object) -> str | None:
    """Return the hash of the id that an event names: in clear, or as the hash itself."""
    if isinstance(value, bytes):
        return "0x" + value.hex()
    return model_topic(ModelId(value)) if isinstance(value, str) else None
