"""What a split should be, would do and was: as scripts read it, and as text."""

from typing import TYPE_CHECKING

from hokctl.clients.wording import time_text
from hokctl.domain.runway import NetRunway
from hokctl.domain.split_advice import SplitGoal, Verdict
from hokctl.domain.splits import FULL_BPS, format_bps
from hokctl.result.runway import rate_to_json, sample_text
from hokctl.result.values import Block, Facts, Heading, Line, Table, amount_to_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hokctl.domain.documents import JsonObject
    from hokctl.services.split_advice import SplitAdvice, SplitFacts, SplitOutcome, SplitPreview
    from hokctl.services.split_history import PendingSplit, SplitHistory


def facts_to_json(facts: "SplitFacts") -> "JsonObject":
    """Return what decides over one model's split."""
    runway = facts.runway
    token = runway.model.accrued.token
    measured = runway.burn.measured
    return {
        "model_id": facts.model_id,
        "infrastructure_accrual_bps": facts.bps,
        "profit_share_bps": FULL_BPS - facts.bps,
        "min_bps": facts.min_bps,
        "max_bps": facts.max_bps,
        "accrued": amount_to_json(runway.model.accrued),
        "daily_burn": None if runway.daily_burn is None else amount_to_json(runway.daily_burn),
        "burn_source": runway.burn_source.value,
        "burn_sample": None if measured is None else rate_to_json(measured, token),
        "daily_revenue": amount_to_json(facts.revenue),
        "revenue_source": "given" if facts.sample is None else "measured",
        "revenue_sample": None if facts.sample is None else rate_to_json(facts.sample, token),
        "measured_infrastructure_bps": facts.in_force_bps,
        "by_oracle": facts.by_oracle,
    }


def advice_to_json(advice: "SplitAdvice", goal: SplitGoal) -> "JsonObject":
    """Return what one model needs."""
    need, token = advice.need, advice.facts.revenue.token
    profile = None if need is None else need.profile
    return {
        **facts_to_json(advice.facts),
        "target_days": goal.target_days,
        "over_days": goal.over_days,
        "verdict": advice.verdict.value,
        "sustain_bps": None if need is None else need.sustain_bps,
        "target_bps": None if need is None else need.target_bps,
        "recommended_bps": None if need is None else need.recommended_bps,
        "profile": None if profile is None else profile.name,
        "must_come_in": None if need is None else amount_to_json(token.amount(need.target_units)),
        "missing_daily": None if need is None else amount_to_json(token.amount(need.missing_daily_units)),
        "missing_daily_revenue": None if need is None else amount_to_json(token.amount(need.missing_revenue_units)),
        "command": command_of(advice),
    }


def command_of(advice: "SplitAdvice") -> str | None:
    """Return the command that sets the recommended split; None where there is none, or it is so already."""
    bps = None if advice.need is None else advice.need.recommended_bps
    return None if bps in {None, advice.facts.bps} else f"hokctl split set {advice.facts.model_id} {bps}"


def advice_blocks(advices: "Sequence[SplitAdvice]", goal: SplitGoal) -> tuple[Block, ...]:
    """Return the advice for people: one table, and the working of each model."""
    rows = tuple(_advice_row(one) for one in advices)
    target = f"for {goal.target_days} days in {goal.over_days}"
    columns = ("model", "now", "burn a day", "fees a day", "sustains", target, "recommended", "profile")
    table = Table(columns, rows, right=frozenset(columns[1:7]), empty="There are no models with a split.")
    working = [block for one in advices for block in (Heading(f"model {one.facts.model_id}"), *_working(one, goal))]
    return (table, *working)


def _advice_row(advice: "SplitAdvice") -> tuple[str, ...]:
    facts, need = advice.facts, advice.need
    profile = None if need is None else need.profile
    return (
        facts.model_id,
        format_bps(facts.bps),
        "unknown" if facts.runway.daily_burn is None else str(facts.runway.daily_burn),
        str(facts.revenue),
        "-" if need is None else _share(need.sustain_bps),
        "-" if need is None else _share(need.target_bps),
        "-" if need is None or need.recommended_bps is None else format_bps(need.recommended_bps),
        "-" if profile is None else f"{profile.name} ({profile.description})",
    )


def _share(bps: int | None) -> str:
    return "no fees" if bps is None else format_bps(bps)


def _working(advice: "SplitAdvice", goal: SplitGoal) -> tuple[Block, ...]:
    facts, need = advice.facts, advice.need
    if need is None:
        return (
            Line("  The burn is unknown, so no split can be recommended: `hokctl runway` says what would tell it."),
        )
    burn, token = facts.runway.daily_burn, facts.revenue.token
    target = token.amount(need.target_units)
    sums = (
        ("burn", f"{burn} a day ({facts.runway.burn_source.value})"),
        ("fees", f"{facts.revenue} a day ({_revenue_source(facts)})"),
        ("sustains", f"{burn} / {facts.revenue} = {_share(need.sustain_bps)}, rounded up to 0.01%"),
        (
            "must come in",
            f"({goal.target_days} + {goal.over_days}) days x {burn} - {facts.runway.model.accrued} accrued = {target}"
            if need.target_units
            else f"nothing: {facts.runway.model.accrued} is enough for {goal.target_days + goal.over_days} days",
        ),
        ("reaches it", f"{target} / ({goal.over_days} days x {facts.revenue}) = {_share(need.target_bps)}, rounded up"),
        ("bounds", f"{format_bps(facts.min_bps)} to {format_bps(facts.max_bps)}, as the contract has them"),
        ("result", _verdict(advice)),
    )
    command = command_of(advice)
    return (Facts(sums if command is None else (*sums, ("to set it", command))),)


def _revenue_source(facts: "SplitFacts") -> str:
    if facts.sample is None:
        return "given"
    return f"measured: {sample_text(facts.sample, 'fee')}"


def _verdict(advice: "SplitAdvice") -> str:
    need, facts = advice.need, advice.facts
    if need is None:
        return advice.verdict.value
    token = facts.revenue.token
    if need.verdict is Verdict.NOT_ENOUGH:
        more = token.amount(need.missing_revenue_units)
        return (
            f"even {format_bps(facts.max_bps)} is not enough: {token.amount(need.missing_daily_units)} a day is "
            f"missing; it takes {more} more fees a day"
        )
    share = format_bps(need.recommended_bps or 0)
    what = f"the least that the contract takes, {share}, is enough" if need.verdict is Verdict.MINIMUM else share
    return f"{what}; it is so already" if need.recommended_bps == facts.bps else f"{what}, now {format_bps(facts.bps)}"


def preview_to_json(preview: "SplitPreview", pending: "Sequence[PendingSplit]") -> "JsonObject":
    """Return what a change would do."""
    return {
        **facts_to_json(preview.facts),
        "before": _outcome_to_json(preview.before),
        "after": _outcome_to_json(preview.after),
        "pending": [pending_to_json(one) for one in pending],
    }


def pending_to_json(pending: "PendingSplit") -> "JsonObject":
    """Return a change that waits in the shared folder."""
    return {
        "bps": pending.bps,
        "safe": pending.safe,
        "nonce": pending.nonce,
        "safe_tx_hash": pending.safe_tx_hash,
    }


def _outcome_to_json(outcome: "SplitOutcome") -> "JsonObject":
    net = outcome.net
    return {
        "infrastructure_accrual_bps": outcome.bps,
        "profit_share_bps": FULL_BPS - outcome.bps,
        "of_1000": {
            "infrastructure": amount_to_json(outcome.sample_infrastructure),
            "profit": amount_to_json(outcome.sample_profit),
        },
        "daily": {
            "infrastructure": amount_to_json(outcome.daily_infrastructure),
            "profit": amount_to_json(outcome.daily_profit),
        },
        "net_runway_days": None if net is None else net.runway.days,
        "net_runway_state": None if net is None else net.runway.state.value,
        "covered": None if net is None else net.covered,
    }


def preview_blocks(preview: "SplitPreview", pending: "Sequence[PendingSplit]") -> tuple[Block, ...]:
    """Return what a change would do, before beside after."""
    facts, before, after = preview.facts, preview.before, preview.after
    symbol = facts.revenue.token.symbol
    rows = (
        ("infrastructure", format_bps(before.bps), format_bps(after.bps)),
        ("profit for the pool", format_bps(FULL_BPS - before.bps), format_bps(FULL_BPS - after.bps)),
        (
            f"infrastructure of 1,000 {symbol}",
            before.sample_infrastructure.display,
            after.sample_infrastructure.display,
        ),
        (f"profit of 1,000 {symbol}", before.sample_profit.display, after.sample_profit.display),
        ("infrastructure a day", str(before.daily_infrastructure), str(after.daily_infrastructure)),
        ("profit a day", str(before.daily_profit), str(after.daily_profit)),
        ("runway with these fees", _net(before.net), _net(after.net)),
    )
    table = Table(("", "now", "then"), rows, right=frozenset({"now", "then"}))
    facts_block = Facts(
        (
            ("fees", f"{facts.revenue} a day ({_revenue_source(facts)})"),
            ("burn", _burn(facts)),
            ("accrued", str(facts.runway.model.accrued)),
            ("bounds", f"{format_bps(facts.min_bps)} to {format_bps(facts.max_bps)}"),
            *((f"waits, nonce {one.nonce}", f"{format_bps(one.bps)} in {one.safe_tx_hash}") for one in pending),
        )
    )
    command = Line(f"To set it: hokctl split set {facts.model_id} {after.bps}")
    return (table, facts_block, command) if after.bps != facts.bps else (table, facts_block)


def _burn(facts: "SplitFacts") -> str:
    runway = facts.runway
    return "unknown" if runway.daily_burn is None else f"{runway.daily_burn} a day ({runway.burn_source.value})"


def _net(net: NetRunway | None) -> str:
    if net is None:
        return "unknown"
    if net.covered:
        return "fees cover the burn"
    return f"{net.runway.days} days"


def history_to_json(history: "SplitHistory") -> "JsonObject":
    """Return every change of one model's split."""
    return {
        "model_id": history.model.model_id,
        "params": history.model.params,
        "initial_bps": history.initial_bps,
        "infrastructure_accrual_bps": history.model.infrastructure_accrual_bps,
        "changes": [
            {
                "old_bps": change.old_bps,
                "new_bps": change.new_bps,
                "updated_by": change.updated_by,
                "block": change.block_number,
                "changed_at": change.changed_at,
                "tx_hash": change.tx_hash,
            }
            for change in history.changes
        ],
    }


def history_blocks(histories: "Sequence[SplitHistory]") -> tuple[Block, ...]:
    """Return every change as a line of a table, and what never changed."""
    rows = tuple(
        (
            history.model.model_id,
            time_text(change.changed_at),
            str(change.block_number),
            format_bps(change.old_bps),
            format_bps(change.new_bps),
            change.updated_by,
            change.tx_hash,
        )
        for history in histories
        for change in history.changes
    )
    columns = ("model", "when", "block", "from", "to", "by", "transaction")
    table = Table(columns, rows, right=frozenset({"block", "from", "to"}), empty="No split was ever changed.")
    still = ", ".join(
        f"{one.model.model_id} ({format_bps(one.initial_bps)})"
        for one in histories
        if not one.changes and one.initial_bps is not None
    )
    return (table, Line(f"Never changed: {still}.")) if still else (table,)
