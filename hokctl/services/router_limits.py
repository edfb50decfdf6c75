"""The live fee router's limits on what the oracle's costs do to a fee: how old, and how much of it."""

from typing import TYPE_CHECKING

from hokctl.clients.live_usage_fee_router import LiveUsageFeeRouter
from hokctl.domain.calls import AbiValue, Call
from hokctl.domain.durations import format_duration
from hokctl.domain.plans import Condition, Plan
from hokctl.domain.splits import FULL_BPS, format_bps
from hokctl.errors import RefusedError, UsageError
from hokctl.services.oracle_plans import DAY_S, OutOfBoundsError
from hokctl.services.planning import build_plan, event_emitted, view_is

if TYPE_CHECKING:
    from hokctl.chain.session import Snapshot
    from hokctl.services.deployments import Deployment


class NoRouterLimitsError(RefusedError):
    """A fee router that asks no oracle."""

    code = "no-router-limits"

    def __init__(self, network: str) -> None:
        """Name the network."""
        super().__init__(
            f"The fee router on {network} has no limits to set: only the live protocol's asks a cost oracle.",
            hint="Fees are split by percentage: `hokctl split show`.",
        )


class NoLimitError(UsageError):
    """No limit is named."""

    code = "no-limit"

    def __init__(self) -> None:
        """Say what to give."""
        super().__init__("No limit is named.", hint="Give --max-age DAYS, --max-share SHARE, or both.")


def plan_limits(
    snapshot: "Snapshot", deployment: "Deployment", *, max_age_days: int | None, max_share_bps: int | None
) -> Plan:
    """Return the plan that sets the limits named; those that are so already are left out.

    Raises NoLimitError, OutOfBoundsError, NoRouterLimitsError.
    """
    if max_age_days is None and max_share_bps is None:
        raise NoLimitError
    if max_share_bps is not None and max_share_bps > FULL_BPS:
        raise OutOfBoundsError("a share of a fee", f"{max_share_bps} bps", f"up to {FULL_BPS} bps")
    router = deployment.suite.live_router
    with snapshot.batch() as batch:
        age, share = batch.add(router.max_cost_age_seconds()), batch.add(router.max_infra_share_bps())
    if age.failed or share.failed:
        raise NoRouterLimitsError(deployment.network)
    calls: list[Call] = []
    after: list[Condition] = []
    if max_age_days is not None and max_age_days * DAY_S != age.value:
        new = max_age_days * DAY_S
        change = f"from {_age(age.value)} to {_age(new)}"
        calls.append(router.set_max_cost_age(new, purpose=f"Change the age up to which costs count {change}"))
        after.append(view_is(router.max_cost_age_seconds(), new, f"costs count up to {_age(new)}"))
        after.append(_logged(router, "MaxCostAgeSet", ("uint256", age.value), ("uint256", new)))
    if max_share_bps is not None and max_share_bps != share.value:
        change = f"from {format_bps(share.value)} to {format_bps(max_share_bps)}"
        purpose = f"Change the largest share of a fee that a cost may take {change}"
        calls.append(router.set_max_infra_share_bps(max_share_bps, purpose=purpose))
        text = f"a cost takes up to {format_bps(max_share_bps)} of a fee"
        after.append(view_is(router.max_infra_share_bps(), max_share_bps, text))
        after.append(_logged(router, "MaxInfraShareBpsSet", ("uint16", share.value), ("uint16", max_share_bps)))
    return build_plan(snapshot, deployment, "Limit what costs do to fees", calls, after=after, moves_funds=False)


def _logged(router: LiveUsageFeeRouter, event: str, old: tuple[str, AbiValue], new: tuple[str, AbiValue]) -> Condition:
    return event_emitted(router.address, router.label, event, {"oldValue": old, "newValue": new}, f"{event} is logged")


def _age(seconds: int) -> str:
    return format_duration(seconds) if seconds else "any age"
