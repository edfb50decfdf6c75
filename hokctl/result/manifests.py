"""Manifests as they were taken over or written, for scripts and people."""

import json

from hokctl.config.manifest import Manifest, dump_manifest
from hokctl.exit_codes import ExitCode
from hokctl.result.values import Block, CommandResult, Facts, Heading, Line, Raw, Status, Table
from hokctl.services.manifest_exports import ExportedManifest
from hokctl.services.manifest_imports import Imported


def imported_manifest_result(imported: Imported) -> CommandResult:
    """Return what became of a manifest that was to be taken over: exit 5 where the chain disagrees with it."""
    manifest, written = imported.manifest, imported.written
    noun = "model" if len(manifest.models) == 1 else "models"
    sentence = (
        f"Written to {imported.path}: {len(manifest.contracts)} contracts, {len(manifest.models)} {noun}."
        if written
        else "The chain disagrees with the file; nothing was written."
    )
    return CommandResult(
        data={
            "manifest": json.loads(dump_manifest(manifest)),
            "path": str(imported.path) if written else None,
            "written": written,
        },
        blocks=(*_blocks(manifest), Line(sentence)),
        status=Status.OK if written else Status.FINDINGS,
        exit_code=ExitCode.OK if written else ExitCode.FINDINGS,
        block=imported.block,
        findings=imported.findings,
    )


def exported_manifest_result(exported: ExportedManifest) -> CommandResult:
    """Return a manifest that was written: without a file it is the output itself."""
    path = exported.path
    return CommandResult(
        data={"document": exported.document, "path": None if path is None else str(path)},
        blocks=(Raw(exported.text),) if path is None else (Line(f"Written to {path}."),),
        block=exported.block,
        findings=exported.findings,
    )


def _blocks(manifest: Manifest) -> tuple[Block, ...]:
    rows = tuple(
        (model.model_id, model.token or "none", model.params or "none", model.pool or "none")
        for model in manifest.models
    )
    began = "unknown" if manifest.deployed_at_block is None else str(manifest.deployed_at_block)
    return (
        Heading(f"Deployment on {manifest.network}"),
        Facts((*manifest.contracts.items(), *manifest.accounts.items(), ("first block", began))),
        Table(("model", "token", "params", "pool"), rows, empty="No models."),
    )
