"""The interface of every route, and what a route needs to know besides the plan."""

from typing import TYPE_CHECKING, Protocol

from hokctl.domain.effects import Simulation
from hokctl.domain.outcomes import Outcome, TransactionRecord
from hokctl.domain.plans import Plan
from hokctl.domain.reviews import RouteSummary, SafeTxSummary
from hokctl.errors import RefusedError

if TYPE_CHECKING:
    from hokctl.chain.session import Snapshot


class RouteUnavailableError(RefusedError):
    """The route that was asked for does not lead to the call's authority."""

    code = "route-unavailable"


class NobodyMayError(RefusedError):
    """No account hokctl knows of may make the calls of a plan."""

    code = "nobody-may"


class MissingSignerError(RefusedError):
    """A step needs a key, and no signer is configured or named."""

    code = "missing-signer"

    def __init__(self, step: str) -> None:
        """Name the step that needs the key."""
        super().__init__(
            f"A signer is needed to {step}, and none is named.",
            hint="Name one with --signer or as the network's `signer` in the configuration; --dry-run needs none.",
        )


class Progress(Protocol):
    """Keeps up with a plan while its transactions are sent one by one."""

    def begin(self) -> None:
        """Get ready before the first transaction; whatever this raises, nothing was sent."""

    def key(self, number: int) -> str:
        """Return what the call `number`, counted from 0, is journalled under: the same in a later run."""

    def mined(self, number: int, record: TransactionRecord) -> None:
        """Take note that the call `number`, counted from 0, is in a block; whatever this raises stops the rest."""


class Route(Protocol):
    """A way for a plan to reach the chain. It never knows what the plan is about."""

    @property
    def summary(self) -> RouteSummary:
        """Who acts, and the steps in words."""

    @property
    def safe_tx(self) -> SafeTxSummary | None:
        """The Safe transaction with its hashes, when the way leads through a Safe."""

    def simulate(self, snapshot: "Snapshot") -> Simulation:
        """Run the exact bytes against the snapshot's state without sending anything; return what they would do."""

    def carry(self, plan: Plan) -> Outcome:
        """Send the plan, or propose it and sign the proposal."""
