"""A plan: an ordered list of calls, what must hold afterwards, and a hash over all of it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from eth_typing import ChecksumAddress
from eth_utils.crypto import keccak

from hokctl.domain.abi_values import value_from_json, value_to_json
from hokctl.domain.call_documents import argument_from_json, argument_to_json, call_from_json, call_to_json
from hokctl.domain.calls import AbiValue, Argument, Call
from hokctl.domain.documents import DocumentError, Fields, JsonObject, JsonValue
from hokctl.domain.units import BlockRef, PlanHash
from hokctl.errors import UsageError

PLAN_VERSION = 2


class InvalidPlanError(UsageError):
    """A serialised plan that hokctl cannot read, or whose content does not match its hash."""

    code = "invalid-plan"
    shows_hashes = True

    def __init__(self, reason: str) -> None:
        """Say what is wrong with it."""
        super().__init__(
            f"The plan cannot be read: {reason}.",
            hint="Have it proposed again from the same facts.",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewCondition:
    """A view that must return `expected` once the plan was carried out."""

    to: ChecksumAddress
    label: str
    signature: str
    data: bytes
    returns: tuple[str, ...]
    expected: tuple[AbiValue, ...]
    text: str
    """The condition in words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EventCondition:
    """One log that the execution must emit; the same log twice takes two conditions."""

    address: ChecksumAddress
    label: str
    event: str
    """The event's name in the ABI of `label`."""
    args: tuple[Argument, ...]
    """The arguments that matter, by name; an indexed string is given in clear."""
    text: str
    """The condition in words."""
    optional: bool = False
    """Whether the log may also be missing, or be there several times: only for `Approval`, which tokens log or not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BalanceCondition:
    """By how much an account's balance must have changed once the plan was carried out, gas not counted."""

    token: ChecksumAddress | None
    """The ERC-20 token; None is the chain's native currency."""
    account: ChecksumAddress
    change: int
    """The sum over all calls in base units, negative when the account has less afterwards; never zero."""
    text: str
    """The condition in words."""


Condition = ViewCondition | EventCondition | BalanceCondition


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is to be done, as data that can be printed, stored, hashed and checked again."""

    title: str
    network: str
    chain_id: int
    block: BlockRef
    """The block whose facts the plan was built on; not part of the hash."""
    calls: tuple[Call, ...]
    after: tuple[Condition, ...] = ()
    """The complete effect of the calls: every log, every balance that changes, and the views that prove it."""
    touches: tuple[ChecksumAddress, ...] = ()
    """Contracts whose storage may change besides those that conditions name and those that the plan creates."""
    creates: tuple[ChecksumAddress, ...] = ()
    """Contracts that the calls have a factory create, besides those that a call creates itself."""
    declared: bool = True
    """Whether somebody has said what the calls do: False for a transaction that hokctl did not plan."""
    moves_funds: bool = False
    """Whether money leaves, or power over money changes hands: never by a lone key in production."""
    config_source: str | None = None
    """The configuration file that the plan relied on; not part of the hash."""

    @property
    def plan_hash(self) -> PlanHash:
        """The keccak hash of the canonical JSON of everything but the block and the configuration's name."""
        content = plan_to_json(self)
        del content["block"], content["config_source"]
        canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
        return PlanHash("0x" + keccak(text=canonical).hex())

    @property
    def created_addresses(self) -> frozenset[ChecksumAddress]:
        """The addresses of the contracts that the plan's calls create."""
        return frozenset((*self.creates, *(call.creates for call in self.calls if call.creates is not None)))


def plan_to_json(plan: Plan) -> JsonObject:
    """Return the plan as JSON values; bytes become hex, integers decimal strings."""
    return {
        "version": PLAN_VERSION,
        "title": plan.title,
        "network": plan.network,
        "chain_id": plan.chain_id,
        "block": {"number": plan.block.number, "hash": plan.block.hash, "timestamp": plan.block.timestamp},
        "calls": [call_to_json(call) for call in plan.calls],
        "after": [_condition_to_json(condition) for condition in plan.after],
        "touches": list(plan.touches),
        "creates": list(plan.creates),
        "declared": plan.declared,
        "moves_funds": plan.moves_funds,
        "config_source": plan.config_source,
    }


def plan_from_json(document: Mapping[str, JsonValue]) -> Plan:
    """Return the plan that `plan_to_json` wrote; raises InvalidPlanError for anything else.

    Every text that a person will read must be printable, so that a plan from a shared folder cannot disguise itself.
    """
    try:
        return _plan_from_fields(Fields(document))
    except DocumentError as error:
        raise InvalidPlanError(str(error)) from error
    except RecursionError as error:
        raise InvalidPlanError("its values are nested too deeply") from error


def _plan_from_fields(fields: Fields) -> Plan:
    if fields.number("version") != PLAN_VERSION:
        raise InvalidPlanError(f"version {fields.number('version')} is not {PLAN_VERSION}")
    block = fields.object("block")
    return Plan(
        title=fields.line("title"),
        network=fields.line("network"),
        chain_id=fields.number("chain_id"),
        block=BlockRef(number=block.number("number"), hash=block.line("hash"), timestamp=block.timestamp("timestamp")),
        calls=tuple(call_from_json(item) for item in fields.objects("calls")),
        after=tuple(_condition_from_json(item) for item in fields.objects("after")),
        touches=fields.addresses("touches"),
        creates=fields.addresses("creates"),
        declared=fields.flag("declared"),
        moves_funds=fields.flag("moves_funds"),
        config_source=fields.optional_line("config_source"),
    )


def _condition_to_json(condition: Condition) -> JsonObject:
    match condition:
        case ViewCondition():
            return {
                "kind": "view",
                "to": condition.to,
                "label": condition.label,
                "signature": condition.signature,
                "data": "0x" + condition.data.hex(),
                "returns": list(condition.returns),
                "expected": [value_to_json(value) for value in condition.expected],
                "text": condition.text,
            }
        case EventCondition():
            return {
                "kind": "event",
                "address": condition.address,
                "label": condition.label,
                "event": condition.event,
                "args": [argument_to_json(argument) for argument in condition.args],
                "text": condition.text,
                **({"optional": True} if condition.optional else {}),
            }
        case BalanceCondition():
            return {
                "kind": "balance",
                "token": condition.token,
                "account": condition.account,
                "change": str(condition.change),
                "text": condition.text,
            }


def _condition_from_json(item: Fields) -> Condition:
    match item.line("kind"):
        case "view":
            return _view_condition_from_json(item)
        case "event":
            return _event_condition_from_json(item)
        case "balance":
            return _balance_condition_from_json(item)
        case kind:
            raise DocumentError(f"{kind!r} is not a condition")


def _event_condition_from_json(item: Fields) -> EventCondition:
    condition = EventCondition(
        address=item.address("address"),
        label=item.line("label"),
        event=item.line("event"),
        args=tuple(argument_from_json(argument) for argument in item.objects("args")),
        text=item.line("text"),
        optional="optional" in item.content and item.flag("optional"),
    )
    given = {argument.name for argument in condition.args}
    if condition.optional and (condition.event != "Approval" or not {"owner", "spender"} <= given):
        raise DocumentError("only an Approval between two named accounts may be left open")
    return condition


def _balance_condition_from_json(item: Fields) -> BalanceCondition:
    return BalanceCondition(
        token=item.optional_address("token"),
        account=item.address("account"),
        change=item.decimal("change"),
        text=item.line("text"),
    )


def _view_condition_from_json(item: Fields) -> ViewCondition:
    returns, expected = item.lines("returns"), item.items("expected")
    if len(returns) != len(expected):
        raise DocumentError("a condition expects another number of values than its view returns")
    return ViewCondition(
        to=item.address("to"),
        label=item.line("label"),
        signature=item.line("signature"),
        data=item.data("data"),
        returns=returns,
        expected=tuple(value_from_json(value, kind) for value, kind in zip(expected, returns, strict=True)),
        text=item.line("text"),
    )
