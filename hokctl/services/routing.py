"""Choosing the way of a plan among those that the chain allows, and building its route."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from hokctl.domain.authority import EoaAuthority, GovernorAuthority, SafeAuthority, TimelockAuthority
from hokctl.domain.plans import Plan
from hokctl.routes.base import MissingSignerError, NobodyMayError, Route, RouteUnavailableError
from hokctl.routes.direct import DirectRoute
from hokctl.routes.export import ExportRoute, NoExportPathError
from hokctl.routes.governance_store import GovernanceStore
from hokctl.routes.governor import GovernorRoute
from hokctl.routes.governor_proposals import choose_proposal, propose_plan
from hokctl.routes.operation_plans import execute_plan, schedule_plan
from hokctl.routes.operations import choose_operation
from hokctl.routes.resolve import resolve
from hokctl.routes.safe import SafeRoute
from hokctl.routes.timelock import TimelockRoute
from hokctl.safe.account import get_safe
from hokctl.services.choosing import Chosen, choose_authority, choose_proposer, governors_of

if TYPE_CHECKING:
    from hokctl.chain.sending import Sender
    from hokctl.services.proposals import Carrier

WAIT_FOR_BLOCK_S = 180
SCHEDULE_FILE = "schedule.json"
EXECUTE_FILE = "execute.json"
PROPOSE_FILE = "propose.json"


def choose_route(plan: Plan, carrier: "Carrier") -> Route:
    """Return the route for `plan`: the one asked for, or the one that fits who may and who signs.

    Raises NobodyMayError or RouteUnavailableError, naming who may, when there is no such way.
    """
    known = [*carrier.candidates, *([carrier.signer.address] if carrier.signer else [])]
    known.extend([carrier.safe] if carrier.safe else [])
    resolution = resolve(carrier.snapshot, plan, candidates=known, from_block=carrier.from_block)
    if carrier.via == "export":
        return _export_route(plan, carrier, choose_authority(plan, _without_key(carrier), resolution))
    return _route_through(plan, carrier, choose_authority(plan, carrier, resolution))


def _route_through(plan: Plan, carrier: "Carrier", authority: Chosen) -> Route:
    match authority:
        case SafeAuthority():
            return SafeRoute(
                plan,
                authority,
                store=carrier.store,
                signer=carrier.signer,
                nonce=carrier.nonce,
                now=carrier.clock(),
                out=carrier.out,
                announce=carrier.announce,
            )
        case TimelockAuthority():
            return _timelock_route(plan, carrier, authority)
        case GovernorAuthority():
            return _governor_route(plan, carrier, authority)
        case EoaAuthority():
            refuse_out(carrier, f"{authority} acts without a proposal")
            sender = open_sender(carrier)
            return DirectRoute(plan, authority, sender=sender, decoder=carrier.decoder, progress=carrier.progress)


def _timelock_route(plan: Plan, carrier: "Carrier", authority: TimelockAuthority) -> Route:
    """Return the route through who schedules on the timelock; through its governor when nobody else does."""
    proposer = choose_proposer(carrier, authority)
    governors = governors_of(authority)
    if proposer is None and governors and carrier.via != "timelock":
        return _governor_route(plan, carrier, governors[0])
    if proposer is None:
        who = carrier.signer.address if carrier.signer else "Nobody that hokctl knows of"
        raise NobodyMayError(
            f"{who} {'cannot' if carrier.signer else 'can'} schedule on the {authority}.",
            hint=f"It can be done by {', or by '.join(str(one) for one in authority.proposers) or 'nobody'}.",
        )
    operation = choose_operation(carrier.snapshot, plan, authority.address, delay_s=authority.min_delay_s)
    inner = _route_through(schedule_plan(plan, operation), replace(carrier, progress=None, announce=None), proposer)
    return TimelockRoute(
        plan,
        authority,
        operation,
        inner=inner,
        store=GovernanceStore(carrier.folder),
        chain=carrier.chain,
        now=carrier.clock(),
    )


def _governor_route(plan: Plan, carrier: "Carrier", authority: GovernorAuthority) -> Route:
    proposer = _governor_proposer(carrier)
    proposal = choose_proposal(
        carrier.snapshot, plan, authority.address, timelock=authority.timelock, proposer=proposer.address
    )
    proposing = propose_plan(plan, proposal, proposer.address)
    return GovernorRoute(
        plan,
        authority,
        proposal,
        inner=_route_through(proposing, replace(carrier, progress=None, announce=None), proposer),
        store=GovernanceStore(carrier.folder),
        chain=carrier.chain,
        now=carrier.clock(),
    )


def _governor_proposer(carrier: "Carrier") -> EoaAuthority | SafeAuthority:
    """Return who proposes: the Safe that --safe names, else the signer. Only votes are asked for."""
    if carrier.safe is not None and (carrier.safe_demanded or carrier.via == "export"):
        return get_safe(carrier.snapshot, carrier.safe)
    if carrier.signer is None:
        raise MissingSignerError("know who would propose")
    return EoaAuthority(address=carrier.signer.address)


def _export_route(plan: Plan, carrier: "Carrier", authority: Chosen) -> Route:
    if carrier.out is None:
        raise NoExportPathError
    route = _route_through(plan, _without_key(carrier), authority)
    if isinstance(route, SafeRoute):
        return ExportRoute(plan, route, {carrier.out: plan}, now=carrier.clock())
    if route.proposing is None or not isinstance(route, TimelockRoute | GovernorRoute):
        raise RouteUnavailableError(
            f"The files are for a Safe, and this is for the {route.actor} to do.", hint="Use --via direct, or --safe."
        )
    files = _export_files(carrier.out, plan, route)
    return ExportRoute(plan, route.proposing, files, now=carrier.clock(), through=route)


def _export_files(folder: Path, plan: Plan, route: TimelockRoute | GovernorRoute) -> dict[Path, Plan]:
    if isinstance(route, TimelockRoute):
        executing = execute_plan(plan, route.compiled, anyone=route.anyone_executes, block=route.carried_plan.block)
        return {folder / SCHEDULE_FILE: route.carried_plan, folder / EXECUTE_FILE: executing}
    return {folder / PROPOSE_FILE: route.carried_plan}


def _without_key(carrier: "Carrier") -> "Carrier":
    """Return the carrier for building files: nobody signs, so whoever may is as good as any other."""
    return replace(carrier, signer=None, out=None, via="export", progress=None, announce=None)


def refuse_out(carrier: "Carrier", reason: str) -> None:
    """Raise RouteUnavailableError when a file for a proposal is named and there is none, for the `reason` given."""
    if carrier.out is not None:
        raise RouteUnavailableError(
            f"--out writes a new Safe proposal, and there is none: {reason}.", hint="Leave --out away."
        )


def open_sender(carrier: "Carrier") -> "Sender | None":
    """Return what sends with the signer's key and writes the journal; None in a dry run and without a signer."""
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
