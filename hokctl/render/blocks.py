"""Blocks as text: the one place that decides how facts, tables and plans look."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Final, Literal

from rich.cells import cell_len
from rich.console import Console, Group, RenderableType
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table as RichTable
from rich.text import Text

from hokctl.domain.amounts import Token
from hokctl.domain.calls import Call
from hokctl.domain.effects import Effect
from hokctl.domain.finding_groups import MOST_ALONE, group_findings
from hokctl.domain.findings import Finding, Severity
from hokctl.domain.reviews import DeviceScreens, Review, SafeTxSummary
from hokctl.render.plain import write_stderr, write_stdout
from hokctl.result import Block, Facts, Heading, Line, Plot, Raw, ReviewBlock, Table


class Stream(Enum):
    """Where a text goes: the result to stdout, everything else to stderr."""

    STDOUT = "stdout"
    STDERR = "stderr"


_STYLES = {Severity.ERROR: "bold red", Severity.WARNING: "yellow", Severity.INFO: "cyan"}
_SUBJECTS_SHOWN: Final = 10
"""How many of the subjects of folded findings are named, where they are no errors."""
_UNWRAPPED: Final = 1_000_000
"""Wide enough that no line is broken here: a terminal breaks it by itself, and what is copied from there is whole."""


def print_to(stream: Stream, renderable: RenderableType, *, colour: bool) -> None:
    """Print to stdout or stderr: lines are never broken, have no trailing spaces, and no styles without `colour`."""
    is_error = stream is Stream.STDERR
    console = Console(
        stderr=is_error,
        color_system="auto" if colour else None,
        width=_UNWRAPPED,
        highlight=False,
        emoji=False,
        markup=False,
    )
    with console.capture() as captured:
        console.print(renderable, soft_wrap=True)
    text = "".join(f"{line.rstrip(' ')}\n" for line in captured.get().splitlines())
    write_stderr(text) if is_error else write_stdout(text)


def width_of(stream: Stream) -> int | None:
    """Return how many characters a line of the terminal holds; None when the stream is none."""
    console = Console(stderr=stream is Stream.STDERR)
    return console.width if console.is_terminal else None


_ADDRESS: Final = re.compile(r"(?<![0-9a-zA-Z/])0x[0-9a-fA-F]{40}(?![0-9a-zA-Z/]|\.[a-z])")
"""An address in a text, but not in a path or the name of a file, which is copied as it is."""


@dataclass(frozen=True, slots=True)
class Renderer:
    """Turns blocks into text, with the names that addresses have in the address book and the deployment."""

    names: Mapping[str, str] = field(default_factory=dict)
    allowed: frozenset[str] = frozenset()
    """The codes of findings that were accepted by name."""
    width: int | None = None
    """The width of the terminal: a table that is wider becomes one paragraph per row."""
    everything: bool = True
    """Whether a plan's lines of one kind are all shown, however many they are."""

    def blocks(self, blocks: Iterable[Block]) -> RenderableType:
        """Return the blocks, one under the other."""
        return Group(*(self._block(block) for block in blocks))

    def named(self, text: str) -> str:
        """Return `text` with the name of every known address behind it, unless it stands before it already."""

        def with_name(match: re.Match[str]) -> str:
            name = self.names.get(match.group())
            if name is None or text[: match.start()].rstrip(" (").endswith(name):
                return match.group()
            return f"{match.group()} ({name})"

        return _ADDRESS.sub(with_name, text)

    def findings(self, findings: Iterable[Finding], *, folded: bool = False) -> RenderableType:
        """Return one paragraph per finding: severity, code, sentence, evidence, remedy.

        What would be the same paragraph for several subjects, such as one payee of a hundred invoices, stands once.
        With `folded` those of one code beyond the first few are counted, unless everything is asked for.
        """
        different: list[Finding] = []
        seen: set[str] = set()
        for finding in findings:
            words = repr(replace(finding, subject=""))
            if words not in seen:
                seen.add(words)
                different.append(finding)
        if self.everything or not folded:
            return Group(*(self._finding(finding) for finding in different))
        parts: list[RenderableType] = []
        for same in group_findings(different):
            # What names its invoices stands for many already, such as a new payee.
            merged = [finding for finding in same if "invoices" in finding.evidence]
            single = [finding for finding in same if "invoices" not in finding.evidence]
            parts.extend(self._finding(finding) for finding in (*merged, *single[:MOST_ALONE]))
            if rest := single[MOST_ALONE:]:
                parts.append(self._counted(rest))
        return Group(*parts)

    def review(self, review: Review) -> RenderableType:
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
        parts.append(self._facts(facts))
        parts.extend(self._sums(review))
        parts.extend(self._call(number, call, review.token) for number, call in enumerate(plan.calls, start=1))
        if plan.after:
            parts.append(Text("Afterwards", style="bold"))
            parts.extend(Text(f"  - {self.named(text)}") for text in self._conditions(review))
        steps = [(f"step {number}", step) for number, step in enumerate(review.route.steps, start=1)]
        parts.append(Text("Route", style="bold"))
        parts.append(self._facts([("by", str(review.route.authority)), *steps]))
        parts.extend(self._effects(review))
        if review.safe_tx is not None:
            parts.append(self._safe_tx(review.safe_tx))
        if review.findings:
            parts.append(Text("Findings", style="bold"))
            parts.extend(self._finding(finding, allow=True) for finding in review.findings)
        return Group(*parts)

    def _sums(self, review: Review) -> Iterable[RenderableType]:
        """Yield what many payments come to: it matters more than each of them."""
        from hokctl.result.payment_sums import payment_sums  # only a plan needs the ABIs behind it

        table = payment_sums(review.plan.calls, review.token)
        if table is not None:
            yield Text("What is paid", style="bold")
            yield self._table(table)

    def _conditions(self, review: Review) -> list[str]:
        from hokctl.result.folding import condition_lines  # only a plan needs the ABIs behind it

        return condition_lines(review.plan.after, review.effect, review.token, everything=self.everything)

    def _effects(self, review: Review) -> Iterable[RenderableType]:
        """Yield what the simulation saw, and what it saw without the Safe's guard if that is something else."""
        from hokctl.result.effects import effect_lines  # only a plan needs the ABIs behind it

        def words(effect: Effect) -> tuple[tuple[str, str], ...]:
            return effect_lines(effect, review.token, review.plan.after, everything=self.everything)

        seen = () if review.effect is None else words(review.effect)
        without = () if review.without_guard is None else words(review.without_guard)
        if review.effect is not None:
            yield Text(f"Simulated with {review.effect.method.value}", style="bold")
            yield self._facts(seen)
        if without and without != seen:
            yield Text("Simulated without the Safe's guard", style="bold")
            yield self._facts(without)

    def _block(self, block: Block) -> RenderableType:
        shown: RenderableType
        match block:
            case Line(text):
                shown = Text(self.named(text))
            case Heading(text):
                shown = Text(self.named(text), style="bold")
            case Facts(pairs):
                shown = self._facts(pairs)
            case Table():
                shown = self._table(block)
            case Plot():
                from hokctl.render.plots import draw_plot  # only a plot needs the library behind it

                shown = Text.from_ansi(draw_plot(block, self.width, colour=True))
            case Raw(text):
                shown = Text(text.rstrip("\n"))
            case ReviewBlock(review):
                shown = self.review(review)
        return shown

    def _facts(self, pairs: Iterable[tuple[str, str]]) -> RenderableType:
        grid = RichTable.grid(padding=(0, 2))
        grid.add_column(style="dim", no_wrap=True)
        grid.add_column(overflow="fold")
        for name, value in pairs:
            grid.add_row(Text(name), Text(self.named(value)))
        return Padding(grid, (0, 0, 0, 2), expand=False)

    def _table(self, table: Table) -> RenderableType:
        if not table.rows:
            return Text(table.empty)
        rows = [tuple(self.named(cell) for cell in row) for row in table.rows]
        if self.width is not None and _width(table.columns, rows) > self.width:
            return Group(*(self._record(table.columns, row) for row in table.rows))
        rich_table = RichTable(box=None, padding=(0, 2, 0, 0), header_style="bold", pad_edge=False)
        for column in table.columns:
            justify: Literal["right", "left"] = "right" if column in table.right else "left"
            rich_table.add_column(escape(column), justify=justify, overflow="fold")
        for row in rows:
            rich_table.add_row(*(Text(cell) for cell in row))
        return rich_table

    def _record(self, columns: Sequence[str], row: Sequence[str]) -> RenderableType:
        """Return a row on its own: the first cell as its title, the others one below the other."""
        return Group(
            Text(f"{columns[0]} {self.named(row[0])}", style="bold"),
            self._facts(zip(columns[1:], row[1:], strict=True)),
        )

    def _counted(self, same: Sequence[Finding]) -> RenderableType:
        """Return in one line how many findings there are, and whose: of errors each, of others the first few."""
        severity = same[0].severity
        whose = list(dict.fromkeys(finding.subject for finding in same))
        shown = whose if severity is Severity.ERROR else whose[:_SUBJECTS_SHOWN]
        others = f" and {len(whose) - len(shown)} others" if len(shown) < len(whose) else ""
        text = f"  {len(same)} more like these: {self.named(', '.join(shown))}{others}; --verbose tells each  "
        return Text.assemble((severity.value, _STYLES[severity]), text, (f"[{same[0].code}]", "dim"))

    def _finding(self, finding: Finding, *, allow: bool = False) -> RenderableType:
        stops = finding.severity is Severity.ERROR and finding.blocks(self.allowed)
        accepted = finding.severity is Severity.ERROR and not stops
        severity = ("accepted", "yellow") if accepted else (finding.severity.value, _STYLES[finding.severity])
        head = Text.assemble(severity, f"  {self.named(finding.message)}  ", (f"[{finding.code}]", "dim"))
        evidence = [f"{name}: {self.named(value)}" for name, value in finding.evidence.items()]
        ways = [self.named(finding.remedy)]
        if stops and finding.allowable and allow:
            ways.append(f"To go on all the same: --allow {finding.code}")
        return Group(
            head, *(Text(f"    {line}") for line in evidence), *(Text(f"    {way}", style="dim") for way in ways)
        )

    def _call(self, number: int, call: Call, token: Token | None) -> RenderableType:
        from hokctl.clients.argument_wording import data_text, word_arguments  # only a plan needs the ABIs behind it

        target = f"create {call.label}" if call.to is None else f"{call.label} {call.to}"
        facts = [
            ("to", target),
            ("function", call.signature),
            *((f"  {name}", text) for name, text in word_arguments(call, token)),
        ]
        if call.value:
            facts.append(("value", f"{call.value} wei"))
        if call.to is not None:
            # Creation code is told by its contract and its hash: pages of digits would hide the rest.
            facts.append(("data", data_text(call)))
        return Group(Text(f"{number}. {self.named(call.purpose)}", style="bold"), self._facts(facts))

    def _safe_tx(self, safe_tx: SafeTxSummary) -> RenderableType:
        facts = [
            ("Safe", safe_tx.safe),
            ("nonce", str(safe_tx.nonce)),
            ("operation", "0 (call)" if safe_tx.operation == 0 else "1 (delegatecall)"),
            ("target", safe_tx.to),
            ("domain hash", safe_tx.domain_hash),
            ("message hash", safe_tx.message_hash),
            ("safeTxHash", safe_tx.safe_tx_hash),
            ("confirmations", f"{len(safe_tx.confirmations)} of {safe_tx.threshold}"),
        ]
        parts: list[RenderableType] = [Text("Compare on your device", style="bold"), self._facts(facts)]
        if safe_tx.screens is not None:
            parts.extend(self._screens(safe_tx.screens))
        return Group(*parts)

    def _screens(self, screens: DeviceScreens) -> list[RenderableType]:
        """Return what a Ledger shows, screen by screen."""
        return [
            Text("On a Ledger, in this order, when it signs blindly", style="bold"),
            self._facts(screens.blind),
            Text("or, when it knows the fields of a Safe transaction", style="bold"),
            self._facts(screens.clear),
            Text("and never, so compare them here", style="bold"),
            self._facts(screens.hidden),
        ]


def _width(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> int:
    """Return how wide a table is, with two spaces between its columns."""
    widths = [max(map(cell_len, cells)) for cells in zip(columns, *rows, strict=True)]
    return sum(widths) + 2 * (len(widths) - 1)
