"""What the commands of the monitor share."""

from typing import TYPE_CHECKING, Annotated

import typer

from hokctl.context import AppContext

if TYPE_CHECKING:
    from hokctl.config.monitoring import AlertTarget
    from hokctl.domain.findings import Finding
    from hokctl.monitor.rounds import Round

NotifyOption = Annotated[
    bool, typer.Option("--notify", help="Tell the targets what is new, what is over, and what still stands.")
]


def alert_targets(context: AppContext) -> "tuple[AlertTarget, ...]":
    """Return who is told; raise NoTargetsError when that is nobody."""
    from hokctl.config.monitoring import read_targets
    from hokctl.monitor.errors import NoTargetsError

    targets = read_targets(context.settings.monitor_of(context.network))
    if not targets:
        raise NoTargetsError
    return targets


def findings_of(context: AppContext, found: "Round") -> "tuple[Finding, ...]":
    """Return the alerts that stand as findings, and whom they did not reach."""
    from hokctl.monitor.rules import finding_of

    settings = context.settings.monitor_of(context.network)
    return (*(finding_of(one.alert, settings) for one in found.standing), *found.undelivered)


def runbooks(context: AppContext) -> dict[str, str]:
    """Return where the runbook of each rule is."""
    from hokctl.monitor.rules import runbooks_of

    return runbooks_of(context.settings.monitor_of(context.network))
