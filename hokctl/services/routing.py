"""Choosing the way of a plan among those that the chain allows."""

from typing import TYPE_CHECKING

from hokctl.domain.authority import Authority, EoaAuthority, SafeAuthority
from hokctl.domain.plans import Plan
from hokctl.routes.base import MissingSignerError, NobodyMayError, Route, RouteUnavailableError
from hokctl.routes.direct import DirectRoute
from hokctl.routes.resolve import Resolution, resolve
from hokctl.routes.safe import SafeRoute

if TYPE_CHECKING:
    from hokctl.chain.sending import Sender
    from hokctl.services.proposals import Carrier

WAIT_FOR_BLOCK_S = 180
_BUILT = ("auto", "direct", "safe")


def choose_route(plan: Plan, carrier: "Carrier") -> Route:
    """Return the route for `plan`: the one asked for, or the one that fits who may and who signs.

    Raises NobodyMayError or RouteUnavailableError, naming who may, when there is no such way.
    """
    if carrier.via not in _BUILT:
        raise RouteUnavailableError(
            f"hokctl cannot go by {carrier.via} yet.", hint=f"Choose one of {', '.join(_BUILT)} with --via."
        )
    known = [*carrier.candidates, *([carrier.signer.address] if carrier.signer else [])]
    known.extend([carrier.safe] if carrier.safe else [])
    resolution = resolve(carrier.snapshot, plan, candidates=known, from_block=carrier.from_block)
    authority = _choose(plan, carrier, resolution)
    if isinstance(authority, SafeAuthority):
        return SafeRoute(
            plan,
            authority,
            store=carrier.store,
            signer=carrier.signer,
            nonce=carrier.nonce,
            now=carrier.clock(),
            out=carrier.out,
        )
    refuse_out(carrier, f"{authority} acts without a proposal")
    sender = _sender(carrier)
    return DirectRoute(plan, authority, sender=sender, decoder=carrier.decoder, progress=carrier.progress)


def _choose(plan: Plan, carrier: "Carrier", resolution: Resolution) -> EoaAuthority | SafeAuthority:
    safes = [holder for holder in resolution.holders if isinstance(holder, SafeAuthority)]
    accounts = [holder for holder in resolution.holders if isinstance(holder, EoaAuthority)]
    if carrier.safe_demanded and carrier.via == "direct":
        raise RouteUnavailableError(
            "--safe names a Safe, and --via direct goes without one.", hint="Give one of the two options."
        )
    if carrier.via == "safe" or carrier.safe_demanded:
        return _choose_safe(carrier, safes, resolution)
    own = [account for account in accounts if carrier.signer and account.address == carrier.signer.address]
    if carrier.via == "direct":
        return _choose_account(carrier, own or ([] if carrier.signer else accounts), resolution)
    prefer_safe = carrier.production and plan.moves_funds
    if own and not (safes and prefer_safe):
        return own[0]
    if safes:
        return _choose_safe(carrier, safes, resolution)
    if not resolution.requirements and carrier.signer is None:
        raise MissingSignerError("know who would act")
    return _choose_account(carrier, own or ([] if carrier.signer else accounts), resolution)


def _choose_safe(carrier: "Carrier", safes: list[SafeAuthority], resolution: Resolution) -> SafeAuthority:
    named = [safe for safe in safes if safe.address == carrier.safe]
    if named:
        return named[0]
    if carrier.safe_demanded:
        raise NobodyMayError(
            f"{carrier.safe} lacks what this needs: {_demands(resolution)}.", hint=_holders_hint(resolution)
        )
    mine = [safe for safe in safes if carrier.signer and carrier.signer.address in safe.owners] or safes
    if len(mine) == 1:
        return mine[0]
    if mine:
        raise RouteUnavailableError(
            f"{len(mine)} Safes may make this call: {', '.join(safe.address for safe in mine)}.",
            hint="Choose one with --safe.",
        )
    raise _nobody(carrier, resolution)


def _choose_account(carrier: "Carrier", accounts: list[EoaAuthority], resolution: Resolution) -> EoaAuthority:
    if accounts:
        return accounts[0]
    raise _nobody(carrier, resolution)


def _nobody(carrier: "Carrier", resolution: Resolution) -> NobodyMayError:
    who = carrier.signer.address if carrier.signer else "Nobody that hokctl knows of"
    verb = "lacks" if carrier.signer else "has"
    way = "" if carrier.via == "auto" else f" by the {carrier.via} route"
    return NobodyMayError(f"{who} {verb} what this needs{way}: {_demands(resolution)}.", hint=_holders_hint(resolution))


def _demands(resolution: Resolution) -> str:
    return " and ".join(str(requirement) for requirement in resolution.requirements) or "an account"


def _holders_hint(resolution: Resolution) -> str:
    holders: tuple[Authority, ...] = resolution.holders
    if not holders:
        return "No holder was found in the role logs; `hokctl doctor` checks the deployment."
    return f"It can be done by {', or by '.join(str(holder) for holder in holders)}."


def refuse_out(carrier: "Carrier", reason: str) -> None:
    """Raise RouteUnavailableError when a file for a proposal is named and there is none, for the `reason` given."""
    if carrier.out is not None:
        raise RouteUnavailableError(
            f"--out writes a new Safe proposal, and there is none: {reason}.", hint="Leave --out away."
        )


def _sender(carrier: "Carrier") -> "Sender | None":
    if carrier.signer is None or carrier.dry_run:
        return None
    from hokctl.chain.sending import Sender

    return Sender(
        carrier.chain,
        carrier.signer,
        carrier.journal(),
        clock=carrier.clock,
        max_fee_wei=carrier.max_fee_wei,
        timeout_s=WAIT_FOR_BLOCK_S,
    )
