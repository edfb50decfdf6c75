"""The Ledger Ethereum app as its documentation describes it, with a real key: it reads APDUs, hashes and signs.

Written from doc/ethapp.adoc of LedgerHQ/app-ethereum (version 1.9.19) for these tests; it has never met a device.
It rebuilds typed data from what it is sent, so that a field out of order or badly encoded gives another hash.
"""

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from eth_account import Account
from eth_account.messages import encode_typed_data
from eth_keys.datatypes import PrivateKey
from eth_utils.crypto import keccak

KINDS = {1: "int", 2: "uint", 3: "address", 4: "bool", 5: "string", 6: "bytes", 7: "bytes"}
PATH = bytes.fromhex("058000002c8000003c800000000000000000000000")
OK = 0x9000


@dataclass(kw_only=True)
class FakeLedgerApp:
    """One device with the app open; its state is what the test sets and what was sent."""

    key: bytes
    version: tuple[int, int, int] = (1, 12, 0)
    statuses: dict[int, int] = field(default_factory=dict)
    """The status words to answer instead, by instruction."""
    wrong_signature: bool = False
    apdus: list[bytes] = field(default_factory=list)
    shown: list[str] = field(default_factory=list)
    """What the person saw."""
    _transaction: bytes = b""
    _types: dict[str, list[dict[str, str]]] = field(default_factory=dict)
    _roots: list[str] = field(default_factory=list)
    _values: list[list[int | bytes]] = field(default_factory=list)
    _partial: bytes = b""

    def answer(self, apdu: bytes) -> tuple[bytes, int]:
        """Return the data and the status word for one request."""
        self.apdus.append(apdu)
        head, data = apdu[:5], apdu[5:]
        assert head[0] == 0xE0
        assert head[4] == len(data)
        if head[1] in self.statuses:
            return b"", self.statuses[head[1]]
        return self._handle(head[1], head[2], head[3], data), OK

    def _handle(self, instruction: int, first: int, second: int, data: bytes) -> bytes:
        if instruction == 0x06:
            return bytes([0x01, *self.version])
        if instruction == 0x02:
            return self._address(data)
        if instruction == 0x04:
            return self._transaction_part(first, data)
        if instruction == 0x1A:
            return self._define(second, data)
        if instruction == 0x1C:
            return self._implement(first, second, data)
        assert instruction == 0x0C
        assert data.startswith(PATH)
        return self._sign_hashes(data[len(PATH) :]) if second == 0 else self._sign_full()

    def _address(self, data: bytes) -> bytes:
        assert data == PATH
        public = b"\x04" + bytes(PrivateKey(self.key).public_key.to_bytes())
        address: bytes = Account.from_key(self.key).address[2:].encode()
        return bytes([65]) + public + bytes([40]) + address

    def _transaction_part(self, first: int, data: bytes) -> bytes:
        if first == 0x00:
            assert data.startswith(PATH)
            self._transaction = data[len(PATH) :]
        else:
            assert first == 0x80
            self._transaction += data
        if not _complete(self._transaction):
            return b""
        self.shown.append("transaction")
        return self._signed(keccak(self._transaction), v_offset=0)

    def _sign_hashes(self, data: bytes) -> bytes:
        assert len(data) == 64
        self.shown += [data[:32].hex(), data[32:].hex()]
        return self._signed(keccak(b"\x19\x01" + data))

    def _define(self, second: int, data: bytes) -> bytes:
        if second == 0x00:
            self._types[data.decode()] = []
            return b""
        description, rest = data[0], data[1:]
        kind = KINDS.get(description & 0x0F)
        if kind is None:
            kind, rest = rest[1 : 1 + rest[0]].decode(), rest[1 + rest[0] :]
        if description & 0x40:
            size, rest = rest[0], rest[1:]
            kind += str(size if kind == "bytes" else 8 * size)
        if description & 0x80:
            levels, rest = rest[0], rest[1:]
            for _ in range(levels):
                fixed, rest = rest[0], rest[1:]
                kind += f"[{rest[0]}]" if fixed else "[]"
                rest = rest[1:] if fixed else rest
        assert rest[0] == len(rest) - 1
        list(self._types.values())[-1].append({"name": rest[1:].decode(), "type": kind})
        return b""

    def _implement(self, first: int, second: int, data: bytes) -> bytes:
        if second == 0x00:
            self._roots.append(data.decode())
            self._values.append([])
        elif second == 0x0F:
            self._values[-1].append(data[0])
        else:
            self._partial += data
            if first == 0x00:
                assert int.from_bytes(self._partial[:2], "big") == len(self._partial) - 2
                self._values[-1].append(self._partial[2:])
                self._partial = b""
        return b""

    def _sign_full(self) -> bytes:
        domain, message = (
            self._build(root, iter(values)) for root, values in zip(self._roots, self._values, strict=True)
        )
        assert self._roots[0] == "EIP712Domain"
        typed_data = {"types": self._types, "primaryType": self._roots[1], "domain": domain, "message": message}
        self.shown += [f"{name}={value}" for name, value in message.items()]
        signable = encode_typed_data(full_message=typed_data)
        self._types, self._roots, self._values = {}, [], []
        return self._signed(keccak(b"\x19\x01" + signable.header + signable.body))

    def _build(self, name: str, values: Iterator[int | bytes]) -> dict[str, Any]:
        return {item["name"]: self._value(item["type"], values) for item in self._types[name]}

    def _value(self, kind: str, values: Iterator[int | bytes]) -> Any:  # noqa: ANN401 - as the type says
        if kind.endswith("]"):
            count = next(values)
            assert isinstance(count, int)
            return [self._value(kind[: kind.rindex("[")], values) for _ in range(count)]
        if kind in self._types:
            return self._build(kind, values)
        value = next(values)
        assert isinstance(value, bytes)
        if kind.startswith("uint"):
            return int.from_bytes(value, "big")
        if kind.startswith("int"):
            size = int(kind.removeprefix("int"))
            number = int.from_bytes(value, "big")
            return number - 2**size if number >> (size - 1) else number
        if kind == "bool":
            return value == b"\x01"
        return value.decode() if kind == "string" else "0x" + value.hex()

    def _signed(self, digest: bytes, *, v_offset: int = 27) -> bytes:
        signature = PrivateKey(self.key).sign_msg_hash(keccak(digest) if self.wrong_signature else digest)
        r, s = int(signature.r), int(signature.s)
        return bytes([v_offset + int(signature.v)]) + r.to_bytes(32, "big") + s.to_bytes(32, "big")


def _complete(payload: bytes) -> bool:
    """Tell whether an EIP-2718 payload of type 2 is all there, by the length in front of its RLP list."""
    if len(payload) < 2:
        return False
    prefix = payload[1]
    if prefix < 0xF8:
        return len(payload) == 2 + prefix - 0xC0
    width = prefix - 0xF7
    return len(payload) == 2 + width + int.from_bytes(payload[2 : 2 + width], "big")


@contextmanager
def serving_ledger(app: FakeLedgerApp) -> Iterator[int]:
    """Serve the app as the emulator of Ledger's does: a length, an APDU; a length, the data, the status word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=_serve, args=(server, app), daemon=True).start()
        yield int(server.getsockname()[1])


def _serve(server: socket.socket, app: FakeLedgerApp) -> None:
    with suppress(OSError):
        while True:
            connection, _ = server.accept()
            threading.Thread(target=_talk, args=(connection, app), daemon=True).start()


def _talk(connection: socket.socket, app: FakeLedgerApp) -> None:
    with connection, suppress(OSError, struct.error):
        while True:
            (size,) = struct.unpack(">I", connection.recv(4, socket.MSG_WAITALL))
            data, status = app.answer(connection.recv(size, socket.MSG_WAITALL))
            connection.sendall(struct.pack(">I", len(data)) + data + struct.pack(">H", status))
