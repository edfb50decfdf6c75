"""Who may buy from the live protocol's pools: the list rebuilt from logs, and plans that change it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from eth_typing import ChecksumAddress
from eth_utils.address import to_checksum_address

from hokctl.clients.events import event_topic
from hokctl.clients.purchaser_whitelist import PurchaserWhitelist, WhitelistedPool
from hokctl.domain.calls import Call
from hokctl.domain.findings import Finding, Severity
from hokctl.domain.plans import Condition, Plan
from hokctl.domain.units import ZERO_ADDRESS, ModelId
from hokctl.errors import UsageError
from hokctl.services.models import read_reserve
from hokctl.services.planning import build_plan, event_emitted, view_is

if TYPE_CHECKING:
    from hokctl.chain.session import Snapshot
    from hokctl.services.deployments import Deployment

CONTRACT: Final = "PurchaserWhitelist"
ADDED: Final = "WalletWhitelisted"
REMOVED: Final = "WalletRemovedFromWhitelist"
_ADDRESS_DIGITS: Final = 40


class WalletFileError(UsageError):
    """A file of wallets that cannot be read."""

    code = "invalid-wallet-file"

    def __init__(self, path: Path, reason: str) -> None:
        """Name the file and what is wrong with it."""
        super().__init__(
            f"{path} is not a file of wallets: {reason}.",
            hint="It needs one address or name a line; what follows a # is left out.",
        )


class NoWalletsError(UsageError):
    """Nobody is named."""

    code = "no-wallets"

    def __init__(self) -> None:
        """Say what to give."""
        super().__init__("No wallet is named.", hint="Give addresses or names, or --file FILE with one a line.")


@dataclass(frozen=True, slots=True, kw_only=True)
class WhitelistState:
    """The list at one block."""

    whitelist: PurchaserWhitelist
    listed: tuple[ChecksumAddress, ...]
    """Every wallet on it: named by the logs, and confirmed by the contract."""
    removed: tuple[ChecksumAddress, ...]
    """Wallets that were on it once."""
    asked_by: tuple[ModelId, ...]
    """The models whose pools ask this list."""
    open_pools: tuple[ModelId, ...]
    """The models whose pools ask none: anyone buys."""


def read_whitelist(snapshot: "Snapshot", deployment: "Deployment") -> WhitelistState:
    """Return the list as its logs and the contract tell, and which pools ask it; MissingContractError."""
    whitelist = PurchaserWhitelist(deployment.contract(CONTRACT))
    seen = _seen(snapshot, deployment, whitelist)
    models = read_reserve(snapshot, deployment).models
    with snapshot.batch() as batch:
        listed = {wallet: batch.add(whitelist.is_whitelisted(wallet)) for wallet in seen}
        pools = {one.model_id: batch.add(WhitelistedPool(one.pool).purchaser_whitelist()) for one in models}
    asked = {model_id: slot.value_or(ZERO_ADDRESS) for model_id, slot in pools.items()}
    return WhitelistState(
        whitelist=whitelist,
        listed=tuple(wallet for wallet, slot in listed.items() if slot.value),
        removed=tuple(wallet for wallet, slot in listed.items() if not slot.value),
        asked_by=tuple(model_id for model_id, list_ in asked.items() if list_ == whitelist.address),
        open_pools=tuple(model_id for model_id, list_ in asked.items() if list_ == ZERO_ADDRESS),
    )


def check_wallets(
    snapshot: "Snapshot", deployment: "Deployment", wallets: Sequence[ChecksumAddress]
) -> dict[ChecksumAddress, bool]:
    """Return whether each of the wallets is on the list, as the contract says; MissingContractError."""
    whitelist = PurchaserWhitelist(deployment.contract(CONTRACT))
    with snapshot.batch() as batch:
        slots = {wallet: batch.add(whitelist.is_whitelisted(wallet)) for wallet in wallets}
    return {wallet: slot.value for wallet, slot in slots.items()}


def missing_wallets(found: dict[ChecksumAddress, bool]) -> tuple[Finding, ...]:
    """Return a finding for each wallet that is not on the list."""
    return tuple(
        Finding(
            code="not-whitelisted",
            severity=Severity.WARNING,
            subject=wallet,
            message=f"{wallet} is not on the list: pools that ask it refuse its purchases.",
            remedy=f"Put it there, if it is to buy: `hokctl whitelist add {wallet}`.",
        )
        for wallet, listed in found.items()
        if not listed
    )


def plan_wallets(
    snapshot: "Snapshot", deployment: "Deployment", wallets: Sequence[ChecksumAddress], *, add: bool
) -> Plan:
    """Return the plan that puts wallets on the list or takes them off, in batches that the contract accepts.

    Those that already are as wanted are left out; each is taken once. MissingContractError.
    """
    whitelist = PurchaserWhitelist(deployment.contract(CONTRACT))
    with snapshot.batch() as batch:
        largest = batch.add(whitelist.max_batch())
        slots = {wallet: batch.add(whitelist.is_whitelisted(wallet)) for wallet in wallets}
    changing = [wallet for wallet, slot in slots.items() if slot.value is not add]
    size = largest.value
    batches = [changing[start : start + size] for start in range(0, len(changing), size)]
    after: list[Condition] = []
    for wallet in changing:
        state = "is on the list" if add else "is not on the list"
        after.append(view_is(whitelist.is_whitelisted(wallet), add, f"{wallet} {state}"))
        event, text = (ADDED if add else REMOVED), f"the change for {wallet} is logged"
        after.append(event_emitted(whitelist.address, whitelist.label, event, {"wallet": ("address", wallet)}, text))
    count = f"{len(changing)} wallets" if len(changing) != 1 else "one wallet"
    title = f"Let {count} buy" if add else f"Let {count} buy no more"
    calls = [_call(whitelist, part, add=add) for part in batches]
    return build_plan(snapshot, deployment, title, calls, after=after, moves_funds=False)


def read_wallet_file(path: Path) -> tuple[str, ...]:
    """Return the addresses or names in a text file, one a line, without remarks; WalletFileError."""
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise WalletFileError(path, getattr(error, "strerror", None) or "it is not text in UTF-8") from error
    found = tuple(word for line in lines if (word := line.partition("#")[0].strip()))
    if not found:
        raise WalletFileError(path, "it names none")
    return found


def _call(whitelist: PurchaserWhitelist, wallets: Sequence[ChecksumAddress], *, add: bool) -> Call:
    if len(wallets) == 1:
        if add:
            return whitelist.add_to_whitelist(wallets[0], purpose=f"Let {wallets[0]} buy")
        return whitelist.remove_from_whitelist(wallets[0], purpose=f"Let {wallets[0]} buy no more")
    if add:
        return whitelist.add_batch(wallets, purpose=f"Let {len(wallets)} wallets buy")
    return whitelist.remove_batch(wallets, purpose=f"Let {len(wallets)} wallets buy no more")


def _seen(snapshot: "Snapshot", deployment: "Deployment", whitelist: PurchaserWhitelist) -> tuple[ChecksumAddress, ...]:
    """Return every wallet that the logs ever named, in the order of their first."""
    from hokctl.chain.logs import get_logs

    logs = get_logs(
        snapshot.chain,
        [whitelist.address],
        [[event_topic(CONTRACT, ADDED), event_topic(CONTRACT, REMOVED)]],
        min(deployment.deployed_at_block, snapshot.block.number),
        snapshot.block.number,
    )
    return tuple(dict.fromkeys(to_checksum_address("0x" + log.topics[1][-_ADDRESS_DIGITS:]) for log in logs))
