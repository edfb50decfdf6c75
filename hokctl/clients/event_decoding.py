"""Many logs read fast: the layout of each event is prepared once, and the common types are read without eth_abi."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from eth_utils.address import to_checksum_address

from hokctl.chain.abi_values import AbiMismatchError, decode_values
from hokctl.chain.receipts import Log
from hokctl.clients.events import events_by_topic
from hokctl.clients.fragments import Fragment
from hokctl.domain.calls import AbiValue
from hokctl.domain.protocol_events import UNKNOWN_EVENT

_WORD: Final = 32
_ADDRESS_START: Final = 12
_ONE_WORD: Final = re.compile(r"(?P<kind>uint|int|bytes)(?P<size>[0-9]+)")

DecodedEvent = tuple[str, dict[str, AbiValue]]
"""The name of an event, and its arguments by name; an indexed string is its 32-byte hash."""
_Reader = Callable[[bytes, int], AbiValue]
"""Reads a value from the data, whose own word begins at the given byte."""


class _UnreadableError(Exception):
    """Bytes that do not fit the type: eth_abi is to say whether they are wrong."""


def decode_event(log: Log, contract: str) -> DecodedEvent:
    """Return what `log` says, read as an event of `contract` where several interfaces have its first topic.

    A log that no known event fits is UNKNOWN_EVENT, with its topics and its data as arguments.
    """
    if log.topics:
        for layout in _layouts(log.topics[0], len(log.topics) - 1, contract):
            args = layout.read(log)
            if args is not None:
                return layout.name, args
    topics = {f"topic{index}": bytes.fromhex(topic[2:]) for index, topic in enumerate(log.topics)}
    return UNKNOWN_EVENT, {**topics, "data": log.data}


@lru_cache(maxsize=4_096)
def _layouts(topic: str, indexed: int, contract: str) -> tuple["_Layout", ...]:
    fragments = sorted(events_by_topic().get(topic, ()), key=lambda fragment: fragment.contract != contract)
    return tuple(
        _layout(fragment)
        for fragment in fragments
        if sum(parameter.indexed for parameter in fragment.inputs) == indexed
    )


@dataclass(frozen=True, slots=True)
class _Layout:
    """Where the arguments of an event stand."""

    name: str
    names: tuple[str, ...]
    """Of all arguments, as the event lists them."""
    indexed: tuple[tuple[str, _Reader], ...]
    plain: tuple[tuple[str, _Reader], ...]
    types: tuple[str, ...]
    """Of the plain ones, for eth_abi."""

    def read(self, log: Log) -> dict[str, AbiValue] | None:
        """Return the arguments in `log`, or None where it is not such an event."""
        try:
            found = dict(self._read_topics(log))
            data = log.data
            if len(data) < _WORD * len(self.plain):
                return None
            for position, (name, reader) in enumerate(self.plain):
                found[name] = reader(data, position * _WORD)
        except _UnreadableError:
            return self._read_slowly(log)
        return {name: found[name] for name in self.names} if self.indexed and self.plain else found

    def _read_topics(self, log: Log) -> Iterator[tuple[str, AbiValue]]:
        for (name, reader), topic in zip(self.indexed, log.topics[1:], strict=True):
            yield name, reader(bytes.fromhex(topic[2:]), 0)

    def _read_slowly(self, log: Log) -> dict[str, AbiValue] | None:
        try:
            found = dict(self._read_topics(log))
            values = decode_values(self.types, log.data)
        except (_UnreadableError, AbiMismatchError):
            return None
        found |= {name: value for (name, _), value in zip(self.plain, values, strict=True)}
        return {name: found[name] for name in self.names}


def _layout(fragment: Fragment) -> _Layout:
    indexed = [one for one in fragment.inputs if one.indexed]
    plain = [one for one in fragment.inputs if not one.indexed]
    return _Layout(
        name=fragment.name,
        names=tuple(one.name for one in fragment.inputs),
        # What does not fit into a word stands in a topic as its hash.
        indexed=tuple((one.name, _static(one.type) or _read_word) for one in indexed),
        plain=tuple((one.name, _static(one.type) or _DYNAMIC.get(one.type, _give_up)) for one in plain),
        types=tuple(one.type for one in plain),
    )


def _static(abi_type: str) -> _Reader | None:
    """Return the reader of a type that is one word, None for any other."""
    match = _ONE_WORD.fullmatch(abi_type)
    if match is None:
        return {"address": _read_address, "bool": _read_bool}.get(abi_type)
    kind, size = match["kind"], int(match["size"])
    return _bytes_reader(size) if kind == "bytes" else _integer_reader(size, signed=kind == "int")


def _read_word(data: bytes, start: int) -> AbiValue:
    return data[start : start + _WORD]


def _read_address(data: bytes, start: int) -> AbiValue:
    if any(data[start : start + _ADDRESS_START]):
        raise _UnreadableError
    return _checksummed(data[start + _ADDRESS_START : start + _WORD])


@lru_cache(maxsize=8_192)
def _checksummed(address: bytes) -> str:
    return to_checksum_address(address)


def _read_bool(data: bytes, start: int) -> AbiValue:
    number = int.from_bytes(data[start : start + _WORD], "big")
    if number > 1:
        raise _UnreadableError
    return number == 1


def _integer_reader(bits: int, *, signed: bool) -> _Reader:
    low, high = (-(1 << (bits - 1)), 1 << (bits - 1)) if signed else (0, 1 << bits)

    def read(data: bytes, start: int) -> AbiValue:
        number = int.from_bytes(data[start : start + _WORD], "big", signed=signed)
        if not low <= number < high:
            raise _UnreadableError
        return number

    return read


def _bytes_reader(length: int) -> _Reader:
    def read(data: bytes, start: int) -> AbiValue:
        if any(data[start + length : start + _WORD]):
            raise _UnreadableError
        return data[start : start + length]

    return read


def _read_bytes(data: bytes, start: int) -> bytes:
    offset = int.from_bytes(data[start : start + _WORD], "big")
    begin = offset + _WORD
    length = int.from_bytes(data[offset:begin], "big")
    end = begin + -(-length // _WORD) * _WORD
    if end > len(data) or any(data[begin + length : end]):
        raise _UnreadableError
    return data[begin : begin + length]


def _read_string(data: bytes, start: int) -> AbiValue:
    try:
        return _read_bytes(data, start).decode()
    except UnicodeDecodeError:
        raise _UnreadableError from None


def _give_up(data: bytes, start: int) -> AbiValue:
    """Leave arrays and structs to eth_abi."""
    del data, start
    raise _UnreadableError


_DYNAMIC: Final[dict[str, _Reader]] = {"string": _read_string, "bytes": _read_bytes}
