"""The shared folder of proposals: one directory per Safe transaction, one file per signature.

    <folder>/<chain_id>/<safe>/<nonce>-<safe_tx_hash>/proposal.json
                                                      <owner>.signature.json
                                                      executed.json

Signatures never meet in one file, so git merges the folder without conflicts; only two people who independently
propose the very same Safe transaction would have to choose one of their two plans. Nothing in it is trusted: every
hash is computed again, every plan compared with its data, every signature recovered.
"""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from eth_typing import ChecksumAddress
from eth_utils.address import is_checksum_address

from hokctl.config.writing import atomic_write_text
from hokctl.domain.documents import DocumentError, Fields, JsonObject, dump_document, parse_document
from hokctl.domain.findings import Finding
from hokctl.domain.units import SafeTxHash, TxHash
from hokctl.errors import HokctlError, RefusedError
from hokctl.safe.confirmation_documents import confirmation_from_json, confirmation_to_json
from hokctl.safe.proposals import Proposal, Scan, proposal_from_json, verify_storable
from hokctl.safe.references import parse_reference, refuse_reference
from hokctl.safe.signatures import KEY_KINDS, Confirmation, InvalidSignatureError, verify_confirmation

PROPOSAL_FILE: Final = "proposal.json"
EXECUTED_FILE: Final = "executed.json"
FOLDER: Final = "folder"
"""The name of this kind of store."""
_FILE_VERSION: Final = 1
_CHAIN: Final = re.compile(r"[1-9][0-9]{0,19}", re.ASCII)
_DIRECTORY: Final = re.compile(r"(?P<nonce>0|[1-9][0-9]{0,77})-(?P<hash>0x[0-9a-f]{64})", re.ASCII)
_SIGNATURE_FILE: Final = re.compile(r"(?P<owner>0x[0-9a-fA-F]{40})\.signature\.json", re.ASCII)


class ProposalTamperedError(RefusedError):
    """A file in the shared folder that contradicts itself or its name."""

    code = "proposal-tampered"

    def __init__(self, path: Path, reason: str) -> None:
        """Name the file and the contradiction."""
        super().__init__(
            f"{path} cannot be trusted: {reason}",
            hint="Sign nothing, and look with git log who changed it; then restore or remove it.",
        )


class ProposalStoreError(HokctlError):
    """The shared folder cannot be read."""

    code = "proposal-store"

    def __init__(self, path: Path, error: OSError) -> None:
        """Name the path and what the system says."""
        super().__init__(
            f"The folder of proposals cannot be read: {path}: {error.strerror or error}.",
            hint="Check who owns the folder and what is in the way.",
        )


class FolderStore:
    """A ProposalStore in a folder that the owners share, by git or by a file server."""

    def __init__(self, folder: Path) -> None:
        """Use `folder`, which comes into being with the first proposal."""
        self.folder = folder

    def path_of(self, proposal: Proposal) -> Path:
        """Return the directory of a proposal."""
        safe_tx = proposal.safe_tx
        return self.folder / str(safe_tx.chain_id) / safe_tx.safe / f"{safe_tx.nonce}-{safe_tx.safe_tx_hash}"

    @property
    def description(self) -> str:
        """The folder in words."""
        return "the shared folder"

    @property
    def notices(self) -> tuple[Finding, ...]:
        """Nothing: what is wrong with a folder stops its reader."""
        return ()

    def location_of(self, proposal: Proposal) -> str:
        """Return the directory of a proposal."""
        return str(self.path_of(proposal))

    def sources_of(self, safe_tx_hash: SafeTxHash) -> tuple[str, ...]:
        """Return `folder` for a proposal that it holds."""
        return (FOLDER,) if any(path.name.endswith(safe_tx_hash) for path in self._directories()) else ()

    def add(self, proposal: Proposal) -> Proposal:
        """Keep the proposal and return the kept one: the first, when the same Safe transaction is proposed twice."""
        document, path = verify_storable(proposal), self.path_of(proposal) / PROPOSAL_FILE
        if path.is_file():
            return _read_proposal(path.parent)
        atomic_write_text(path, dump_document(document))
        return proposal

    def get(self, reference: str) -> Proposal:
        """Return the proposal whose safe_tx_hash is, or alone begins with, `reference` (at least 8 hex digits).

        Raises ProposalReferenceError when there is none or more than one, ProposalTamperedError for a false one.
        """
        return _read_proposal(self._find(reference))

    def list(self, chain_id: int, safe: ChecksumAddress) -> Sequence[Proposal]:
        """Return the proposals of a Safe, executed ones included, by nonce and then by age.

        The first that cannot be trusted raises ProposalTamperedError; `scan` reports it and goes on.
        """
        scan = self.scan(chain_id, safe)
        for error in scan.errors:
            raise error
        return scan.proposals

    def scan(self, chain_id: int, safe: ChecksumAddress | None = None) -> Scan:
        """Return the proposals of a Safe, of all Safes without one, and the errors of those that cannot be trusted."""
        proposals: list[Proposal] = []
        errors: list[HokctlError] = []
        for path in self._directories():
            if path.parent.parent.name != str(chain_id) or safe not in {None, path.parent.name}:
                continue
            try:
                proposals.append(_read_proposal(path))
            except ProposalTamperedError as error:
                errors.append(error)
        proposals.sort(key=lambda proposal: (proposal.safe_tx.nonce, proposal.created_at, proposal.safe_tx_hash))
        return Scan(proposals=tuple(proposals), errors=tuple(errors))

    def add_confirmation(self, safe_tx_hash: SafeTxHash, confirmation: Confirmation) -> None:
        """Keep an owner's confirmation; a key's signature once it is proven to be theirs, and then for good.

        A second one changes nothing, but takes the place of one that only the chain could have proven.
        """
        directory = self._find(safe_tx_hash)
        verify_confirmation(confirmation, _read_proposal(directory).safe_tx_hash)
        path = directory / f"{confirmation.owner}.signature.json"
        if path.is_file() and _read_confirmation(path, safe_tx_hash).kind in KEY_KINDS:
            return
        atomic_write_text(path, dump_document(confirmation_to_json(confirmation, safe_tx_hash)))

    def confirmations(self, safe_tx_hash: SafeTxHash) -> Sequence[Confirmation]:
        """Return the signatures, each recovered, by owner. Whether these are owners only the chain can tell."""
        directory = self._find(safe_tx_hash)
        hash_ = _read_proposal(directory).safe_tx_hash
        found = [
            _read_confirmation(path, hash_) for path in _children(directory) if _SIGNATURE_FILE.fullmatch(path.name)
        ]
        return tuple(sorted(found, key=lambda confirmation: int(confirmation.owner, 16)))

    def mark_executed(self, safe_tx_hash: SafeTxHash, tx_hash: TxHash) -> None:
        """Note the chain transaction that executed the proposal."""
        path = self._find(safe_tx_hash) / EXECUTED_FILE
        document: JsonObject = {"version": _FILE_VERSION, "safe_tx_hash": safe_tx_hash, "tx_hash": tx_hash}
        atomic_write_text(path, dump_document(document))

    def executed_by(self, safe_tx_hash: SafeTxHash) -> TxHash | None:
        """Return the chain transaction that is said to have executed the proposal; the chain itself knows better."""
        path = self._find(safe_tx_hash) / EXECUTED_FILE
        if not path.is_file():
            return None
        fields = _read_fields(path, safe_tx_hash)
        try:
            return TxHash(fields.hash("tx_hash"))
        except DocumentError as error:
            raise ProposalTamperedError(path, f"{error}.") from error

    def _find(self, reference: str) -> Path:
        digits = parse_reference(reference)
        found = [path for path in self._directories() if path.name.partition("-0x")[2].startswith(digits)]
        if len(found) == 1:
            return found[0]
        raise refuse_reference(digits, len(found), where=str(self.folder))

    def _directories(self) -> Iterator[Path]:
        """Yield the directories of proposals; files of others and half-made directories are passed over."""
        for chain in _children(self.folder):
            if not _CHAIN.fullmatch(chain.name):
                continue
            for safe in _children(chain):
                if not is_checksum_address(safe.name):
                    continue
                for path in _children(safe):
                    if _DIRECTORY.fullmatch(path.name) and (path / PROPOSAL_FILE).is_file():
                        yield path


def _children(directory: Path) -> Sequence[Path]:
    try:
        return sorted(directory.iterdir()) if directory.is_dir() else ()
    except OSError as error:
        raise ProposalStoreError(directory, error) from error


def _read_document(path: Path) -> JsonObject:
    try:
        return parse_document(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ProposalStoreError(path, error) from error
    except (DocumentError, UnicodeDecodeError) as error:
        raise ProposalTamperedError(path, f"{error}.") from error


def _read_proposal(directory: Path) -> Proposal:
    path = directory / PROPOSAL_FILE
    document = _read_document(path)
    try:
        proposal = proposal_from_json(document)
    except HokctlError as error:
        raise ProposalTamperedError(path, error.message) from error
    safe_tx = proposal.safe_tx
    expected = (str(safe_tx.chain_id), safe_tx.safe, f"{safe_tx.nonce}-{safe_tx.safe_tx_hash}")
    if (directory.parent.parent.name, directory.parent.name, directory.name) != expected:
        raise ProposalTamperedError(path, f"by its content it belongs into {'/'.join(expected)}.")
    return proposal


def _read_confirmation(path: Path, safe_tx_hash: SafeTxHash) -> Confirmation:
    try:
        confirmation = confirmation_from_json(_read_document(path), safe_tx_hash)
    except DocumentError as error:
        raise ProposalTamperedError(path, f"{error}.") from error
    except InvalidSignatureError as error:
        raise ProposalTamperedError(path, error.message) from error
    if path.name != f"{confirmation.owner}.signature.json":
        raise ProposalTamperedError(path, f"it holds the signature of {confirmation.owner}.")
    return confirmation


def _read_fields(path: Path, safe_tx_hash: SafeTxHash) -> Fields:
    fields = Fields(_read_document(path))
    try:
        version, stated = fields.number("version"), fields.hash("safe_tx_hash")
    except DocumentError as error:
        raise ProposalTamperedError(path, f"{error}.") from error
    if version != _FILE_VERSION:
        raise ProposalTamperedError(path, f"its version {version} is not {_FILE_VERSION}.")
    if stated != safe_tx_hash:
        raise ProposalTamperedError(path, f"it is about {stated}.")
    return fields
