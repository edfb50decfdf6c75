"""A KMS on loopback: it speaks the AWS JSON protocol and signs digests with a real secp256k1 key.

The key, its DER forms and the signatures come from the library `cryptography`, so that hokctl's own reading of them
is compared with somebody else's writing.
"""

import base64
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

ORDER: Final = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
KEY_ID: Final = "alias/treasurer"
CREDENTIALS: Final = {
    "AWS_ACCESS_KEY_ID": "AKIAEXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "example",
    "AWS_EC2_METADATA_DISABLED": "true",
}


@dataclass(kw_only=True)
class FakeKms:
    """The service's state: its key, what it answers, and what it was asked."""

    key: int
    url: str = ""
    curve: ec.EllipticCurve = field(default_factory=ec.SECP256K1)
    high_s: bool = False
    """Whether to answer with the s of the upper half."""
    fault: tuple[int, str] | None = None
    """The status and AWS error code of every answer."""
    fail_times: int = -1
    """How often `fault` is answered before it passes; forever when negative."""
    delay_s: float = 0.0
    body: bytes | None = None
    """Whatever else to answer."""
    key_spec: str = "ECC_SECG_P256K1"
    signature: bytes | None = None
    """The signature to answer with instead of a right one."""
    requests: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    @property
    def operations(self) -> list[str]:
        """The operations that were asked for, in their order."""
        return [operation for operation, _ in self.requests]

    def answer(self, operation: str, request: dict[str, Any]) -> dict[str, Any]:
        """Return the answer to one request, as AWS words it."""
        private = ec.derive_private_key(self.key, self.curve)
        if operation == "TrentService.GetPublicKey":
            public = private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
            return {
                "KeyId": "arn:aws:kms:eu-central-1:123456789012:key/1",
                "KeySpec": self.key_spec,
                "KeyUsage": "SIGN_VERIFY",
                "PublicKey": base64.b64encode(public).decode(),
                "SigningAlgorithms": ["ECDSA_SHA_256"],
            }
        assert operation == "TrentService.Sign"
        assert (request["MessageType"], request["SigningAlgorithm"]) == ("DIGEST", "ECDSA_SHA_256")
        digest = base64.b64decode(request["Message"])
        assert len(digest) == 32
        return {"KeyId": request["KeyId"], "Signature": base64.b64encode(self.sign(digest)).decode()}

    def sign(self, digest: bytes) -> bytes:
        """Return the DER signature over `digest`."""
        if self.signature is not None:
            return self.signature
        private = ec.derive_private_key(self.key, self.curve)
        r, s = decode_dss_signature(private.sign(digest, ec.ECDSA(Prehashed(hashes.SHA256()))))
        low = min(s, ORDER - s)
        return encode_dss_signature(r, ORDER - low if self.high_s else low)


@contextmanager
def serving_kms(kms: FakeKms) -> Iterator[FakeKms]:
    """Serve `kms` on loopback; its `url` says where."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            operation = str(self.headers["X-Amz-Target"])
            assert self.headers["Authorization"].startswith("AWS4-HMAC-SHA256 Credential=")
            kms.requests.append((operation, request))
            time.sleep(kms.delay_s)
            if kms.fault is not None and kms.fail_times != 0:
                kms.fail_times -= 1
                status, code = kms.fault
                words = f"User arn:aws:iam::123456789012:user/x with {dict(self.headers)} may not {request}"
                self._send(status, json.dumps({"__type": code, "message": words}).encode())
            else:
                self._send(200, kms.body or json.dumps(kms.answer(operation, request)).encode())

        def _send(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "application/x-amz-json-1.1")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
            """Keep quiet."""

    class Server(ThreadingHTTPServer):
        def handle_error(self, request: object, client_address: object) -> None:
            """Keep quiet: a client that waits no longer hangs up."""

    server = Server(("127.0.0.1", 0), Handler)
    kms.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield kms
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
