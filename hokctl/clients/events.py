"""Logs read back as events. A `string indexed modelId` is a hash on the chain: the model ids that are known name it."""

from collections.abc import Iterable, Mapping
from functools import cache

from eth_typing import ChecksumAddress

from hokctl.chain.abi_values import AbiMismatchError, decode_values
from hokctl.chain.receipts import Log
from hokctl.clients.fragments import Fragment, Parameter
from hokctl.clients.interfaces import known_fragments
from hokctl.domain.calls import AbiValue, Argument
from hokctl.domain.outcomes import Event
from hokctl.domain.protocol_events import UNKNOWN_EVENT
from hokctl.domain.units import ModelId, model_topic


def decode_logs(
    logs: Iterable[Log],
    labels: Mapping[ChecksumAddress, str] | None = None,
    model_ids: Iterable[ModelId] = (),
) -> tuple[Event, ...]:
    """Return one event per log, in their order.

    `labels` tells what stands at an address, which then goes by its contract's name. An indexed string is given in
    clear when it is one of `model_ids`, else as its hash, of type bytes32.
    """
    names = {model_topic(model_id): str(model_id) for model_id in model_ids}
    return tuple(_decode_log(log, (labels or {}).get(log.address), names) for log in logs)


def event_topic(contract: str, event: str) -> str:
    """Return the first topic of an event such as (`AccessControl`, `RoleGranted`), for log filters."""
    for fragment in known_fragments():
        if (fragment.kind, fragment.contract, fragment.name) == ("event", contract, event):
            return "0x" + fragment.hash.hex()
    raise KeyError(f"{contract}.{event}")


@cache
def events_by_topic() -> Mapping[str, tuple[Fragment, ...]]:
    """Return the events that hokctl knows by their first topic; several interfaces may have the same one."""
    found: dict[str, list[Fragment]] = {}
    for fragment in known_fragments():
        if fragment.kind == "event":
            found.setdefault("0x" + fragment.hash.hex(), []).append(fragment)
    return {topic: tuple(fragments) for topic, fragments in found.items()}


def _decode_log(log: Log, label: str | None, names: Mapping[str, str]) -> Event:
    candidates = events_by_topic().get(log.topics[0].lower(), ()) if log.topics else ()
    for fragment in sorted(candidates, key=lambda candidate: candidate.contract != label):
        args = _decode_arguments(fragment, log, names)
        if args is not None:
            return Event(address=log.address, label=label or fragment.contract, name=fragment.name, args=args)
    return Event(address=log.address, label=label or "contract", name=UNKNOWN_EVENT, args=_raw_arguments(log))


def _decode_arguments(fragment: Fragment, log: Log, names: Mapping[str, str]) -> tuple[Argument, ...] | None:
    indexed = [parameter for parameter in fragment.inputs if parameter.indexed]
    plain = tuple(parameter.type for parameter in fragment.inputs if not parameter.indexed)
    # Safe 1.3.0 and 1.4.1 emit the same events with other arguments indexed: the number of topics tells them apart.
    if len(indexed) != len(log.topics) - 1:
        return None
    try:
        values = iter(decode_values(plain, log.data))
        topics = iter(log.topics[1:])
        return tuple(
            _topic_argument(parameter, next(topics), names)
            if parameter.indexed
            else Argument(name=parameter.name, type=parameter.type, value=next(values))
            for parameter in fragment.inputs
        )
    except AbiMismatchError:
        return None


def _topic_argument(parameter: Parameter, topic: str, names: Mapping[str, str]) -> Argument:
    word = bytes.fromhex(topic.removeprefix("0x"))
    if parameter.type == "string":
        name = names.get(topic.lower())
        hashed = Argument(name=parameter.name, type="bytes32", value=word)
        return hashed if name is None else Argument(name=parameter.name, type="string", value=name)
    value: AbiValue = decode_values((parameter.type,), word)[0]
    return Argument(name=parameter.name, type=parameter.type, value=value)


def _raw_arguments(log: Log) -> tuple[Argument, ...]:
    topics = (
        Argument(name=f"topic{index}", type="bytes32", value=bytes.fromhex(topic.removeprefix("0x")))
        for index, topic in enumerate(log.topics)
    )
    return (*topics, Argument(name="data", type="bytes", value=log.data))
