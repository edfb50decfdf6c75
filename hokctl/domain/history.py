"""What kinds of events there are for people, and one sentence for each."""

from collections.abc import Callable, Collection, Mapping
from typing import Any, Final

from hokctl.domain.calls import AbiValue
from hokctl.domain.protocol_events import (
    DEPOSIT,
    FEE,
    PAYMENT,
    RESERVE_TOKEN,
    TRANSFER,
    UNKNOWN_EVENT,
    WITHDRAWAL,
    ProtocolEvent,
)
from hokctl.domain.roles import role_name
from hokctl.domain.splits import format_bps

SENT: Final = "sent"
OTHER: Final = "other"

_KINDS: Final[Mapping[str, tuple[str, ...]]] = {
    "payment": (PAYMENT, "BatchPaymentCompleted"),
    "deposit": (DEPOSIT,),
    "fee": (FEE, "BatchDeposited", "FeeSplitCalculated"),
    "withdrawal": (WITHDRAWAL,),
    "transfer": (TRANSFER,),
    "provider": ("ProviderSet",),
    "split": ("InfrastructureAccrualBpsSet",),
    "params": ("TokensPerDeltaOneSet", "LicenseRefSet", "OraclePricePerThousandUsdSet", "ParamUpdateQueued"),
    "role": ("RoleGranted", "RoleRevoked", "RoleAdminChanged"),
    "owner": ("OwnershipTransferred", "OwnershipTransferStarted", "TreasuryUpdated"),
    "pause": ("Paused", "Unpaused", "PoolPaused", "PoolUnpaused"),
    "model": (
        "TokenDeployed",
        "ParamsDeployed",
        "PoolCreated",
        "PoolCreatedWithWhitelist",
        "ModelRegistered",
        "StringModelRegistered",
        "PoolRegistered",
    ),
    "pool": ("Buy", "Sell", "FeesDeposited", "PhaseTransition", "ParametersUpdated", "TreasuryWithdrawal"),
}
KINDS: Final = (*_KINDS, OTHER, SENT)
"""What the history can be asked for."""
_KIND_OF: Final = {name: kind for kind, names in _KINDS.items() for name in names}


def kind_of(event: ProtocolEvent) -> str:
    """Return which of KINDS an event is."""
    if event.name == TRANSFER and event.contract != RESERVE_TOKEN:
        return OTHER
    return _KIND_OF.get(event.name, OTHER)


def names_of(kinds: Collection[str]) -> frozenset[str]:
    """Return the names of the events of these kinds; none, which stands for all, where a name does not tell."""
    if not kinds or OTHER in kinds:
        return frozenset()
    return frozenset(name for kind in kinds for name in _KINDS.get(kind, ()))


def describe(event: ProtocolEvent) -> str:
    """Return in words what happened; its amount, model and invoice stand beside it."""
    sentence = _SENTENCES.get(event.name)
    if sentence is not None and (event.name != TRANSFER or event.contract == RESERVE_TOKEN):
        try:
            return sentence(event.args)
        except KeyError:
            pass  # another version's event of the same name, with other arguments
    if event.name == UNKNOWN_EVENT:
        return f"an event of {event.contract} that hokctl does not know"
    shown = ", ".join(f"{name} {_show(value)}" for name, value in event.args.items() if name != "modelId")
    return f"{event.contract}.{event.name}" + (f": {shown}" if shown else "")


def _show(value: AbiValue) -> str:
    if isinstance(value, bytes):
        return "0x" + value.hex()
    if isinstance(value, tuple):
        return "[" + ", ".join(map(_show, value)) + "]"
    return _plain(str(value))


def _plain(text: str) -> str:
    """Return a text of somebody else's on one line: it may not move the cursor of the terminal that shows it."""
    return " ".join("".join(character if character.isprintable() else " " for character in text).split())


def _role(args: Mapping[str, Any], name: str = "role") -> str:
    return role_name("0x" + args[name].hex())


def _memo(args: Mapping[str, Any]) -> str:
    memo = _plain(str(args["memo"]))
    return f": {memo}" if memo else ""


_SENTENCES: Final[Mapping[str, Callable[[Mapping[str, Any]], str]]] = {
    PAYMENT: lambda args: f"paid to {args['payee']}{_memo(args)}",
    "BatchPaymentCompleted": lambda args: f"{args['paymentCount']} payments made in one",
    DEPOSIT: lambda _: "accrued for infrastructure",
    FEE: lambda args: f"fee deposited by {args['depositor']}",
    "BatchDeposited": lambda args: f"fees deposited for {args['modelCount']} models in one",
    WITHDRAWAL: lambda args: f"emergency withdrawal to {args['recipient']}",
    TRANSFER: lambda args: f"moved from {args['from']} to {args['to']}",
    "ProviderSet": lambda args: f"provider set to {args['provider']}",
    "InfrastructureAccrualBpsSet": lambda args: (
        f"split changed from {format_bps(args['oldBps'])} to {format_bps(args['newBps'])} by {args['updatedBy']}"
    ),
    "RoleGranted": lambda args: f"{_role(args)} granted to {args['account']} by {args['sender']}",
    "RoleRevoked": lambda args: f"{_role(args)} taken from {args['account']} by {args['sender']}",
    "RoleAdminChanged": lambda args: f"admin of {_role(args)} is now {_role(args, 'newAdminRole')}",
    "OwnershipTransferred": lambda args: f"ownership went from {args['previousOwner']} to {args['newOwner']}",
    "OwnershipTransferStarted": lambda args: f"ownership offered by {args['previousOwner']} to {args['newOwner']}",
    "Paused": lambda args: f"stopped by {args['account']}",
    "Unpaused": lambda args: f"released by {args['account']}",
    "TokenDeployed": lambda args: f"token {_plain(str(args['symbol']))} deployed at {args['tokenAddress']}",
    "ParamsDeployed": lambda args: f"params deployed at {args['paramsAddress']}",
    "PoolCreated": lambda args: f"pool created at {args['poolAddress']}",
}
