"""Conditions from the reads and events that state them: what must hold once a plan was carried out."""

from typing import Any

from eth_typing import ChecksumAddress

from hokctl.chain.reads import Read
from hokctl.domain.calls import AbiValue, Argument
from hokctl.domain.plans import EventCondition, ViewCondition


def view_is(read: Read[Any], expected: AbiValue, text: str) -> ViewCondition:
    """Return the condition that `read` answers the single value `expected`; `text` says so in words."""
    return ViewCondition(
        to=read.to,
        label=read.label,
        signature=read.signature,
        data=read.data,
        returns=read.returns,
        expected=(expected,),
        text=text,
    )


def event_emitted(
    address: ChecksumAddress, label: str, event: str, args: dict[str, tuple[str, AbiValue]], text: str
) -> EventCondition:
    """Return the condition that `event` is emitted once; `args` maps argument names to (ABI type, value)."""
    arguments = tuple(Argument(name=name, type=kind, value=value) for name, (kind, value) in args.items())
    return EventCondition(address=address, label=label, event=event, args=arguments, text=text)
