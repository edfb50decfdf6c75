"""What people hand to each other about Safe transactions: whole ones, signatures, and batches, in anybody's format.

Reading proves what needs no chain: that stated hashes are those of the fields, and that each signature is its owner's.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from eth_typing import ChecksumAddress

from hokctl.domain.documents import (
    DocumentError,
    Fields,
    JsonObject,
    JsonValue,
    parse_document,
    parse_foreign_address,
    parse_foreign_hex,
)
from hokctl.domain.units import SafeTxHash
from hokctl.errors import RefusedError
from hokctl.safe.bundles import Bundle, bundle_from_json, is_bundle
from hokctl.safe.packing import unpack_signatures
from hokctl.safe.proposals import Proposal, proposal_from_json
from hokctl.safe.qr_parts import is_parts, join_parts
from hokctl.safe.safe_tx_documents import is_jarvis, is_safe_tx_document, parse_safe_tx_document
from hokctl.safe.signatures import Confirmation, InvalidSignatureError, approved_hash
from hokctl.safe.transaction_builder import BuilderFile, is_builder_file, parse_builder_file
from hokctl.safe.transactions import HashMismatchError, SafeTx, typed_data_types

_ON_CHAIN: Final = frozenset({"on-chain", "APPROVED_HASH"})
"""How jarvis and the Transaction Service call an approval that the chain keeps."""


class UnknownFormatError(DocumentError):
    """A text that is in no format that hokctl knows."""


class UnsuitableFileError(RefusedError):
    """A file that hokctl understands and does not take."""

    code = "file-refused"

    def __init__(self, name: str, reason: str) -> None:
        """Name the file and what is wrong with it."""
        super().__init__(f"{name} is not taken: {reason}.", hint="Ask for the file again from where it comes.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """One Safe transaction in a file, its stated hash and its signatures verified."""

    kind: str
    """bundle, proposal, typed-data, service or jarvis."""
    safe_tx: SafeTx
    """With the Safe's version where the file says it; other formats do not know it."""
    confirmations: tuple[Confirmation, ...] = ()
    proposal: Proposal | None = None
    """The proposal with its plan, where hokctl wrote the file."""
    bundle: Bundle | None = None
    title: str | None = None
    """What somebody called it; not yet made harmless."""
    executed: bool = False
    """Whether the file says that it was executed."""

    @property
    def safe_tx_hash(self) -> SafeTxHash:
        """The hash, computed from the fields."""
        return self.safe_tx.safe_tx_hash


@dataclass(frozen=True, slots=True, kw_only=True)
class LooseSignature:
    """A signature without its Safe transaction."""

    safe_tx_hash: SafeTxHash | None
    """What it says it is for; None for bare bytes."""
    document: JsonObject | None = None
    """A signature file of hokctl's."""
    packed: bytes = b""
    """Bare bytes: one signature, or several as execTransaction takes them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What one file holds."""

    offers: tuple[Offer, ...] = field(default=())
    signatures: tuple[LooseSignature, ...] = field(default=())
    batch: BuilderFile | None = None


def read_content(text: str, *, chain_id: int) -> Content:
    """Return what `text` holds; `chain_id` completes documents that leave their chain out.

    Raises UnknownFormatError for what is no known format, DocumentError for what its format does not allow,
    HashMismatchError, InvalidSignatureError, and what reading a proposal raises.
    """
    stripped = text.strip()
    if is_parts(stripped):
        return read_content(join_parts(stripped), chain_id=chain_id)
    if stripped.startswith(("0x", "0X")):
        return Content(signatures=(LooseSignature(safe_tx_hash=None, packed=parse_foreign_hex(stripped, "it")),))
    try:
        document = parse_document(stripped)
    except DocumentError as error:
        raise UnknownFormatError(str(error)) from error
    return _read_document(document, chain_id)


def _read_document(document: JsonObject, chain_id: int) -> Content:
    results = document.get("results")
    if isinstance(results, list):
        items = [item.content for item in Fields(document).objects("results")]
        return Content(offers=tuple(_service_offer(dict(item), chain_id) for item in items))
    if is_builder_file(document):
        return Content(batch=parse_builder_file(document))
    if {"owner", "safe_tx_hash"} <= set(document):
        hash_ = SafeTxHash(Fields(document).hash("safe_tx_hash"))
        return Content(signatures=(LooseSignature(safe_tx_hash=hash_, document=document),))
    return Content(offers=(_read_offer(document, chain_id),))


def _read_offer(document: JsonObject, chain_id: int) -> Offer:
    if is_bundle(document):
        bundle = bundle_from_json(document)
        proposal = bundle.proposal
        return Offer(
            kind="bundle",
            safe_tx=proposal.safe_tx,
            confirmations=bundle.confirmations,
            proposal=proposal,
            bundle=bundle,
            title=proposal.plan.title,
        )
    if isinstance(document.get("safe_tx"), dict):
        proposal = proposal_from_json(document)
        return Offer(kind="proposal", safe_tx=proposal.safe_tx, proposal=proposal, title=proposal.plan.title)
    if document.get("primaryType") == "SafeTx":
        _check_types(document)
        return Offer(kind="typed-data", safe_tx=_safe_tx(document, chain_id))
    if is_jarvis(document):
        safe_tx = _safe_tx(document, chain_id)
        signatures = _items(document, "signatures")
        found = tuple(_confirmation(item, "sig", item.get("kind"), safe_tx.safe_tx_hash) for item in signatures)
        return Offer(kind="jarvis", safe_tx=safe_tx, confirmations=found)
    if is_safe_tx_document(document):
        return _service_offer(document, chain_id)
    raise UnknownFormatError(
        "it is no bundle, proposal, signature, EIP-712 document, Transaction Builder file, or file of the Transaction "
        "Service or of jarvis"
    )


def _service_offer(document: JsonObject, chain_id: int) -> Offer:
    safe_tx = _safe_tx(document, chain_id)
    executed = document.get("isExecuted") is True
    confirmations = () if executed else _items(document, "confirmations")
    origin = document.get("origin")
    return Offer(
        kind="service",
        safe_tx=safe_tx,
        confirmations=tuple(
            _confirmation(item, "signature", item.get("signatureType"), safe_tx.safe_tx_hash) for item in confirmations
        ),
        title=origin if isinstance(origin, str) and origin.strip() and not origin.startswith("{") else None,
        executed=executed,
    )


def _safe_tx(document: JsonObject, chain_id: int) -> SafeTx:
    found = parse_safe_tx_document(document)
    safe_tx = found.on_chain(chain_id if found.chain_id is None else found.chain_id)
    if safe_tx is None:
        raise DocumentError("it does not say its Safe or its nonce")
    if found.stated_hash is not None and found.stated_hash.lower() != safe_tx.safe_tx_hash:
        raise HashMismatchError(
            "safe_tx_hash", ours=safe_tx.safe_tx_hash, theirs=found.stated_hash[:80], source="the file"
        )
    return safe_tx


def _check_types(document: JsonObject) -> None:
    """Refuse an EIP-712 document that a wallet would hash otherwise than a Safe of 1.3.0 or later does."""
    fields = Fields(document)
    if set(fields.object("domain").content) != {"chainId", "verifyingContract"}:
        raise DocumentError("its domain is not that of a Safe of version 1.3.0 or later: chainId and verifyingContract")
    types = fields.object("types")
    expected = typed_data_types()
    for name, members in expected.items():
        found = [(item.line("type"), item.line("name")) for item in types.objects(name)]
        if found != [(member["type"], member["name"]) for member in members]:
            raise DocumentError(f"its type {name} is not that of a Safe")
    if set(fields.object("message").content) != {member["name"] for member in expected["SafeTx"]}:
        raise DocumentError("its message has other fields than a Safe transaction")


def _items(document: JsonObject, name: str) -> Sequence[JsonObject]:
    if document.get(name) is None:
        return ()
    return [dict(item.content) for item in Fields(document).objects(name)]


def _confirmation(item: JsonObject, key: str, kind: JsonValue, safe_tx_hash: SafeTxHash) -> Confirmation:
    """Return one confirmation of a foreign file, recovered over the hash and compared with the owner it names."""
    owner = parse_foreign_address(item.get("owner"), "owner")
    if kind in _ON_CHAIN:
        # How these 65 bytes look differs from tool to tool: it is the chain that knows.
        return approved_hash(owner)
    return single_signature(parse_foreign_hex(item.get(key), key), safe_tx_hash, owner)


def single_signature(packed: bytes, safe_tx_hash: SafeTxHash, owner: ChecksumAddress) -> Confirmation:
    """Return the one confirmation in `packed`; InvalidSignatureError unless it is `owner`'s."""
    found = unpack_signatures(packed, safe_tx_hash)
    if len(found) != 1:
        raise InvalidSignatureError(owner, f"it holds {len(found)} signatures, not one")
    if found[0].owner != owner:
        raise InvalidSignatureError(owner, f"over {safe_tx_hash} it recovers to {found[0].owner}")
    return replace(found[0], owner=owner)
