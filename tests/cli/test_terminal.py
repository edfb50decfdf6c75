"""A person at a real terminal: what is shown before the question, and what a yes and a no do."""

import os
import pty
import select
import signal
import subprocess
import sys
import time

import pytest

from tests.world import World

pytestmark = pytest.mark.cli

TIMEOUT_S = 60


def at_a_terminal(*argv: str, answer: str | None, until: str) -> tuple[int, str]:
    """Run hokctl on a pseudo-terminal and type `answer` once `until` was shown, or press Ctrl-C for None.

    Returns the exit code and all that was shown.
    """
    controller, terminal = pty.openpty()
    command = [sys.executable, "-m", "hokctl", *argv]
    process = subprocess.Popen(command, stdin=terminal, stdout=terminal, stderr=terminal, close_fds=True)
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
    assert shown.index("Set the infrastructure share of 23 from 90% to 70%") < shown.index("[y/N]")
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
