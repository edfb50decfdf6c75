"""Print the page about a rule."""

from typing import Annotated

import typer

from hokctl.context import AppContext
from hokctl.options import command
from hokctl.result import CommandResult, Raw, Table

app = typer.Typer()

RuleArgument = Annotated[
    str | None, typer.Argument(metavar="RULE", help="The rule of the alert; without it the rules are listed.")
]


@command(app, "runbook")
def runbook(context: AppContext, *, rule: RuleArgument = None) -> CommandResult:
    """Print the runbook of a rule: what its alert means, what to look at, what to do, and who may; or list the rules.

    Anyone may run it; it needs no node. The pages are those that came with this hokctl.

    Example: hokctl monitor runbook critical-runway
    """
    from hokctl.domain.alert_rules import ALL_RULES, RULES
    from hokctl.monitor.runbooks import read_runbook

    del context
    if rule is not None:
        text = read_runbook(rule)
        return CommandResult(data={"rule": rule, "page": RULES[rule].runbook, "text": text}, blocks=(Raw(text),))
    rows = tuple((one.name, one.severity.value, one.runbook, one.meaning) for one in ALL_RULES)
    names = ("rule", "severity", "page", "meaning")
    return CommandResult(
        data={"rules": [dict(zip(names, row, strict=True)) for row in rows]},
        blocks=(Table(names, rows),),
    )
