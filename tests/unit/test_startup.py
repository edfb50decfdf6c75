"""Help, version and completion stay instant: they import none of the heavy libraries."""

import json
import subprocess
import sys

import pytest

from hokctl.cli import COMMANDS

pytestmark = pytest.mark.unit

HEAVY = {"web3", "safe_eth", "eth_account", "eth_tester", "eth", "sqlalchemy", "plotext"}
PROBE = """
import json, os, sys
from hokctl.cli import main
saved = os.dup(1)
os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
code = main(sys.argv[1:])
os.dup2(saved, 1)
print(json.dumps({"code": code, "modules": sorted({name.partition(".")[0] for name in sys.modules})}))
"""


def imported(*argv: str, env: dict[str, str] | None = None) -> set[str]:
    done = subprocess.run([sys.executable, "-c", PROBE, *argv], capture_output=True, text=True, check=True, env=env)
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["code"] == 0
    return set(found["modules"])


@pytest.mark.parametrize("argv", [("--help",), ("--version",)])
def test_root_help_and_version_import_nothing_heavy(argv: tuple[str, ...]) -> None:
    assert imported(*argv) & (HEAVY | {"pydantic"}) == set()


@pytest.mark.parametrize("group", sorted(COMMANDS))
def test_help_of_a_command_imports_nothing_heavy(group: str) -> None:
    assert imported(group, "--help") & HEAVY == set()


def test_completion_imports_nothing_heavy() -> None:
    probe = """
import sys
sys.argv = ["hokctl"]
from hokctl.cli import main
try:
    main([])
except SystemExit:
    pass
print(*sorted({name.partition(".")[0] for name in sys.modules}), file=sys.stderr)
"""
    environment = {"_HOKCTL_COMPLETE": "complete_bash", "COMP_WORDS": "hokctl s", "COMP_CWORD": "1"}
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True, env=environment)
    assert {"safe", "split"} <= set(done.stdout.split())
    assert set(done.stderr.split()) & HEAVY == set()
