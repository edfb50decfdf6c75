"""The documents: generated ones are fresh, and what they promise about codes and help holds."""

import importlib.util
import json
import re
import shlex
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any, Final

import pytest
import typer
from typer.core import TyperGroup

from hokctl.cli import COMMANDS
from hokctl.domain.findings import Finding, Severity
from hokctl.domain.units import BlockRef
from hokctl.exit_codes import ExitCode
from hokctl.render.envelope import build_envelope
from hokctl.result import Status
from hokctl.runtime import Runtime

pytestmark = pytest.mark.unit

DOCS: Final = Path(__file__).parents[2] / "docs"
KEBAB: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
WHO: Final = re.compile(r"\b([Aa]nyone|[Nn]eeds?|[Rr]un by|[Ww]hoever)\b")
LINK: Final = re.compile(r"\]\((?!https?:)([^)#]+)")
SHELL: Final = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)
CODE_CELL: Final = re.compile(r"^\| `(?P<code>[^`]+)` \|", re.MULTILINE)


@pytest.fixture(scope="module")
def generate() -> ModuleType:
    """The script itself."""
    spec = importlib.util.spec_from_file_location("generate", DOCS / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def test_generated_documents_are_fresh() -> None:
    done = subprocess.run(
        [sys.executable, DOCS / "generate.py", "--check"], capture_output=True, text=True, check=False, cwd=DOCS.parent
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_stale_document_is_named_and_not_touched(
    generate: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(generate, "DOCS", tmp_path)
    (tmp_path / "errors.md").write_text("old\n", encoding="utf-8")
    assert generate.main(["--check"]) == 1
    assert "docs/errors.md is out of date" in capsys.readouterr().err
    assert (tmp_path / "errors.md").read_text(encoding="utf-8") == "old\n"
    assert generate.main([]) == 0
    assert generate.main(["--check"]) == 0


def test_every_error_has_a_code_of_its_own(generate: ModuleType) -> None:
    codes = [kind.code for kind in generate.error_classes()]
    assert sorted(codes) == sorted(set(codes))
    assert [code for code in codes if not KEBAB.fullmatch(code)] == []


def test_every_error_has_an_exit_code_and_a_sentence(generate: ModuleType) -> None:
    for kind in generate.error_classes():
        assert kind.exit_code in ExitCode
        assert kind.exit_code is not ExitCode.OK
        assert generate.summary(kind.__doc__).endswith("."), kind


def test_findings_are_found_through_the_functions_that_make_them(generate: ModuleType) -> None:
    found = {code: (severity, message) for code, severity, message, _ in generate.finding_rows()}
    assert found["exceeds-accrued"] == ("error", "The payment of … is more than the … accrued for model ….")
    assert found["payee-not-provider"][0] == "error or warning"
    assert {"short-runway", "runway-unknown", "event-missing", "event-repeated", "usdc-decimals"} <= set(found)
    assert [code for code in found if not KEBAB.fullmatch(code)] == []


def test_every_command_says_who_may_run_it_and_ends_with_an_example(generate: ModuleType) -> None:
    wrong = []
    for path, command, _ in generate.commands():
        if hasattr(command, "commands"):
            continue
        text = (command.help or "").strip()
        last = text.splitlines()[-1].strip()
        if not last.startswith(f"Example: hokctl {' '.join(path)}") or not WHO.search(text):
            wrong.append(" ".join(path))
    assert wrong == []


def test_only_the_root_offers_to_install_completion(generate: ModuleType) -> None:
    assert "--install-completion" not in generate.render_commands()


def test_bad_input_ends_in_codes_that_are_documented() -> None:
    bad_input = (DOCS / "exit-codes.md").read_text(encoding="utf-8").partition("| What is wrong |")[2]
    used = {line.rsplit("|", 2)[1].strip().strip("`") for line in bad_input.splitlines()[2:]}
    documented = set(CODE_CELL.findall((DOCS / "errors.md").read_text(encoding="utf-8")))
    assert used - documented == set()


def test_exit_codes_are_documented_by_number_and_name() -> None:
    text = (DOCS / "exit-codes.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\d+) \| ([A-Z]+) \|", text, re.MULTILINE)
    assert rows == [(str(int(code)), code.name) for code in ExitCode]


def test_the_example_of_the_output_contract_has_its_keys() -> None:
    text = (DOCS / "output.md").read_text(encoding="utf-8")
    example = json.loads(text.partition("```json\n")[2].partition("```")[0])
    finding = Finding(code="c", severity=Severity.INFO, subject="s", message="m", remedy="r")
    runtime = Runtime(argv=(), network=("devnet", 31337))
    block = BlockRef(number=1, hash="0x", timestamp=0)
    real = json.loads(build_envelope(runtime, status="ok", exit_code=0, block=block, findings=[finding]))
    assert list(example) == list(real)
    assert list(example["findings"][0]) == list(real["findings"][0])
    assert [list(example[key]) for key in ("block", "network")] == [list(real[key]) for key in ("block", "network")]
    assert set(re.findall(r"^\| `(\w+)` \| (?:\d+|others) \|", text, re.MULTILINE)) == {one.value for one in Status}


def test_links_between_documents_lead_somewhere() -> None:
    broken = [
        f"{document.name}: {target}"
        for document in sorted(DOCS.rglob("*.md"))
        for target in LINK.findall(document.read_text(encoding="utf-8"))
        if not (document.parent / target).exists()
    ]
    assert broken == []


def test_every_command_line_in_the_documents_is_one_that_hokctl_takes() -> None:
    lines = [
        (document.name, line)
        for document in sorted(DOCS.glob("*.md"))
        for block in SHELL.findall(document.read_text(encoding="utf-8"))
        for line in block.splitlines()
        if line.startswith("hokctl ")
    ]
    assert len(lines) > 20
    for document, line in lines:
        words = shlex.split(line, comments=True)[1:]
        command: Any = typer.main.get_command(import_module(f"hokctl.commands.{COMMANDS[words[0]].module}").app)
        rest = words[1:]
        while isinstance(command, TyperGroup):
            command = command.commands.get(rest.pop(0))
        assert command is not None, (document, line)
        context = command.make_context("hokctl", rest, resilient_parsing=True, obj=Runtime(argv=tuple(words)))
        assert context.params, (document, line)


def test_the_list_of_checks_holds_against_the_sources(generate: ModuleType) -> None:
    found: dict[str, set[str]] = {}
    for code, severity, _, module in generate.finding_rows():
        if module.startswith(("checks.", "routes.")):
            found.setdefault(code, set()).update(severity.split(" or "))
    errors = {kind.code for kind in generate.error_classes()}
    listed = {code: effect for check in generate.CHECKS for code, effect in check.codes}
    assert [code for code in listed if code not in found and code not in errors] == []
    words = {"error": "stop", "warning": "warn", "info": "note"}
    for code, effect in listed.items():
        severities = {words[one] for one in found.get(code, {"error"})}
        assert severities <= set(effect.split(" or ")), code
    assert {one.code for one in generate.ATTACKS} <= set(listed) | errors


def test_every_finding_of_a_check_of_safe_transactions_is_on_the_list(generate: ModuleType) -> None:
    listed = {code for check in generate.CHECKS for code, _ in check.codes}
    rooms = {f"checks.{name}" for name in ("chains", "delegatecalls", "gas", "payees", "powers", "reserves", "safes")}
    rooms |= {"checks.safe_txs", "checks.targets", "checks.effects", "checks.confirmations", "checks.self_changes"}
    made = {code for code, _, _, module in generate.finding_rows() if set(module.split(", ")) & rooms}
    assert made - listed == set()
