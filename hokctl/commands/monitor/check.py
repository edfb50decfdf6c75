"""Go once through the rules."""

from typing import TYPE_CHECKING, Annotated

import typer

from hokctl.commands.monitor.common import NotifyOption, alert_targets, findings_of, runbooks
from hokctl.context import AppContext
from hokctl.exit_codes import ExitCode
from hokctl.options import command
from hokctl.result import CommandResult, Line, Status

if TYPE_CHECKING:
    from hokctl.config.monitoring import AlertTarget
    from hokctl.monitor.rounds import Round

app = typer.Typer()

LATEST = "latest"


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
    told = [(one.name, one.service, one.name not in missed) for one in targets]
    return CommandResult(
        data={"targets": [{"name": name, "service": service, "sent": sent} for name, service, sent in told]},
        blocks=tuple(Line(f"{name} ({service}): {'sent' if sent else 'NOT sent'}") for name, service, sent in told),
        status=Status.FINDINGS if failed else Status.OK,
        exit_code=ExitCode.FINDINGS if failed else ExitCode.OK,
        findings=failed,
    )
