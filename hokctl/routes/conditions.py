"""What routes promise about their own calls: events and views, in the form that a plan declares its effect."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from eth_typing import ChecksumAddress

from hokctl.domain.calls import AbiValue, Argument
from hokctl.domain.plans import EventCondition, ViewCondition

if TYPE_CHECKING:
    from hokctl.chain.reads import Read


def event_condition(
    address: ChecksumAddress, label: str, event: str, args: Sequence[tuple[str, str, AbiValue]], text: str
) -> EventCondition:
    """Return the condition that a log is emitted; `args` are (name, ABI type, value)."""
    arguments = tuple(Argument(name=name, type=type_, value=value) for name, type_, value in args)
    return EventCondition(address=address, label=label, event=event, args=arguments, text=text)


def view_condition(read: "Read[Any]", expected: tuple[AbiValue, ...], text: str) -> ViewCondition:
    """Return the condition that `read` answers `expected`; `text` says so in words."""
    return ViewCondition(
        to=read.to,
        label=read.label,
        signature=read.signature,
        data=read.data,
        returns=read.returns,
        expected=expected,
        text=text,
    )
