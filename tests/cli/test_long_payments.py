"""A signer of many payments reads first what they come to, and each thing that is said of all of them once."""

import json
from pathlib import Path

import pytest

from tests.world import World

pytestmark = pytest.mark.cli


def test_many_payments_are_summed_before_the_list_and_folded_after_it(world: World) -> None:
    rows = [
        {"number": f"I-{n}", "due": "2026-01-01", "lines": [{"model": "21", "amount": f"1.{n:02}"}]} for n in range(30)
    ]
    Path("a.json").write_text(json.dumps({"invoices": rows}), encoding="utf-8")
    world.ok("invoice", "import", "a.json")

    checked = world.run("invoice", "check", "-o", "json")
    (first_time,) = [one for one in checked.json["findings"] if one["code"] == "first-time-payee"]
    assert first_time["evidence"]["invoices"].split(", ") == [f"I-{n}" for n in range(30)]

    shown = world.run("invoice", "pay", "--due", "2100-01-01", "--dry-run").stdout
    lines = shown.splitlines()
    sums = next(place for place, line in enumerate(lines) if line.split()[:2] == ["payee", "model"])
    assert lines[sums + 1].split()[-5:] == ["(together)", "21", "30", "34.35", "USDC"]
    assert lines[sums + 2].split() == ["all", "30", "34.35", "USDC"]
    assert sums < next(place for place, line in enumerate(lines) if line.startswith("1. "))
    assert shown.count("34.35 USDC in all; first: ") == 4, "payments and transfers, planned and seen"
    assert "InfrastructureCostPaid, 30 times" in shown
    assert len(lines) < 130
    verbose = world.run("invoice", "pay", "--due", "2100-01-01", "--dry-run", "--verbose").stdout
    assert ("30 times" in verbose, len(verbose.splitlines()) > 200) == (False, True)
