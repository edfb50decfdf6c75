"""--allow CODE: one named finding is accepted, and it shows."""

import pytest

from tests.world import World

pytestmark = pytest.mark.cli

PAY = ("invoice", "pay", "INV-1", "--signer", "alice", "--dry-run")


def add_invoice(world: World) -> None:
    """Put an invoice into the book whose payee is not the model's provider: a stop that may be accepted."""
    world.ok("invoice", "add", "INV-1", "--model", "21", "--amount", "50", "--provider", world.accounts[8])


def test_an_accepted_finding_is_told_as_accepted_and_stops_nothing(world: World) -> None:
    add_invoice(world)
    refused = world.run(*PAY)
    assert refused.exit_code == 6
    assert "To go on all the same: --allow payee-not-provider" in refused.stdout

    accepted = world.run(*PAY, "--allow", "payee-not-provider")
    assert accepted.exit_code == 0, accepted.stdout
    (line,) = [line for line in accepted.stdout.splitlines() if "[payee-not-provider]" in line]
    assert line.startswith("accepted  ")
    assert "To go on all the same: --allow payee-not-provider" not in accepted.stdout


def test_a_code_that_nothing_was_found_with_is_told(world: World) -> None:
    add_invoice(world)
    ran = world.run(*PAY, "--allow", "payee-not-provider", "--allow", "payee-not-providr", "-o", "json")
    assert ran.exit_code == 0
    (unused,) = [finding for finding in ran.json["findings"] if finding["code"] == "allow-unused"]
    assert unused["severity"] == "info"
    assert "'payee-not-providr'" in unused["message"]
