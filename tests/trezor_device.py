"""A Trezor on loopback UDP, as the emulator of Trezor's listens, with a real key.

Its message types and field numbers are those of trezorlib's messages.py, which the signer uses too: what it proves is
the conversation, not that trezorlib speaks as a device does. It has never met one. It reads the protobuf messages by
itself, asks for types and values, and hashes what it was told.
"""

import socket
import struct
import threading
from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from eth_account import Account
from eth_account.messages import encode_typed_data
from eth_keys.datatypes import PrivateKey
from eth_utils.crypto import keccak
from rlp import encode  # type: ignore[import-untyped]  # rlp ships no types

INITIALIZE, SUCCESS, FAILURE, FEATURES = 0, 2, 3, 17
CANCEL, GET_PUBLIC_KEY, PUBLIC_KEY, APPLY_FLAGS, GET_FEATURES, END_SESSION = 20, 11, 12, 28, 55, 83
GET_ADDRESS, ADDRESS, SIGN_TX, TX_REQUEST, TX_ACK = 56, 57, 452, 59, 60
SIGN_TYPED_DATA, STRUCT_REQUEST, STRUCT_ACK = 464, 465, 466
VALUE_REQUEST, VALUE_ACK, TYPED_SIGNATURE, SIGN_HASH = 467, 468, 469, 470
PATH = [0x8000002C, 0x8000003C, 0x80000000, 0, 0]
UNEXPECTED_MESSAGE, ACTION_CANCELLED, PROCESS_ERROR = 1, 4, 9
Message = dict[int, list[Any]]
Dialogue = Generator[tuple[int, bytes], Message, Any]
"""A conversation: answers go out, the next messages come in."""


@dataclass(kw_only=True)
class FakeTrezor:
    """One unlocked device; its state is what the test sets and what the person saw."""

    key: bytes
    failures: dict[int, int] = field(default_factory=dict)
    """The failure codes to answer instead, by message type."""
    wrong_signature: bool = False
    shown: list[str] = field(default_factory=list)
    requests: list[int] = field(default_factory=list)
    _work: Any = None

    def answer(self, kind: int, body: bytes) -> tuple[int, bytes]:  # noqa: PLR0911 - one return per message
        """Return the type and the body of the answer to one message."""
        self.requests.append(kind)
        if kind in self.failures:
            return FAILURE, number(1, self.failures[kind]) + blob(2, b"no")
        message = decode(body)
        if kind in {STRUCT_ACK, VALUE_ACK, TX_ACK}:
            return self._resume(message)
        if kind in {INITIALIZE, GET_FEATURES}:
            return FEATURES, features()
        if kind in {APPLY_FLAGS, END_SESSION}:
            return SUCCESS, b""
        if kind == GET_PUBLIC_KEY:
            node = number(1, 1) + number(2, 7) + number(3, 0) + blob(4, bytes(32)) + blob(6, b"\x02" + bytes(32))
            return PUBLIC_KEY, blob(1, node) + blob(2, b"xpub")
        if kind == CANCEL:
            return FAILURE, number(1, ACTION_CANCELLED)
        assert message[1] == PATH
        if kind == GET_ADDRESS:
            return ADDRESS, blob(2, Account.from_key(self.key).address.encode())
        if kind == SIGN_HASH:
            self.shown += [message[2][0].hex(), message[3][0].hex()]
            return self._typed_signature(message[2][0], message[3][0])
        self._work = self._transaction(message) if kind == SIGN_TX else self._typed_data(message)
        first: tuple[int, bytes] = next(self._work)
        return first

    def _resume(self, message: Message) -> tuple[int, bytes]:
        resumed: tuple[int, bytes] = self._work.send(message)
        return resumed

    def _transaction(self, message: Message) -> Dialogue:
        data = message.get(8, [b""])[0]
        while len(data) < message[9][0]:
            more = yield TX_REQUEST, number(1, min(1024, message[9][0] - len(data)))
            data += more[1][0]
        to = bytes.fromhex(message.get(6, [b""])[0].decode().removeprefix("0x"))
        nonce, fee, tip, gas, value = (message[at][0] for at in (2, 3, 4, 5, 7))
        chain_id = message[10][0]
        payload = b"\x02" + encode([chain_id, nonce, tip, fee, gas, to, value, data, []])
        self.shown.append("transaction")
        v, r, s = self._sign(keccak(payload))
        yield TX_REQUEST, number(2, v) + blob(3, r) + blob(4, s)

    def _typed_data(self, message: Message) -> Dialogue:
        primary = message[2][0].decode()
        types: dict[str, list[dict[str, str]]] = {}
        wanted = ["EIP712Domain", primary]
        while wanted:
            name = wanted.pop(0)
            answer = yield STRUCT_REQUEST, blob(1, name.encode())
            types[name] = [self._member(decode(member)) for member in answer.get(1, [])]
            inner = [item["type"].partition("[")[0] for item in types[name]]
            wanted += [kind for kind in inner if kind[0].isupper() and kind not in {*types, *wanted}]
        domain = yield from self._read([0], "EIP712Domain", types)
        content = yield from self._read([1], primary, types)
        self.shown += [f"{name}={value}" for name, value in content.items()]
        typed_data = {"types": types, "primaryType": primary, "domain": domain, "message": content}
        signable = encode_typed_data(full_message=typed_data)
        assert message[5] == [signable.body]
        yield self._typed_signature(signable.header, signable.body)

    def _member(self, member: Message) -> dict[str, str]:
        return {"name": member[2][0].decode(), "type": type_name(decode(member[1][0]))}

    def _read(self, path: list[int], kind: str, types: dict[str, list[dict[str, str]]]) -> Dialogue:
        if kind in types:
            read: dict[str, Any] = {}
            for position, item in enumerate(types[kind]):
                read[item["name"]] = yield from self._read([*path, position], item["type"], types)
            return read
        answer = yield VALUE_REQUEST, b"".join(number(1, part) for part in path)
        raw = answer[1][0]
        if kind.endswith("]"):
            count = int.from_bytes(raw, "big")
            elements: list[Any] = []
            for position in range(count):
                element = yield from self._read([*path, position], kind[: kind.rindex("[")], types)
                elements.append(element)
            return elements
        if kind.startswith("uint"):
            return int.from_bytes(raw, "big")
        return raw.decode() if kind == "string" else raw == b"\x01" if kind == "bool" else "0x" + raw.hex()

    def _typed_signature(self, domain: bytes, message: bytes) -> tuple[int, bytes]:
        v, r, s = self._sign(keccak(b"\x19\x01" + domain + message))
        return TYPED_SIGNATURE, blob(1, r + s + bytes([27 + v])) + blob(2, Account.from_key(self.key).address.encode())

    def _sign(self, digest: bytes) -> tuple[int, bytes, bytes]:
        signature = PrivateKey(self.key).sign_msg_hash(keccak(digest) if self.wrong_signature else digest)
        r, s = int(signature.r), int(signature.s)
        return int(signature.v), r.to_bytes(32, "big"), s.to_bytes(32, "big")


def type_name(kind: Message) -> str:
    """Return a type's name from an EthereumFieldType."""
    data_type, size = kind[1][0], kind.get(2, [None])[0]
    if data_type == 7:
        return f"{type_name(decode(kind[3][0]))}[{'' if size is None else size}]"
    if data_type == 8:
        return str(kind[4][0].decode())
    base = {1: "uint", 2: "int", 3: "bytes", 4: "string", 5: "bool", 6: "address"}[data_type]
    return base if size is None else f"{base}{size if base == 'bytes' else 8 * size}"


def features() -> bytes:
    """Return the features of an initialised Trezor Model T that is unlocked and has no passphrase."""
    named = blob(1, b"trezor.io") + number(2, 2) + number(3, 9) + number(4, 0) + number(7, 0) + number(8, 0)
    return (
        named + number(12, 1) + blob(21, b"T") + number(16, 1) + number(30, 7) + blob(35, bytes(32)) + blob(44, b"T2T1")
    )


def varint(value: int) -> bytes:
    """Return a protobuf variable-length integer."""
    encoded = b""
    while value > 0x7F:
        encoded += bytes([value & 0x7F | 0x80])
        value >>= 7
    return encoded + bytes([value])


def number(tag: int, value: int) -> bytes:
    """Return a field that holds an integer."""
    return varint(tag << 3) + varint(value)


def blob(tag: int, value: bytes) -> bytes:
    """Return a field that holds bytes."""
    return varint(tag << 3 | 2) + varint(len(value)) + value


def decode(body: bytes) -> Message:
    """Return the fields of a message, each with all its values."""
    fields: Message = {}
    while body:
        key, body = _varint(body)
        value, body = _varint(body)
        if key & 7 == 2:
            fields.setdefault(key >> 3, []).append(body[:value])
            body = body[value:]
        else:
            fields.setdefault(key >> 3, []).append(value)
    return fields


def _varint(body: bytes) -> tuple[int, bytes]:
    value, shift = 0, 0
    while True:
        byte, body = body[0], body[1:]
        value |= (byte & 0x7F) << shift
        shift += 7
        if not byte & 0x80:
            return value, body


@contextmanager
def serving_trezor(device: FakeTrezor) -> Iterator[str]:
    """Serve the device over UDP in packets of 64 bytes; yield its path for TREZOR_PATH."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        threading.Thread(target=_serve, args=(server, device), daemon=True).start()
        yield f"udp:127.0.0.1:{server.getsockname()[1]}"


def _serve(server: socket.socket, device: FakeTrezor) -> None:
    buffer, wanted, kind = b"", 0, 0
    with suppress(OSError):
        while True:
            packet, client = server.recvfrom(64)
            if packet == b"PINGPING":
                server.sendto(b"PONGPONG", client)
                continue
            if packet.startswith(b"?##"):
                kind, wanted = struct.unpack(">HL", packet[3:9])
                buffer = packet[9:]
            else:
                buffer += packet[1:]
            if len(buffer) >= wanted:
                answered, body = device.answer(kind, buffer[:wanted])
                rest = b"##" + struct.pack(">HL", answered, len(body)) + body
                for start in range(0, len(rest), 63):
                    server.sendto((b"?" + rest[start : start + 63]).ljust(64, b"\x00"), client)
