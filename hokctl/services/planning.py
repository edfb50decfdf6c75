"""Plans on a deployment, and the conditions that prove them, from the reads and events that state them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from eth_typing import ChecksumAddress

from hokctl.chain.reads import Read
from hokctl.clients.access_control import AccessControl
from hokctl.clients.codec import word_from_hex
from hokctl.clients.erc20 import Erc20
from hokctl.domain.amounts import TokenAmount
from hokctl.domain.calls import AbiValue, Argument, Call
from hokctl.domain.plans import BalanceCondition, Condition, EventCondition, Plan, ViewCondition
from hokctl.domain.roles import RoleId, role_name
from hokctl.domain.units import ZERO_ADDRESS

if TYPE_CHECKING:
    from hokctl.chain.session import Snapshot
    from hokctl.services.deployments import Deployment


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """One transfer of tokens."""

    giver: ChecksumAddress
    """The zero address where they are minted."""
    taker: ChecksumAddress
    amount: TokenAmount


def build_plan(
    snapshot: "Snapshot",
    deployment: "Deployment",
    title: str,
    calls: Sequence[Call],
    *,
    after: Sequence[Condition],
    moves_funds: bool,
    touches: Sequence[ChecksumAddress] = (),
    creates: Sequence[ChecksumAddress] = (),
) -> Plan:
    """Return the plan of `calls` on the deployment, built on the snapshot's block.

    `after`, `touches` and `creates` together are the complete effect of the calls, as `Plan` has it.
    """
    return Plan(
        title=title,
        network=deployment.network,
        chain_id=deployment.chain_id,
        block=snapshot.block,
        calls=tuple(calls),
        after=tuple(after),
        touches=tuple(touches),
        creates=tuple(creates),
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


def may_approve(token: ChecksumAddress, owner: ChecksumAddress, spender: ChecksumAddress) -> EventCondition:
    """Return that the token may log the allowance of `owner` for `spender`, when it is granted and when it is used.

    OpenZeppelin 4 logs both; OpenZeppelin 5 and USDC log only that it is granted.
    """
    args: dict[str, tuple[str, AbiValue]] = {"owner": ("address", owner), "spender": ("address", spender)}
    text = f"what {spender} may take from {owner} may be logged"
    return replace(event_emitted(token, Erc20.contract_name, "Approval", args, text), optional=True)


def role_granted(contract: AccessControl, role: RoleId, account: ChecksumAddress) -> EventCondition:
    """Return the condition that the contract logs the grant of `role` to `account`."""
    args: dict[str, tuple[str, AbiValue]] = {
        "role": ("bytes32", word_from_hex(role)),
        "account": ("address", account),
    }
    text = f"the grant of {role_name(role)} to {account} is logged"
    return event_emitted(contract.address, contract.label, "RoleGranted", args, text)


def tokens_moved(
    token: ChecksumAddress, transfers: Sequence[Transfer]
) -> tuple[EventCondition | BalanceCondition, ...]:
    """Return the conditions that `token` is transferred so: a log each, and what each account has more or less."""
    logged = [
        event_emitted(
            token,
            Erc20.contract_name,
            "Transfer",
            {
                "from": ("address", transfer.giver),
                "to": ("address", transfer.taker),
                "value": ("uint256", transfer.amount.units),
            },
            f"{transfer.amount} goes from {transfer.giver} to {transfer.taker}",
        )
        for transfer in transfers
    ]
    changes: dict[ChecksumAddress, TokenAmount] = {}
    for transfer in transfers:
        nothing = transfer.amount - transfer.amount
        changes[transfer.giver] = changes.get(transfer.giver, nothing) - transfer.amount
        changes[transfer.taker] = changes.get(transfer.taker, nothing) + transfer.amount
    return (
        *logged,
        *(
            BalanceCondition(token=token, account=account, change=change.units, text=_more_or_less(account, change))
            for account, change in changes.items()
            if change and account != ZERO_ADDRESS
        ),
    )


def _more_or_less(account: ChecksumAddress, change: TokenAmount) -> str:
    size = change.token.amount(abs(change.units))
    return f"{account} has {size} {'more' if change.units > 0 else 'less'}"
