"""A Transaction Service on loopback that answers with whatever records it is given: it checks nothing, and may lie."""

import json
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final
from urllib.parse import urlsplit

from hokctl.domain.documents import JsonObject, JsonValue
from hokctl.safe.proposals import Proposal
from hokctl.safe.signatures import Confirmation

_SUBMITTED: Final = "2026-01-01T00:00:00Z"
_POLL_S: Final = 0.02


def record_of(proposal: Proposal, confirmations: Sequence[Confirmation] = ()) -> JsonObject:
    """Return the record that an honest service has of a proposal."""
    safe_tx = proposal.safe_tx
    stated: list[JsonValue] = [
        {
            "owner": one.owner,
            "submissionDate": _SUBMITTED,
            "transactionHash": None,
            "signature": "0x" + one.signature.hex(),
            "signatureType": "EOA",
        }
        for one in confirmations
    ]
    return {
        "safe": safe_tx.safe,
        "to": safe_tx.to,
        "value": str(safe_tx.value),
        "data": "0x" + safe_tx.data.hex() if safe_tx.data else None,
        "operation": int(safe_tx.operation),
        "gasToken": safe_tx.gas_token,
        "safeTxGas": str(safe_tx.safe_tx_gas),
        "baseGas": str(safe_tx.base_gas),
        "gasPrice": str(safe_tx.gas_price),
        "refundReceiver": safe_tx.refund_receiver,
        "nonce": str(safe_tx.nonce),
        "safeTxHash": safe_tx.safe_tx_hash,
        "submissionDate": _SUBMITTED,
        "transactionHash": None,
        "proposer": proposal.proposer,
        "proposedByDelegate": None,
        "isExecuted": False,
        "isSuccessful": None,
        "origin": "{}",
        "confirmationsRequired": 2,
        "confirmations": stated,
        "trusted": True,
        "signatures": None,
        "dataDecoded": None,
    }


@contextmanager
def lying_service(records: Mapping[str, JsonObject]) -> Iterator[str]:
    """Serve `records`, by the safeTxHash that is asked for; yield the service's URL."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = urlsplit(self.path).path
            wanted = path.rstrip("/").rpartition("/")[2]
            document: JsonValue = records.get(wanted)
            if path.endswith("/multisig-transactions/") and "/safes/" in path:
                every: list[JsonValue] = list(records.values())
                document = {"count": len(every), "next": None, "previous": None, "results": every}
            self._answer(200 if document is not None else 404, document or {"detail": "Not found."})

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self._answer(201, {})

        def _answer(self, status: int, document: JsonValue) -> None:
            content = json.dumps(document).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
            """Keep quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": _POLL_S}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
