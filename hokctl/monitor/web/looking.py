"""One look at a deployment: a round of the monitor, and what the server shows until the next."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from eth_typing import ChecksumAddress

from hokctl.errors import HokctlError
from hokctl.monitor.certainty import certain_block
from hokctl.monitor.rounds import Watch
from hokctl.monitor.rules import runbooks_of
from hokctl.monitor.web.histories import Recorder
from hokctl.monitor.web.sights import Sight

if TYPE_CHECKING:
    from hokctl.config.monitoring import AlertTarget
    from hokctl.ledger.snapshots import SnapshotBook
    from hokctl.monitor.surroundings import Surroundings

LATEST: Final = "latest"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookout:
    """Looks at one deployment whenever it is called."""

    watch: Watch
    block: str
    """The block to look at: latest, safe or finalized. Only at the latest are rounds remembered and told."""
    names: Mapping[ChecksumAddress, str]
    """What addresses are called."""
    runbooks: Mapping[str, str]
    """Where the runbook of each rule is."""
    recorder: Recorder
    note: Callable[[str], None]

    def __call__(self) -> Sight:
        """Return what is to be seen now."""
        found = self.watch.run() if self.block == LATEST else self.watch.look_back(self.block)
        try:
            self.recorder.note(found.seen)
        except HokctlError as error:
            # The figures are there all the same; what is missing from the history is noted again next time.
            self.note(f"The history could not be kept: {error.message}")
        return Sight(observation=found.seen, alerts=found.standing, names=self.names, runbooks=self.runbooks)


def open_lookout(
    around: "Surroundings", past: "SnapshotBook", *, block: str, targets: "tuple[AlertTarget, ...] | None"
) -> Lookout:
    """Return what looks at the deployment of a command's context, keeps its history in `past`, and tells `targets`."""
    network = around.network
    book = around.settings.addresses.get(network.name, {})
    return Lookout(
        watch=Watch(around, targets),
        block=block,
        names={address: name for name, address in reversed(book.items())},
        runbooks=runbooks_of(around.settings.monitor_of(network)),
        recorder=Recorder(past, around.chain, certain=lambda: certain_block(around.chain.at(), network)),
        note=around.ui.note,
    )
