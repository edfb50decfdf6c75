"""hokctl timelock: list, show, execute, cancel; and what `--via timelock` schedules."""

import json
from pathlib import Path
from typing import Any

import pytest

from hokctl.clients.timelock_controller import TimelockCall, TimelockController
from hokctl.domain.units import ZERO_ADDRESS, Bytes32
from hokctl.routes.operations import format_time
from tests.authorities import DELAY_S, MODEL, SLACK_S, Handed, hand_over, hand_roles, impersonated
from tests.standins import act, create_timelock
from tests.world import CAROL, World

pytestmark = pytest.mark.cli

SPLIT = ("split", "set", MODEL, "65%")


@pytest.fixture
def handed(world: World) -> Handed:
    """Return the world in the hands of a timelock that only the Safe schedules and executes on."""
    return hand_over(world, "timelock")


@pytest.fixture
def open_timelock(world: World) -> Handed:
    """Return the world in the hands of a timelock that carol schedules on, and anyone executes."""
    holder = create_timelock(world, proposers=[CAROL], executors=[ZERO_ADDRESS], delay_s=DELAY_S)
    hand_roles(world, holder)
    return Handed(world=world, kind="timelock", holder=holder)


def codes(world: World, *argv: str) -> tuple[int, list[str]]:
    ran = world.run(*argv, "-o", "json")
    return ran.exit_code, [item["code"] for item in (*ran.json["findings"], *ran.json["errors"])]


def bps(world: World) -> Any:  # noqa: ANN401 - JSON
    return world.ok("split", "show", MODEL)["models"][0]["infrastructure_accrual_bps"]


def schedule(handed: Handed) -> Any:  # noqa: ANN401 - JSON
    """Have carol schedule a new split; return the operation."""
    return handed.world.ok(*SPLIT, "--signer", "carol", "-y")["operation"]


def test_a_dry_run_tells_steps_operation_and_earliest_time(handed: Handed) -> None:
    data = handed.world.ok(*SPLIT, "--dry-run")
    operation, steps = data["operation"], data["route"]["steps"]

    assert data["route"]["kind"] == "timelock"
    assert (operation["timelock"], operation["delay_s"], operation["state"]) == (handed.holder, DELAY_S, "unset")
    assert operation["earliest_at"] == handed.world.chain.at().block.timestamp + DELAY_S
    assert operation["path"].endswith(f"/timelocks/{handed.holder}/{operation['id']}.json")
    assert not Path(operation["path"]).exists()
    assert f"hokctl timelock execute {operation['id'][:10]}" in steps[-1]
    assert data["plan"]["calls"][0]["signature"] == "setInfrastructureAccrualBps(uint16)"
    assert operation["id"] == handed.world.ok(*SPLIT, "--dry-run")["operation"]["id"]


def test_an_operation_is_listed_shown_and_executed_by_anyone(open_timelock: Handed) -> None:
    world = open_timelock.world
    begun = world.run(*SPLIT, "--signer", "carol", "-y", "-o", "json")
    operation = begun.data["operation"]
    assert (begun.exit_code, begun.json["status"], operation["state"]) == (0, "pending", "waiting")

    (listed,) = world.ok("timelock", "list")["operations"]
    assert (listed["id"], listed["state"], listed["earliest_at"]) == (
        operation["id"],
        "waiting",
        operation["earliest_at"],
    )
    assert listed["title"] == begun.data["plan"]["title"]
    assert listed["effects"][0].endswith(" to 65%.")
    shown = world.ok("timelock", "show", operation["id"][:10])
    assert shown["plan"]["plan_hash"] == begun.data["plan"]["plan_hash"]
    assert shown["operation"]["next"].startswith("wait until")

    world.mine(seconds=DELAY_S + SLACK_S)
    assert world.ok("timelock", "show", operation["id"])["operation"]["state"] == "ready"
    done = world.ok("timelock", "execute", operation["id"], "--signer", "mallory", "-y")
    assert done["route"]["kind"] == "direct"
    assert bps(world) == 6_500
    assert world.ok("timelock", "list")["operations"] == []
    (over,) = world.ok("timelock", "list", "--all")["operations"]
    assert (over["state"], over["ended_in"]) == ("done", done["outcome"]["transactions"][0]["tx_hash"])
    assert codes(world, "timelock", "execute", operation["id"], "--signer", "mallory", "-y") == (6, ["operation-over"])


def test_executing_what_schedules_says_what_comes_next_and_when(handed: Handed) -> None:
    world, data = handed.world, handed.world.ok(*SPLIT, *handed.options)
    safe_tx_hash, expected = data["proposal"]["safe_tx_hash"], data["operation"]
    assert {one["id"]: one["verdict"] for one in data["checks"]}["role"] == "ok"
    world.ok("safe", "sign", safe_tx_hash, "--signer", "bob", "-y")
    assert "operation" not in world.ok("safe", "execute", safe_tx_hash, "--dry-run")
    ran = world.run("safe", "execute", safe_tx_hash, "--signer", "mallory", "-y")

    (waiting,) = world.ok("timelock", "list")["operations"]
    assert waiting["id"] == expected["id"]
    assert f"hokctl timelock execute {waiting['id'][:10]}, from {format_time(waiting['earliest_at'])}" in ran.stdout


def test_executing_what_schedules_gives_the_operation_as_scripts_read_it(handed: Handed) -> None:
    data = handed.world.ok(*SPLIT, *handed.options)
    done = handed.execute_safe_tx(data)
    (waiting,) = handed.world.ok("timelock", "list")["operations"]
    assert done["operation"] == data["operation"] | {"state": "waiting", "earliest_at": waiting["earliest_at"]}
    handed.world.mine(seconds=DELAY_S + SLACK_S)
    executed = handed.execute_safe_tx(handed.world.ok("timelock", "execute", waiting["id"], *handed.options))
    assert "operation" not in executed


def test_executing_too_early_is_pending_with_the_earliest_time(open_timelock: Handed) -> None:
    operation = schedule(open_timelock)
    ran = open_timelock.world.run("timelock", "execute", operation["id"], "--signer", "mallory", "-y", "-o", "json")

    assert (ran.exit_code, ran.json["status"]) == (8, "pending")
    (error,) = ran.json["errors"]
    assert error["code"] == "operation-not-ready"
    assert "UTC" in error["message"]
    assert bps(open_timelock.world) == 8_000


def test_the_same_plan_is_not_scheduled_twice_while_it_waits(open_timelock: Handed) -> None:
    world, operation = open_timelock.world, schedule(open_timelock)
    assert codes(world, *SPLIT, "--signer", "carol", "-y") == (6, ["already-scheduled"])
    assert len(world.ok("timelock", "list")["operations"]) == 1

    world.mine(seconds=DELAY_S + SLACK_S)
    world.ok("timelock", "execute", operation["id"], "--signer", "mallory", "-y")
    world.ok("split", "set", MODEL, "70%", "--signer", "carol", "-y")
    (waiting,) = world.ok("timelock", "list")["operations"]
    assert waiting["id"] != operation["id"]


def test_a_plan_that_was_executed_gets_another_operation(open_timelock: Handed) -> None:
    world, first = open_timelock.world, schedule(open_timelock)
    world.mine(seconds=DELAY_S + SLACK_S)
    world.ok("timelock", "execute", first["id"], "--signer", "mallory", "-y")
    back = world.ok("split", "set", MODEL, "80%", "--signer", "carol", "-y")["operation"]
    world.mine(seconds=DELAY_S + SLACK_S)
    world.ok("timelock", "execute", back["id"], "--signer", "mallory", "-y")

    again = schedule(open_timelock)
    assert again["id"] != first["id"]
    assert again["salt"] != first["salt"]


def test_a_canceller_cancels_and_the_operation_can_be_scheduled_again(open_timelock: Handed) -> None:
    world, operation = open_timelock.world, schedule(open_timelock)
    assert codes(world, "timelock", "cancel", operation["id"], "--signer", "mallory", "-y") == (6, ["nobody-may"])
    world.ok("timelock", "cancel", operation["id"], "--signer", "carol", "-y")

    (cancelled,) = world.ok("timelock", "list", "--all")["operations"]
    assert (cancelled["state"], cancelled["earliest_at"]) == ("cancelled", None)
    assert codes(world, "timelock", "cancel", operation["id"], "--signer", "carol", "-y") == (6, ["operation-over"])
    assert schedule(open_timelock)["id"] == operation["id"]
    assert world.ok("timelock", "show", operation["id"])["operation"]["state"] == "waiting"


def test_a_safe_cancels_by_its_owners(handed: Handed) -> None:
    world, data = handed.world, handed.world.ok(*SPLIT, *handed.options)
    handed.execute_safe_tx(data)
    handed.execute_safe_tx(world.ok("timelock", "cancel", data["operation"]["id"], *handed.options))
    assert world.ok("timelock", "list")["operations"] == []


def test_an_executor_is_needed_where_execution_is_not_open(handed: Handed) -> None:
    world, data = handed.world, handed.world.ok(*SPLIT, *handed.options)
    handed.execute_safe_tx(data)
    world.mine(seconds=DELAY_S + SLACK_S)
    ran = world.run("timelock", "execute", data["operation"]["id"], "--via", "direct", "--signer", "mallory", "-y")
    assert ran.exit_code == 6
    assert "EXECUTOR_ROLE" in ran.stderr


def test_logs_alone_tell_what_waits(open_timelock: Handed) -> None:
    world, operation = open_timelock.world, schedule(open_timelock)
    Path(operation["path"]).unlink()

    shown = world.ok("timelock", "show", operation["id"])
    assert shown["operation"]["path"] is None
    assert shown["operation"]["salt"] == operation["salt"]
    assert shown["plan"]["calls"][0]["signature"] == "setInfrastructureAccrualBps(uint16)"
    world.mine(seconds=DELAY_S + SLACK_S)
    world.ok("timelock", "execute", operation["id"], "--signer", "mallory", "-y", "--allow", "effect-undeclared")
    assert bps(world) == 6_500


def test_a_batch_of_one_from_elsewhere_is_executed_as_one(open_timelock: Handed) -> None:
    world, client = open_timelock.world, TimelockController(open_timelock.holder)
    pause = TimelockCall(target=world.deployment.suite.reserve_address, data=bytes.fromhex("8456cb59"))
    salt = Bytes32("0x" + "00" * 32)
    world.send(client.schedule_batch((pause,), salt=salt, delay_s=DELAY_S, purpose="elsewhere"), CAROL)

    (listed,) = world.ok("timelock", "list")["operations"]
    assert listed["effects"] == [f"Pause InfrastructureReserve {pause.target}."]
    world.mine(seconds=DELAY_S + SLACK_S)
    world.ok("timelock", "execute", listed["id"], "--signer", "mallory", "-y", "--allow", "effect-undeclared")
    assert world.chain.at().get(world.deployment.suite.reserve.paused()) is True


def test_a_changed_file_is_named_and_not_believed(open_timelock: Handed) -> None:
    world, operation = open_timelock.world, schedule(open_timelock)
    path = Path(operation["path"])
    document = json.loads(path.read_text(encoding="utf-8"))
    document["plan"]["title"] = "Something harmless"
    path.write_text(json.dumps(document), encoding="utf-8")

    ran = world.run("timelock", "list", "-o", "json")
    assert [finding["code"] for finding in ran.json["findings"]] == ["operation-tampered"]
    (listed,) = ran.data["operations"]
    assert listed["title"] != "Something harmless"


def test_the_steps_exported_for_the_safe_do_what_the_plan_says(handed: Handed) -> None:
    world = handed.world
    data = world.ok(*SPLIT, "--via", "export", "--out", "steps", "-y")
    assert data["files"] == ["steps/schedule.json", "steps/execute.json"]
    assert (data["route"]["kind"], data["operation"]["timelock"]) == ("export", handed.holder)
    assert Path(data["operation"]["path"]).is_file()
    steps = [json.loads(Path(file).read_text(encoding="utf-8")) for file in data["files"]]
    for step in steps:
        assert (step["chainId"], step["meta"]["createdFromSafeAddress"]) == ("31337", world.safe)
        assert world.run("tx", "decode", data["files"][0]).exit_code == 0
        (call,) = step["transactions"]
        with impersonated(world, world.safe):
            sent = {"from": world.safe, "to": call["to"], "data": call["data"], "gas": hex(2_000_000)}
            world.chain.request("eth_sendTransaction", [sent])
        world.mine(seconds=DELAY_S + SLACK_S)
    assert bps(world) == 6_500


def test_files_that_exist_are_not_written_over(handed: Handed) -> None:
    handed.world.ok(*SPLIT, "--via", "export", "--out", "steps", "-y")
    assert codes(handed.world, *SPLIT, "--via", "export", "--out", "steps", "-y") == (6, ["out-taken"])


def test_an_export_without_a_path_is_refused(handed: Handed) -> None:
    assert codes(handed.world, *SPLIT, "--via", "export", "-y") == (2, ["no-export-path"])


@pytest.mark.parametrize(
    ("argv", "expected"),
    [
        (("list",), (3, ["no-timelock"])),
        (("list", "--timelock", "alice"), (2, ["not-a-timelock"])),
        (("show", "0x12", "--timelock", "alice"), (2, ["not-a-timelock"])),
    ],
)
def test_without_a_timelock_the_commands_say_so(
    world: World, argv: tuple[str, ...], expected: tuple[int, list[str]]
) -> None:
    assert codes(world, "timelock", *argv) == expected


@pytest.mark.parametrize("reference", ["0x12", "nothing", "0x" + "00" * 32])
def test_a_reference_that_names_no_operation_is_refused(open_timelock: Handed, reference: str) -> None:
    schedule(open_timelock)
    assert codes(open_timelock.world, "timelock", "show", reference) == (2, ["unknown-operation"])


def test_via_timelock_needs_one_that_may(world: World) -> None:
    assert codes(world, *SPLIT, "--via", "timelock", "--signer", "alice", "-y") == (6, ["nobody-may"])


def test_a_lone_key_schedules_no_move_of_power_in_production(open_timelock: Handed) -> None:
    own = Path("own.toml")
    text = Path("hokctl.toml").read_text(encoding="utf-8")
    own.write_text(text.replace("chain_id = 31337", "chain_id = 31337\nproduction = true"), encoding="utf-8")
    argv = ("provider", "set", MODEL, "mallory", "--signer", "carol", "--config", str(own))
    assert codes(open_timelock.world, *argv, "-y") == (6, ["lone-key"])


def test_a_delay_that_grew_meanwhile_stops_what_was_to_be_scheduled(handed: Handed) -> None:
    world, timelock = handed.world, handed.holder
    proposed = world.ok(*SPLIT, *handed.options)["proposal"]["safe_tx_hash"]
    with impersonated(world, timelock):
        act(world, timelock, "updateDelay(uint256)", DELAY_S + 1, sender=timelock)
    ran = world.run("safe", "sign", proposed, "--signer", "bob", "-y", "-o", "json")
    assert ran.exit_code == 6
    (finding,) = [one for one in ran.json["findings"] if one["code"] == "simulation-reverted"]
    assert f"a delay of {DELAY_S} seconds is shorter than the timelock's {DELAY_S + 1}" in finding["message"]


def test_a_stranger_cannot_schedule(handed: Handed) -> None:
    assert codes(handed.world, *SPLIT, "--signer", "mallory", "-y") == (6, ["not-an-owner"])
