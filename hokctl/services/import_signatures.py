"""Signatures that come without their Safe transaction: each finds the proposal that it is for."""

from collections.abc import Sequence

from hokctl.domain.documents import DocumentError
from hokctl.domain.units import SafeTxHash
from hokctl.errors import RefusedError, shown
from hokctl.safe.confirmation_documents import confirmation_from_json
from hokctl.safe.exchange import LooseSignature, UnsuitableFileError
from hokctl.safe.packing import unpack_signatures
from hokctl.safe.proposals import Proposal
from hokctl.safe.signatures import KEY_KINDS, Confirmation
from hokctl.services.import_desk import Draft, ImportDesk


def assign_signatures(
    desk: ImportDesk,
    drafts: dict[SafeTxHash, Draft],
    signatures: Sequence[tuple[str, Sequence[LooseSignature]]],
) -> None:
    """Add each signature to the Safe transaction it is for: one of the same files, or one that is proposed already.

    Raises UnsuitableFileError for a signature of something else, InvalidSignatureError for one that is not its
    owner's.
    """
    known: dict[SafeTxHash, Proposal] | None = None
    for source, several in signatures:
        for signature in several:
            if known is None:
                known = _known(desk)
            for safe_tx_hash, confirmation in _find(desk, source, signature, drafts, known):
                if safe_tx_hash not in drafts:
                    drafts[safe_tx_hash] = Draft(proposal=known[safe_tx_hash], kind="signature", source=source)
                drafts[safe_tx_hash].confirmations.setdefault(confirmation.owner, confirmation)


def _known(desk: ImportDesk) -> dict[SafeTxHash, Proposal]:
    scan = desk.store.scan(desk.snapshot.chain.chain_id, desk.safe)
    return {proposal.safe_tx_hash: proposal for proposal in scan.proposals}


def _find(
    desk: ImportDesk,
    source: str,
    signature: LooseSignature,
    drafts: dict[SafeTxHash, Draft],
    known: dict[SafeTxHash, Proposal],
) -> list[tuple[SafeTxHash, Confirmation]]:
    proposals = {**known, **{hash_: draft.proposal for hash_, draft in drafts.items()}}
    if signature.document is None or signature.safe_tx_hash is None:
        return _recover(desk, source, signature.packed, proposals)
    if signature.safe_tx_hash not in proposals:
        raise UnsuitableFileError(
            shown(source),
            f"it is about {signature.safe_tx_hash}, which is neither proposed nor in another of the files",
        )
    try:
        confirmation = confirmation_from_json(signature.document, signature.safe_tx_hash)
    except DocumentError as error:
        raise UnsuitableFileError(shown(source), str(error)) from error
    return [(signature.safe_tx_hash, confirmation)]


def _recover(
    desk: ImportDesk, source: str, packed: bytes, proposals: dict[SafeTxHash, Proposal]
) -> list[tuple[SafeTxHash, Confirmation]]:
    """Return whose signatures the bare bytes are: over the one proposal for which they recover to owners only."""
    for safe_tx_hash, proposal in proposals.items():
        try:
            found = unpack_signatures(packed, safe_tx_hash)
        except RefusedError:
            # Bytes that are no signature at all are none over any hash.
            continue
        owners = desk.authority(proposal.safe_tx.safe).owners
        if any(item.kind in KEY_KINDS for item in found) and all(item.owner in owners for item in found):
            return [(safe_tx_hash, confirmation) for confirmation in found]
    raise UnsuitableFileError(
        shown(source),
        f"it is no owner's signature over any of the {len(proposals)} Safe transactions that are known here",
    )
