"""The interface of every route, and what a route needs to know besides the plan."""

from typing import TYPE_CHECKING, Protocol

from hokctl.domain.authority import Authority
from hokctl.domain.effects import Simulation
from hokctl.domain.outcomes import Outcome, TransactionRecord
from hokctl.domain.plans import Plan
from hokctl.domain.reviews import GovernorProposalSummary, OperationSummary, RouteSummary, SafeTxSummary
from hokctl.errors import RefusedError

if TYPE_CHECKING:
    from hokctl.chain.session import Snapshot
    from hokctl.routes.safe import SafeRoute


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
        return None

    @property
    def actor(self) -> Authority:
        """The account that sends or signs: behind a timelock or a governor, who schedules or proposes."""

    @property
    def carried_plan(self) -> Plan:
        """What is really put on the chain now: the plan itself, or what schedules or proposes it."""

    @property
    def proposing(self) -> "SafeRoute | None":
        """The way through the Safe that proposes, whose Safe transaction is checked before; None where none does."""
        return None

    @property
    def operation(self) -> OperationSummary | None:
        """The timelock's operation, when the way leads through one."""
        return None

    @property
    def governor_proposal(self) -> GovernorProposalSummary | None:
        """The governor's proposal, when the way leads through one."""
        return None

    def simulate(self, snapshot: "Snapshot") -> Simulation:
        """Run what is carried, the exact bytes, against the snapshot's state; return what it would do now."""

    def foresee(self, snapshot: "Snapshot") -> Simulation | None:
        """Run the plan's own calls as the account that makes them later; None where they are made at once."""
        del snapshot
        return None

    def carry(self, plan: Plan) -> Outcome:
        """Send the plan, or propose it and sign the proposal."""


class CompiledRoute(Route):
    """A way by another plan, which schedules or proposes the calls and travels by `_inner`."""

    _inner: Route

    @property
    def safe_tx(self) -> SafeTxSummary | None:
        """The Safe transaction that schedules or proposes, when a Safe does."""
        return self._inner.safe_tx

    @property
    def actor(self) -> Authority:
        """Who schedules or proposes."""
        return self._inner.actor

    @property
    def carried_plan(self) -> Plan:
        """The plan that schedules or proposes."""
        return self._inner.carried_plan

    @property
    def proposing(self) -> "SafeRoute | None":
        """The way of the Safe that schedules or proposes, when one does."""
        return self._inner.proposing
