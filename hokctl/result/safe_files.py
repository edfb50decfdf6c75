"""Exported documents and signatures as scripts and people read them."""

from hokctl.domain.authority import Authority, SafeAuthority
from hokctl.domain.documents import JsonObject, JsonValue, dump_document
from hokctl.exit_codes import ExitCode
from hokctl.result.carried import plan_summary_to_json, route_to_json
from hokctl.result.values import Block, CommandResult, Facts, Heading, Line, Raw, ReviewBlock, Status
from hokctl.safe.exchange import Offer
from hokctl.services.export_formats import ExportFormat
from hokctl.services.exporting import Exported
from hokctl.services.offline_signing import OfflineSigned
from hokctl.services.outputs import HandedOut
from hokctl.services.proposals import CarryState


def exported_result(exported: Exported, handed: HandedOut) -> CommandResult:
    """Return what was exported: without a file, the document itself or its QR codes are the output."""
    paths: list[JsonValue] = [str(path) for path in handed.paths]
    parts: list[JsonValue] = list(handed.qr_parts)
    data: JsonObject = {
        "format": exported.format_.value,
        "safe_tx_hash": exported.proposal.safe_tx_hash,
        "document": exported.document,
        "paths": paths,
        "qr_parts": parts,
    }
    blocks: tuple[Block, ...]
    if handed.drawn is not None:
        blocks = (Raw(handed.drawn),)
    elif not paths:
        blocks = (Raw(dump_document(exported.document)),)
    else:
        blocks = (
            Heading(f"Safe transaction {exported.proposal.safe_tx_hash}"),
            Facts(tuple(("written", str(path)) for path in handed.paths)),
            Line(_FOLLOWING[exported.format_]),
        )
    return CommandResult(data=data, blocks=blocks, block=exported.block, findings=exported.findings)


def offline_result(signed: OfflineSigned) -> CommandResult:
    """Return what became of a file that was to be signed: without a file the signature's QR code is the output."""
    status, exit_code, sentence = _OFFLINE[signed.state]
    review, handed = signed.review, signed.handed
    paths: list[JsonValue] = [] if handed is None else [str(path) for path in handed.paths]
    parts: list[JsonValue] = [] if handed is None else list(handed.qr_parts)
    stated = review.route.authority if signed.offer.bundle is not None else None
    data: JsonObject = {
        "plan": plan_summary_to_json(review.plan),
        "route": route_to_json(review),
        "proposal": _offered_to_json(signed.offer, stated),
        "outcome": None,
        "signature": signed.signature,
        "paths": paths,
        "qr_parts": parts,
    }
    if handed is not None and handed.drawn is not None:
        return CommandResult(
            data=data, blocks=(Raw(handed.drawn),), status=status, exit_code=exit_code, findings=review.findings
        )
    blocks: list[Block] = [ReviewBlock(review)] if signed.signature is None else []
    if signed.signature is not None:
        facts = [("safeTxHash", signed.offer.safe_tx_hash), ("owner", str(signed.signature["owner"]))]
        facts += [("written", str(path)) for path in paths]
        blocks += [Heading("Signed without a network"), Facts(tuple(facts))]
    blocks.append(Line(sentence))
    return CommandResult(data=data, blocks=tuple(blocks), status=status, exit_code=exit_code, findings=review.findings)


def _offered_to_json(offer: Offer, stated: Authority | None) -> JsonObject:
    safe_tx = offer.safe_tx
    confirmations: list[JsonValue] = [confirmation.owner for confirmation in offer.confirmations]
    return {
        "safe": safe_tx.safe,
        "safe_tx_hash": safe_tx.safe_tx_hash,
        "domain_hash": safe_tx.domain_hash,
        "message_hash": safe_tx.message_hash,
        "nonce": safe_tx.nonce,
        "threshold": stated.threshold if isinstance(stated, SafeAuthority) else None,
        "confirmations": confirmations,
        "path": None,
    }


_OFFLINE = {
    CarryState.REFUSED: (Status.REFUSED, ExitCode.REFUSED, "Refused: nothing was signed."),
    CarryState.SHOWN: (Status.OK, ExitCode.OK, "Dry run: nothing was signed."),
    CarryState.DECLINED: (Status.ERROR, ExitCode.FAILURE, "Not confirmed: nothing was signed."),
    CarryState.CONFIRMED: (
        Status.PENDING,
        ExitCode.OK,
        "Carry it to a machine with the shared folder: hokctl safe import FILE",
    ),
}
_FOLLOWING = {
    ExportFormat.BUNDLE: "Sign it where there is no node: hokctl safe sign --offline FILE; then hokctl safe import.",
    ExportFormat.TYPED_DATA: "Compare the hashes in the wallet; the signature comes back with hokctl safe import.",
    ExportFormat.TRANSACTION_BUILDER: "Load it in the Transaction Builder of this Safe.",
    ExportFormat.SERVICE: "It is read as an answer of the Transaction Service.",
    ExportFormat.JARVIS: "jarvis signs it; it comes back with hokctl safe import.",
}
