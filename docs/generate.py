"""Writes the documents that are made of the sources: docs/errors.md, docs/commands.md and docs/checks.md.

python docs/generate.py writes them; with --check it only compares, and exits 1 when one is out of date.
"""

# ruff: noqa: INP001 - a script beside what it writes, not a package

import ast
import pkgutil
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Final

import typer
from typer._click import Command, Context
from typer.core import TyperGroup

import hokctl
from hokctl.checks.check_list import CHECKS
from hokctl.cli import COMMANDS, app
from hokctl.devnet.drills import ATTACKS
from hokctl.domain.alert_rules import ALL_RULES
from hokctl.errors import HokctlError
from hokctl.monitor.rules import SEVERITIES

DOCS: Final = Path(__file__).parent
SOURCES: Final = DOCS.parent / "hokctl"
WIDTH: Final = 118
HEAD: Final = "<!-- Written by docs/generate.py; change the sources instead. -->\n"
INTRODUCTION: Final = """\
# Errors and findings

An error ends a command; its code stands in `errors` of the JSON document, and [exit-codes.md](exit-codes.md) explains
its exit code. A finding is the negative result of a check and stands in `findings`; one of severity `error` stops a
plan with exit code 6, unless it may be accepted by name with `--allow CODE`. Some checks go on after an error and
report it as a finding under the error's code.
"""

CHECKS_INTRODUCTION: Final = """\
# Checks before a signature

`hokctl safe check HASH` goes through this list and ends with exit code 5 when anything deserves a look. Every command
that proposes to a Safe, `safe sign` and `safe execute` go through the same list first, every time, and refuse (exit
code 6) where a code says *stop*. There is no blanket force: a stop that may be accepted is accepted by its name,
`--allow CODE`, and many cannot be.

Everything is read at one block, in one round trip, and every check records what it looked at: the JSON document has
all of them under `checks`, each with its verdict `ok`, `finding` or `not-applicable`. What is trusted all the same: the
node (name a second one of somebody else's as `second_rpc_url`), this program and the machine that it runs on.

What the owners agreed on stands in the policy file: `[safes.NAME]` registers how the Safe is meant to be, and
`[audited.NAME]` the code that was audited (`examples/policy.toml`). Without them those checks do not apply.
"""
DRILLS_INTRODUCTION: Final = """\
## Drills

`hokctl safe drill` builds harmless copies of known attacks on a chain inside its own process, sends each the real way,
through files, a Transaction Service on loopback, and the services behind `safe sign` and `safe execute`, and tells
whether it was refused under the code that it must be refused under. Honest copies of the same ways must lead through.
"""


def main(argv: list[str]) -> int:
    """Write the documents, or with --check compare them; return the exit code."""
    documents = {"errors.md": render_errors(), "commands.md": render_commands(), "checks.md": render_checks()}
    stale = [name for name, text in documents.items() if read(DOCS / name) != text]
    if "--check" not in argv:
        for name in stale:
            (DOCS / name).write_text(documents[name], encoding="utf-8")
        return 0
    for name in stale:
        sys.stderr.write(f"docs/{name} is out of date: run python docs/generate.py\n")
    return 1 if stale else 0


def read(path: Path) -> str:
    """Return the text of a file, nothing when there is no file."""
    return path.read_text(encoding="utf-8") if path.is_file() else ""


# Errors


def error_classes() -> list[type[HokctlError]]:
    """Return every error of hokctl that has a code of its own, by exit code and code."""
    for module in pkgutil.walk_packages(hokctl.__path__, "hokctl."):
        import_module(module.name)
    every: list[type[HokctlError]] = [HokctlError, *subclasses(HokctlError)]
    found = {kind for kind in every if "code" in vars(kind)}
    return sorted(found, key=lambda kind: (kind.exit_code, kind.code, kind.__module__))


def subclasses(kind: type[HokctlError]) -> Iterator[type[HokctlError]]:
    """Yield the classes below `kind`, as far as they belong to hokctl."""
    for child in kind.__subclasses__():
        if child.__module__.partition(".")[0] == "hokctl":
            yield child
        yield from subclasses(child)


def render_errors() -> str:
    """Return errors.md."""
    errors = [
        (f"`{kind.code}`", str(int(kind.exit_code)), summary(kind.__doc__), f"`{kind.__module__.partition('.')[2]}`")
        for kind in error_classes()
    ]
    findings = [(f"`{code}`", severity, message, f"`{module}`") for code, severity, message, module in finding_rows()]
    return "\n".join(
        [
            HEAD,
            INTRODUCTION,
            "## Errors",
            "",
            *table(("Code", "Exit", "What it is", "Room"), errors),
            "",
            "## Findings",
            "",
            "`…` stands for the values of the case.",
            "",
            *table(("Code", "Severity", "Message", "Room"), findings),
            "",
        ]
    )


def summary(docstring: str | None) -> str:
    """Return the first paragraph of a docstring on one line."""
    return " ".join((docstring or "").strip().partition("\n\n")[0].split())


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> list[str]:
    """Return a Markdown table."""
    titles = list(head)
    cells = [[cell.replace("|", "\\|") for cell in row] for row in rows]
    return [f"| {' | '.join(row)} |" for row in (titles, ["---"] * len(titles), *cells)]


# Checks


def render_checks() -> str:
    """Return checks.md."""
    rows = [
        (str(check.point), f"`{check.id}`", check.title, f"`{code}`" if code else "", effect, check.reads)
        for check in CHECKS
        for code, effect in (check.codes or ((None, "record"),))
    ]
    drills = [(f"`{one.name}`", f"`{one.code}`", one.detail) for one in ATTACKS]
    return "\n".join(
        [
            HEAD,
            CHECKS_INTRODUCTION,
            *table(("Point", "Check", "What must hold", "Code", "Does", "Looks at"), rows),
            "",
            DRILLS_INTRODUCTION,
            *table(("Drill", "Caught by", "What the attacker does"), drills),
            "",
        ]
    )


# Findings: what stands in the calls of Finding(...), also where a function passes on what it was called with.


@dataclass(frozen=True, slots=True)
class Frame:
    """A function that is being looked into, and the call it is looked into for."""

    function: ast.FunctionDef
    call: ast.Call
    outer: "Frame | None"
    """The frame that the call's arguments belong to."""

    def argument(self, name: str) -> tuple[ast.expr | None, "Frame | None"]:
        """Return what a parameter stands for, and the frame of that."""
        signature = self.function.args
        for keyword in self.call.keywords:
            if keyword.arg == name:
                return keyword.value, self.outer
        names = [parameter.arg for parameter in signature.args]
        if name in names[: len(self.call.args)]:
            return self.call.args[names.index(name)], self.outer
        positional = zip(reversed(names), reversed(signature.defaults), strict=False)
        named = zip((parameter.arg for parameter in signature.kwonlyargs), signature.kw_defaults, strict=True)
        return dict((*positional, *named)).get(name), None


def alert_rows() -> list[tuple[str, str, str]]:
    """Return what the rules of the monitor find: their codes are values, not written out where the finding is made."""
    return [
        (rule.name, SEVERITIES[rule.severity].value, f"{rule.meaning[0].upper()}{rule.meaning[1:]}.")
        for rule in ALL_RULES
    ]


class Scan:
    """All modules, and the findings that are made in them."""

    def __init__(self) -> None:
        """Look up who calls whom."""
        self._callers: dict[str, list[tuple[str, ast.FunctionDef, ast.Call]]] = {}
        for path in sorted(SOURCES.rglob("*.py")):
            module = ".".join(("hokctl", *path.relative_to(SOURCES).with_suffix("").parts))
            tree = ast.parse(path.read_text(encoding="utf-8"))
            known = {
                alias.asname or alias.name: f"{node.module}.{alias.name}"
                for node in ast.walk(tree)
                if isinstance(node, ast.ImportFrom)
                for alias in node.names
            }
            for function in (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)):
                for call in (node for node in ast.walk(function) if isinstance(node, ast.Call)):
                    if isinstance(call.func, ast.Name):
                        callee = known.get(call.func.id, f"{module}.{call.func.id}")
                        self._callers.setdefault(callee, []).append((module, function, call))

    def findings(self) -> Iterator[tuple[str, str, str, str]]:
        """Yield code, severity, message and module of every finding."""
        for module, function, call in self._callers["hokctl.domain.findings.Finding"]:
            values = {keyword.arg: keyword.value for keyword in call.keywords}
            found = [row for frame in self._frames(module, function) for row in expand(values, function, frame)]
            if ast.unparse(values["code"]) == "alert.rule":
                found = alert_rows()
            if not found and not ast.unparse(values["code"]).endswith("error.code"):
                raise SystemExit(f"{module}: the code or severity of a finding cannot be read: {ast.unparse(call)}")
            yield from ((*row, module.removeprefix("hokctl.")) for row in found)

    def _frames(self, module: str, function: ast.FunctionDef, depth: int = 4) -> list[Frame | None]:
        """Return a frame per call of the function; None where nobody calls it by name."""
        callers = [one for one in self._callers.get(f"{module}.{function.name}", ()) if one[1] is not function]
        if not callers or depth == 0:
            return [None]
        return [
            Frame(function, call, outer)
            for where, caller, call in callers
            for outer in self._frames(where, caller, depth - 1)
        ]


def expand(
    values: dict[str | None, ast.expr], function: ast.FunctionDef, frame: Frame | None
) -> Iterator[tuple[str, str, str]]:
    """Yield code, severity and message of a finding that is made in `function`."""
    codes = texts(values["code"], function, frame)
    messages = texts(values["message"], function, frame) or ["…"]
    severity = " or ".join(texts(values["severity"], function, frame))
    for number, code in enumerate(codes if severity else ()):
        yield code, severity, messages[number] if len(codes) == len(messages) else " / ".join(messages)


def texts(node: ast.expr, function: ast.FunctionDef | None, frame: Frame | None) -> list[str]:
    """Return what an expression may come to, its values as `…`; nothing for what is computed."""
    match node:
        case ast.Constant(value=str(text)):
            found = [text]
        case ast.IfExp():
            found = [*texts(node.body, function, frame), *texts(node.orelse, function, frame)]
        case ast.Attribute(value=ast.Name(id="Severity")):
            found = [node.attr.lower()]
        case ast.JoinedStr():
            found = ["".join(piece(part, function, frame) for part in node.values)]
        case ast.Name():
            value, outer = frame.argument(node.id) if frame is not None else (None, None)
            caller = None if outer is None else outer.function
            found = assigned(node.id, function, frame) if value is None else texts(value, caller, outer)
        case _:
            found = []
    return found


def piece(part: ast.expr, function: ast.FunctionDef | None, frame: Frame | None) -> str:
    """Return a part of an f-string: what is known to be one text, else `…`."""
    if isinstance(part, ast.Constant):
        return str(part.value)
    inner = part.value if isinstance(part, ast.FormattedValue) else part
    found = texts(inner, function, frame) if isinstance(inner, ast.Name) else []
    return found[0] if len(found) == 1 else "…"


def assigned(name: str, function: ast.FunctionDef | None, frame: Frame | None) -> list[str]:
    """Return what a local variable is set to."""
    nodes = ast.walk(function) if function is not None else ()
    values = [
        node.value
        for node in nodes
        if isinstance(node, ast.Assign)
        and any(isinstance(target, ast.Name) and target.id == name for target in node.targets)
    ]
    return list(dict.fromkeys(text for value in values for text in texts(value, None, frame)))


def finding_rows() -> list[tuple[str, str, str, str]]:
    """Return code, severity, message and module of every finding, each once."""
    rows: dict[tuple[str, str], tuple[set[str], set[str]]] = {}
    for code, severity, message, module in Scan().findings():
        severities, messages = rows.setdefault((code, module), (set(), set()))
        severities.add(severity)
        messages.add(message)
    return [
        (code, " or ".join(sorted(severities)), " / ".join(sorted(messages)), module)
        for (code, module), (severities, messages) in sorted(rows.items())
    ]


# Commands


def render_commands() -> str:
    """Return commands.md: the help of every command, as the terminal shows it."""
    sections = [f"{HEAD}\n# Commands\n\nWhat `hokctl COMMAND --help` says, for every command.\n"]
    for path, command, context in commands():
        level = "##" if len(path) == 1 else "###"
        sections.append(f"{level} hokctl {' '.join(path)}\n\n```text\n{help_of(command, context)}\n```\n")
    return "\n".join(sections)


def commands() -> Iterator[tuple[tuple[str, ...], Command, Context]]:
    """Yield every command with its path and context, groups before what they hold."""
    root = Context(typer.main.get_command(app), info_name="hokctl", terminal_width=WIDTH)
    for name, entry in COMMANDS.items():
        command = typer.main.get_command(import_module(f"hokctl.commands.{entry.module}").app)
        command.name = name
        context = Context(command, info_name=name, parent=root)
        yield (name,), command, context
        for child_name, child in sorted(command.commands.items()) if isinstance(command, TyperGroup) else ():
            yield (name, child_name), child, Context(child, info_name=child_name, parent=context)


def help_of(command: Command, context: Context) -> str:
    """Return the help text, without trailing spaces."""
    return "\n".join(line.rstrip() for line in command.get_help(context).rstrip().splitlines())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
