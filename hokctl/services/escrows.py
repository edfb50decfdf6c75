"""The live protocol's escrow of claims as it stands: what it holds, has released and lost, and what vests for it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from eth_typing import ChecksumAddress

from hokctl.clients.erc20 import Erc20
from hokctl.clients.events import decode_logs, event_topic
from hokctl.clients.pending_claims_escrow import PendingClaimsEscrow
from hokctl.clients.reward_vesting_vault import RewardVestingVault
from hokctl.domain.amounts import Token, TokenAmount
from hokctl.domain.findings import Finding, Severity
from hokctl.domain.units import Bytes32, ModelId
from hokctl.services.models import read_reserve

if TYPE_CHECKING:
    from hokctl.chain.receipts import Log
    from hokctl.chain.session import Snapshot
    from hokctl.clients.reward_vesting_vault import VestingSchedule
    from hokctl.domain.outcomes import Event
    from hokctl.services.deployments import Deployment

CONTRACT: Final = "PendingClaimsEscrow"
VAULT: Final = "RewardVestingVault"
RELEASED: Final = "Released"
RESCUED: Final = "Rescued"


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """What the escrow has of one token."""

    model_id: ModelId | None
    """None for the reserve token."""
    balance: TokenAmount
    released: TokenAmount
    """All that was ever released."""
    rescued: TokenAmount
    """All that the admin ever took out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Vesting:
    """One schedule whose beneficiary is the escrow."""

    id: int
    schedule: "VestingSchedule"
    total: TokenAmount
    claimed: TokenAmount
    claimable: TokenAmount
    """Due at the block that was read, and not yet taken in."""

    def is_over(self, now: int) -> bool:
        """Tell whether everything is due, so that what is claimable grows no more."""
        return self.schedule.ends_at <= now


@dataclass(frozen=True, slots=True, kw_only=True)
class EscrowState:
    """The escrow at one block."""

    escrow: PendingClaimsEscrow
    vault: ChecksumAddress | None
    """The vesting vault; None where the manifest names none."""
    now: int
    """The block's time, in Unix seconds."""
    paused: bool
    max_batch: int
    holdings: tuple[Holding, ...]
    vestings: tuple[Vesting, ...]

    def holding(self, token: ChecksumAddress) -> Holding | None:
        """Return what the escrow has of the token at this address, if it is one of those known."""
        return next((one for one in self.holdings if one.balance.token.address == token), None)


def read_escrow(snapshot: "Snapshot", deployment: "Deployment", tokens: Sequence[ChecksumAddress] = ()) -> EscrowState:
    """Return the escrow with the tokens of all models, the reserve token and `tokens`; MissingContractError."""
    escrow = PendingClaimsEscrow(deployment.contract(CONTRACT))
    vault = deployment.contracts.get(VAULT)
    models = {model.token: model.model_id for model in read_reserve(snapshot, deployment).models}
    addresses = tuple(dict.fromkeys((*models, deployment.suite.usdc_address, *tokens)))
    with snapshot.batch() as batch:
        paused, largest = batch.add(escrow.paused()), batch.add(escrow.max_batch())
        facts = [(batch.add(Erc20(one).decimals()), batch.add(Erc20(one).symbol())) for one in addresses]
        money = [(batch.add(escrow.token_balance(one)), batch.add(escrow.total_released(one))) for one in addresses]
        ids = None
        if vault is not None:
            ids = batch.add(RewardVestingVault(vault).get_schedules_by_beneficiary(escrow.address))
    known = {
        address: Token(chain_id=deployment.chain_id, address=address, decimals=decimals.value, symbol=symbol.value)
        for address, (decimals, symbol) in zip(addresses, facts, strict=True)
    }
    rescued = _rescued(snapshot, deployment, escrow)
    holdings = tuple(
        Holding(
            model_id=models.get(token.address),
            balance=token.amount(balance.value),
            released=token.amount(released.value),
            rescued=token.amount(rescued.get(token.address, 0)),
        )
        for token, (balance, released) in zip(known.values(), money, strict=True)
    )
    return EscrowState(
        escrow=escrow,
        vault=vault,
        now=snapshot.block.timestamp,
        paused=paused.value,
        max_batch=largest.value,
        holdings=holdings,
        vestings=() if vault is None or ids is None else _vestings(snapshot, deployment, vault, ids.value, known),
    )


def check_escrow(state: EscrowState) -> Iterator[Finding]:
    """Yield that the escrow is paused, and what its admin has taken out past all claims."""
    if state.paused:
        yield Finding(
            code="claims-paused",
            severity=Severity.WARNING,
            subject=state.escrow.address,
            message="The escrow is paused: nothing can be released.",
            remedy="`hokctl claims unpause`, once the reason is gone.",
        )
    for one in state.holdings:
        if one.rescued:
            yield Finding(
                code="escrow-rescued",
                severity=Severity.WARNING,
                subject=state.escrow.address,
                message=f"The escrow's admin took {one.rescued} out, which claims may have been for.",
                evidence={"rescued": str(one.rescued), "left": str(one.balance)},
                remedy="Compare what is left with the claims that are open.",
            )


def find_released(
    snapshot: "Snapshot", deployment: "Deployment", escrow: PendingClaimsEscrow, references: Sequence[Bytes32]
) -> "tuple[tuple[Event, Log], ...]":
    """Return the releases with any of the references, of any token, as the logs have them."""
    logs = _logs(snapshot, deployment, escrow, [event_topic(CONTRACT, RELEASED), None, None, sorted(set(references))])
    return tuple(zip(decode_logs(logs, {escrow.address: CONTRACT}), logs, strict=True))


def _rescued(snapshot: "Snapshot", deployment: "Deployment", escrow: PendingClaimsEscrow) -> dict[ChecksumAddress, int]:
    found: dict[ChecksumAddress, int] = {}
    logs = _logs(snapshot, deployment, escrow, [event_topic(CONTRACT, RESCUED)])
    for event in decode_logs(logs, {escrow.address: CONTRACT}):
        token, _, amount = (argument.value for argument in event.args)
        if isinstance(token, str) and isinstance(amount, int):
            address = ChecksumAddress(token)  # type: ignore[arg-type]  # NewType over a NewType; decoded as an address
            found[address] = found.get(address, 0) + amount
    return found


def _logs(
    snapshot: "Snapshot",
    deployment: "Deployment",
    escrow: PendingClaimsEscrow,
    topics: Sequence[str | Sequence[str] | None],
) -> "list[Log]":
    from hokctl.chain.logs import get_logs

    first = min(deployment.deployed_at_block, snapshot.block.number)
    return get_logs(snapshot.chain, [escrow.address], topics, first, snapshot.block.number)


def _vestings(
    snapshot: "Snapshot",
    deployment: "Deployment",
    vault: ChecksumAddress,
    ids: Sequence[int],
    known: dict[ChecksumAddress, Token],
) -> tuple[Vesting, ...]:
    client = RewardVestingVault(vault)
    with snapshot.batch() as batch:
        slots = [(batch.add(client.get_schedule(one)), batch.add(client.claimable(one))) for one in ids]
    found = []
    for number, (slot, due) in zip(ids, slots, strict=True):
        schedule = slot.value
        token = known.get(schedule.token) or Token(
            chain_id=deployment.chain_id, address=schedule.token, decimals=0, symbol="base units"
        )
        found.append(
            Vesting(
                id=number,
                schedule=schedule,
                total=token.amount(schedule.total_units),
                claimed=token.amount(schedule.claimed_units),
                claimable=token.amount(due.value),
            )
        )
    return tuple(found)
