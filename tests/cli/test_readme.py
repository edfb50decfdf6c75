"""The README tells the truth: its daily jobs are run as they stand there, and print what it says they print.

HOKCTL_TEST_UPDATE_GOLDEN=1 writes what they print into the README.
"""

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.world import isolate, run_hokctl

pytestmark = pytest.mark.cli

README = Path(__file__).parents[2] / "README.md"
BLOCK = re.compile(r"```console\n(?P<content>.*?)```", re.DOTALL)
COMMAND = re.compile(r"^\$ (?P<words>hokctl .*)$", re.MULTILINE)
SCENARIO = "hokctl devnet --scenario"
REFUSED_ON_PURPOSE = "hokctl invoice pay TAI-1001 --signer alice --yes"
"""Paid once, and refused the second time."""
DIRECTORY = "/home/you/treasury"
URL = "http://127.0.0.1:8545"


@pytest.fixture
def scenario(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Path, str]]:
    """Serve the scenario as the README says, on a free port; yield its directory and all that it printed."""
    directory = tmp_path / "treasury"
    directory.mkdir()
    isolate(directory, tmp_path, monkeypatch)
    command = [sys.executable, "-m", *SCENARIO.split(), "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        try:
            yield directory, _until_listening(process)
        finally:
            process.terminate()


def test_the_daily_jobs_do_and_print_what_the_readme_says(scenario: tuple[Path, str]) -> None:
    directory, served = scenario
    text = README.read_text(encoding="utf-8")
    url = re.findall(r"http://[0-9.:]+", served)[-1]
    seen: list[str] = []

    def play(block: re.Match[str]) -> str:
        parts = []
        for words in COMMAND.findall(block["content"]):
            output = served if words == SCENARIO else _run(words, seen)
            shown = _for_the_reader(output, {str(directory): DIRECTORY, url: URL})
            parts.append(f"$ {words}\n{shown}")
        return "```console\n" + "\n".join(parts) + "```"

    played = BLOCK.sub(play, text)
    if "HOKCTL_TEST_UPDATE_GOLDEN" in os.environ:
        README.write_text(played, encoding="utf-8")
    assert _comparable(played) == _comparable(README.read_text(encoding="utf-8"))


def _until_listening(process: subprocess.Popen[str]) -> str:
    lines: list[str] = []
    assert process.stdout is not None
    for line in process.stdout:
        lines.append(line)
        if line.startswith("listening on"):
            return "".join(lines)
    raise AssertionError(f"the devnet ended: {lines}")


def _run(words: str, seen: list[str]) -> str:
    ran = run_hokctl(*shlex.split(words)[1:])
    expected = 6 if words == REFUSED_ON_PURPOSE and words in seen else 0
    seen.append(words)
    assert ran.exit_code == expected, ran.stdout + ran.stderr
    return ran.stderr + ran.stdout


def _for_the_reader(output: str, places: dict[str, str]) -> str:
    for found, shown in places.items():
        output = output.replace(found, shown)
    return re.sub(r"0x([0-9a-f]{8})[0-9a-f]{57,}", r"0x\1…", output)


def _comparable(text: str) -> str:
    """Return the text without what another day changes: dates and times, and the width of the columns they stand in."""
    return re.sub(r" +", " ", re.sub(r"\d{4}-\d{2}-\d{2}( \d{2}:\d{2}:\d{2})?", "DATE", text))
