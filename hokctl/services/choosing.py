"""Choosing among those who may: the account, Safe, timelock or governor that a plan goes through."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, TypeVar

from eth_typing import ChecksumAddress

from hokctl.domain.authority import Authority, EoaAuthority, GovernorAuthority, SafeAuthority, TimelockAuthority
from hokctl.domain.plans import Plan
from hokctl.routes.base import MissingSignerError, NobodyMayError, RouteUnavailableError

if TYPE_CHECKING:
    from hokctl.routes.resolve import Resolution
    from hokctl.services.proposals import Carrier

Chosen = EoaAuthority | SafeAuthority | TimelockAuthority | GovernorAuthority
T = TypeVar("T", EoaAuthority, SafeAuthority, TimelockAuthority, GovernorAuthority)


def choose_authority(plan: Plan, carrier: "Carrier", resolution: "Resolution") -> Chosen:
    """Return who the plan goes through: as asked for, or as fits who may and who signs.

    Raises NobodyMayError or RouteUnavailableError, naming who may, when there is no such way.
    """
    if carrier.safe_demanded and carrier.via == "direct":
        raise RouteUnavailableError(
            "--safe names a Safe, and --via direct goes without one.", hint="Give one of the two options."
        )
    chooser = _Chooser(plan, carrier, resolution)
    match carrier.via:
        case "direct":
            return chooser.account()
        case "safe":
            return chooser.safe(chooser.safes)
        case "timelock":
            return chooser.timelock()
        case "governor":
            return chooser.governor()
        case _:
            return chooser.any()


def choose_proposer(carrier: "Carrier", timelock: TimelockAuthority) -> EoaAuthority | SafeAuthority | None:
    """Return the Safe or key that schedules on `timelock`; None when only governors do.

    Raises NobodyMayError when the one that --safe names does not.
    """
    safes = [one for one in timelock.proposers if isinstance(one, SafeAuthority)]
    accounts = [one for one in timelock.proposers if isinstance(one, EoaAuthority)]
    if carrier.safe_demanded:
        named = [safe for safe in safes if safe.address == carrier.safe]
        if named or not any(isinstance(one, GovernorAuthority) for one in timelock.proposers):
            return _one_of(named, f"{carrier.safe} cannot schedule on the {timelock}.", timelock.proposers)
        return None
    own = [account for account in accounts if _signs(carrier, account.address)]
    if own:
        return own[0]
    mine = [safe for safe in safes if carrier.signer and carrier.signer.address in safe.owners]
    preferred = [safe for safe in mine or safes if safe.address == carrier.safe] or mine or safes
    if preferred:
        return _only(preferred)
    return accounts[0] if accounts and carrier.signer is None else None


def governors_of(timelock: TimelockAuthority) -> tuple[GovernorAuthority, ...]:
    """Return the governors that hand what has passed to `timelock`."""
    return tuple(
        one
        for one in timelock.proposers
        if isinstance(one, GovernorAuthority) and one.timelock in {None, timelock.address}
    )


class _Chooser:
    """The holders by kind, and who among them it is to be."""

    def __init__(self, plan: Plan, carrier: "Carrier", resolution: "Resolution") -> None:
        self._plan = plan
        self._carrier = carrier
        self._resolution = resolution
        holders = resolution.holders
        self.safes = [holder for holder in holders if isinstance(holder, SafeAuthority)]
        self.accounts = [holder for holder in holders if isinstance(holder, EoaAuthority)]
        self.timelocks = [holder for holder in holders if isinstance(holder, TimelockAuthority)]
        self.governors = [
            *(holder for holder in holders if isinstance(holder, GovernorAuthority) and holder.timelock is None),
            *(governor for timelock in self.timelocks for governor in governors_of(timelock)),
        ]

    def any(self) -> Chosen:
        """Return the shortest way: an own key, a Safe, a timelock, a governor."""
        carrier = self._carrier
        if carrier.safe_demanded:
            return self._through_named_safe()
        own = [account for account in self.accounts if _signs(carrier, account.address)]
        if own and not (self.safes and carrier.production and self._plan.moves_funds):
            return own[0]
        if self.safes:
            return self.safe(self.safes)
        if not self._resolution.requirements and carrier.signer is None:
            raise MissingSignerError("know who would act")
        usable = [timelock for timelock in self.timelocks if choose_proposer(carrier, timelock) is not None]
        if usable and not own:
            return _only(usable)
        if self.governors and not own:
            return _only(self.governors)
        return self.account()

    def account(self) -> EoaAuthority:
        """Return the signer's own account; without a signer, which needs none to look, any that may."""
        own = [account for account in self.accounts if _signs(self._carrier, account.address)]
        found = own or ([] if self._carrier.signer else self.accounts)
        if found:
            return found[0]
        raise self._nobody()

    def safe(self, safes: list[SafeAuthority]) -> SafeAuthority:
        """Return the Safe that is named, else the only one that fits the signer."""
        carrier = self._carrier
        named = [safe for safe in safes if safe.address == carrier.safe]
        if named:
            return named[0]
        if carrier.safe_demanded:
            raise self._lacking()
        mine = [safe for safe in safes if carrier.signer and carrier.signer.address in safe.owners] or safes
        if mine:
            return _only(mine)
        raise self._nobody()

    def timelock(self) -> TimelockAuthority:
        """Return the timelock that may."""
        if self.timelocks:
            return _only(self.timelocks)
        raise self._nobody()

    def governor(self) -> GovernorAuthority:
        """Return the governor that may, by itself or by its timelock."""
        if self.governors:
            return _only(self.governors)
        raise self._nobody()

    def _through_named_safe(self) -> Chosen:
        """Return the way that the Safe named by --safe can begin, itself first."""
        named = [safe for safe in self.safes if safe.address == self._carrier.safe]
        proposing = [
            timelock
            for timelock in self.timelocks
            if any(one.address == self._carrier.safe for one in timelock.proposers)
        ]
        ways: list[Chosen] = [*named, *proposing] or [*self.governors]
        if ways:
            return ways[0]
        raise self._lacking()

    def _lacking(self) -> NobodyMayError:
        return NobodyMayError(f"{self._carrier.safe} lacks what this needs: {self._demands()}.", hint=self._hint())

    def _nobody(self) -> NobodyMayError:
        carrier = self._carrier
        who = carrier.signer.address if carrier.signer else "Nobody that hokctl knows of"
        verb = "lacks" if carrier.signer else "has"
        way = "" if carrier.via == "auto" else f" by the {carrier.via} route"
        return NobodyMayError(f"{who} {verb} what this needs{way}: {self._demands()}.", hint=self._hint())

    def _demands(self) -> str:
        return " and ".join(str(requirement) for requirement in self._resolution.requirements) or "an account"

    def _hint(self) -> str:
        holders: tuple[Authority, ...] = self._resolution.holders
        if not holders:
            return "No holder was found in the role logs; `hokctl doctor` checks the deployment."
        return _by(holders)


def _signs(carrier: "Carrier", address: ChecksumAddress) -> bool:
    return carrier.signer is not None and carrier.signer.address == address


def _by(holders: Iterable[Authority]) -> str:
    return f"It can be done by {', or by '.join(str(holder) for holder in holders)}."


def _one_of(found: list[SafeAuthority], message: str, others: tuple[Authority, ...]) -> SafeAuthority:
    if not found:
        raise NobodyMayError(message, hint=_by(others) if others else "Nobody was found who can.")
    return found[0]


def _only(found: list[T]) -> T:
    if len(found) == 1:
        return found[0]
    kind = {"safe": "Safe"}.get(found[0].kind, found[0].kind)
    hint = "Choose one with --safe." if kind == "Safe" else "Name the Safe that is to begin with --safe."
    raise RouteUnavailableError(
        f"{len(found)} {kind}s may make this call: {', '.join(one.address for one in found)}.", hint=hint
    )
