"""How long help, version and completion take, against importing Typer alone in the same environment."""

import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pytest

from hokctl.cli import COMMANDS

pytestmark = pytest.mark.benchmark

RUNS = 10
AT_ONCE = 3.0
SUBCOMMAND = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """One way to start hokctl, and how many times as long as Typer's import it may take."""

    name: str
    argv: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    most: float


def completion(words: str) -> dict[str, str]:
    return {"_HOKCTL_COMPLETE": "complete_bash", "COMP_WORDS": words, "COMP_CWORD": str(len(words.split()) - 1)}


STARTS = (
    Start(name="hokctl --help", argv=("--help",), most=AT_ONCE),
    Start(name="hokctl --version", argv=("--version",), most=AT_ONCE),
    Start(name="completion of a group", argv=(), environment=completion("hokctl sp"), most=AT_ONCE),
    Start(name="completion of a command", argv=(), environment=completion("hokctl split se"), most=AT_ONCE),
    *(Start(name=f"hokctl {group} --help", argv=(group, "--help"), most=SUBCOMMAND) for group in COMMANDS),
    Start(name="hokctl split set --help", argv=("split", "set", "--help"), most=SUBCOMMAND),
    Start(name="hokctl invoice pay --help", argv=("invoice", "pay", "--help"), most=SUBCOMMAND),
)


def shortest(argv: Sequence[str], environment: Mapping[str, str]) -> float:
    """Return the shortest of RUNS runs, in seconds."""
    times = []
    for _ in range(RUNS):
        started = time.perf_counter()
        subprocess.run(argv, capture_output=True, check=True, env={**os.environ, **environment})
        times.append(time.perf_counter() - started)
    return min(times)


def test_starting_takes_few_times_as_long_as_importing_typer(capsys: pytest.CaptureFixture[str]) -> None:
    base = shortest([sys.executable, "-c", "import typer"], {})
    measured = [
        (start, shortest([sys.executable, "-m", "hokctl", *start.argv], start.environment) / base) for start in STARTS
    ]
    with capsys.disabled():
        sys.stdout.write(f"\nimport typer: {base * 1000:.0f} ms, shortest of {RUNS}\n")
        sys.stdout.write(f"{'start':<28}{'ms':>6}{'times':>8}{'at most':>9}\n")
        for start, ratio in measured:
            sys.stdout.write(f"{start.name:<28}{ratio * base * 1000:>6.0f}{ratio:>8.2f}{start.most:>9.1f}\n")
    assert {start.name: ratio for start, ratio in measured if ratio > start.most} == {}
