"""A client of the Safe Transaction Service, for what hokctl needs of its API: v2, and v1 to confirm.

Every path ends in a slash, every address is checksummed, `next` is never followed. A write is sent once: when its
answer is lost, the client looks whether it has happened.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, TypeVar

from eth_typing import ChecksumAddress

from hokctl.chain.http_service import ServiceAnswer
from hokctl.domain.documents import DocumentError, Fields, JsonObject, JsonValue
from hokctl.domain.units import SafeTxHash
from hokctl.errors import HokctlError, UnavailableError
from hokctl.safe.service_answers import decode_answer, is_known_absence, raise_for
from hokctl.safe.service_errors import (
    BadServiceAnswerError,
    NotAtServiceError,
    ServiceBusyError,
    ServiceUntrustedError,
)
from hokctl.safe.service_http import ServiceHttp
from hokctl.safe.service_records import (
    ContradictionError,
    Delegate,
    ServiceAbout,
    ServiceTx,
    parse_about,
    parse_delegate,
    parse_service_tx,
    propose_body,
)
from hokctl.safe.transactions import SafeTx

PAGE_SIZE: Final = 100
_MAX_PAGES: Final = 50
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page of a list."""

    records: tuple[JsonValue, ...]
    more: bool
    """Whether the service says that another page follows; where it is, hokctl knows itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """The Safe transactions in a list that can be trusted as far as their hashes go, and what is wrong with others."""

    transactions: tuple[ServiceTx, ...]
    errors: tuple[HokctlError, ...]


class TransactionService:
    """One Transaction Service, for one chain."""

    def __init__(self, http: ServiceHttp, *, chain_id: int, version_of: Callable[[ChecksumAddress], str]) -> None:
        """Talk over `http`; `version_of` reads the version of a Safe from the chain."""
        self._http = http
        self._chain_id = chain_id
        self._version_of = version_of

    @property
    def endpoint(self) -> str:
        """The service as messages may name it: scheme, host and port."""
        return self._http.endpoint

    @property
    def round_trips(self) -> int:
        """How many HTTP requests were made so far."""
        return self._http.round_trips

    def about(self) -> ServiceAbout:
        """Return the service's version and the chain that it serves."""
        about = self._read("/api/v1/about/")
        network = self._http.get("/api/v1/about/ethereum-rpc/")
        known = None if is_known_absence(network) else self._decode(network)
        return self._shaped(lambda: parse_about(about, known))

    def knows_safe(self, safe: ChecksumAddress) -> bool:
        """Tell whether the service has indexed the Safe; a new one takes it some seconds."""
        answer = self._http.get(f"/api/v1/safes/{safe}/")
        if is_known_absence(answer):
            return False
        self._decode(answer)
        return True

    def fetch(self, safe_tx_hash: SafeTxHash) -> ServiceTx | None:
        """Return the Safe transaction; None when the service does not know it. Raises ServiceUntrustedError."""
        record = self._fetch(safe_tx_hash)
        if record is None:
            return None
        found = self.parse(record)
        if found.safe_tx_hash != safe_tx_hash:
            raise ServiceUntrustedError(
                self.endpoint, f"asked for {safe_tx_hash}, it answers with {found.safe_tx_hash}"
            )
        return found

    def pending(self, safe: ChecksumAddress, *, nonce: int) -> Listing:
        """Return what waits with the Safe from `nonce` on, the Safe's next by the chain; hidden proposals as well."""
        query = {"executed": "false", "nonce__gte": str(nonce), "trusted": "false", "ordering": "nonce"}
        records = self._all(f"/api/v2/safes/{safe}/multisig-transactions/", query)
        found: dict[SafeTxHash, ServiceTx] = {}
        errors: list[HokctlError] = []
        for record in records:
            try:
                self._verify_safe(record, safe)
                transaction = self.parse(record)
                self._verify_waiting(transaction, nonce)
            except (ServiceUntrustedError, BadServiceAnswerError) as error:
                errors.append(error)
            else:
                found[transaction.safe_tx_hash] = transaction
        return Listing(transactions=tuple(found.values()), errors=tuple(errors))

    def page(self, path: str, query: Mapping[str, str]) -> Page:
        """Return one page of the list at `path`."""
        document = self._read(path, query)

        def parse() -> Page:
            fields = Fields.of(document, "the list")
            return Page(records=tuple(fields.items("results")), more=fields.value("next") is not None)

        return self._shaped(parse)

    def parse(self, record: JsonValue) -> ServiceTx:
        """Return the Safe transaction in a record; raises BadServiceAnswerError and ServiceUntrustedError."""

        def parse() -> ServiceTx:
            safe = Fields.of(record, "the record").address("safe")
            return parse_service_tx(record, chain_id=self._chain_id, version=self._version_of(safe))

        return self._shaped(parse)

    def propose(
        self, safe_tx: SafeTx, *, sender: ChecksumAddress, signature: bytes | None, origin: str | None = None
    ) -> None:
        """Propose the Safe transaction, or add a signature to it when it is there; the first origin stays.

        `sender` must be an owner or a delegate, and with a `signature` among its signers. Without one the proposal
        is hidden until somebody confirms it.
        """
        body = propose_body(safe_tx, sender=sender, signature=signature, origin=origin)
        path = f"/api/v2/safes/{safe_tx.safe}/multisig-transactions/"
        self._write("POST", path, body, done=lambda: self._holds(safe_tx.safe_tx_hash, signature))

    def confirm(self, safe_tx_hash: SafeTxHash, signature: bytes) -> None:
        """Add the signatures of one or several owners; raises NotAtServiceError for an unknown Safe transaction."""
        path = f"/api/v1/multisig-transactions/{safe_tx_hash}/confirmations/"
        body: JsonObject = {"signature": "0x" + signature.hex()}
        self._write("POST", path, body, what=safe_tx_hash, done=lambda: self._holds(safe_tx_hash, signature))

    def delete(self, safe_tx_hash: SafeTxHash, signature: bytes) -> None:
        """Delete a Safe transaction that is not executed, with its proposer's signature over a `delete_request`."""
        body: JsonObject = {"safeTxHash": safe_tx_hash, "signature": "0x" + signature.hex()}
        path = f"/api/v2/multisig-transactions/{safe_tx_hash}/"
        self._write("DELETE", path, body, what=safe_tx_hash, done=lambda: self._fetch(safe_tx_hash) is None)

    def delegates(self, safe: ChecksumAddress) -> tuple[Delegate, ...]:
        """Return who may propose in the name of the Safe's owners."""
        records = self._all("/api/v2/delegates/", {"safe": safe})
        return self._shaped(lambda: tuple(parse_delegate(record) for record in records))

    def add_delegate(self, delegate: Delegate, signature: bytes) -> None:
        """Let an account propose in the delegator's name, by its signature over a `delegate_request`."""
        body: JsonObject = {
            "safe": delegate.safe,
            "delegate": delegate.delegate,
            "delegator": delegate.delegator,
            "label": delegate.label,
            "signature": "0x" + signature.hex(),
        }
        self._write("POST", "/api/v2/delegates/", body, done=lambda: self._has_delegate(delegate))

    def remove_delegate(self, delegate: Delegate, signature: bytes) -> None:
        """Take that right away again; raises NotAtServiceError when there was none."""
        body: JsonObject = {
            "safe": delegate.safe,
            "delegator": delegate.delegator,
            "signature": "0x" + signature.hex(),
        }
        path = f"/api/v2/delegates/{delegate.delegate}/"
        self._write(
            "DELETE", path, body, what=f"delegate {delegate.delegate}", done=lambda: not self._has_delegate(delegate)
        )

    def _fetch(self, safe_tx_hash: SafeTxHash) -> JsonValue | None:
        answer = self._http.get(f"/api/v2/multisig-transactions/{safe_tx_hash}/")
        return None if is_known_absence(answer) else self._decode(answer)

    def _all(self, path: str, query: Mapping[str, str]) -> tuple[JsonValue, ...]:
        """Return every record of a list, page after page by offset."""
        records: list[JsonValue] = []
        for _ in range(_MAX_PAGES):
            offset = {"offset": str(len(records))} if records else {}
            page = self.page(path, {**query, "limit": str(PAGE_SIZE), **offset})
            records += page.records
            if not page.more or not page.records:
                return tuple(records)
        raise BadServiceAnswerError(self.endpoint, f"a list has no end after {len(records)} entries")

    def _read(self, path: str, query: Mapping[str, str] | None = None) -> JsonValue:
        return self._decode(self._http.get(path, query))

    def _decode(self, answer: ServiceAnswer) -> JsonValue:
        raise_for(answer, self.endpoint, secret=self._http.key)
        return decode_answer(answer, self.endpoint)

    def _write(
        self, method: str, path: str, body: JsonObject, *, done: Callable[[], bool], what: str = "what is meant"
    ) -> None:
        """Send a write once; when its answer is lost, return all the same if `done` finds that it has happened."""
        try:
            answer = self._http.send(method, path, body=json.dumps(body).encode())
        except ServiceBusyError:
            raise
        except UnavailableError as lost:
            if not _happened(done):
                raise lost from None
            return
        if is_known_absence(answer):
            raise NotAtServiceError(self.endpoint, what)
        raise_for(answer, self.endpoint, secret=self._http.key)

    def _holds(self, safe_tx_hash: SafeTxHash, signature: bytes | None) -> bool:
        record = self._fetch(safe_tx_hash)
        if record is None:
            return False
        sent = signature or b""
        kept = [confirmation.signature for confirmation in self.parse(record).confirmations]
        return sum(len(one) for one in kept if one in sent) >= len(sent)

    def _has_delegate(self, wanted: Delegate) -> bool:
        pairs = {(known.delegate, known.delegator) for known in self.delegates(wanted.safe)} if wanted.safe else set()
        return (wanted.delegate, wanted.delegator) in pairs

    def _shaped(self, parse: Callable[[], _T]) -> _T:
        """Return what `parse` makes of an answer; raises BadServiceAnswerError and ServiceUntrustedError."""
        try:
            return parse()
        except DocumentError as error:
            raise BadServiceAnswerError(self.endpoint, str(error)) from error
        except ContradictionError as error:
            raise ServiceUntrustedError(self.endpoint, str(error)) from error

    def _verify_safe(self, record: JsonValue, safe: ChecksumAddress) -> None:
        found = self._shaped(lambda: Fields.of(record, "the record").address("safe"))
        if found != safe:
            raise ServiceUntrustedError(self.endpoint, f"among what waits with {safe} it lists one of the Safe {found}")

    def _verify_waiting(self, transaction: ServiceTx, nonce: int) -> None:
        safe_tx = transaction.safe_tx
        if transaction.executed and safe_tx.nonce >= nonce:
            raise ServiceUntrustedError(
                self.endpoint,
                f"it calls {safe_tx.safe_tx_hash} executed, but by the chain the Safe's next nonce is {nonce}",
            )


def _happened(done: Callable[[], bool]) -> bool:
    try:
        return done()
    except HokctlError:
        # Nobody knows: the first error says so.
        return False
