"""Plans on a deployment, and the conditions that prove them, from the reads and events that state them."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from eth_typing import ChecksumAddress

from hokctl.chain.reads import Read
from hokctl.domain.calls import AbiValue, Argument, Call
from hokctl.domain.plans import Condition, EventCondition, Plan, ViewCondition

if TYPE_CHECKING:
    from hokctl.chain.session import Snapshot
    from hokctl.services.deployments import Deployment


def build_plan(
    snapshot: "Snapshot",
    deployment: "Deployment",
    title: str,
    calls: Sequence[Call],
    *,
    after: Sequence[Condition],
    moves_funds: bool,
) -> Plan:
    """Return the plan of `calls` on the deployment, built on the snapshot's block."""
    return Plan(
        title=title,
        network=deployment.network,
        chain_id=deployment.chain_id,
        block=snapshot.block,
        calls=tuple(calls),
        after=tuple(after),
        moves_funds=moves_funds,
        config_source=deployment.config_source,
    )


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
