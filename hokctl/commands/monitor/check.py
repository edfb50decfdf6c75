"""Go once through the rules."""

from typing import TYPE_CHECKING, Annotated

import typer

from hokctl.context import AppContext
from hokctl.exit_codes import ExitCode
from hokctl.options import command
from hokctl.result import CommandResult, Line, Status

if TYPE_CHECKING:
    from hokctl.config.monitoring import AlertTarget
    from hokctl.domain.findings import Finding
    from hokctl.monitor.rounds import Round

app = typer.Typer()

LATEST = "latest"

NotifyOption = Annotated[
    bool, typer.Option("--notify", help="Tell the targets what is new, what is over, and what still stands.")
]


@command(app, "check")
def check(
    context: AppContext,
    *,
    notify: NotifyOption = False,
    test_alert: Annotated[
        bool, typer.Option("--test-alert", help="Only send every target a message that says that it is a test.")
    ] = False,
) -> CommandResult:
    """Go once through the rules, for cron: exit 0 when nothing stands, 5 with alerts, 4 when the node is not there.

    Anyone may run it. What stands and who was told is kept in the book, so that each alert is told once. Where a
    round stopped is kept there too: after a pause nothing is missed. With --block it looks at the past, and keeps
    nothing. docs/monitoring.md lists the rules.

    Example: hokctl monitor check --notify
    """
    from hokctl.monitor.errors import PastBlockError
    from hokctl.monitor.rounds import Watch

    if test_alert:
        return _test(context, alert_targets(context))
    past = context.options.block != LATEST
    if past and notify:
        raise PastBlockError
    watch = Watch(context, alert_targets(context) if notify else None)
    return _result(context, watch.look_back(context.options.block) if past else watch.run())


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
    from hokctl.domain.alert_rules import RULES
    from hokctl.monitor.rules import runbook_of

    settings = context.settings.monitor_of(context.network)
    return {rule: runbook_of(rule, settings) for rule in RULES}


def _result(context: AppContext, found: "Round") -> CommandResult:
    from hokctl.domain.findings import Severity
    from hokctl.result.monitoring import round_blocks, round_to_json

    findings = findings_of(context, found)
    bad = any(finding.severity is not Severity.INFO for finding in findings)
    return CommandResult(
        data=round_to_json(found, runbooks(context)),
        blocks=round_blocks(found),
        status=Status.FINDINGS if bad else Status.OK,
        exit_code=ExitCode.FINDINGS if bad else ExitCode.OK,
        block=found.seen.block,
        findings=findings,
    )


def _test(context: AppContext, targets: "tuple[AlertTarget, ...]") -> CommandResult:
    from hokctl.monitor.delivery import send_test

    failed = send_test(targets, context.network.name)
    missed = {finding.subject for finding in failed}
    told = [{"name": one.name, "service": one.service, "sent": one.name not in missed} for one in targets]
    return CommandResult(
        data={"targets": [*told]},
        blocks=tuple(
            Line(f"{one['name']} ({one['service']}): {'sent' if one['sent'] else 'NOT sent'}") for one in told
        ),
        status=Status.FINDINGS if failed else Status.OK,
        exit_code=ExitCode.FINDINGS if failed else ExitCode.OK,
        findings=failed,
    )
