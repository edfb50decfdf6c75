"""`safe drill`: every known attack is caught under its own code, and every honest copy leads through."""

import json
import time
from pathlib import Path
from typing import Any

import pytest

from hokctl.chain.provider_transport import ProviderTransport
from hokctl.devnet.drills import ATTACKS, HONEST, Attack, run_drills
from hokctl.devnet.node import start_node
from hokctl.devnet.provider import EmbeddedProvider
from hokctl.exit_codes import ExitCode
from tests.world import isolate, run_hokctl

pytestmark = pytest.mark.cli

MOST_CPU_S = 45
ASKED_FOR = {
    "delegatecall-flip",
    "gas-refund",
    "wrong-chain",
    "swapped-owner",
    "look-alike-payee",
    "stale-nonce",
    "altered-amount",
    "service-changes-fields",
    "service-answers-another",
    "service-invents-confirmation",
}


def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *argv: str) -> tuple[ExitCode, Any]:
    isolate(tmp_path, tmp_path, monkeypatch)
    ran = run_hokctl("safe", "drill", *argv, "-o", "json")
    return ExitCode(ran.exit_code), json.loads(ran.stdout)


def test_every_attack_is_caught_and_every_honest_way_leads_through(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started = time.process_time()
    exit_code, document = run(tmp_path, monkeypatch)

    assert [one for one in document["data"]["attacks"] if not one["caught"]] == []
    assert [one for one in document["data"]["honest"] if not one["passed"]] == []
    assert exit_code is ExitCode.OK
    assert {one["name"]: one["code"] for one in document["data"]["attacks"]} == {one.name: one.code for one in ATTACKS}
    assert {one["name"] for one in document["data"]["honest"]} == {name for name, _ in HONEST}
    assert {one.name for one in ATTACKS} >= ASKED_FOR
    assert time.process_time() - started < MOST_CPU_S
    assert [path.name for path in tmp_path.iterdir()] == []


def test_one_attack_can_be_chosen_and_an_unknown_one_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, document = run(tmp_path, monkeypatch, "--attack", "gas-refund")
    assert [one["name"] for one in document["data"]["attacks"]] == ["gas-refund"]

    exit_code, document = run(tmp_path, monkeypatch, "--attack", "earthquake")
    assert (exit_code, document["errors"][0]["code"]) == (ExitCode.USAGE, "unknown-attack")


def test_an_attack_that_nothing_stops_is_told(tmp_path: Path) -> None:
    harmless = Attack("harmless", "gas-refund", dict(HONEST)["honest-other-tool"])
    transport = ProviderTransport(EmbeddedProvider(start_node()))
    (attack,), _ = run_drills(transport, tmp_path, clock=lambda: 1_750_000_000, attacks=[harmless])

    assert (attack.ok, attack.code) == (False, None)
    assert "Expected gas-refund, found nothing." in attack.detail
