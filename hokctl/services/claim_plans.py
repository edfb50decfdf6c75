"""Plans on the escrow of claims: releasing, rescuing, pausing."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from eth_typing import ChecksumAddress

from hokctl.clients.pending_claims_escrow import PendingClaimsEscrow, Release
from hokctl.domain.amounts import Token, TokenAmount
from hokctl.domain.calls import Call
from hokctl.domain.findings import Finding, Severity
from hokctl.domain.plans import Condition, Plan
from hokctl.domain.references import parse_reference
from hokctl.domain.units import Bytes32
from hokctl.errors import RefusedError, UsageError
from hokctl.services.escrows import CONTRACT, EscrowState, Holding, find_released, read_escrow
from hokctl.services.fee_files import ZeroAmountError
from hokctl.services.planning import Transfer, build_plan, event_emitted, tokens_moved, view_is

if TYPE_CHECKING:
    from collections.abc import Callable

    from hokctl.chain.session import Snapshot
    from hokctl.services.deployments import Deployment

_HEADER = ["to", "amount", "reference"]


class ReleaseFileError(UsageError):
    """A file of releases that cannot be read as a whole."""

    code = "invalid-release-file"

    def __init__(self, path: Path, reason: str) -> None:
        """Name the file and what is wrong with it."""
        super().__init__(
            f"{path} is not a file of releases: {reason}.",
            hint="It needs the header `to,amount,reference` and one release a line.",
        )


class AlreadyReleasedError(RefusedError):
    """A reference that was released before."""

    code = "reference-already-released"

    def __init__(self, reference: str, *, where: str) -> None:
        """Name the reference and where it was released."""
        super().__init__(
            f"Reference {reference} was released before, {where}.",
            hint="A claim is paid once: find out who asked for it again, and why.",
        )


class EscrowPausedError(RefusedError):
    """An escrow that releases nothing now."""

    code = "escrow-paused"

    def __init__(self) -> None:
        """Say what to do."""
        super().__init__(
            "The escrow is paused: nothing can be released.", hint="`hokctl claims unpause`, once the reason is gone."
        )


class EscrowShortError(RefusedError):
    """More than the escrow holds."""

    code = "exceeds-escrow"

    def __init__(self, wanted: TokenAmount, balance: TokenAmount) -> None:
        """Name both amounts."""
        super().__init__(f"{wanted} cannot leave the escrow: it holds {balance}.", hint="`hokctl claims show` tells.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One claim to pay out."""

    to: ChecksumAddress
    amount: TokenAmount
    reference: Bytes32
    name: str
    """The reference as it was given."""


def parse_claim(to: ChecksumAddress, amount: str, reference: str, token: Token) -> Claim:
    """Return the claim that the texts state; InvalidAmountError, ZeroAmountError, InvalidReferenceError."""
    found = TokenAmount.parse(amount, token)
    if not found:
        raise ZeroAmountError("the claim")
    return Claim(to=to, amount=found, reference=parse_reference(reference), name=reference)


def read_claim_file(path: Path, token: Token, resolve: "Callable[[str], ChecksumAddress]") -> tuple[Claim, ...]:
    """Return the claims in a CSV file with the header `to,amount,reference`; ReleaseFileError if any line is wrong."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            rows = list(csv.reader(stream, strict=True))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ReleaseFileError(path, getattr(error, "strerror", None) or "it is not a CSV file in UTF-8") from error
    if not rows or rows[0] != _HEADER:
        raise ReleaseFileError(path, "its header is not `to,amount,reference`")
    claims = []
    for number, row in enumerate(rows[1:], start=2):
        if not row:
            continue
        if len(row) != len(_HEADER):
            raise ReleaseFileError(path, f"line {number} has {len(row)} fields, not {len(_HEADER)}")
        try:
            claims.append(parse_claim(resolve(row[0]), row[1], row[2], token))
        except UsageError as error:
            raise ReleaseFileError(path, f"line {number}: {error.message.rstrip('.')}") from error
    if not claims:
        raise ReleaseFileError(path, "it has no releases")
    return tuple(claims)


def plan_release(snapshot: "Snapshot", deployment: "Deployment", claims: Sequence[Claim]) -> Plan:
    """Return the plan that pays claims of one token out, in batches that the contract accepts.

    Raises AlreadyReleasedError for a reference that is in the logs, or twice in `claims`; EscrowPausedError,
    EscrowShortError, MissingContractError.
    """
    token = claims[0].amount.token
    state, holding = _held(snapshot, deployment, token)
    if state.paused:
        raise EscrowPausedError
    _refuse_repeats(snapshot, deployment, state.escrow, claims)
    total = token.amount(sum(claim.amount.units for claim in claims))
    if holding.balance < total:
        raise EscrowShortError(total, holding.balance)
    batches = [claims[start : start + state.max_batch] for start in range(0, len(claims), state.max_batch)]
    released = holding.released + total
    after: list[Condition] = [
        view_is(state.escrow.total_released(token.address), released.units, f"{released} are released in all"),
        *(_released(state.escrow, claim) for claim in claims),
        *tokens_moved(
            token.address,
            [Transfer(giver=state.escrow.address, taker=claim.to, amount=claim.amount) for claim in claims],
        ),
    ]
    title = f"Release {total} for {'one claim' if len(claims) == 1 else f'{len(claims)} claims'}"
    calls = [_call(state.escrow, part) for part in batches]
    return build_plan(snapshot, deployment, title, calls, after=after, moves_funds=True)


def plan_rescue(
    snapshot: "Snapshot", deployment: "Deployment", token: Token, to: ChecksumAddress, amount_text: str
) -> tuple[Plan, tuple[Finding, ...]]:
    """Return the plan that takes an amount of a token, or `all`, out of the escrow, and what there is to say about it.

    Raises InvalidAmountError, ZeroAmountError, EscrowShortError, MissingContractError.
    """
    state, holding = _held(snapshot, deployment, token)
    amount = holding.balance if amount_text == "all" else TokenAmount.parse(amount_text, token)
    if not amount:
        raise ZeroAmountError("the rescue")
    if holding.balance < amount:
        raise EscrowShortError(amount, holding.balance)
    escrow, left = state.escrow, holding.balance - amount
    purpose = f"Take {amount} out of the escrow for {to}, whatever claims it is for, leaving {left}"
    args: dict[str, tuple[str, str | int]] = {
        "token": ("address", token.address),
        "to": ("address", to),
        "amount": ("uint256", amount.units),
    }
    plan = build_plan(
        snapshot,
        deployment,
        f"Rescue {amount} from the escrow",
        (escrow.rescue(token.address, to, amount.units, purpose=purpose),),
        after=(
            event_emitted(escrow.address, escrow.label, "Rescued", {**args}, f"the rescue of {amount} is logged"),
            *tokens_moved(token.address, [Transfer(giver=escrow.address, taker=to, amount=amount)]),
        ),
        moves_funds=True,
    )
    return plan, (_drains(amount, left, to),)


def plan_pause(snapshot: "Snapshot", deployment: "Deployment", *, pause: bool) -> Plan:
    """Return the plan that stops releases or lets them go on; without calls where it is so already."""
    escrow = PendingClaimsEscrow(deployment.contract(CONTRACT))
    now, word = snapshot.get(escrow.paused()), "Pause" if pause else "Unpause"
    call = (escrow.pause if pause else escrow.unpause)(purpose=f"{word} releases from the escrow")
    return build_plan(
        snapshot,
        deployment,
        f"{word} the escrow",
        () if now == pause else (call,),
        after=(
            view_is(escrow.paused(), pause, f"the escrow is {'paused' if pause else 'not paused'}"),
            event_emitted(escrow.address, escrow.label, f"{word}d", {}, f"{word}d is logged"),
        ),
        moves_funds=False,
    )


def _held(snapshot: "Snapshot", deployment: "Deployment", token: Token) -> tuple[EscrowState, Holding]:
    state = read_escrow(snapshot, deployment, (token.address,))
    holding = state.holding(token.address)
    if holding is None:
        raise RuntimeError("a token that was asked for is among the answers")
    return state, holding


def _refuse_repeats(
    snapshot: "Snapshot", deployment: "Deployment", escrow: PendingClaimsEscrow, claims: Sequence[Claim]
) -> None:
    names: dict[Bytes32, str] = {}
    for claim in claims:
        if claim.reference in names:
            raise AlreadyReleasedError(claim.name, where="in another line of the file")
        names[claim.reference] = claim.name
    for _, log in find_released(snapshot, deployment, escrow, tuple(names)):
        where = f"in block {log.block_number} by {log.tx_hash}"
        raise AlreadyReleasedError(names[Bytes32(log.topics[3])], where=where)


def _call(escrow: PendingClaimsEscrow, claims: Sequence[Claim]) -> Call:
    token = claims[0].amount.token
    releases = [Release(to=one.to, amount_units=one.amount.units, reference=one.reference) for one in claims]
    if len(releases) == 1:
        purpose = f"Release {claims[0].amount} to {claims[0].to}, reference {claims[0].name}"
        return escrow.release(token.address, releases[0], purpose=purpose)
    total = token.amount(sum(claim.amount.units for claim in claims))
    return escrow.release_batch(token.address, releases, purpose=f"Release {total} for {len(claims)} claims")


def _released(escrow: PendingClaimsEscrow, claim: Claim) -> Condition:
    return event_emitted(
        escrow.address,
        escrow.label,
        "Released",
        {
            "token": ("address", claim.amount.token.address),
            "to": ("address", claim.to),
            "amount": ("uint256", claim.amount.units),
            "referenceId": ("bytes32", bytes.fromhex(claim.reference[2:])),
        },
        f"the release of {claim.amount} to {claim.to}, reference {claim.name}, is logged",
    )


def _drains(amount: TokenAmount, left: TokenAmount, to: ChecksumAddress) -> Finding:
    return Finding(
        code="escrow-drained",
        severity=Severity.WARNING,
        subject="PendingClaimsEscrow",
        message=f"A rescue asks for no claim: {amount} held for others leave the escrow for {to}, and {left} stay.",
        evidence={"amount": str(amount), "left": str(left), "to": to},
        remedy="Pay claims with `hokctl claims release`; rescue only what came here by mistake or must be moved away.",
    )
