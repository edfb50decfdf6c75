"""One look at a deployment: what the server shows until the next."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from eth_typing import ChecksumAddress

from hokctl.config.monitoring import MonitorSettings
from hokctl.errors import HokctlError
from hokctl.monitor.facts import Facts
from hokctl.monitor.rules import judge
from hokctl.monitor.web.histories import Recorder
from hokctl.monitor.web.sights import Sight
from hokctl.services.observation import Measure, observe

if TYPE_CHECKING:
    from hokctl.chain.session import Chain
    from hokctl.services.deployments import Deployment


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookout:
    """Looks at one deployment whenever it is called."""

    chain: "Chain"
    block: str
    """The block to look at: latest, safe or finalized."""
    deployment: "Deployment"
    measure: Measure
    settings: MonitorSettings
    """From when on something is worth an alert."""
    names: Mapping[ChecksumAddress, str]
    """What addresses are called."""
    recorder: Recorder
    clock: Callable[[], int]
    note: Callable[[str], None]

    def __call__(self) -> Sight:
        """Return what is to be seen now."""
        snapshot = self.chain.at(self.block)
        seen = observe(snapshot, self.deployment, measure=self.measure, now=self.clock())
        try:
            self.recorder.note(seen)
        except HokctlError as error:
            # The figures are there all the same; what is missing from the history is noted again next time.
            self.note(f"The history could not be kept: {error.message}")
        facts = Facts(settings=self.settings, seen=seen, name_of=self.names.get)
        return Sight(observation=seen, alerts=judge(facts), names=self.names)
