"""The direct route: one key sends each call as a transaction of its own."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from hokctl.domain.authority import EoaAuthority
from hokctl.domain.effects import Simulation
from hokctl.domain.findings import Finding, Severity
from hokctl.domain.outcomes import Outcome, TransactionRecord
from hokctl.domain.plans import Plan
from hokctl.domain.reviews import RouteSummary
from hokctl.routes.base import MissingSignerError, Progress, Route
from hokctl.routes.records import to_record
from hokctl.routes.simulation import simulate_plan

if TYPE_CHECKING:
    from hokctl.chain.sending import Sender
    from hokctl.chain.session import Snapshot
    from hokctl.routes.records import Decoder


class DirectRoute(Route):
    """Sends a plan through one externally owned account, call by call, and stops at the first that fails."""

    def __init__(
        self,
        plan: Plan,
        authority: EoaAuthority,
        *,
        sender: "Sender | None",
        decoder: "Decoder",
        progress: Progress | None = None,
    ) -> None:
        """Prepare to send `plan` as `authority`; without a sender the route can only be shown and simulated.

        `progress` is told of every transaction as it is mined.
        """
        self._plan = plan
        self._authority = authority
        self._sender = sender
        self._decoder = decoder
        self._progress = progress

    @property
    def summary(self) -> RouteSummary:
        """Who acts, and one step per transaction."""
        total = len(self._plan.calls)
        steps = tuple(f"send transaction {n} of {total}: {call.purpose}" for n, call in enumerate(self._plan.calls, 1))
        return RouteSummary(kind="direct", authority=self._authority, steps=steps)

    @property
    def actor(self) -> EoaAuthority:
        """The account."""
        return self._authority

    @property
    def carried_plan(self) -> Plan:
        """The plan itself."""
        return self._plan

    def simulate(self, snapshot: "Snapshot") -> Simulation:
        """Run the calls in order from the account, without a key."""
        return simulate_plan(snapshot, self._plan, self._authority.address)

    def carry(self, plan: Plan) -> Outcome:
        """Send each call and wait for it; a revert ends the run with what has happened so far."""
        if self._sender is None:
            raise MissingSignerError("send the transactions")
        if self._progress is not None:
            self._progress.begin()
        records: list[TransactionRecord] = []
        # A run that was cut off before it could report its last transaction is brought to its end, not repeated.
        left = self._progress is None and self._sender.was_left(f"{plan.plan_hash}/{len(plan.calls) - 1}")
        for number, call in enumerate(plan.calls):
            key = f"{plan.plan_hash}/{number}" if self._progress is None else self._progress.key(number)
            receipt = self._sender.send(call, key=key, again=not left)
            records.append(to_record(receipt, self._decoder))
            if not receipt.succeeded:
                break
            if self._progress is not None:
                self._progress.mined(number, records[-1])
        return Outcome(transactions=tuple(records), findings=(_carried_before(records),) if left else ())


def _carried_before(records: Sequence[TransactionRecord]) -> Finding:
    hashes = ", ".join(record.tx_hash for record in records)
    return Finding(
        code="carried-before",
        severity=Severity.INFO,
        subject=records[-1].tx_hash,
        message="An earlier run of the same plan was cut off before it could report; this is what it did.",
        evidence={"transactions": hashes},
        remedy="If the same is meant once more, run the command again.",
    )
