"""The rules of the house, held against the sources themselves."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from importlinter.cli import EXIT_STATUS_SUCCESS, lint_imports

pytestmark = pytest.mark.unit

ROOT = Path(__file__).parents[2]
SOURCES = sorted((ROOT / "hokctl").rglob("*.py"))
MAX_FILE_LINES = 300
MAX_FUNCTION_LINES = 40
LONG_ON_PURPOSE = "argued in a comment"


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def nodes(*kinds: type[ast.AST]) -> Iterator[tuple[Path, ast.AST]]:
    return ((path, node) for path, node in every_node() if isinstance(node, kinds))


@cache
def every_node() -> tuple[tuple[Path, ast.AST], ...]:
    return tuple((path, node) for path in SOURCES for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))))


def test_imports_go_down_only(capsys: pytest.CaptureFixture[str]) -> None:
    assert lint_imports(config_filename=str(ROOT / "pyproject.toml"), cache_dir=None) == EXIT_STATUS_SUCCESS, (
        capsys.readouterr().out
    )


def test_nothing_is_printed_outside_render() -> None:
    calls = [
        (relative(path), node.lineno)
        for path, node in nodes(ast.Call)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
    ]
    streams = [
        (relative(path), node.lineno)
        for path, node in nodes(ast.Attribute)
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "sys"
        and node.attr in {"stdout", "stderr"}
        and not relative(path).startswith("hokctl/render/")
        and relative(path) != "hokctl/cli.py"
    ]
    assert calls + streams == []


def test_only_config_reads_the_environment() -> None:
    reads = {
        relative(path)
        for path, node in nodes(ast.Attribute)
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "os"
        and node.attr in {"environ", "getenv", "environb"}
    }
    assert {name for name in reads if not name.startswith("hokctl/config/")} == set()


def test_only_the_two_boundaries_catch_everything() -> None:
    broad = {
        relative(path)
        for path, node in nodes(ast.ExceptHandler)
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or (isinstance(node.type, ast.Name) and node.type.id in {"Exception", "BaseException"}))
    }
    assert {name for name in broad if name != "hokctl/cli.py" and not name.startswith("hokctl/devnet/")} == set()


def test_files_and_functions_stay_short() -> None:
    long_files = {
        relative(path): count for path in SOURCES if (count := len(path.read_text().splitlines())) > MAX_FILE_LINES
    }
    long_functions = {
        f"{relative(path)}:{node.name}": length
        for path, node in nodes(ast.FunctionDef)
        if isinstance(node, ast.FunctionDef)
        and (length := (node.end_lineno or 0) - node.lineno + 1) > MAX_FUNCTION_LINES
        and LONG_ON_PURPOSE not in (ast.get_source_segment(path.read_text(), node) or "")
    }
    assert long_files == {}
    assert long_functions == {}
