"""Methods and their values as Safe's Transaction Builder writes them down, so that its user sees names, not hex.

A method is a piece of ABI; a value is the text that a person would type into the application: integers in decimal,
arrays as `[1,2]` without quotes, arrays of texts and all structs as JSON.
"""

import json
from collections.abc import Sequence
from typing import Final

from hokctl.clients.decoding import functions_by_selector
from hokctl.clients.fragments import Fragment, Parameter
from hokctl.domain.abi_values import value_to_json
from hokctl.domain.calls import AbiValue, Call
from hokctl.domain.documents import JsonObject, JsonValue
from hokctl.safe.multisend import verify_call_data

_NO_METHODS: Final = frozenset({"receive", "fallback"})
"""Names that the application never encodes."""


def method_of(call: Call) -> JsonObject | None:
    """Return the piece of ABI that names the call's function; None where it is not known or not said by its bytes."""
    if not call.data or "(" not in call.signature or verify_call_data(call) is not None:
        return None
    fragment = _fragment(call)
    if fragment is None or fragment.name in _NO_METHODS:
        return None
    names = [parameter.name for parameter in fragment.inputs]
    if len({*names, ""}) <= len(names):
        # The application finds values by the parameters' names.
        return None
    inputs: list[JsonValue] = [_input(parameter) for parameter in fragment.inputs]
    return {"inputs": inputs, "name": fragment.name, "payable": fragment.payable}


def method_values(method: JsonObject, values: Sequence[AbiValue]) -> JsonObject:
    """Return the values of a method's inputs as texts, by name."""
    inputs = method["inputs"]
    items = inputs if isinstance(inputs, list) else []
    texts: JsonObject = {}
    for item, value in zip(items, values, strict=True):
        if isinstance(item, dict):
            texts[str(item["name"])] = render_value(value, str(item["type"]))
    return texts


def render_value(value: AbiValue, abi_type: str) -> str:
    """Return a value of `abi_type` (structs as `tuple`) as the text that the application reads."""
    if abi_type.startswith(("tuple", "string[")):
        return json.dumps(value_to_json(value), separators=(",", ":"), ensure_ascii=False)
    return _plain(value_to_json(value))


def _plain(value: JsonValue) -> str:
    if isinstance(value, list):
        return "[" + ",".join(_plain(item) for item in value) + "]"
    return str(value).lower() if isinstance(value, bool) else str(value)


def _fragment(call: Call) -> Fragment | None:
    """Return the function of the call's own contract, else one of the same signature, else what the call says."""
    known = [item for item in functions_by_selector().get(call.selector, ()) if item.signature == call.signature]
    own = [item for item in known if item.contract == call.label]
    for fragment in (*own, *known):
        return fragment
    if any("(" in argument.type for argument in call.args):
        return None
    inputs = tuple(Parameter(argument.name, argument.type) for argument in call.args)
    name = call.signature.partition("(")[0]
    return Fragment(kind="function", name=name, inputs=inputs, contract=call.label, payable=bool(call.value))


def _input(parameter: Parameter) -> JsonObject:
    depth = parameter.type.rindex(")") + 1 if parameter.type.startswith("(") else 0
    written = "tuple" + parameter.type[depth:] if depth else parameter.type
    document: JsonObject = {
        "internalType": parameter.internal_type or written,
        "name": parameter.name,
        "type": written,
    }
    if parameter.components:
        document["components"] = [_input(component) for component in parameter.components]
    return document
