"""Keeping the manifest in step with a deployment: announced before, noted after every mined transaction."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from eth_typing import ChecksumAddress

from hokctl.config.file_errors import FileWriteError
from hokctl.config.manifest import Manifest, ManifestModel, is_own_manifest, write_manifest
from hokctl.errors import ChainError, HokctlError, RefusedError
from hokctl.exit_codes import ExitCode
from hokctl.services.deploy_steps import Step

if TYPE_CHECKING:
    from hokctl.domain.outcomes import TransactionRecord
    from hokctl.services.deploying import PlannedDeployment


class ManifestUnwritableError(HokctlError):
    """The manifest could not be written after a transaction was mined."""

    code = "manifest-unwritable"
    exit_code = ExitCode.FAILURE

    def __init__(self, error: FileWriteError, step: Step, tx_hash: str) -> None:
        """Say what was done and where, so that nothing is lost."""
        created = f" at {step.call.creates}" if step.call.creates is not None else ""
        super().__init__(
            f"{error.message} The last step, {step.name}{created}, was mined in transaction {tx_hash};"
            " nothing was sent after it.",
            hint="Make room and run `hokctl deploy apply` again: it finds what was deployed and goes on from there.",
        )


class AddressDriftError(ChainError):
    """A contract that was created at another address than the plan said."""

    code = "address-drift"

    def __init__(self, step: Step, *, found: ChecksumAddress | None, tx_hash: str) -> None:
        """Name both addresses and the transaction."""
        super().__init__(
            f"{step.name} was created at {found}, not at {step.call.creates} as planned (transaction {tx_hash}).",
            hint="Another process uses the same account. `hokctl deploy plan` shows what is left.",
        )


class ForeignManifestError(RefusedError):
    """A manifest of another tool, which hokctl reads but does not write."""

    code = "foreign-manifest"

    def __init__(self, path: Path) -> None:
        """Name the file."""
        super().__init__(
            f"{path} is a manifest that hokctl did not write, and does not overwrite.",
            hint="Name a new file as `manifest` of the network; scope infrastructure finds the rest by the factory.",
        )


class ManifestProgress:
    """Writes the manifest before the first transaction and after each. A routes.base.Progress.

    Addresses of contracts to come are announced as `pending`, so that a run that was killed between a block and
    the manifest's next version loses nothing.
    """

    def __init__(
        self,
        path: Path,
        manifest: Manifest,
        steps: Sequence[Step],
        *,
        pending: Mapping[str, ChecksumAddress] | None = None,
    ) -> None:
        """Keep the manifest at `path`, which says `manifest` so far, while `steps` are carried out.

        `pending` are the addresses of the contracts to come; None outside of a deployment.
        """
        self._path = path
        self._steps = tuple(steps)
        self._pending = None if pending is None else dict(pending)
        self._manifest = manifest

    def begin(self) -> None:
        """Announce what is to come. Raises FileWriteError and ForeignManifestError, before anything is sent."""
        if not is_own_manifest(self._path):
            raise ForeignManifestError(self._path)
        self._write()

    def key(self, number: int) -> str:
        """Return a key of the step alone: the plan differs from run to run, as there is less and less to do."""
        return self._steps[number].key

    def mined(self, number: int, record: "TransactionRecord") -> None:
        """Note the step `number`, counted from 0. Raises AddressDriftError and ManifestUnwritableError."""
        step = self._steps[number]
        try:
            self.note(step, tx_hash=record.tx_hash, block=record.block_number, created=record.contract_address)
            if number + 1 == len(self._steps) and not self._pending:
                self.finish()
        except FileWriteError as error:
            raise ManifestUnwritableError(error, step, record.tx_hash) from error
        if step.contract is not None and record.contract_address != step.call.creates:
            raise AddressDriftError(step, found=record.contract_address, tx_hash=record.tx_hash)

    def note(self, step: Step, *, tx_hash: str, block: int, created: ChecksumAddress | None = None) -> None:
        """Write what `step` added, and the transaction that did it."""
        manifest = self._manifest
        update: dict[str, object] = {"transactions": {**manifest.transactions, step.name: tx_hash}}
        address = created or step.call.creates
        if step.contract is not None and address is not None:
            (self._pending or {}).pop(step.contract, None)
            update["contracts"] = {**manifest.contracts, step.contract: address}
            if not manifest.transactions:
                update["deployed_at_block"] = block
        if step.model is not None:
            update["models"] = _with_model(manifest.models, step.model)
        self._manifest = manifest.model_copy(update=update)
        self._write()

    def finish(self) -> None:
        """Write the manifest as one of a finished deployment."""
        self._pending = None
        self._write()

    def _write(self) -> None:
        write_manifest(self._path, self._manifest.model_copy(update={"pending": self._pending}))


def follow_deployment(path: Path, planned: "PlannedDeployment", *, deployer: ChecksumAddress) -> ManifestProgress:
    """Return what keeps the manifest at `path` in step with a deployment by `deployer`."""
    confirmed = planned.confirmed
    # What another only announced, and nothing of it is there, is this deployer's from here on.
    pending = planned.recorded.pending or {}
    unmade = bool(pending) and not confirmed.transactions and not any(name in confirmed.contracts for name in pending)
    first = planned.plan.block.number if planned.missing else None
    manifest = confirmed.model_copy(
        update={
            "deployer": deployer if unmade else confirmed.deployer or deployer,
            "deployed_at_block": first if confirmed.deployed_at_block is None else confirmed.deployed_at_block,
        }
    )
    return ManifestProgress(path, manifest, planned.steps, pending=planned.missing)


def follow_model(path: Path, manifest: Manifest, steps: Sequence[Step]) -> ManifestProgress | None:
    """Return what adds a model to the manifest at `path`; None where that is another tool's to write."""
    return ManifestProgress(path, manifest, steps, pending=manifest.pending) if is_own_manifest(path) else None


def _with_model(models: tuple[ManifestModel, ...], model: ManifestModel) -> tuple[ManifestModel, ...]:
    others = tuple(other for other in models if other.model_id != model.model_id)
    return (*others, model)
