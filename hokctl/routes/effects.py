"""Trying a plan out on its way to the chain: what it would do, observed by the node, in the plan's own terms."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from eth_typing import ChecksumAddress
from eth_utils.address import to_checksum_address

from hokctl.clients.erc20 import Erc20
from hokctl.domain.effects import BalanceChange, Effect, ViewChange
from hokctl.domain.plans import BalanceCondition, Plan, ViewCondition
from hokctl.domain.units import ZERO_ADDRESS
from hokctl.routes.decoding import plan_decoder

if TYPE_CHECKING:
    from hokctl.chain.reads import Read
    from hokctl.chain.receipts import Log
    from hokctl.chain.scenes import Observation, View
    from hokctl.domain.calls import AbiValue

TRANSFER_TOPIC: Final = "0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef"
"""`Transfer(address,address,uint256)` of ERC-20."""
_TRANSFER_TOPICS: Final = 3
_WORD: Final = 32

Holding = tuple[ChecksumAddress | None, ChecksumAddress]
"""A token (None: the native currency) and who holds it."""


def views_of(plan: Plan) -> tuple["Read[Any]", ...]:
    """Return what is read before and after the plan: the declared views, then the declared balances of tokens."""
    from hokctl.chain.reads import Read

    views = [
        Read(
            to=view.to,
            label=view.label,
            signature=view.signature,
            data=view.data,
            returns=view.returns,
            decode=lambda values: values,
        )
        for view in _views(plan)
    ]
    return (*views, *(Erc20(token).balance_of(account) for token, account in _holdings(plan)))


def effect_of(plan: Plan, observation: "Observation", labels: Mapping[ChecksumAddress, str]) -> Effect:
    """Return the observation in the plan's terms; `observation` must have asked `views_of(plan)` and not failed.

    `labels` names contracts that the plan does not. A balance that was read counts before what the logs say of it.
    """
    views, holdings = _views(plan), _holdings(plan)
    before, after = observation.before, observation.after
    moved = token_changes(observation.logs)
    for holding, old, new in zip(holdings, before[len(views) :], after[len(views) :], strict=True):
        if old is not None and new is not None:
            moved[holding] = _units(new) - _units(old)
    moved.update({(None, account): change for account, change in observation.native.items()})
    return Effect(
        method=observation.method,
        events=plan_decoder(plan, labels)(observation.logs),
        balances=tuple(
            BalanceChange(token=token, account=account, change=change)
            for (token, account), change in moved.items()
            if change
        ),
        views=tuple(
            ViewChange(condition=view, before=old, after=new)
            for view, old, new in zip(views, before[: len(views)], after[: len(views)], strict=True)
        ),
        storage=observation.storage,
        created=observation.created,
        gas_used=observation.gas_used,
    )


def token_changes(logs: Sequence["Log"]) -> dict[Holding, int]:
    """Return by how many base units the logs of ERC-20 transfers change balances; what is minted comes from nobody."""
    changes: Counter[Holding] = Counter()
    for log in logs:
        if len(log.topics) == _TRANSFER_TOPICS and log.topics[0] == TRANSFER_TOPIC and len(log.data) == _WORD:
            giver, taker = (to_checksum_address("0x" + topic[-40:]) for topic in log.topics[1:])
            units = int.from_bytes(log.data, "big")
            changes[log.address, giver] -= units
            changes[log.address, taker] += units
    return {holding: change for holding, change in changes.items() if change and holding[1] != ZERO_ADDRESS}


def _views(plan: Plan) -> list[ViewCondition]:
    return [condition for condition in plan.after if isinstance(condition, ViewCondition)]


def _holdings(plan: Plan) -> list[tuple[ChecksumAddress, ChecksumAddress]]:
    declared = (condition for condition in plan.after if isinstance(condition, BalanceCondition))
    pairs = ((condition.token, condition.account) for condition in declared)
    return list(dict.fromkeys((token, account) for token, account in pairs if token is not None))


def _units(values: "View | tuple[AbiValue, ...]") -> int:
    (value,) = values or (0,)
    return value if isinstance(value, int) else 0
