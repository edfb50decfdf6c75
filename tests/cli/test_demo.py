"""hokctl demo: the whole story in one process, with nothing configured and nothing left behind."""

import os
import re
import socket
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from hokctl.chain.provider_transport import ProviderTransport
from hokctl.commands.demo import _result
from hokctl.devnet.node import start_node
from hokctl.devnet.provider import EmbeddedProvider
from hokctl.devnet.story import tell_story
from hokctl.devnet.story_steps import Chapter, Story
from hokctl.errors import HokctlError
from hokctl.exit_codes import ExitCode
from tests.world import isolate, run_hokctl

pytestmark = pytest.mark.cli

STEPS = [
    "create-safe",
    "deploy",
    "add-model",
    "fund-backend",
    "deposit-fee",
    "propose-split",
    "confirm-split",
    "execute-split",
    "deposit-fee-again",
    "enter-invoice",
    "propose-payment",
    "confirm-payment",
    "execute-payment",
    "reconcile-payment",
    "refuse-duplicate",
    "runway",
    "propose-pause",
    "confirm-pause",
    "execute-pause",
    "propose-withdrawal",
    "confirm-withdrawal",
    "execute-withdrawal",
    "reconcile",
]
SENT = {
    "create-safe",
    "deploy",
    "add-model",
    "fund-backend",
    "deposit-fee",
    "deposit-fee-again",
    *(name for name in STEPS if name.startswith("execute-")),
}
WITHOUT_EXTRA = """
import sys
sys.modules["eth"] = None
from hokctl.cli import main
sys.exit(main(["demo"]))
"""


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    transport = ProviderTransport(EmbeddedProvider(start_node()))
    return tell_story(transport, tmp_path_factory.mktemp("story"), clock=lambda: 1_800_000_000)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    isolate(tmp_path, tmp_path, monkeypatch)
    return tmp_path


def test_json_tells_every_step_with_its_transaction() -> None:
    ran = run_hokctl("demo", "-o", "json")
    assert (ran.exit_code, ran.json["status"], ran.stderr) == (0, "ok", "")
    assert ran.json["network"] == {"name": "devnet", "chain_id": 31337}
    assert set(ran.data) == {"steps", "reconciled"}
    assert ran.data["reconciled"] is True
    assert [step["name"] for step in ran.data["steps"]] == STEPS
    for step in ran.data["steps"]:
        assert set(step) == {"name", "ok", "tx_hash", "gas_used", "detail"}
        assert step["ok"] is True
        sent = step["name"] in SENT
        assert (step["tx_hash"] is not None, step["gas_used"] is not None) == (sent, sent), step["name"]
    hashes = [step["tx_hash"] for step in ran.data["steps"] if step["tx_hash"]]
    assert len(set(hashes)) == len(hashes)
    assert all(re.fullmatch(r"0x[0-9a-f]{64}", tx_hash) for tx_hash in hashes)


def test_the_story_speaks_of_money_people_and_proofs() -> None:
    ran = run_hokctl("demo")
    assert (ran.exit_code, ran.stderr) == (0, "")
    for part in (
        "80.00 USDC are set aside for infrastructure, 20.00 USDC go to the model's pool",
        "70.00 USDC are set aside for infrastructure, 30.00 USDC go to the model's pool",
        "Alice proposes to pay 50.00 USDC to together-ai",
        "Carol confirms",
        "InvoiceAlreadyPaid",
        "last 10 days",
        "EnforcedPause",
        "100.00 USDC went to the treasury",
        "Fees 200.00 USDC = infrastructure 150.00 USDC + profit 50.00 USDC",
        "everything came out as promised.",
    ):
        assert part in ran.stdout, part


def test_nothing_is_configured_and_nothing_stays(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = home / "hokctl.toml"
    config.write_text("this is no TOML")
    temporary = home / "tmp"
    temporary.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    monkeypatch.setenv("HOKCTL_NETWORK", "mainnet")
    before = sorted(path for path in home.rglob("*"))
    assert run_hokctl("demo").exit_code == 0
    assert sorted(path for path in home.rglob("*")) == before


def test_no_connection_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("the demo must not use the network")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket.socket, "bind", refuse)
    assert run_hokctl("demo").exit_code == 0


def test_two_different_owners_confirmed_what_dave_executed(story: Story) -> None:
    executed = [step for step in story.steps if step.name.startswith("execute-")]
    assert len(executed) == 4
    for step in executed:
        assert step.proposal is not None
        assert step.proposal.threshold == 2
        assert len(set(step.proposal.confirmations)) == 2
        (record,) = step.transactions
        assert "ExecutionSuccess" in [event.name for event in record.events]
    paid = next(step for step in executed if step.name == "execute-payment").transactions[0].events
    assert [event.arg("amount") for event in paid if event.name == "InfrastructureCostPaid"] == [50_000_000]


def test_a_step_that_breaks_its_promise_is_no_success(story: Story) -> None:
    *chapters, last = story.chapters
    broken = Chapter(title=last.title, steps=tuple(replace(step, ok=False) for step in last.steps))
    result = _result(replace(story, chapters=(*chapters, broken)))
    assert result.exit_code is ExitCode.CHAIN
    assert "NOT AS PROMISED" in str(result.blocks)
    assert _result(replace(story, reconciled=False)).exit_code is ExitCode.CHAIN


def test_a_job_that_fails_ends_the_story(tmp_path: Path) -> None:
    transport = ProviderTransport(EmbeddedProvider(start_node()))
    tell_story(transport, tmp_path, clock=lambda: 1_800_000_000)
    with pytest.raises(HokctlError):
        # The chain has it all already: nothing can be told twice.
        tell_story(transport, tmp_path, clock=lambda: 1_800_000_000)


def test_without_the_extra_it_says_how_to_get_it() -> None:
    done = subprocess.run([sys.executable, "-c", WITHOUT_EXTRA], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (3, "")
    assert "pip install 'hokctl[devnet]'" in done.stderr


def test_it_takes_less_than_15_processor_seconds_and_500_megabytes(home: Path) -> None:
    # The processor's own seconds: how long the demo waits for a busy machine says nothing about it.
    process = subprocess.Popen([sys.executable, "-m", "hokctl", "demo"], stdout=subprocess.DEVNULL, cwd=home)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    assert usage.ru_utime + usage.ru_stime < 15
    assert usage.ru_maxrss < 500 * 1024
