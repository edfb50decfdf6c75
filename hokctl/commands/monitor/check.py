"""Go once through the rules."""

from typing import TYPE_CHECKING

import typer

from hokctl.context import AppContext
from hokctl.options import command
from hokctl.result import CommandResult, Facts, Heading, amount_to_json

if TYPE_CHECKING:
    from hokctl.services.observation import Observation

app = typer.Typer()


@command(app, "check")
def check(context: AppContext) -> CommandResult:
    """Look at the reserve and its models once.

    Anyone may run it.

    Example: hokctl monitor check
    """
    from hokctl.services.observation import measure_by, observe

    measure = measure_by(context.settings.declared_burn)
    seen = observe(context.snapshot, context.deployment, measure=measure, now=context.now())
    return CommandResult(
        data={"observed_at": seen.observed_at, "models": len(seen.models), "balance": amount_to_json(seen.balance)},
        blocks=(Heading("Reserve"), _facts(seen)),
        block=seen.block,
    )


def _facts(seen: "Observation") -> Facts:
    return Facts(
        (
            ("models", str(len(seen.models))),
            ("balance", str(seen.balance)),
            ("owed to providers", str(seen.owed)),
            ("paused", "yes" if seen.paused else "no"),
        )
    )
