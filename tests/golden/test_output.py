"""What people and scripts see: help, results, refusals and errors, as recorded."""

import shlex
from dataclasses import dataclass
from typing import Final, NoReturn

import pytest

from hokctl import cli
from hokctl.errors import (
    ChainError,
    ConfigError,
    HokctlError,
    PendingError,
    RefusedError,
    UnavailableError,
    UsageError,
    UserInterruptError,
)
from hokctl.exit_codes import ExitCode
from tests.golden.recording import RECORDINGS, expect_recorded
from tests.world import World, run_hokctl

pytestmark = pytest.mark.golden

FAMILIES: Final = (UsageError, ConfigError, UnavailableError, RefusedError, ChainError, PendingError)
FAILURES: Final[dict[str, BaseException]] = {
    "unforeseen": ZeroDivisionError("division of 0xsecret by zero"),
    "failure": HokctlError("It did not work.", hint="Try something else."),
    "interrupted": UserInterruptError(),
    **{kind.code: kind("It did not work.", hint="Try something else.") for kind in FAMILIES},
}
COMMANDS: Final = {
    "runway": "runway 21 --daily-burn 100",
    "split-show": "split show",
    "model-list": "model list",
    "split-set-dry-run": "split set 21 70% --dry-run",
    "split-set-no-change": "split set 21 80%",
    "fee-deposit-refused": "fee deposit 21 99999999 --signer backend --yes",
    "split-set-wrong": "split set 21 80.5.1%",
    "no-such-option": "split show --modle 21",
    "no-such-command": "splt show",
}


@dataclass(frozen=True, slots=True)
class Raising:
    """Stands in for running the command, and raises."""

    error: BaseException

    def __call__(self, *_: object) -> NoReturn:
        """Raise, whatever the arguments."""
        raise self.error


def test_root_help(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    ran = run_hokctl("--help")
    assert ran.exit_code == ExitCode.OK
    assert ran.stderr == ""
    expect_recorded("help", ran.stdout)


@pytest.mark.parametrize("output", ["text", "json"])
@pytest.mark.parametrize("name", FAILURES)
def test_failures_look_as_recorded(name: str, output: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli, "_run", Raising(FAILURES[name]))
    ran = run_hokctl("split", "show", "-o", output)
    expect_recorded(
        f"failure-{name}-{output}", f"exit {ran.exit_code}\n--- stdout\n{ran.stdout}--- stderr\n{ran.stderr}"
    )


@pytest.mark.parametrize("output", ["text", "json"])
@pytest.mark.parametrize("name", COMMANDS)
def test_results_look_as_recorded(world: World, name: str, output: str) -> None:
    ran = world.run(*shlex.split(COMMANDS[name]), "-o", output)
    text = f"exit {ran.exit_code}\n--- stdout\n{ran.stdout}--- stderr\n{ran.stderr}"
    expect_recorded(f"{name}-{output}", text, directory=world.directory)


def test_no_recording_is_left_over() -> None:
    used = {"help", *(f"failure-{name}-{output}" for name in FAILURES for output in ("text", "json"))}
    used |= {f"{name}-{output}" for name in COMMANDS for output in ("text", "json")}
    assert {path.stem for path in RECORDINGS.iterdir()} == used
