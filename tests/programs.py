"""The bookkeeping programs that exports are checked with, run as their users run them."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

BEAN_CHECK = Path(sys.executable).with_name("bean-check")
needs_hledger = [
    pytest.mark.hledger,
    pytest.mark.skipif(shutil.which("hledger") is None, reason="hledger is not installed"),
]


def bean_check(journal: str, path: Path) -> str:
    """Return what `bean-check` complains about in a journal, nothing when it accepts it."""
    path.write_text(journal, encoding="utf-8")
    done = subprocess.run(
        [BEAN_CHECK, "--no-cache", path], capture_output=True, text=True, check=False, env=os.environ | {"LC_ALL": "C"}
    )
    return done.stderr + done.stdout if done.returncode else ""


def hledger(journal: str, *arguments: str) -> str:
    """Return what hledger says about a journal, assert that it accepts it."""
    done = subprocess.run(
        ["hledger", "--file", "-", *arguments],
        input=journal,
        capture_output=True,
        text=True,
        check=False,
        encoding="utf-8",
        env=os.environ | {"LC_ALL": "C.UTF-8"},
    )
    assert done.returncode == 0, done.stderr + "\n" + journal
    return done.stdout


def hledger_check(journal: str) -> str:
    """Return what `hledger check --strict` says, with the order of dates and the balances of accounts."""
    return hledger(journal, "check", "--strict", "accounts", "commodities", "ordereddates")
