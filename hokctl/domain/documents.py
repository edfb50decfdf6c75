"""JSON documents from other people's hands: read strictly, written canonically."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from eth_typing import ChecksumAddress
from eth_utils.address import is_checksum_address, to_checksum_address

from hokctl.domain.nesting import nests_too_deep

JsonValue = bool | int | str | None | list["JsonValue"] | dict[str, "JsonValue"]
"""A JSON value without fractions: no float ever touches a document of hokctl."""
JsonObject = dict[str, JsonValue]

_DECIMAL: Final = re.compile(r"0|-?[1-9][0-9]*", re.ASCII)
_HEX: Final = re.compile(r"0x(?:[0-9a-f]{2})*", re.ASCII)
_ANY_HEX: Final = re.compile(r"0[xX](?:[0-9a-fA-F]{2})*", re.ASCII)
_ANY_ADDRESS: Final = re.compile(r"0[xX][0-9a-fA-F]{40}", re.ASCII)
_HASH: Final = re.compile(r"0x[0-9a-f]{64}", re.ASCII)
_MAX_DECIMAL_DIGITS: Final = 80
_LAST_SECOND: Final = 253_402_300_799
"""The end of the year 9999: no clock of Python's goes on."""


class DocumentError(ValueError):
    """A document that does not say what it must; the room that read it turns this into its own error."""


def parse_document(text: str) -> JsonObject:
    """Return the JSON object in `text`; DocumentError for anything else, repeated keys, fractions and NaN."""
    if nests_too_deep(text.encode(errors="replace")):
        raise DocumentError("it is not JSON")
    try:
        document = json.loads(text, object_pairs_hook=_without_repeats, parse_float=_refuse, parse_constant=_refuse)
    except (json.JSONDecodeError, RecursionError) as error:
        raise DocumentError("it is not JSON") from error
    except DocumentError:
        raise
    except ValueError as error:
        raise DocumentError("it contains a number of absurd length") from error
    if not isinstance(document, dict):
        raise DocumentError("it is not a JSON object")
    return document


def dump_document(document: Mapping[str, JsonValue]) -> str:
    """Return the document as canonical JSON for people and git: keys sorted, ASCII, one newline at the end."""
    return json.dumps(document, sort_keys=True, indent=2, ensure_ascii=True) + "\n"


@dataclass(frozen=True, slots=True)
class Fields:
    """A JSON object whose fields are read by name and kind; every mismatch is a DocumentError naming the field."""

    content: Mapping[str, JsonValue]

    @classmethod
    def of(cls, value: JsonValue, name: str) -> "Fields":
        """Return the fields of `value`, which `name` must find to be an object."""
        if not isinstance(value, dict):
            raise DocumentError(f"{name} is not an object")
        return cls(value)

    def value(self, name: str) -> JsonValue:
        """Return the field as it is."""
        if name not in self.content:
            raise DocumentError(f"{name} is missing")
        return self.content[name]

    def text(self, name: str) -> str:
        """Return a string as it is, whatever characters it has."""
        value = self.value(name)
        if not isinstance(value, str):
            raise DocumentError(f"{name} is not a string")
        return value

    def line(self, name: str) -> str:
        """Return a printable string: no line breaks, terminal escapes or invisible marks that disguise a text."""
        value = self.text(name)
        if not value.isprintable():
            raise DocumentError(f"{name} contains characters that cannot be printed")
        return value

    def optional_line(self, name: str) -> str | None:
        """Return a printable string or None."""
        return None if self.value(name) is None else self.line(name)

    def flag(self, name: str) -> bool:
        """Return true or false."""
        value = self.value(name)
        if not isinstance(value, bool):
            raise DocumentError(f"{name} is neither true nor false")
        return value

    def number(self, name: str) -> int:
        """Return a JSON integer that is not negative."""
        value = self.value(name)
        if isinstance(value, bool) or not isinstance(value, int) or value < 0:
            raise DocumentError(f"{name} is not a whole number")
        return value

    def timestamp(self, name: str) -> int:
        """Return seconds since the epoch, within the calendar."""
        value = self.number(name)
        if value > _LAST_SECOND:
            raise DocumentError(f"{name} lies beyond the calendar")
        return value

    def decimal(self, name: str) -> int:
        """Return an integer that is written as a decimal string, since JSON readers lose large numbers."""
        return parse_decimal(self.value(name), name)

    def data(self, name: str) -> bytes:
        """Return bytes that are written as 0x and lower-case hex."""
        return parse_hex(self.value(name), name)

    def hash(self, name: str) -> str:
        """Return a 32-byte hash: 0x and 64 lower-case hex digits."""
        value = self.text(name)
        if not _HASH.fullmatch(value):
            raise DocumentError(f"{name} is not a 32-byte hash in lower-case hex")
        return value

    def address(self, name: str) -> ChecksumAddress:
        """Return a checksummed address."""
        value = self.text(name)
        if not is_checksum_address(value):
            raise DocumentError(f"{name} is not a checksummed address")
        return ChecksumAddress(value)  # type: ignore[arg-type]  # NewType over a NewType

    def optional_address(self, name: str) -> ChecksumAddress | None:
        """Return a checksummed address or None."""
        return None if self.value(name) is None else self.address(name)

    def addresses(self, name: str) -> tuple[ChecksumAddress, ...]:
        """Return a list of checksummed addresses."""
        return tuple(Fields({name: item}).address(name) for item in self.items(name))

    def items(self, name: str) -> Sequence[JsonValue]:
        """Return a list."""
        value = self.value(name)
        if not isinstance(value, list):
            raise DocumentError(f"{name} is not a list")
        return value

    def objects(self, name: str) -> tuple["Fields", ...]:
        """Return a list of objects."""
        return tuple(Fields.of(item, f"{name}[{index}]") for index, item in enumerate(self.items(name)))

    def lines(self, name: str) -> tuple[str, ...]:
        """Return a list of printable strings."""
        return tuple(Fields({name: item}).line(name) for item in self.items(name))

    def object(self, name: str) -> "Fields":
        """Return the fields of an object inside."""
        return Fields.of(self.value(name), name)


def parse_decimal(value: JsonValue, name: str) -> int:
    """Return the integer that the string `value` writes in decimal, in the one way there is to write it."""
    if not isinstance(value, str) or len(value) > _MAX_DECIMAL_DIGITS or not _DECIMAL.fullmatch(value):
        raise DocumentError(f"{name} is not a decimal string")
    return int(value)


def parse_hex(value: JsonValue, name: str) -> bytes:
    """Return the bytes that the string `value` writes as 0x and lower-case hex."""
    if not isinstance(value, str) or not _HEX.fullmatch(value):
        raise DocumentError(f"{name} is not lower-case hex with 0x")
    return bytes.fromhex(value[2:])


def parse_foreign_hex(value: JsonValue, name: str) -> bytes:
    """Return the bytes in a string of another tool's: hex of either case after 0x; none for null or an empty one."""
    if value is None or value == "":
        return b""
    if not isinstance(value, str) or not _ANY_HEX.fullmatch(value):
        raise DocumentError(f"{name} is not hex with 0x")
    return bytes.fromhex(value[2:])


def parse_foreign_address(value: JsonValue, name: str) -> ChecksumAddress:
    """Return the address in a string of another tool's: without a checksum, or with the right one."""
    if not isinstance(value, str) or not _ANY_ADDRESS.fullmatch(value):
        raise DocumentError(f"{name} is not an address")
    address = to_checksum_address(value)
    if value[2:] not in {address[2:], address[2:].lower(), address[2:].upper()}:
        raise DocumentError(f"{name} has a broken checksum")
    return address


def _without_repeats(pairs: list[tuple[str, JsonValue]]) -> JsonObject:
    document = dict(pairs)
    if len(document) != len(pairs):
        raise DocumentError("a key appears twice")
    return document


def _refuse(text: str) -> JsonValue:
    raise DocumentError(f"{text} is not a whole number")
