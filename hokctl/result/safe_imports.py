"""What was taken in from files, as scripts and people read it."""

from dataclasses import replace

from hokctl.domain.documents import JsonObject, JsonValue
from hokctl.result.carried import carried_result
from hokctl.result.values import Block, CommandResult, Facts, Heading, Line, Status
from hokctl.services.import_desk import ImportDesk
from hokctl.services.imports import Imported, ImportReport, ImportState
from hokctl.services.proposals import Carried

_STATES = {
    ImportState.ADDED: "taken in",
    ImportState.KNOWN: "known already",
    ImportState.PAST: "not taken in: its nonce is used",
}


def imported_result(report: ImportReport, desk: ImportDesk) -> CommandResult:
    """Return what was taken in, or with a dry run would be."""
    items: list[JsonValue] = [_item_to_json(item, desk) for item in report.items]
    blocks: list[Block] = []
    for item in report.items:
        blocks += _item_blocks(item, desk)
    if desk.dry_run:
        blocks.append(Line("Dry run: nothing was taken in."))
    waiting = any(item.state is not ImportState.PAST for item in report.items)
    return CommandResult(
        data={"imported": items},
        blocks=tuple(blocks) or (Line("The files hold nothing."),),
        status=Status.PENDING if waiting and not desk.dry_run else Status.OK,
        block=desk.snapshot.block,
        findings=report.findings,
    )


def signed_import_result(report: ImportReport, desk: ImportDesk, carried: Carried) -> CommandResult:
    """Return what was taken in and what became of signing it."""
    imported = imported_result(report, desk)
    signed = carried_result(carried, data=imported.data, blocks=imported.blocks)
    return replace(signed, findings=(*imported.findings, *signed.findings))


def _item_to_json(item: Imported, desk: ImportDesk) -> JsonObject:
    safe_tx = item.proposal.safe_tx
    new: list[JsonValue] = list(item.new)
    known: list[JsonValue] = list(item.known)
    return {
        "kind": item.kind,
        "state": item.state.value,
        "safe": safe_tx.safe,
        "safe_tx_hash": safe_tx.safe_tx_hash,
        "domain_hash": safe_tx.domain_hash,
        "message_hash": safe_tx.message_hash,
        "nonce": safe_tx.nonce,
        "title": item.proposal.plan.title,
        "new_confirmations": new,
        "known_confirmations": known,
        "path": desk.store.location_of(item.proposal),
    }


def _item_blocks(item: Imported, desk: ImportDesk) -> list[Block]:
    safe_tx = item.proposal.safe_tx
    owners = (*(("confirmed by", owner) for owner in item.new), *(("known already", owner) for owner in item.known))
    return [
        Heading(item.proposal.plan.title),
        Facts(
            (
                ("from", item.kind),
                ("state", _STATES[item.state]),
                ("Safe", safe_tx.safe),
                ("nonce", str(safe_tx.nonce)),
                ("safeTxHash", safe_tx.safe_tx_hash),
                *owners,
                ("kept in", desk.store.location_of(item.proposal)),
                ("next", f"hokctl safe show {safe_tx.safe_tx_hash[:10]}"),
            )
        ),
    ]
