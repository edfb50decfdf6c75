"""One sync of a made-up chain in a process of its own: prints what it took, as JSON.

python -m tests.benchmarks.ledger_sync_child LEDGER_URL BLOCKS PER_BLOCK
"""

import json
import resource
import sys
from collections.abc import Iterable, Iterator
from time import perf_counter, process_time
from typing import Any

from hokctl.domain.protocol_events import ProtocolEvent
from hokctl.ledger.book import Ledger
from hokctl.services.ledger_sync import IndexSync
from tests.synthetic_chain import SyntheticChain


class Watch:
    """How long the store takes for a part, apart from the decoding that goes on in it."""

    def __init__(self, run: IndexSync) -> None:
        self.store_s = self.decode_s = 0.0
        self._put = run.index.put
        run.index.put = self.put  # type: ignore[method-assign]  # the same, with a watch

    def put(self, found: Iterable[ProtocolEvent], **where: Any) -> int:  # noqa: ANN401 - passed on
        """Put a part."""
        decoded, started = self.decode_s, perf_counter()
        count = self._put(self._decoded(iter(found)), **where)
        self.store_s += perf_counter() - started - (self.decode_s - decoded)
        return count

    def _decoded(self, found: Iterator[ProtocolEvent]) -> Iterator[ProtocolEvent]:
        while True:
            started = perf_counter()
            event = next(found, None)
            self.decode_s += perf_counter() - started
            if event is None:
                return
            yield event


def main(url: str, blocks: int, per_block: int) -> None:
    """Sync, and say how it went."""
    chain = SyntheticChain(head=blocks, per_block=per_block)
    connection = chain.connect()
    with Ledger.open(url) as ledger:
        run = IndexSync(ledger, connection, chain.deployment(), target=lambda: connection.at("finalized"))
        watch = Watch(run)
        started, cpu = perf_counter(), process_time()
        report = run.run(drop=True)
        whole_s, cpu_s = perf_counter() - started, process_time() - cpu
        again, asked = perf_counter(), chain.requests
        IndexSync(ledger, connection, chain.deployment(), target=lambda: connection.at("finalized")).run()
        found = {
            "events": report.events,
            "transactions": report.transactions,
            "whole_s": whole_s,
            "cpu_s": cpu_s,
            "node_s": chain.seconds,
            "store_s": watch.store_s,
            "decode_s": watch.decode_s,
            "round_trips": asked,
            "again_s": perf_counter() - again,
            "again_round_trips": chain.requests - asked,
            "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        }
    print(json.dumps(found))  # noqa: T201 - its result


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
