"""What waits in timelocks and before governors, with the plans that it carries out: files beside the Safe proposals.

    <folder>/<chain_id>/timelocks/<timelock>/<operation_id>.json
                        governors/<governor>/<proposal_id>.json

The chain keeps only calls; these files keep what they are for and what must hold afterwards. Nothing in them is
trusted: ids are computed again, and the plan's bytes are compared with its words.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

from eth_typing import ChecksumAddress

from hokctl.config.writing import atomic_write_text
from hokctl.domain.documents import DocumentError, Fields, JsonObject, dump_document, parse_document
from hokctl.domain.plans import InvalidPlanError, Plan, plan_from_json, plan_to_json
from hokctl.domain.units import Bytes32, OperationId
from hokctl.errors import HokctlError, RefusedError
from hokctl.routes.governor_proposals import GovernorProposal
from hokctl.routes.operations import Operation, carried_calls
from hokctl.safe.multisend import verify_call_data

T = TypeVar("T")

_FILE_VERSION: Final = 1
_OPERATION_FILE: Final = re.compile(r"0x[0-9a-f]{64}\.json", re.ASCII)
_PROPOSAL_FILE: Final = re.compile(r"[0-9]{1,78}\.json", re.ASCII)


class OperationTamperedError(RefusedError):
    """A file about an operation or a governor's proposal that contradicts itself or its name."""

    code = "operation-tampered"

    def __init__(self, path: Path, reason: str) -> None:
        """Name the file and the contradiction."""
        super().__init__(
            f"{path} cannot be trusted: {reason}.",
            hint="Look with git log who changed it; then restore or remove it. The chain's own record stays.",
        )


class OperationStoreError(HokctlError):
    """The folder of operations cannot be read."""

    code = "operation-store"

    def __init__(self, path: Path, error: OSError) -> None:
        """Name the path and what the system says."""
        super().__init__(
            f"The folder of operations cannot be read: {path}: {error.strerror or error}.",
            hint="Check who owns the folder and what is in the way.",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredOperation:
    """An operation with the plan that it carries out."""

    operation: Operation
    plan: Plan
    created_at: int
    """Seconds since the epoch."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredProposal:
    """A governor's proposal with the plan that it carries out."""

    proposal: GovernorProposal
    plan: Plan
    created_at: int
    """Seconds since the epoch."""


class GovernanceStore:
    """The files about operations and governors' proposals in the shared folder."""

    def __init__(self, folder: Path) -> None:
        """Use `folder`, which comes into being with the first file."""
        self.folder = folder

    def operation_path(self, chain_id: int, timelock: ChecksumAddress, operation_id: OperationId) -> Path:
        """Return where an operation's file is, or would be."""
        return self.folder / str(chain_id) / "timelocks" / timelock / f"{operation_id}.json"

    def proposal_path(self, chain_id: int, governor: ChecksumAddress, proposal_id: int) -> Path:
        """Return where a proposal's file is, or would be."""
        return self.folder / str(chain_id) / "governors" / governor / f"{proposal_id}.json"

    def add_operation(self, stored: StoredOperation) -> Path:
        """Keep the operation and return its file; one that is there stays as it is."""
        operation = stored.operation
        path = self.operation_path(stored.plan.chain_id, operation.timelock, operation.operation_id)
        document: JsonObject = {
            "timelock": operation.timelock,
            "operation_id": operation.operation_id,
            "salt": operation.salt,
            "predecessor": operation.predecessor,
            "batch": operation.batch,
            "delay_s": operation.delay_s,
        }
        return _add(path, document, stored.plan, stored.created_at)

    def add_proposal(self, stored: StoredProposal) -> Path:
        """Keep the proposal and return its file; one that is there stays as it is."""
        proposal = stored.proposal
        path = self.proposal_path(stored.plan.chain_id, proposal.governor, proposal.proposal_id)
        document: JsonObject = {
            "governor": proposal.governor,
            "timelock": proposal.timelock,
            "proposal_id": str(proposal.proposal_id),
            "description": proposal.description,
        }
        return _add(path, document, stored.plan, stored.created_at)

    def operation(self, chain_id: int, timelock: ChecksumAddress, operation_id: OperationId) -> StoredOperation | None:
        """Return the operation's file; None where there is none. Raises OperationTamperedError."""
        path = self.operation_path(chain_id, timelock, operation_id)
        return _read(path, _read_operation) if path.is_file() else None

    def proposal(self, chain_id: int, governor: ChecksumAddress, proposal_id: int) -> StoredProposal | None:
        """Return the proposal's file; None where there is none. Raises OperationTamperedError."""
        path = self.proposal_path(chain_id, governor, proposal_id)
        return _read(path, _read_proposal) if path.is_file() else None

    def operations(self, chain_id: int) -> Sequence[StoredOperation]:
        """Return every operation kept for the chain that can be trusted."""
        return [
            stored
            for path in sorted((self.folder / str(chain_id) / "timelocks").glob("0x*/*.json"))
            if _OPERATION_FILE.fullmatch(path.name) and (stored := _trusted(path, _read_operation)) is not None
        ]

    def proposals(self, chain_id: int) -> Sequence[StoredProposal]:
        """Return every governor's proposal kept for the chain that can be trusted."""
        return [
            stored
            for path in sorted((self.folder / str(chain_id) / "governors").glob("0x*/*.json"))
            if _PROPOSAL_FILE.fullmatch(path.name) and (stored := _trusted(path, _read_proposal)) is not None
        ]


def _add(path: Path, content: JsonObject, plan: Plan, created_at: int) -> Path:
    if not path.is_file():
        document: JsonObject = {
            **content,
            "version": _FILE_VERSION,
            "plan": plan_to_json(plan),
            "plan_hash": plan.plan_hash,
            "created_at": created_at,
        }
        atomic_write_text(path, dump_document(document))
    return path


def _trusted(path: Path, read: Callable[[Fields, Plan], tuple[T, str]]) -> T | None:
    try:
        return _read(path, read)
    except OperationTamperedError:
        return None


def _read(path: Path, read: Callable[[Fields, Plan], tuple[T, str]]) -> T:
    """Return what the file says, once every hash in it was computed again."""
    try:
        fields = Fields(parse_document(path.read_text(encoding="utf-8")))
        if fields.number("version") != _FILE_VERSION:
            raise OperationTamperedError(path, f"its version {fields.number('version')} is not {_FILE_VERSION}")
        plan = plan_from_json(fields.object("plan").content)
        found, name = read(fields, plan)
        stated = fields.hash("plan_hash")
    except OSError as error:
        raise OperationStoreError(path, error) from error
    except InvalidPlanError as error:
        raise OperationTamperedError(path, error.message.rstrip(".")) from error
    except (DocumentError, UnicodeDecodeError) as error:
        raise OperationTamperedError(path, str(error)) from error
    wrong = next((reason for call in plan.calls if (reason := verify_call_data(call)) is not None), None)
    if wrong is not None:
        raise OperationTamperedError(path, wrong)
    if stated != plan.plan_hash:
        raise OperationTamperedError(path, f"its plan_hash is {stated}, but its plan hashes to {plan.plan_hash}")
    expected = f"{plan.chain_id}/{name}"
    if not path.as_posix().endswith(f"/{expected}"):
        raise OperationTamperedError(path, f"by its content it belongs into {expected}")
    return found


def _read_operation(fields: Fields, plan: Plan) -> tuple[StoredOperation, str]:
    timelock = fields.address("timelock")
    operation = Operation(
        timelock=timelock,
        calls=carried_calls(plan, timelock),
        salt=Bytes32(fields.hash("salt")),
        predecessor=Bytes32(fields.hash("predecessor")),
        batch=fields.flag("batch"),
        delay_s=fields.number("delay_s"),
    )
    _same(fields.hash("operation_id"), operation.operation_id, "operation_id")
    stored = StoredOperation(operation=operation, plan=plan, created_at=fields.timestamp("created_at"))
    return stored, f"timelocks/{timelock}/{operation.operation_id}.json"


def _read_proposal(fields: Fields, plan: Plan) -> tuple[StoredProposal, str]:
    governor, timelock = fields.address("governor"), fields.optional_address("timelock")
    proposal = GovernorProposal(
        governor=governor,
        timelock=timelock,
        calls=carried_calls(plan, timelock or governor),
        description=fields.text("description"),
    )
    _same(fields.line("proposal_id"), str(proposal.proposal_id), "proposal_id")
    stored = StoredProposal(proposal=proposal, plan=plan, created_at=fields.timestamp("created_at"))
    return stored, f"governors/{governor}/{proposal.proposal_id}.json"


def _same(stated: str, computed: str, name: str) -> None:
    if stated != computed:
        raise DocumentError(f"its {name} is {stated}, but its content hashes to {computed}")
