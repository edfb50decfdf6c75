"""A result as Markdown, for the comment of a pull request: the decoded plan, findings, and cost.

Whatever stands in it may come from the pull request itself, so nothing of it can be markup, a link or a mention.
"""

import html
import re
from collections.abc import Iterable, Sequence
from typing import Final

from hokctl.domain.calls import Call
from hokctl.domain.findings import Finding
from hokctl.domain.reviews import Review
from hokctl.errors import HokctlError
from hokctl.exit_codes import ExitCode
from hokctl.result import Block, CommandResult, Facts, Heading, Line, Plot, Raw, ReviewBlock, Table
from hokctl.runtime import Runtime

MARK: Final = "<!-- hokctl -->"
"""The first line, by which a pipeline finds its own comment again."""
_LONGEST: Final = 60_000
"""The most characters: a comment at GitHub holds 65,536."""
_LONGEST_VALUE: Final = 400
_MARKUP: Final = re.compile(r"([\\`*_{}\[\]()#+!|~-])")


def markdown_of_result(result: CommandResult, runtime: Runtime) -> str:
    """Return the whole result, below the command and what its exit code means."""
    shown = any(isinstance(block, ReviewBlock) for block in result.blocks)
    parts = [part for block in result.blocks for part in _block(block)]
    if not shown and result.findings:
        parts += _findings(result.findings)
    return _document(runtime, result.exit_code, parts)


def markdown_of_failure(error: HokctlError, runtime: Runtime) -> str:
    """Return the error, below the command and what its exit code means."""
    return _document(runtime, error.exit_code, [f"**{_text(error.message)}** {_code(error.code)}", _text(error.hint)])


def _document(runtime: Runtime, exit_code: ExitCode, parts: Iterable[str]) -> str:
    where = "" if runtime.network is None else f" on {_text(runtime.network[0])} (chain {runtime.network[1]})"
    title = f"### {_code(f'hokctl {runtime.command}')}{where}: {exit_code.name}"
    document = "\n\n".join((MARK, title, *parts))
    if len(document) > _LONGEST:
        document = document[:_LONGEST].rpartition("\n")[0] + "\n\n… The rest is left out: it is too long for a comment."
    return document + "\n"


def _block(block: Block) -> list[str]:
    parts: list[str]
    match block:
        case Heading(text):
            parts = [f"#### {_text(text)}"]
        case Line(text):
            parts = [_text(text)]
        case Raw(text):
            parts = [_fence(text)]
        case Plot():
            from hokctl.render.plots import draw_plot  # only a plot needs the library behind it

            parts = [_fence(draw_plot(block, None, colour=False))]
        case Facts(pairs):
            parts = [_table(("", ""), [(_text(name), _code(value)) for name, value in pairs])]
        case Table(columns, rows, _, empty):
            cells = [[_code(cell) for cell in row] for row in rows]
            parts = [_table([_text(column) for column in columns], cells) if rows else _text(empty)]
        case ReviewBlock(review):
            parts = _review(review)
    return parts


def _review(review: Review) -> list[str]:
    plan = review.plan
    facts = [("plan", plan.plan_hash), ("block", str(plan.block.number)), ("by", str(review.route.authority))]
    parts = [f"#### {_text(plan.title)}", _table(("", ""), [(name, _code(value)) for name, value in facts])]
    parts += _findings(review.findings)
    calls = [_call(number, call) for number, call in enumerate(plan.calls, start=1)]
    if calls:
        noun = "call" if len(calls) == 1 else "calls"
        parts.append(f"<details><summary>{len(calls)} {noun}, decoded</summary>")
        parts += [*calls, "</details>"]
    return parts


def _call(number: int, call: Call) -> str:
    target = "a new contract" if call.to is None else f"{call.label} {call.to}"
    lines = [f"{number}. {_text(call.purpose)}", f"   - {_code(f'{call.signature}')} on {_code(target)}"]
    lines += [f"   - {_text(argument.name)}: {_code(str(argument.value))}" for argument in call.args]
    lines += [f"   - value: {_code(f'{call.value} wei')}"] if call.value else []
    lines += [f"   - creates {_code(call.creates)}"] if call.creates else []
    return "\n".join(lines)


def _findings(findings: Sequence[Finding]) -> list[str]:
    if not findings:
        return ["No findings."]
    rows = [(one.severity.value, _code(one.code), f"{_text(one.message)} {_text(one.remedy)}") for one in findings]
    return ["#### Findings", _table(("severity", "code", "what"), rows)]


def _table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _text(value: str) -> str:
    """Return a value as plain words: no markup, no HTML, no link, nobody mentioned."""
    escaped = html.escape(_MARKUP.sub(r"\\\1", _one_line(value)), quote=False)
    return escaped.replace("@", "&#64;").replace("://", "&#58;//").replace("www.", "www&#46;")


def _code(value: str) -> str:
    """Return a value as code, in which nothing is markup but the end of it and a table's bar."""
    return f"`{_one_line(value).replace('`', chr(39)).replace('|', '¦')}`" if value.strip() else ""


def _fence(text: str) -> str:
    return f"````\n{text.replace('````', '')}\n````"


def _one_line(value: str) -> str:
    words = " ".join("".join(char if char.isprintable() else " " for char in value).split())
    return words if len(words) <= _LONGEST_VALUE else words[:_LONGEST_VALUE] + "…"
