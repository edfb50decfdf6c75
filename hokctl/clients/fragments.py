"""Pieces of ABIs, functions, events and errors: read from artifacts, or from signatures written as text."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from eth_utils.crypto import keccak

from hokctl.clients.codec import SELECTOR_BYTES
from hokctl.domain.abi_values import split_types

_TEXT = re.compile(r"(?P<kind>function|event|error) (?P<name>\w+)\((?P<inputs>.*)\)(?P<payable> payable)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter: its name, its canonical type, and whether an event indexes it."""

    name: str
    type: str
    indexed: bool = False
    internal_type: str = field(default="", compare=False)
    """The type as the source has it, such as `struct Reserve.Payment[]`; empty where only the ABI type is known."""
    components: tuple["Parameter", ...] = field(default=(), compare=False)
    """The members of a struct, or of an array's structs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fragment:
    """A function, an event or an error of one interface."""

    kind: str
    name: str
    inputs: tuple[Parameter, ...]
    contract: str
    """The contract or standard that it was taken from."""
    payable: bool = field(default=False, compare=False)
    """Whether a function takes native currency along."""

    @property
    def types(self) -> tuple[str, ...]:
        """The canonical types of the inputs."""
        return tuple(parameter.type for parameter in self.inputs)

    @property
    def signature(self) -> str:
        """The canonical signature."""
        return f"{self.name}({','.join(self.types)})"

    @property
    def hash(self) -> bytes:
        """The keccak hash of the signature: the first topic of an event."""
        return keccak(text=self.signature)

    @property
    def selector(self) -> bytes:
        """The four bytes that choose a function or mark an error."""
        return self.hash[:SELECTOR_BYTES]


def parse_fragments(contract: str, texts: Iterable[str]) -> tuple[Fragment, ...]:
    """Return the fragments in texts such as `event Paused(address account)`: canonical types, `(...)` for structs."""
    return tuple(_parse(contract, text) for text in texts)


def fragments_from_abi(contract: str, abi: Iterable[Mapping[str, Any]]) -> tuple[Fragment, ...]:
    """Return the functions, events and errors of an ABI."""
    return tuple(
        Fragment(
            kind=item["type"],
            name=item["name"],
            inputs=parameters_from_abi(item["inputs"]),
            contract=contract,
            payable=item.get("stateMutability") == "payable",
        )
        for item in abi
        if item["type"] in {"function", "event", "error"}
    )


def parameters_from_abi(items: Sequence[Mapping[str, Any]]) -> tuple[Parameter, ...]:
    """Return the parameters in an ABI's `inputs` or `outputs`."""
    return tuple(_parameter(item) for item in items)


def _parameter(item: Mapping[str, Any]) -> Parameter:
    return Parameter(
        item["name"],
        _canonical_type(item),
        item.get("indexed", False),
        internal_type=item.get("internalType", ""),
        components=parameters_from_abi(item.get("components", ())),
    )


def _canonical_type(item: Mapping[str, Any]) -> str:
    written: str = item["type"]
    if not written.startswith("tuple"):
        return written
    inner = ",".join(_canonical_type(component) for component in item["components"])
    return f"({inner}){written.removeprefix('tuple')}"


def _parse(contract: str, text: str) -> Fragment:
    match = _TEXT.fullmatch(text)
    if match is None:
        msg = f"{text!r} is not a fragment"
        raise ValueError(msg)
    inputs = _parse_parameters(match["inputs"])
    payable = match["payable"] is not None
    return Fragment(kind=match["kind"], name=match["name"], inputs=inputs, contract=contract, payable=payable)


def _parse_parameters(text: str) -> tuple[Parameter, ...]:
    return tuple(_parse_parameter(part.strip()) for part in split_types(text) if part.strip())


def _parse_parameter(text: str) -> Parameter:
    if not text.startswith("("):
        kind, *words = text.split()
        return Parameter(words[-1] if words else "", kind, "indexed" in words[:-1])
    end = text.rindex(")") + 1
    members, (brackets, name) = _parse_parameters(text[1 : end - 1]), _suffix(text[end:])
    types = ",".join(member.type for member in members)
    return Parameter(name, f"({types}){brackets}", components=members)


def _suffix(text: str) -> tuple[str, str]:
    """Return the brackets of an array and the name, out of what follows a struct."""
    brackets, _, name = text.partition(" ")
    return brackets, name.strip()
