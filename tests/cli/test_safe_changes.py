"""hokctl safe owners, modules and guard: a Safe changes itself, and everybody is asked twice."""

import io
from itertools import pairwise
from typing import Any

import pytest
from eth_typing import ChecksumAddress
from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak

from hokctl.clients.safe_deployments import SAFE_1_4_1
from tests.safes import add_safe_contracts
from tests.world import ALICE, BOB, CAROL, MALLORY, TOGETHER, Ran, World

pytestmark = pytest.mark.cli

ALLOW = ("--allow", "safe-changes-itself")
ZERO, SENTINEL = "0x" + "00" * 20, "0x" + "00" * 19 + "01"


class Terminal(io.StringIO):
    """Someone sits there and types what the test says."""

    def isatty(self) -> bool:
        """Say yes."""
        return True


def codes(ran: Ran) -> tuple[int, list[str]]:
    document = ran.json
    return ran.exit_code, [item["code"] for item in (*document["findings"], *document["errors"])]


def run(world: World, *argv: str) -> tuple[int, list[str]]:
    return codes(world.run("safe", *argv, "-o", "json"))


def change(world: World, *argv: str) -> dict[str, Any]:
    """Propose a change as alice, sign it as bob, execute it as mallory, and return the Safe as it is then."""
    proposal = world.ok("safe", *argv, "--signer", "alice", "-y", *ALLOW)["proposal"]
    world.ok("safe", "sign", proposal["safe_tx_hash"], "--signer", "bob", "-y", *ALLOW)
    world.ok("safe", "execute", proposal["safe_tx_hash"], "--signer", "mallory", "-y")
    info = world.ok("safe", "info")
    assert isinstance(info, dict)
    return info


def test_owners_are_listed_with_what_they_are(world: World) -> None:
    listed = world.ok("safe", "owners", "list")

    assert (listed["safe"], listed["threshold"]) == (world.safe, 2)
    assert listed["owners"] == [
        {"address": ALICE, "name": "alice", "kind": "eoa"},
        {"address": BOB, "name": "bob", "kind": "eoa"},
        {"address": CAROL, "name": "carol", "kind": "eoa"},
    ]
    assert "carol" in world.run("safe", "owners", "list").stdout


def test_an_owner_that_is_a_safe_is_listed_as_one(world: World) -> None:
    created = world.ok("safe", "create", "--owner", "mallory", "--threshold", "1", "--signer", "mallory", "-y")
    change(world, "owners", "add", created["safe"])
    (first, *_) = world.ok("safe", "owners", "list")["owners"]

    assert first == {"address": created["safe"], "name": None, "kind": "safe", "threshold": 1, "owners": [MALLORY]}
    assert "1-of-1 Safe" in world.run("safe", "owners", "list").stdout


def test_an_owner_is_added_with_a_new_threshold(world: World) -> None:
    info = change(world, "owners", "add", "mallory", "--threshold", "3")

    assert (set(info["owners"]), info["threshold"]) == ({ALICE, BOB, CAROL, MALLORY}, 3)


@pytest.mark.parametrize(("owner", "left"), [("alice", [BOB, CAROL]), ("bob", [ALICE, CAROL]), ("carol", [ALICE, BOB])])
def test_any_owner_can_be_removed_wherever_they_stand_in_the_list(world: World, owner: str, left: list[str]) -> None:
    info = change(world, "owners", "remove", owner, "--threshold", "1")

    assert (info["owners"], info["threshold"]) == (left, 1)


@pytest.mark.parametrize("owner", ["alice", "bob", "carol"])
def test_any_owner_can_be_swapped(world: World, owner: str) -> None:
    before = world.ok("safe", "info")["owners"]
    info = change(world, "owners", "swap", owner, "mallory")

    gone = dict(zip(("alice", "bob", "carol"), (ALICE, BOB, CAROL), strict=True))[owner]
    assert info["owners"] == [MALLORY if address == gone else address for address in before]
    assert info["threshold"] == 2


def test_the_threshold_is_set_and_setting_it_again_changes_nothing(world: World) -> None:
    assert change(world, "owners", "threshold", "3")["threshold"] == 3
    again = world.ok("safe", "owners", "threshold", "3", "--signer", "alice", "-y")

    assert (again["plan"]["calls"], again["proposal"]) == ([], None)


def test_a_module_is_enabled_listed_and_disabled(world: World) -> None:
    module = SAFE_1_4_1.create_call
    world.chain.request("anvil_setCode", [module, "0x00"])
    assert world.ok("safe", "modules", "list") == {
        "safe": world.safe,
        "modules": [],
        "more_modules": False,
        "guard": None,
    }
    assert change(world, "modules", "enable", module)["modules"] == [module]
    assert world.ok("safe", "modules", "list")["modules"] == [{"address": module, "name": None}]
    assert run(world, "modules", "enable", module, "--signer", "alice", "-y", *ALLOW) == (6, ["impossible-safe-change"])
    assert change(world, "modules", "disable", module)["modules"] == []


def fill_modules(world: World, safe: str, count: int) -> list[ChecksumAddress]:
    """Write `count` modules into the Safe's list, as if each had been enabled, and return them in the list's order."""
    modules = [to_checksum_address(f"0x{number:040x}") for number in range(0x1000, 0x1000 + count)]
    for member, following in pairwise([SENTINEL, *modules, SENTINEL]):
        key = keccak(bytes.fromhex(member[2:]).rjust(32, b"\0") + (1).to_bytes(32, "big"))
        word = "0x" + following[2:].rjust(64, "0")
        world.chain.request("anvil_setStorageAt", [safe, "0x" + key.hex(), word])
    return modules


@pytest.mark.parametrize("version", ["1.3.0", "1.4.1"])
def test_modules_beyond_the_first_hundred_are_listed_and_disabled(world: World, version: str) -> None:
    # A page of 1.3.0 ends one module before the start that it names for the next.
    add_safe_contracts(world.chain, version)
    made = world.ok(
        "safe", "create", "--version", version, "--owner", "alice", "--threshold", "1", "--signer", "alice", "-y"
    )
    safe = made["safe"]
    modules = fill_modules(world, safe, 203)
    listed = world.ok("safe", "modules", "list", "--safe", safe)
    assert [one["address"] for one in listed["modules"]] == modules
    assert listed["more_modules"] is False

    last, named = modules[-1], ("--safe", safe, "--signer", "alice", "-y")
    proposal = world.ok("safe", "modules", "disable", last, *named, *ALLOW)["proposal"]
    world.ok("safe", "execute", proposal["safe_tx_hash"], "--signer", "mallory", "-y")
    assert [one["address"] for one in world.ok("safe", "modules", "list", "--safe", safe)["modules"]] == modules[:-1]


def test_a_guard_is_set_and_cleared(world: World) -> None:
    # A guard that answers every question, supportsInterface too, with 1 and so lets everything pass.
    guard = SAFE_1_4_1.create_call
    world.chain.request("anvil_setCode", [guard, "0x600160005260206000f3"])
    assert change(world, "guard", "set", guard)["guard"] == guard
    assert world.ok("safe", "guard", "set", guard, "--signer", "alice", "-y")["plan"]["calls"] == []
    assert change(world, "guard", "clear")["guard"] is None
    assert world.ok("safe", "guard", "clear", "--signer", "alice", "-y")["plan"]["calls"] == []


@pytest.mark.parametrize(
    ("argv", "reason"),
    [
        (("owners", "add", "alice"), f"{ALICE} owns it already"),
        (("owners", "add", SENTINEL), "is nobody's account"),
        (("owners", "add", "treasury"), "a Safe cannot own itself"),
        (("owners", "add", "mallory", "--threshold", "5"), "with 4 owners the threshold cannot be 5"),
        (("owners", "remove", "mallory"), f"{MALLORY} does not own it"),
        (("owners", "remove", "alice", "--threshold", "3"), "with 2 owners the threshold cannot be 3"),
        (("owners", "swap", "mallory", "together"), f"{MALLORY} does not own it"),
        (("owners", "swap", "alice", "bob"), f"{BOB} owns it already"),
        (("owners", "swap", "alice", SENTINEL), "is nobody's account"),
        (("owners", "threshold", "4"), "with 3 owners the threshold cannot be 4"),
        (("modules", "enable", "mallory"), f"there is no contract at {MALLORY}"),
        (("modules", "enable", SENTINEL), "cannot be a module of it"),
        (("modules", "enable", "treasury"), "cannot be a module of it"),
        (("modules", "disable", "mallory"), f"{MALLORY} is no module of it"),
        (("guard", "set", "mallory"), f"there is no contract at {MALLORY}"),
    ],
)
def test_what_no_safe_could_live_with_is_refused(world: World, argv: tuple[str, ...], reason: str) -> None:
    ran = world.run("safe", *argv, "--signer", "alice", "-y", *ALLOW, "-o", "json")

    assert codes(ran) == (6, ["impossible-safe-change"])
    assert reason in ran.json["errors"][0]["message"]


def test_the_last_owner_stays_and_so_does_one_that_the_threshold_needs(world: World) -> None:
    lonely = world.ok("safe", "create", "--owner", "alice", "--threshold", "1", "--signer", "alice", "-y")["safe"]
    ran = world.run("safe", "owners", "remove", "alice", "--safe", lonely, "--signer", "alice", "-y", "-o", "json")

    assert ran.json["errors"][0]["message"].endswith(f"{ALICE} is its last owner.")
    world.ok("safe", "info", "--safe", lonely)
    pair = ("--owner", "alice", "--owner", "bob", "--threshold", "2")
    both = world.ok("safe", "create", *pair, "--signer", "alice", "-y")["safe"]
    assert run(world, "owners", "remove", "bob", "--safe", both, "--signer", "alice", "-y") == (
        6,
        ["impossible-safe-change"],
    )


def test_contracts_that_may_never_sign_do_not_count_towards_the_threshold(world: World) -> None:
    contract = world.deployment.suite.usdc_address
    argv = ("owners", "add", contract, "--signer", "alice", "-y", *ALLOW)

    assert run(world, *argv, "--threshold", "4") == (6, ["impossible-safe-change"])
    exit_code, found = run(world, *argv, "--threshold", "3")
    assert (exit_code, "owner-may-not-sign" in found) == (0, True)


@pytest.mark.parametrize(
    ("argv", "exit_code"),
    [
        (("owners", "threshold", "0"), 2),
        (("owners", "threshold", "two"), 2),
        (("owners", "threshold"), 2),
        (("owners", "add", "nobody"), 2),
        (("owners", "add", ZERO), 2),
        (("owners", "add", ALICE.lower()), 2),
        (("owners", "swap", "alice"), 2),
        (("owners", "mend"), 2),
        (("modules", "enable", "0x1234"), 2),
        (("guard", "set"), 2),
    ],
)
def test_bad_input_is_a_usage_error(world: World, argv: tuple[str, ...], exit_code: int) -> None:
    ran = world.run("safe", *argv, "-o", "json")

    assert (ran.exit_code, ran.json["status"]) == (exit_code, "error")


@pytest.mark.parametrize(
    "argv",
    [
        ("owners", "add", "mallory"),
        ("owners", "remove", "carol"),
        ("owners", "swap", "carol", "mallory"),
        ("owners", "threshold", "1"),
    ],
)
def test_yes_alone_is_not_enough_to_change_the_safe(world: World, argv: tuple[str, ...]) -> None:
    exit_code, found = run(world, *argv, "--signer", "alice", "-y")

    assert (exit_code, found) == (6, ["second-confirmation"])
    assert world.ok("safe", "queue")["proposals"] == []
    exit_code, found = run(world, *argv, "--dry-run")
    assert (exit_code, "safe-changes-itself" in found) == (0, True)


def test_the_second_question_wants_the_beginning_of_the_hash(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    argv = ("safe", "owners", "threshold", "3", "--signer", "alice")
    for typed in ("y\n", "y\ny\n", "y\n0x00000000\n", "n\n"):
        monkeypatch.setattr("sys.stdin", Terminal(typed))
        ran = world.run(*argv)
        assert ran.exit_code == 1, typed
        assert "Not confirmed: nothing was sent." in ran.stdout
    assert world.ok("safe", "queue")["proposals"] == []

    safe_tx_hash = world.ok("safe", "owners", "threshold", "3", "--signer", "alice", "-y", *ALLOW)["proposal"][
        "safe_tx_hash"
    ]
    for typed, exit_code in (("y\n" + safe_tx_hash[2:9] + "\n", 1), ("y\n" + safe_tx_hash[2:10].upper() + "\n", 0)):
        monkeypatch.setattr("sys.stdin", Terminal(typed))
        ran = world.run("safe", "sign", safe_tx_hash, "--signer", "bob")
        assert ran.exit_code == exit_code
        assert "Type the first 8 digits of its safeTxHash" in ran.stderr


def test_signing_such_a_proposal_asks_twice_and_executing_it_does_not(world: World) -> None:
    proposal = world.ok("safe", "owners", "threshold", "1", "--signer", "alice", "-y", *ALLOW)["proposal"]

    assert run(world, "sign", proposal["safe_tx_hash"], "--signer", "bob", "-y") == (6, ["second-confirmation"])
    world.ok("safe", "sign", proposal["safe_tx_hash"], "--signer", "bob", "-y", *ALLOW)
    assert run(world, "execute", proposal["safe_tx_hash"], "--signer", "bob", "-y") == (0, ["safe-changes-itself"])
    assert world.ok("safe", "info")["threshold"] == 1


def test_only_an_owner_proposes_and_a_stranger_is_told_so(world: World) -> None:
    assert run(world, "owners", "threshold", "1", "--signer", "mallory", "-y", *ALLOW) == (6, ["not-an-owner"])
    assert run(world, "owners", "threshold", "1", "--via", "direct", "--signer", "alice", "-y", *ALLOW) == (
        6,
        ["nobody-may"],
    )


def test_what_is_no_safe_has_no_owners(world: World) -> None:
    assert run(world, "owners", "list", "--safe", "together") == (2, ["not-a-safe"])
    assert run(world, "modules", "list", "--safe", TOGETHER) == (2, ["not-a-safe"])
    assert run(world, "owners", "threshold", "1", "--safe", "together", "-y") == (2, ["not-a-safe"])
