"""A Transaction Service that behaves as the real one was seen to: it checks what it is sent, and lags behind the chain.

    with fake_service(world.chain) as service:
        world.write_config(transaction_service=service.url)

What it checks: checksums, the hash, who the sender is, whose the signatures are (owners by the chain), nonces that it
has indexed, the length of `origin`, and the signatures of deletions and delegates. What it knows of executions and
approvals it only learns from `index()`, as the real one does some seconds late. `tamper` makes it lie, `failures` make
it fail, and `lose_answers` lets it work and say nothing.
"""

import json
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from eth_account import Account
from eth_account.messages import encode_defunct, encode_typed_data
from eth_typing import ChecksumAddress
from eth_utils.address import is_checksum_address, to_checksum_address
from eth_utils.crypto import keccak

from hokctl.chain.logs import get_logs
from hokctl.chain.session import Chain
from hokctl.clients.events import event_topic
from hokctl.clients.safe import Safe
from tests.replay import Json, Seen, serving

_SAFE = r"(?P<safe>0x[0-9a-fA-F]{40})"
_HASH = r"(?P<hash>0x[0-9a-f]{64})"
_TX_FIELDS = (
    ("to", "address"),
    ("value", "uint256"),
    ("data", "bytes"),
    ("operation", "uint8"),
    ("safeTxGas", "uint256"),
    ("baseGas", "uint256"),
    ("gasPrice", "uint256"),
    ("gasToken", "address"),
    ("refundReceiver", "address"),
    ("nonce", "uint256"),
)
_REQUIRED = (
    "to",
    "value",
    "operation",
    "safeTxGas",
    "baseGas",
    "gasPrice",
    "nonce",
    "contractTransactionHash",
    "sender",
)
_ZERO = "0x" + "00" * 20
_NOT_PROPOSER = "Provided signer is not the proposer or the delegate user who proposed the transaction"


class Refused(Exception):  # noqa: N818 - an answer, not an error
    """An answer other than success."""

    def __init__(self, status: int, document: Json = None) -> None:
        """Keep status and body."""
        super().__init__(status)
        self.response = {"status": status} | ({} if document is None else {"json": document})


@dataclass
class FakeService:
    """The state of the service, and the knobs of its bad days."""

    chain: Chain
    chain_id: int = 31337
    url: str = ""
    records: dict[str, dict[str, Json]] = field(default_factory=dict)
    delegates: list[dict[str, Json]] = field(default_factory=list)
    seen: list[Seen] = field(default_factory=list)
    tamper: Callable[[dict[str, Json]], dict[str, Json]] = dict
    """Makes of a record what is answered in its place."""
    failures: dict[str, dict[str, Json]] = field(default_factory=dict)
    """Answers by method, in place of doing anything."""
    lose_answers: bool = False
    """Do what is asked by POST and DELETE, and close the connection without a word."""
    page_limit: int = 200

    def answer(self, request: Seen) -> dict[str, Json]:
        """Return what the service answers."""
        self.seen.append(request)
        if request.method in self.failures:
            return self.failures[request.method]
        if not request.path.endswith("/"):
            return {"status": 301, "headers": {"Location": request.path + "/"}}
        try:
            response = self._route(request)
        except Refused as refused:
            response = refused.response
        return {"drop": True} if self.lose_answers and request.method != "GET" else response

    def index(self) -> None:
        """Catch up with the chain: what was executed, and what owners approved on the chain."""
        head = self.chain.at().block.number
        for safe in {record["safe"] for record in self.records.values()}:
            topics = [event_topic("Safe", "ExecutionSuccess"), event_topic("Safe", "ExecutionFailure")]
            for log in get_logs(self.chain, addresses=[safe], topics=[topics], from_block=0, to_block=head):
                record = self.records.get(log.topics[1] if len(log.topics) > 1 else "")
                if record is not None:
                    record |= {
                        "isExecuted": True,
                        "transactionHash": log.tx_hash,
                        "isSuccessful": log.topics[0] == topics[0],
                    }
        for record in self.records.values():
            for owner in self._owners(record["safe"]):
                if self.chain.at().get(Safe(record["safe"]).approved_hashes(owner, record["safeTxHash"])):
                    head_bytes = bytes.fromhex(owner[2:]).rjust(32, b"\0") + bytes(32) + b"\1"
                    self._confirm(record, owner, head_bytes, "APPROVED_HASH")

    def writes(self) -> list[str]:
        """Return method and path of every write so far."""
        return [f"{seen.method} {seen.path}" for seen in self.seen if seen.method != "GET"]

    def _route(self, request: Seen) -> dict[str, Json]:
        routes: tuple[tuple[str, str, Callable[..., dict[str, Json]]], ...] = (
            ("GET", "/api/v1/about/", self._about),
            ("GET", "/api/v1/about/ethereum-rpc/", self._node),
            ("GET", f"/api/v1/safes/{_SAFE}/", self._safe_info),
            ("GET", f"/api/v2/safes/{_SAFE}/multisig-transactions/", self._list),
            ("POST", f"/api/v2/safes/{_SAFE}/multisig-transactions/", self._propose),
            ("GET", f"/api/v2/multisig-transactions/{_HASH}/", self._fetch),
            ("DELETE", f"/api/v2/multisig-transactions/{_HASH}/", self._delete),
            ("POST", f"/api/v1/multisig-transactions/{_HASH}/confirmations/", self._add_confirmations),
            ("GET", "/api/v2/delegates/", self._list_delegates),
            ("POST", "/api/v2/delegates/", self._add_delegate),
            ("DELETE", r"/api/v2/delegates/(?P<delegate>0x[0-9a-fA-F]{40})/", self._remove_delegate),
        )
        for method, pattern, handler in routes:
            match = re.fullmatch(pattern, request.path)
            if match is not None and method == request.method:
                if "safe" in match.groupdict() and not is_checksum_address(match["safe"]):
                    arguments = [match["safe"]]
                    raise Refused(
                        422, {"code": 1, "message": "Checksum address validation failed", "arguments": arguments}
                    )
                return handler(request, **match.groupdict())
        return {"status": 404, "text": "<!doctype html><h1>Not Found</h1>", "headers": {"Content-Type": "text/html"}}

    def _about(self, _: Seen) -> dict[str, Json]:
        return _ok({"name": "Safe Transaction Service", "version": "6.10.1", "api_version": "v1"})

    def _node(self, _: Seen) -> dict[str, Json]:
        return _ok({"version": "anvil", "block_number": 1, "chain_id": self.chain_id, "chain": "X", "syncing": False})

    def _safe_info(self, _: Seen, safe: ChecksumAddress) -> dict[str, Json]:
        owners = self._owners(safe)
        if not owners:
            raise Refused(404)
        return _ok({"address": safe, "owners": list(owners), "threshold": 2, "nonce": str(self._nonce(safe))})

    def _list(self, request: Seen, safe: str) -> dict[str, Json]:
        query = dict(request.query)
        found = [record for record in self.records.values() if record["safe"] == safe]
        if query.get("trusted", "true") == "true":
            found = [record for record in found if record["trusted"]]
        if "executed" in query:
            found = [record for record in found if record["isExecuted"] == (query["executed"].lower() == "true")]
        if "nonce__gte" in query:
            if not query["nonce__gte"].isdecimal():
                raise Refused(400, {"nonce__gte": ["Enter a number."]})
            found = [record for record in found if int(record["nonce"]) >= int(query["nonce__gte"])]
        found.sort(key=lambda record: int(record["nonce"]), reverse=query.get("ordering") != "nonce")
        limit, offset = min(int(query.get("limit", "100")), self.page_limit), int(query.get("offset", "0"))
        page = found[offset : offset + limit]
        # As the real one, from the Host header: nobody should follow it.
        following = f"http://elsewhere.example{request.path}?offset={offset + limit}"
        return _ok(
            {
                "count": len(found),
                "next": following if offset + limit < len(found) else None,
                "previous": None,
                "results": [self.tamper(_copy(record)) for record in page],
                "countUniqueNonce": len({record["nonce"] for record in found}),
            }
        )

    def _fetch(self, _: Seen, **named: str) -> dict[str, Json]:
        record = self.records.get(named["hash"])
        if record is None:
            raise Refused(404, {"detail": "No MultisigTransaction matches the given query."})
        return _ok(self.tamper(_copy(record)))

    def _propose(self, request: Seen, safe: ChecksumAddress) -> dict[str, Json]:
        body = request.json
        missing = {name: ["This field is required."] for name in _REQUIRED if name not in body}
        wrong = {
            name: [f"Address {body[name]} is not checksumed"]
            for name in ("to", "sender", "gasToken", "refundReceiver")
            if body.get(name) and not is_checksum_address(body[name])
        }
        if missing or wrong:
            raise Refused(422, missing | wrong)
        if len(body.get("origin") or "") > 200:
            raise Refused(422, {"origin": ["Ensure this field has no more than 200 characters."]})
        record = self._new_record(safe, body)
        owners, delegates = self._owners(safe), {one["delegate"]: one["delegator"] for one in self.delegates}
        self._check_proposal(record, body, owners, delegates)
        kept = self.records.setdefault(record["safeTxHash"], record)
        if body.get("signature"):
            self._take_signatures(kept, bytes.fromhex(body["signature"][2:]), owners, delegates, body["sender"])
        return {"status": 201}

    def _new_record(self, safe: str, body: dict[str, Json]) -> dict[str, Json]:
        numbers = {name: str(body[name]) for name in ("value", "nonce", "safeTxGas", "baseGas", "gasPrice")}
        data = body.get("data")
        record = {
            "safe": safe,
            "to": body["to"],
            "data": None if data in {None, "", "0x"} else data,
            "operation": int(body["operation"]),
            "gasToken": body.get("gasToken") or _ZERO,
            "refundReceiver": body.get("refundReceiver") or _ZERO,
            **numbers,
            "submissionDate": datetime.now(UTC).isoformat().replace("+00:00", "Z"),
            "transactionHash": None,
            "proposer": body["sender"],
            "proposedByDelegate": None,
            "isExecuted": False,
            "isSuccessful": None,
            "origin": body.get("origin") or "{}",
            "confirmationsRequired": 1,
            "confirmations": [],
            "trusted": False,
            "signatures": None,
            "dataDecoded": None,
        }
        return record | {"safeTxHash": safe_tx_hash_of(record, self.chain_id)}

    def _check_proposal(
        self,
        record: dict[str, Json],
        body: dict[str, Json],
        owners: tuple[ChecksumAddress, ...],
        delegates: dict[str, str],
    ) -> None:
        if not owners:
            text = f"Could not get Safe {record['safe']} owners from blockchain, check contract exists on network X"
            raise Refused(422, {"nonFieldErrors": [text]})
        if record["safeTxHash"] != body["contractTransactionHash"]:
            text = f"Contract-transaction-hash={record['safeTxHash']} does not match provided contract-tx-hash=…"
            raise Refused(422, {"nonFieldErrors": [text]})
        executed = [one for one in self.records.values() if one["isExecuted"] and one["nonce"] == record["nonce"]]
        if executed:
            text = f"Tx with nonce={record['nonce']} for safe={record['safe']} already executed"
            raise Refused(422, {"nonFieldErrors": [text]})
        if body["sender"] not in {*owners, *delegates}:
            raise Refused(422, {"nonFieldErrors": [f"Sender={body['sender']} is not an owner or delegate."]})

    def _take_signatures(
        self,
        record: dict[str, Json],
        packed: bytes,
        owners: tuple[ChecksumAddress, ...],
        delegates: dict[str, str],
        sender: str,
    ) -> None:
        signers = signers_of(packed, record["safeTxHash"])
        for signer, _, _ in signers:
            if signer not in {*owners, *delegates}:
                raise Refused(422, {"nonFieldErrors": [f"Signer={signer} is not an owner or delegate."]})
        if sender not in [signer for signer, _, _ in signers]:
            raise Refused(422, {"nonFieldErrors": [f"Signature does not match sender={sender}."]})
        record["trusted"] = True
        for signer, signature, kind in signers:
            if signer in owners:
                self._confirm(record, signer, signature, kind)
            else:
                record |= {"proposer": delegates[signer], "proposedByDelegate": signer}

    def _add_confirmations(self, request: Seen, **named: str) -> dict[str, Json]:
        record = self.records.get(named["hash"])
        if record is None:
            raise Refused(404, {"detail": f"Multisig transaction with safe-tx-hash={named['hash']} was not found"})
        if record["isExecuted"]:
            raise Refused(400, {"signature": ["Transaction was already executed"]})
        owners = self._owners(record["safe"])
        signers = signers_of(bytes.fromhex(request.json["signature"][2:]), record["safeTxHash"])
        for signer, _, _ in signers:
            if signer not in owners:
                raise Refused(400, {"signature": [f"Signer={signer} is not an owner. Current owners={list(owners)}"]})
        for signer, signature, kind in signers:
            self._confirm(record, signer, signature, kind)
        record["trusted"] = True
        return {"status": 201, "json": request.json}

    def _confirm(self, record: dict[str, Json], owner: str, signature: bytes, kind: str) -> None:
        if owner not in [one["owner"] for one in record["confirmations"]]:
            record["confirmations"].append(
                {
                    "owner": owner,
                    "submissionDate": record["submissionDate"],
                    "transactionHash": None,
                    "signature": "0x" + signature.hex(),
                    "signatureType": kind,
                }
            )

    def _delete(self, request: Seen, **named: str) -> dict[str, Json]:
        record = self.records.get(named["hash"])
        if record is None:
            raise Refused(404, {"detail": "Multisig transaction not found"})
        if record["isExecuted"]:
            raise Refused(400, {"nonFieldErrors": ["Executed transactions cannot be deleted"]})
        domain = {**self._domain(), "verifyingContract": record["safe"]}
        types = {"DeleteRequest": [("safeTxHash", "bytes32"), ("totp", "uint256")]}
        message = {"safeTxHash": named["hash"]}
        signer = self._signer_of(types, domain, message, request.json["signature"])
        if not signer & {record["proposer"], record["proposedByDelegate"]}:
            raise Refused(400, {"nonFieldErrors": [_NOT_PROPOSER]})
        del self.records[named["hash"]]
        return {"status": 204}

    def _list_delegates(self, request: Seen) -> dict[str, Json]:
        safe = dict(request.query).get("safe")
        if safe is None:
            raise Refused(400, ["At least one query param must be provided"])
        found = [one for one in self.delegates if one["safe"] == safe]
        return _ok({"count": len(found), "next": None, "previous": None, "results": found})

    def _add_delegate(self, request: Seen) -> dict[str, Json]:
        body = request.json
        self._check_delegation(body["delegate"], body)
        if body["delegator"] not in self._owners(body["safe"]):
            raise Refused(400, {"nonFieldErrors": [f"Provided delegator={body['delegator']} is not an owner"]})
        kept = {name: body[name] for name in ("safe", "delegate", "delegator", "label")}
        self.delegates = [one for one in self.delegates if one["delegate"] != body["delegate"]] + [kept]
        return {"status": 201, "json": {**kept, "signature": body["signature"], "expiryDate": None}}

    def _remove_delegate(self, request: Seen, delegate: str) -> dict[str, Json]:
        self._check_delegation(delegate, request.json)
        remaining = [one for one in self.delegates if one["delegate"] != delegate]
        if len(remaining) == len(self.delegates):
            raise Refused(404)
        self.delegates = remaining
        return {"status": 204}

    def _check_delegation(self, delegate: str, body: dict[str, Json]) -> None:
        types = {"Delegate": [("delegateAddress", "address"), ("totp", "uint256")]}
        if body["delegator"] not in self._signer_of(
            types, self._domain(), {"delegateAddress": delegate}, body["signature"]
        ):
            text = f"Signature does not match provided delegator={body['delegator']}"
            raise Refused(400, {"nonFieldErrors": [text]})

    def _signer_of(
        self, types: dict[str, list[tuple[str, str]]], domain: dict[str, Json], message: dict[str, Json], signature: str
    ) -> set[str]:
        """Return who signed it in this hour or the one before."""
        hour = int(time.time()) // 3600
        return {
            str(
                Account.recover_message(
                    encode_typed_data(domain, _named(types), {**message, "totp": totp}), signature=signature
                )
            )
            for totp in (hour, hour - 1)
        }

    def _domain(self) -> dict[str, Json]:
        return {"name": "Safe Transaction Service", "version": "1.0", "chainId": self.chain_id}

    def _owners(self, safe: ChecksumAddress) -> tuple[ChecksumAddress, ...]:
        with self.chain.at().batch() as batch:
            owners = batch.add(Safe(safe).get_owners())
        return owners.value_or(())

    def _nonce(self, safe: ChecksumAddress) -> int:
        return self.chain.at().get(Safe(safe).nonce())


@contextmanager
def fake_service(chain: Chain) -> Iterator[FakeService]:
    """Run the service on loopback."""
    service = FakeService(chain=chain)
    with serving(service.answer) as url:
        service.url = url
        yield service


def safe_tx_hash_of(record: dict[str, Json], chain_id: int) -> str:
    """Return the hash of the Safe transaction, by eth-account and without hokctl."""
    numbers = {name: int(record[name]) for name, kind in _TX_FIELDS if kind.startswith("uint")}
    message = {name: record[name] for name, _ in _TX_FIELDS} | numbers | {"data": record["data"] or "0x"}
    domain = {"chainId": chain_id, "verifyingContract": record["safe"]}
    signable = encode_typed_data(domain, _named({"SafeTx": list(_TX_FIELDS)}), message)
    return "0x" + keccak(b"\x19" + signable.version + signable.header + signable.body).hex()


def signers_of(packed: bytes, safe_tx_hash: str) -> list[tuple[ChecksumAddress, bytes, str]]:
    """Return owner, signature and kind of each key's signature in `packed`."""
    found = []
    for start in range(0, len(packed), 65):
        signature = packed[start : start + 65]
        if signature[-1] > 30:
            plain = signature[:-1] + bytes([signature[-1] - 4])
            account, kind = Account.recover_message(encode_defunct(hexstr=safe_tx_hash), signature=plain), "ETH_SIGN"
        else:
            account, kind = Account._recover_hash(bytes.fromhex(safe_tx_hash[2:]), signature=signature), "EOA"
        found.append((to_checksum_address(account), signature, kind))
    return found


def _named(types: dict[str, list[tuple[str, str]]]) -> dict[str, list[dict[str, str]]]:
    return {name: [{"name": field_name, "type": kind} for field_name, kind in fields] for name, fields in types.items()}


def _ok(document: Any) -> dict[str, Json]:  # noqa: ANN401 - any JSON
    return {"status": 200, "json": document}


def _copy(record: dict[str, Json]) -> dict[str, Json]:
    copied: dict[str, Json] = json.loads(json.dumps(record))
    return copied
