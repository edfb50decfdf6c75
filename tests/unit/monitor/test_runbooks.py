"""Every rule is documented, and leads to a page that says what to do with commands that exist."""

import re
import shlex
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.core import TyperGroup

from hokctl.cli import COMMANDS
from hokctl.config.monitoring import MonitorSettings
from hokctl.domain.alert_rules import ALL_RULES, Rule
from hokctl.monitor.rules import finding_of, runbook_of, runbooks_of
from hokctl.monitor.runbooks import UnknownRuleError, read_runbook
from hokctl.monitor.web.documents import alert_document
from hokctl.monitor.web.page import _alerts
from hokctl.monitor.web.sights import Sight
from hokctl.runtime import Runtime
from tests.watched import observed, observed_model, warned

pytestmark = pytest.mark.unit

ROOT = Path(__file__).parents[3]
RUNBOOKS = sorted({rule.runbook for rule in ALL_RULES})
PARTS = ("## What it means", "## What to look at", "## What to do", "## Who may act")


@pytest.mark.parametrize("rule", ALL_RULES, ids=lambda rule: rule.name)
def test_every_rule_has_a_runbook_that_names_it(rule: Rule) -> None:
    assert f"`{rule.name}`" in read_runbook(rule.name).splitlines()[2]


def test_the_list_of_rules_is_that_of_the_sources() -> None:
    text = (ROOT / "docs" / "monitoring.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([a-z-]+)` \| (\w+) \| (\w+) \| (.*) \| \[([a-z-]+)\]\(", text, re.MULTILINE)
    assert rows == [(rule.name, rule.severity.value, rule.kind.value, rule.meaning, rule.runbook) for rule in ALL_RULES]


@pytest.mark.parametrize("name", RUNBOOKS)
def test_a_runbook_says_what_it_is_what_to_look_at_what_to_do_and_who_may(name: str) -> None:
    text = (ROOT / "docs" / "runbooks" / f"{name}.md").read_text(encoding="utf-8")
    assert [text.count(part) for part in PARTS] == [1] * len(PARTS)
    lines = [line for line in text.partition("```sh\n")[2].partition("```")[0].splitlines() if line]
    assert lines
    for line in lines:
        words = shlex.split(line)
        assert words[0] == "hokctl"
        command: Any = typer.main.get_command(import_module(f"hokctl.commands.{COMMANDS[words[1]].module}").app)
        rest = words[2:]
        while isinstance(command, TyperGroup):
            command = command.commands.get(rest.pop(0))
        assert command is not None, line
        command.make_context("hokctl", rest, resilient_parsing=False, obj=Runtime(argv=tuple(words)))


def test_a_page_that_is_printed_links_nowhere() -> None:
    assert [rule.name for rule in ALL_RULES if "](" in read_runbook(rule.name)] == []


def test_a_misspelt_rule_is_refused_with_the_one_that_was_meant() -> None:
    with pytest.raises(UnknownRuleError, match="critical-runwya") as refused:
        read_runbook("critical-runwya")
    assert "Did you mean 'critical-runway'?" in str(refused.value.hint)


def test_without_a_place_of_their_own_runbooks_are_what_the_command_prints() -> None:
    named = runbooks_of(MonitorSettings())
    assert set(named.values()) == {f"hokctl monitor runbook {rule.name}" for rule in ALL_RULES}
    alert = warned(rule="low-runway").alert
    assert finding_of(alert, MonitorSettings()).remedy == "Runbook: hokctl monitor runbook low-runway"


@pytest.mark.parametrize(
    ("where", "shown"),
    [
        (None, "runbook: <code>hokctl monitor runbook low-runway</code>"),
        ("https://wiki.example.com", '<a href="https://wiki.example.com/runway.md" rel="noreferrer">runbook</a>'),
    ],
)
def test_the_documents_and_the_page_name_the_runbook(where: str | None, shown: str) -> None:
    seen = observed([observed_model("21")])
    sight = Sight(observation=seen, alerts=(warned(),), runbooks=runbooks_of(MonitorSettings(runbooks=where)))
    assert shown in _alerts(sight)
    assert alert_document(warned(), sight.runbooks)["runbook"] == sight.runbooks["low-runway"]


def test_the_runbooks_may_be_anywhere() -> None:
    settings = MonitorSettings(runbooks="https://wiki.example.com/hokctl/")
    assert runbook_of("insolvency", settings) == "https://wiki.example.com/hokctl/insolvency.md"
