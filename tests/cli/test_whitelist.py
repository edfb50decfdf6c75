"""hokctl whitelist: who may buy, from logs and confirmed, changed in batches that the contract takes."""

from typing import Any

import pytest
from eth_typing import ChecksumAddress
from eth_utils.address import to_checksum_address

from tests.live_operations import BY_DEPLOYER, Desk, desk, desk_stage
from tests.world import ALICE, BOB, CAROL

pytestmark = pytest.mark.cli
__all__ = ["desk", "desk_stage"]


def wallet(number: int) -> ChecksumAddress:
    """Return one of many addresses."""
    return to_checksum_address(f"0x{number + 0xABC000:040x}")


def calls(data: Any) -> list[tuple[str, int]]:  # noqa: ANN401 - JSON
    """Return the calls of a plan by name, with the number of wallets that each takes."""
    return [
        (call["signature"].partition("(")[0], len(value) if isinstance(value := call["args"][0]["value"], list) else 1)
        for call in data["plan"]["calls"]
    ]


def test_wallets_are_listed_from_logs_and_confirmed(desk: Desk) -> None:
    desk.ok("whitelist", "add", "alice", BOB, *BY_DEPLOYER)
    desk.ok("whitelist", "remove", "bob", *BY_DEPLOYER)
    desk.ok("whitelist", "add", CAROL, *BY_DEPLOYER)
    shown = desk.ok("whitelist", "show")
    assert (shown["listed"], shown["removed"]) == ([ALICE, CAROL], [BOB])
    assert "alice" in desk.world.run("whitelist", "show").stdout


def test_those_that_are_as_wanted_are_left_out_and_each_is_taken_once(desk: Desk) -> None:
    assert calls(desk.ok("whitelist", "add", "alice", "alice", *BY_DEPLOYER)) == [("addToWhitelist", 1)]
    assert calls(desk.ok("whitelist", "add", "alice", "bob", "carol", *BY_DEPLOYER)) == [("addBatch", 2)]
    assert calls(desk.ok("whitelist", "add", "alice", *BY_DEPLOYER)) == []
    assert calls(desk.ok("whitelist", "remove", "alice", "mallory", "--dry-run")) == [("removeFromWhitelist", 1)]
    assert calls(desk.ok("whitelist", "remove", "alice", "bob", *BY_DEPLOYER)) == [("removeBatch", 2)]


def test_a_file_goes_in_batches_of_what_the_contract_takes(desk: Desk) -> None:
    lines = ["# from the sale", *(f"{wallet(number)}  # {number}" for number in range(201)), "", "alice"]
    (desk.world.directory / "wallets.txt").write_text("\n".join(lines), encoding="utf-8")
    data = desk.ok("whitelist", "add", "--file", "wallets.txt", "--dry-run")
    assert calls(data) == [("addBatch", 200), ("addBatch", 2)]


def test_check_finds_who_may_not_buy(desk: Desk) -> None:
    desk.ok("whitelist", "add", "alice", *BY_DEPLOYER)
    assert desk.run("whitelist", "check", "alice").exit_code == 0
    ran = desk.run("whitelist", "check", "alice", "bob")
    assert (ran.exit_code, ran.json["status"]) == (5, "findings")
    assert ran.data["wallets"] == [{"wallet": ALICE, "listed": True}, {"wallet": BOB, "listed": False}]
    assert [(one["code"], one["subject"]) for one in ran.json["findings"]] == [("not-whitelisted", BOB)]


def test_what_names_nobody_is_a_usage_error(desk: Desk) -> None:
    (desk.world.directory / "empty.txt").write_text("# nobody\n", encoding="utf-8")
    assert desk.refused("whitelist", "add", "--dry-run") == (2, "no-wallets")
    assert desk.refused("whitelist", "add", "--file", "empty.txt", "--dry-run") == (2, "invalid-wallet-file")
    assert desk.refused("whitelist", "check", "--file", "nowhere.txt") == (2, "invalid-wallet-file")
    zero = "0x0000000000000000000000000000000000000000"
    assert desk.refused("whitelist", "add", zero, "--dry-run") == (2, "invalid-address")
