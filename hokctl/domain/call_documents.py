"""Calls as documents: JSON values and back."""

from hokctl.domain.abi_values import value_from_json, value_to_json
from hokctl.domain.authority import AccountRequired, OwnershipRequired, Requirement, RoleRequired
from hokctl.domain.calls import Argument, Call
from hokctl.domain.documents import DocumentError, Fields, JsonObject
from hokctl.domain.roles import RoleId


def call_to_json(call: Call) -> JsonObject:
    """Return a call as JSON values."""
    return {
        "to": call.to,
        "label": call.label,
        "signature": call.signature,
        "args": [argument_to_json(argument) for argument in call.args],
        "data": "0x" + call.data.hex(),
        "value": str(call.value),
        "purpose": call.purpose,
        "requires": [_requirement_to_json(requirement) for requirement in call.requires],
        "creates": call.creates,
    }


def call_from_json(item: Fields) -> Call:
    """Return the call that `call_to_json` wrote; raises DocumentError."""
    return Call(
        to=item.optional_address("to"),
        label=item.line("label"),
        signature=item.line("signature"),
        args=tuple(argument_from_json(argument) for argument in item.objects("args")),
        data=item.data("data"),
        value=item.decimal("value"),
        purpose=item.line("purpose"),
        requires=tuple(_requirement_from_json(requirement) for requirement in item.objects("requires")),
        creates=item.optional_address("creates"),
    )


def argument_to_json(argument: Argument) -> JsonObject:
    """Return an argument as JSON values."""
    return {"name": argument.name, "type": argument.type, "value": value_to_json(argument.value)}


def argument_from_json(item: Fields) -> Argument:
    """Return the argument that `argument_to_json` wrote; raises DocumentError."""
    abi_type = item.line("type")
    return Argument(name=item.line("name"), type=abi_type, value=value_from_json(item.value("value"), abi_type))


def _requirement_to_json(requirement: Requirement) -> JsonObject:
    match requirement:
        case RoleRequired():
            return {"kind": "role", "contract": requirement.contract, "role": requirement.role}
        case OwnershipRequired():
            return {"kind": "owner", "contract": requirement.contract}
        case AccountRequired():
            return {"kind": "account", "account": requirement.account}


def _requirement_from_json(item: Fields) -> Requirement:
    match item.line("kind"):
        case "role":
            return RoleRequired(contract=item.address("contract"), role=RoleId(item.hash("role")))
        case "owner":
            return OwnershipRequired(contract=item.address("contract"))
        case "account":
            return AccountRequired(account=item.address("account"))
        case kind:
            raise DocumentError(f"{kind!r} is not a requirement")
