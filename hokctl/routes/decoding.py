"""Reading logs with the names that a plan gives."""

from collections.abc import Iterator, Mapping

from eth_typing import ChecksumAddress

from hokctl.domain.calls import AbiValue
from hokctl.domain.plans import EventCondition, Plan
from hokctl.domain.units import ModelId
from hokctl.routes.records import Decoder


def plan_decoder(plan: Plan, labels: Mapping[ChecksumAddress, str], names: tuple[ModelId, ...] = ()) -> Decoder:
    """Return a decoder of what the plan's calls emit: by the plan's own names, and by `labels` before them.

    `names` are model ids beside those in the plan.
    """
    from hokctl.clients.events import decode_logs

    known = {call.to: call.label for call in plan.calls if call.to is not None}
    known |= {item.address: item.label for item in plan.after if isinstance(item, EventCondition)}
    known |= labels
    texts = (*names, *texts_of(plan))
    return lambda logs: decode_logs(logs, known, texts)


def texts_of(plan: Plan) -> tuple[ModelId, ...]:
    """Return every text among the plan's values: the candidates for naming what is hashed in an event's topic."""
    values = [argument.value for call in plan.calls for argument in call.args]
    values += [arg.value for item in plan.after if isinstance(item, EventCondition) for arg in item.args]
    return tuple(dict.fromkeys(ModelId(text) for value in values for text in _texts(value)))


def _texts(value: AbiValue) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    if isinstance(value, tuple):
        for item in value:
            yield from _texts(item)
