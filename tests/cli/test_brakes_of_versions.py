"""Pausing, paying and withdrawing on deployments of other versions."""

import pytest

from tests.versions import Shaped

pytestmark = pytest.mark.cli


def test_the_live_pauser_pauses_pools_at_once_and_the_timelock_alone_unpauses_them(live: Shaped) -> None:
    data = live.ok("emergency", "pause", "--pools", "all", "--signer", "alice", "-y")
    assert [call["signature"] for call in data["plan"]["calls"]] == ["pausePools(string[])"]
    assert data["proposal"] is not None
    assert data.get("operation") is None
    live.finish(data)
    assert live.ok("emergency", "status")["paused_pools"] == list(live.models)
    data = live.ok("emergency", "unpause", "--pools", live.first, "--signer", "alice", "-y")
    assert [call["signature"] for call in data["plan"]["calls"]] == ["unpausePool(string)"]
    assert data["operation"] is not None
    live.finish(data)
    assert live.ok("emergency", "status")["paused_pools"] == list(live.models[1:])


def test_the_live_reserve_is_paused_by_its_pauser_and_unpaused_through_the_timelock(live: Shaped) -> None:
    data = live.ok("emergency", "pause", "--signer", "alice", "-y")
    assert data.get("operation") is None
    live.finish(data)
    assert live.ok("emergency", "status")["paused"] is True
    data = live.ok("emergency", "unpause", "--signer", "alice", "-y")
    assert data["operation"] is not None
    live.finish(data)
    assert live.ok("emergency", "status")["paused"] is False


def test_v2_pools_cannot_be_paused_and_the_reserve_can(v2: Shaped) -> None:
    for verb in ("pause", "unpause"):
        ran = v2.run("emergency", verb, "--pools", "all", "--signer", "alice", "-y", "-o", "json")
        assert (ran.exit_code, ran.json["errors"][0]["code"]) == (6, "pools-cannot-be-paused")
    v2.change("emergency", "pause")
    assert v2.ok("emergency", "status")["paused"] is True


def test_live_payments_are_declared_with_the_cost_that_they_record(live: Shaped) -> None:
    live.ok("invoice", "add", "INV-1", "--model", live.first, "--amount", "50")
    data = live.change("invoice", "pay", "INV-1")
    names = [event["name"] for event in data["outcome"]["transactions"][0]["events"]]
    assert names.index("ActualCostsRecorded") < names.index("InfrastructureCostPaid")
    assert live.ok("invoice", "show", "INV-1")["invoice"]["state"] == "paid"


def test_after_a_withdrawal_the_books_still_owe_and_payments_are_refused(v2: Shaped) -> None:
    v2.change("emergency", "withdraw", "1140")
    ran = v2.run("treasury", "status", "-o", "json")
    assert [finding["code"] for finding in ran.json["findings"]] == ["reserve-shortfall"]
    assert ran.data["owed"]["display"] == "1150.00"
    v2.ok("invoice", "add", "INV-1", "--model", v2.first, "--amount", "50")
    ran = v2.run("invoice", "pay", "INV-1", "--signer", "alice", "-y", "-o", "json")
    assert ran.exit_code == 6
    assert "reserve-insolvent" in [finding["code"] for finding in ran.json["findings"]]
