"""The checks before a signature as scripts and people read them."""

from collections.abc import Sequence

from hokctl.domain.checks import CheckOutcome, Verdict
from hokctl.domain.documents import JsonObject, JsonValue
from hokctl.domain.reviews import DeviceScreens, Review
from hokctl.result.values import Table

_WORDS = {Verdict.OK: "ok", Verdict.FINDING: "FINDING", Verdict.NOT_APPLICABLE: "-"}
_SHOWN = 3


def preflight_to_json(review: Review) -> JsonObject:
    """Return every check with what it looked at, and what a hardware wallet shows."""
    screens = review.safe_tx.screens if review.safe_tx is not None else None
    return {
        "checks": checks_to_json(review.checks),
        "device": None if screens is None else screens_to_json(screens),
    }


def checks_to_json(checks: Sequence[CheckOutcome]) -> list[JsonValue]:
    """Return every check with its id, its verdict, what it looked at, and the codes of its findings."""
    return [
        {
            "id": one.check,
            "point": one.point,
            "title": one.title,
            "verdict": one.verdict.value,
            "looked_at": [{"name": name, "value": value} for name, value in one.looked_at],
            "codes": [finding.code for finding in one.findings],
        }
        for one in checks
    ]


def screens_to_json(screens: DeviceScreens) -> JsonObject:
    """Return the screens of a hardware wallet in their order."""

    def shown(pairs: Sequence[tuple[str, str]]) -> list[JsonValue]:
        return [{"label": label, "value": value} for label, value in pairs]

    return {"blind": shown(screens.blind), "clear": shown(screens.clear), "hidden": shown(screens.hidden)}


def checks_table(checks: Sequence[CheckOutcome]) -> Table:
    """Return the checks for people, by the point of the list: how each came out, and what it looked at."""
    rows = tuple(
        (str(one.point), one.check, ", ".join(f.code for f in one.findings) or _WORDS[one.verdict], _looked_at(one))
        for one in sorted(checks, key=lambda one: one.point)
    )
    return Table(("point", "check", "outcome", "looked at"), rows, right=frozenset({"point"}))


def _looked_at(outcome: CheckOutcome) -> str:
    shown = [f"{name}: {value}" for name, value in outcome.looked_at[:_SHOWN]]
    more = len(outcome.looked_at) - len(shown)
    return "; ".join([*shown, *([f"and {more} more"] if more > 0 else [])])
