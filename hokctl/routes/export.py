"""The export route: Transaction Builder files for a Safe, carried by whatever its owners use. It needs no key."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from hokctl.config.writing import atomic_write_text
from hokctl.domain.authority import Authority
from hokctl.domain.documents import dump_document
from hokctl.domain.effects import Simulation
from hokctl.domain.outcomes import Outcome
from hokctl.domain.plans import Plan
from hokctl.domain.reviews import GovernorProposalSummary, OperationSummary, RouteSummary
from hokctl.errors import UsageError
from hokctl.routes.base import Route
from hokctl.routes.governor import GovernorRoute
from hokctl.routes.safe import OutTakenError, SafeRoute
from hokctl.routes.simulation import simulate_plan
from hokctl.routes.timelock import TimelockRoute
from hokctl.safe.transaction_builder import builder_document

if TYPE_CHECKING:
    from hokctl.chain.session import Snapshot


class NoExportPathError(UsageError):
    """An export that is not told where to."""

    code = "no-export-path"

    def __init__(self) -> None:
        """Say what is missing."""
        super().__init__(
            "--via export writes files, and --out does not say where.",
            hint="Name a new file with --out; for a timelock, a folder that gets schedule.json and execute.json.",
        )


class ExportRoute(Route):
    """Writes a plan's steps as Transaction Builder files of one Safe."""

    def __init__(
        self,
        plan: Plan,
        proposing: SafeRoute,
        files: Mapping[Path, Plan],
        *,
        now: int,
        through: TimelockRoute | GovernorRoute | None = None,
    ) -> None:
        """Write each of `files`; `proposing` is the way of the Safe that is to load them, which is only checked.

        `through` is the timelock's or governor's route that compiled them.

        Raises OutTakenError when one of them exists.
        """
        for path in files:
            if path.exists():
                raise OutTakenError(path)
        self._plan = plan
        self._proposing = proposing
        self._safe = proposing.actor
        self._files = dict(files)
        self._now = now
        self._through = through

    @property
    def summary(self) -> RouteSummary:
        """The files, and whose they are."""
        steps = tuple(f"write {path}: {step.title}" for path, step in self._files.items())
        owners = f"the owners of the Safe {self._safe.address} load and carry them, in this order"
        authority = self._safe if self._through is None else self._through.summary.authority
        return RouteSummary(kind="export", authority=authority, steps=(*steps, owners))

    @property
    def actor(self) -> Authority:
        """The Safe."""
        return self._safe

    @property
    def carried_plan(self) -> Plan:
        """The first of the steps."""
        return next(iter(self._files.values()))

    @property
    def proposing(self) -> SafeRoute | None:
        """The way by which the Safe would carry the first step, to be checked like a proposal."""
        return self._proposing

    @property
    def operation(self) -> OperationSummary | None:
        """The timelock's operation, where there is one."""
        return None if self._through is None else self._through.operation

    @property
    def governor_proposal(self) -> GovernorProposalSummary | None:
        """The governor's proposal, where there is one."""
        return None if self._through is None else self._through.governor_proposal

    def simulate(self, snapshot: "Snapshot") -> Simulation:
        """Run the first step's calls as the Safe."""
        if self._through is not None:
            return self._through.simulate(snapshot)
        return simulate_plan(snapshot, self._plan, self._safe.address)

    def foresee(self, snapshot: "Snapshot") -> Simulation | None:
        """Run the plan's calls as the timelock or governor that makes them; None where the Safe does."""
        return None if self._through is None else self._through.foresee(snapshot)

    def carry(self, plan: Plan) -> Outcome:
        """Write the files; what a timelock or governor is to get is kept with its plan besides."""
        if self._through is not None:
            self._through.keep(plan)
        for path, step in self._files.items():
            document = builder_document(
                step.calls,
                chain_id=plan.chain_id,
                safe=self._safe.address,
                name=step.title,
                description="; ".join(call.purpose for call in step.calls),
                created_at=self._now,
            )
            atomic_write_text(path, dump_document(document))
        return Outcome(files=tuple(str(path) for path in self._files))
