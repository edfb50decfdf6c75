"""Whom the reserve has paid before, by its logs."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from eth_typing import ChecksumAddress

from hokctl.chain.wire import Json, parse_list, parse_object

if TYPE_CHECKING:
    from hokctl.chain.batch import Batch, Slot
    from hokctl.chain.session import Snapshot
    from hokctl.clients.infrastructure_reserve import Payment
    from hokctl.services.deployments import Deployment


class PastPayees:
    """The question whom of the payees the reserve paid before, placed in a batch among other reads."""

    def __init__(
        self, batch: "Batch", snapshot: "Snapshot", deployment: "Deployment", payments: Sequence["Payment"]
    ) -> None:
        """Ask for the logs of all blocks at once; ask for `paid` once the batch ran."""
        self._snapshot, self._deployment, self._payments = snapshot, deployment, tuple(payments)
        where: Json = {
            "address": [deployment.suite.reserve.address],
            "topics": list(_topics(payments)),
            "fromBlock": hex(deployment.deployed_at_block),
            "toBlock": hex(snapshot.block.number),
        }
        self._slot: Slot[frozenset[str]] = batch.ask(
            "eth_getLogs", [where], lambda answer: frozenset(_payees_in(answer)), optional=True
        )

    @property
    def paid(self) -> frozenset[ChecksumAddress]:
        """The payees that were paid before; asks in pieces where the node did not give all blocks at once."""
        found = self._ask_in_pieces() if self._slot.failed else self._slot.value
        return frozenset(payment.payee for payment in self._payments if payment.payee[2:].lower() in found)

    def _ask_in_pieces(self) -> frozenset[str]:
        from hokctl.chain.logs import get_logs

        deployment, block = self._deployment, self._snapshot.block.number
        logs = get_logs(
            self._snapshot.chain,
            [deployment.suite.reserve.address],
            _topics(self._payments),
            deployment.deployed_at_block,
            block,
        )
        return frozenset(log.topics[2][-40:] for log in logs)


def _topics(payments: Sequence["Payment"]) -> tuple[str, None, list[str]]:
    from hokctl.clients.events import event_topic

    payees = sorted({"0x" + payment.payee[2:].lower().rjust(64, "0") for payment in payments})
    return event_topic("InfrastructureReserve", "InfrastructureCostPaid"), None, payees


def _payees_in(answer: Json) -> Iterator[str]:
    for log in parse_list(answer, "eth_getLogs"):
        topics = parse_list(parse_object(log, "a log").get("topics"), "topics")
        yield str(topics[2])[-40:].lower()
