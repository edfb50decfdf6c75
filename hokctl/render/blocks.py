"""Blocks as text: the one place that decides how facts, tables and plans look."""

from collections.abc import Iterable

from rich.console import Console, Group, RenderableType
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table as RichTable
from rich.text import Text

from hokctl.domain.abi_values import value_to_json
from hokctl.domain.authority import SafeAuthority
from hokctl.domain.calls import Argument, Call
from hokctl.domain.findings import Finding, Severity
from hokctl.domain.reviews import Review, SafeTxSummary
from hokctl.result import Block, Facts, Heading, Line, Raw, ReviewBlock, Table

_STYLES = {Severity.ERROR: "bold red", Severity.WARNING: "yellow", Severity.INFO: "cyan"}
PIPE_WIDTH = 4096
"""Wide enough that nothing is wrapped when the output goes to a file or another program."""


def make_console(*, stderr: bool, colour: bool) -> Console:
    """Return a console for one of the streams: plain and unwrapped unless the stream is a terminal."""
    console = Console(stderr=stderr, no_color=not colour, highlight=False, soft_wrap=True, emoji=False, markup=False)
    if not console.is_terminal:
        console.width = PIPE_WIDTH
    return console


def render_blocks(blocks: Iterable[Block]) -> RenderableType:
    """Return the blocks, one under the other."""
    return Group(*(_render_block(block) for block in blocks))


def _render_block(block: Block) -> RenderableType:
    match block:
        case Line(text):
            return Text(text)
        case Heading(text):
            return Text(text, style="bold")
        case Facts(pairs):
            return _facts(pairs)
        case Table():
            return _table(block)
        case Raw(text):
            return Text(text.rstrip("\n"))
        case ReviewBlock(review):
            return render_review(review)


def _facts(pairs: Iterable[tuple[str, str]]) -> RenderableType:
    grid = RichTable.grid(padding=(0, 2))
    grid.add_column(style="dim", no_wrap=True)
    grid.add_column(overflow="fold")
    for name, value in pairs:
        grid.add_row(Text(name), Text(value))
    return Padding(grid, (0, 0, 0, 2), expand=False)


def _table(table: Table) -> RenderableType:
    if not table.rows:
        return Text(table.empty)
    rich_table = RichTable(box=None, padding=(0, 2, 0, 0), header_style="bold", pad_edge=False)
    for column in table.columns:
        rich_table.add_column(escape(column), justify="right" if column in table.right else "left", overflow="fold")
    for row in table.rows:
        rich_table.add_row(*(Text(cell) for cell in row))
    return rich_table


def render_findings(findings: Iterable[Finding]) -> RenderableType:
    """Return one paragraph per finding: severity, code, sentence, evidence, remedy."""
    return Group(*(_finding(finding) for finding in findings))


def _finding(finding: Finding) -> RenderableType:
    head = Text.assemble(
        (f"{finding.severity.value}", _STYLES[finding.severity]), f"  {finding.message}  ", (f"[{finding.code}]", "dim")
    )
    evidence = [f"{name}: {value}" for name, value in finding.evidence.items()]
    return Group(head, *(Text(f"    {line}") for line in evidence), Text(f"    {finding.remedy}", style="dim"))


def render_review(review: Review) -> RenderableType:
    """Return the plan, its findings, its way and its hashes, as a signer must see them."""
    plan = review.plan
    parts: list[RenderableType] = [Text(plan.title, style="bold")]
    facts = [
        ("network", f"{plan.network} (chain {plan.chain_id})"),
        ("block", str(plan.block.number)),
        ("plan", plan.plan_hash),
    ]
    if plan.config_source is not None:
        facts.append(("configuration", plan.config_source))
    parts.append(_facts(facts))
    for number, call in enumerate(plan.calls, start=1):
        parts.append(_call(number, call))
    if plan.after:
        parts.append(Text("Afterwards", style="bold"))
        parts.extend(Text(f"  - {condition.text}") for condition in plan.after)
    parts.append(Text("Route", style="bold"))
    parts.append(_facts([("by", str(review.route.authority)), *_steps(review)]))
    if isinstance(review.route.authority, SafeAuthority) and review.safe_tx is not None:
        parts.append(_safe_tx(review.safe_tx))
    if review.findings:
        parts.extend([Text("Findings", style="bold"), render_findings(review.findings)])
    return Group(*parts)


def _steps(review: Review) -> list[tuple[str, str]]:
    return [(f"step {number}", step) for number, step in enumerate(review.route.steps, start=1)]


def _call(number: int, call: Call) -> RenderableType:
    target = f"create {call.label}" if call.to is None else f"{call.label} {call.to}"
    facts = [("to", target), ("function", call.signature), *((f"  {a.name}", format_argument(a)) for a in call.args)]
    if call.value:
        facts.append(("value", f"{call.value} wei"))
    if call.to is not None:
        facts.append(("data", "0x" + call.data.hex()))
    return Group(Text(f"{number}. {call.purpose}", style="bold"), _facts(facts))


def format_argument(argument: Argument) -> str:
    """Return an argument's value as one line."""
    value = value_to_json(argument.value)
    return value if isinstance(value, str) else str(value)


def _safe_tx(safe_tx: SafeTxSummary) -> RenderableType:
    return Group(
        Text("Compare on your device", style="bold"),
        _facts(
            [
                ("Safe", safe_tx.safe),
                ("nonce", str(safe_tx.nonce)),
                ("operation", "0 (call)" if safe_tx.operation == 0 else "1 (delegatecall)"),
                ("target", safe_tx.to),
                ("domain hash", safe_tx.domain_hash),
                ("message hash", safe_tx.message_hash),
                ("safeTxHash", safe_tx.safe_tx_hash),
                ("confirmations", f"{len(safe_tx.confirmations)} of {safe_tx.threshold}"),
            ]
        ),
    )
