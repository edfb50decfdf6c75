"""Calldata read back: which function, which arguments, and the calls inside of calls. It needs no chain.

What is not known for sure is not claimed: a selector is four bytes, and anyone can build a function that shares them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from eth_typing import ChecksumAddress
from eth_utils.crypto import keccak

from hokctl.chain.abi_values import AbiMismatchError, decode_values
from hokctl.clients.carried_calls import carried_calls
from hokctl.clients.codec import SELECTOR_BYTES, encode_values
from hokctl.clients.fragments import Fragment
from hokctl.clients.interfaces import known_fragments
from hokctl.clients.safe import Operation
from hokctl.clients.safe_deployments import safe_labels
from hokctl.domain.calls import AbiValue, Argument

MAX_DEPTH: Final = 8
"""How deep calls inside of calls are followed; deeper ones stay bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DecodedCall:
    """A call as far as hokctl can read it."""

    to: ChecksumAddress | None
    """The target; None where only the calldata is known."""
    label: str | None
    """What the target is, where that is known."""
    value: int
    """Native currency sent along, in wei."""
    data: bytes
    operation: Operation = Operation.CALL
    signature: str | None = None
    """The canonical signature; None for an unknown function and for no data at all."""
    args: tuple[Argument, ...] = ()
    candidates: tuple[str, ...] = ()
    """The contracts and standards that have this function; just the target's when its label tells."""
    exact: bool = True
    """Whether the arguments, encoded again, give exactly these bytes. False means hidden or crooked bytes."""
    inner: tuple["DecodedCall", ...] = ()
    """The calls that this one carries: MultiSend, Safe, timelock and governor."""

    @property
    def known(self) -> bool:
        """Whether the function is known, or there is nothing to know because there is no data."""
        return self.signature is not None or not self.data

    @property
    def selector(self) -> bytes:
        """The four bytes that choose the function; fewer where there are none."""
        return self.data[:SELECTOR_BYTES]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Target:
    to: ChecksumAddress | None
    label: str | None
    value: int
    operation: Operation


def decode_calldata(
    data: bytes,
    label: str | None = None,
    *,
    to: ChecksumAddress | None = None,
    value: int = 0,
    operation: Operation = Operation.CALL,
    labels: Mapping[ChecksumAddress, str] | None = None,
) -> DecodedCall:
    """Return what `data` says, sent to `to`, with the calls inside of it.

    `label` is what the target is (else looked up in `labels`); it decides which contract's argument names are used.
    Nothing raises: what cannot be read stays unknown.
    """
    known = {**safe_labels(), **(labels or {})}
    target = _Target(
        to=to, label=label or (known.get(to) if to is not None else None), value=value, operation=operation
    )
    return _decode(data, target, labels=known, depth=0)


@cache
def functions_by_selector() -> Mapping[bytes, tuple[Fragment, ...]]:
    """Return every function that hokctl can name, by selector."""
    found: dict[bytes, list[Fragment]] = {}
    for fragment in known_fragments():
        if fragment.kind == "function":
            found.setdefault(fragment.selector, []).append(fragment)
    return {selector: tuple(fragments) for selector, fragments in found.items()}


@cache
def decoder_digest() -> str:
    """Return the hash over every function that hokctl can name: whoever has the same one reads calldata alike."""
    lines = {
        f"{fragment.contract}.{fragment.signature}:{','.join(parameter.name for parameter in fragment.inputs)}"
        for fragments in functions_by_selector().values()
        for fragment in fragments
    }
    return "0x" + keccak(text="\n".join(sorted(lines))).hex()


def _decode(data: bytes, target: _Target, *, labels: Mapping[ChecksumAddress, str], depth: int) -> DecodedCall:
    unknown = DecodedCall(to=target.to, label=target.label, value=target.value, data=data, operation=target.operation)
    fragments = functions_by_selector().get(data[:SELECTOR_BYTES], ())
    own = tuple(fragment for fragment in fragments if fragment.contract == target.label)
    for fragment in own or fragments:
        try:
            values = decode_values(fragment.types, data[SELECTOR_BYTES:])
        except AbiMismatchError:
            continue
        nested = _inner_targets(fragment.signature, values, target, labels) if depth < MAX_DEPTH else ()
        return DecodedCall(
            to=target.to,
            label=target.label,
            value=target.value,
            data=data,
            operation=target.operation,
            signature=fragment.signature,
            args=_name_arguments(fragment, values),
            candidates=tuple(item.contract for item in own or fragments if item.signature == fragment.signature),
            exact=encode_values(fragment.types, values) == data[SELECTOR_BYTES:],
            inner=tuple(_decode(bytes_, item, labels=labels, depth=depth + 1) for bytes_, item in nested),
        )
    return unknown


def _name_arguments(fragment: Fragment, values: tuple[AbiValue, ...]) -> tuple[Argument, ...]:
    return tuple(
        Argument(name=parameter.name, type=parameter.type, value=value)
        for parameter, value in zip(fragment.inputs, values, strict=True)
    )


def _inner_targets(
    signature: str, values: tuple[AbiValue, ...], target: _Target, labels: Mapping[ChecksumAddress, str]
) -> tuple[tuple[bytes, _Target], ...]:
    """Return the (calldata, target) pairs that a call of `signature` carries."""
    return tuple(
        (data, _Target(to=to, label=_label(to, target, labels), value=value, operation=operation))
        for to, value, data, operation in carried_calls(signature, values, target.to)
    )


def _label(to: ChecksumAddress | None, outer: _Target, labels: Mapping[ChecksumAddress, str]) -> str | None:
    return outer.label if to == outer.to else labels.get(to) if to is not None else None
