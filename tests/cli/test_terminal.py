"""A person at a real terminal: what is shown before the question, and what a yes and a no do."""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time

import pytest

from tests.world import TOGETHER, World

pytestmark = pytest.mark.cli

TIMEOUT_S = 60


def at_a_terminal(*argv: str, answer: str | None = None, until: str = "\0", columns: int = 200) -> tuple[int, str]:
    """Run hokctl on a pseudo-terminal and type `answer` once `until` was shown, or press Ctrl-C for None.

    Returns the exit code and all that was shown.
    """
    controller, terminal = pty.openpty()
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    command = [sys.executable, "-m", "hokctl", *argv]
    env = {name: value for name, value in os.environ.items() if name not in {"COLUMNS", "NO_COLOR"}}
    process = subprocess.Popen(command, stdin=terminal, stdout=terminal, stderr=terminal, close_fds=True, env=env)
    os.close(terminal)
    shown, answered, deadline = "", False, time.monotonic() + TIMEOUT_S
    while time.monotonic() < deadline:
        ready, _, _ = select.select([controller], [], [], 0.5)
        try:
            chunk = os.read(controller, 65536) if ready else b""
        except OSError:  # the terminal closes with its last process
            break
        shown += chunk.decode()
        if not answered and until in shown:
            process.send_signal(signal.SIGINT) if answer is None else os.write(controller, answer.encode())
            answered = True
    os.close(controller)
    return process.wait(TIMEOUT_S), shown


def test_a_yes_sends_what_was_shown(world: World) -> None:
    code, shown = at_a_terminal("split", "set", "23", "70%", "--signer", "deployer", answer="y\n", until="[y/N]")
    assert code == 0
    assert shown.index("Set the infrastructure share of model 23 from 90% to 70%") < shown.index("[y/N]")
    assert "Done, and proved on the chain." in shown
    assert world.ok("split", "show", "23")["models"][0]["infrastructure_accrual_bps"] == 7000


@pytest.mark.parametrize("answer", ["n\n", "\n", "x\n"])
def test_anything_but_yes_sends_nothing(world: World, answer: str) -> None:
    code, shown = at_a_terminal("split", "set", "23", "70%", "--signer", "deployer", answer=answer, until="[y/N]")
    assert code == 1
    assert "Not confirmed: nothing was sent." in shown
    assert world.ok("split", "show", "23")["models"][0]["infrastructure_accrual_bps"] == 9000


def test_ctrl_c_at_the_question_is_an_interruption(world: World) -> None:
    code, shown = at_a_terminal("split", "set", "23", "70%", "--signer", "deployer", answer=None, until="[y/N]")
    assert code == 130
    assert world.ok("split", "show", "23")["models"][0]["infrastructure_accrual_bps"] == 9000
    assert "Traceback" not in shown


def test_a_closed_pipe_ends_quietly(world: World) -> None:
    command = f"{sys.executable} -m hokctl split show | true"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False, cwd=world.directory)
    assert done.stderr == ""


def test_a_narrow_terminal_breaks_no_hash_and_no_address(world: World) -> None:
    argv = ("split", "set", "21", "70%", "--signer", "alice", "--dry-run")
    _, shown = at_a_terminal(*argv, columns=40)
    hashes = world.ok(*argv)
    assert hashes["plan"]["plan_hash"] in shown
    assert world.safe in shown
    assert hashes["plan"]["calls"][0]["data"] in shown


def test_a_table_that_is_too_wide_is_shown_row_by_row(world: World) -> None:
    _, narrow = at_a_terminal("model", "list", "--no-color", columns=60)
    lines = narrow.splitlines()
    assert lines[0] == "model 21"
    assert lines[1].split() == ["infrastructure", "80%"]
    assert f"  provider        {TOGETHER} (together)" in lines
    _, wide = at_a_terminal("model", "list", "--no-color", columns=160)
    assert wide.splitlines()[0].split()[:3] == ["model", "infrastructure", "profit"]
    assert "\x1b" not in narrow + wide
    assert world.run("model", "list").stdout.splitlines()[0].split()[:3] == wide.splitlines()[0].split()[:3]


def test_colours_are_for_terminals(world: World) -> None:
    _, shown = at_a_terminal("model", "list")
    assert "\x1b[1m" in shown
    assert "\x1b" not in world.run("model", "list").stdout


@pytest.mark.usefixtures("world")
def test_a_plot_is_as_wide_as_the_terminal_and_has_colours_unless_told_not_to() -> None:
    argv = ("runway", "21", "--daily-burn", "8", "--plot")
    code, shown = at_a_terminal(*argv, columns=60)
    assert code == 0
    assert re.search(r"\x1b\[[0-9;]+m•", shown)
    plain = re.sub(r"\x1b\[[0-9;]*m", "", shown)
    top = next(line for line in plain.splitlines() if "┌" in line)
    assert len(top) == 60
    assert "\x1b[" not in at_a_terminal(*argv, "--no-color", columns=60)[1]
