"""hokctl governor: list, show, queue, execute; and what `--via governor` proposes."""

from pathlib import Path
from typing import Any

import pytest

from hokctl.chain.errors import RpcError
from hokctl.clients.governor import Governor, compute_proposal_id, description_hash_of
from hokctl.clients.timelock_controller import TimelockCall
from hokctl.domain.roles import PROPOSER_ROLE
from tests.authorities import (
    AGAINST,
    DELAY_S,
    FOR,
    MODEL,
    SLACK_S,
    THRESHOLD,
    VOTES,
    VOTING_DELAY,
    VOTING_PERIOD,
    Handed,
    hand_over,
    hand_roles,
    impersonated,
)
from tests.standins import act, create_governor, create_votes, grant
from tests.world import ALICE, BOB, MALLORY, World

pytestmark = pytest.mark.cli

SPLIT = ("split", "set", MODEL, "65%")
ALICE_SIGNS = ("--signer", "alice", "-y")


@pytest.fixture
def handed(world: World) -> Handed:
    """Return the world in the hands of a governor with a timelock."""
    return hand_over(world, "governor")


def codes(world: World, *argv: str) -> tuple[int, list[str]]:
    ran = world.run(*argv, "-o", "json")
    return ran.exit_code, [item["code"] for item in (*ran.json["findings"], *ran.json["errors"])]


def bps(world: World) -> Any:  # noqa: ANN401 - JSON
    return world.ok("split", "show", MODEL)["models"][0]["infrastructure_accrual_bps"]


def propose(handed: Handed) -> Any:  # noqa: ANN401 - JSON
    """Have alice propose a new split; return the proposal."""
    return handed.world.ok(*SPLIT, *ALICE_SIGNS)["governor_proposal"]


def test_a_proposal_names_its_purpose_and_its_proposer(handed: Handed) -> None:
    begun = handed.world.run(*SPLIT, *ALICE_SIGNS, "-o", "json")
    assert (begun.exit_code, begun.json["status"], begun.data["route"]["kind"]) == (0, "pending", "governor")
    proposal = begun.data["governor_proposal"]
    assert (proposal["state"], proposal["clock"], proposal["proposer"]) == ("pending", "blocknumber", ALICE)
    assert proposal["deadline"] == proposal["snapshot"] + VOTING_PERIOD

    (listed,) = handed.world.ok("governor", "list")["proposals"]
    assert listed["id"] == proposal["id"]
    purpose = begun.data["plan"]["calls"][0]["purpose"]
    assert listed["description"] == f"{begun.data['plan']['title']}\n\n- {purpose}\n\n#proposer={ALICE}"
    assert listed["description"].encode()[-52:] == f"#proposer={ALICE}".encode()
    assert listed["effects"][0].endswith(" to 65%.")
    assert (
        handed.world.ok("governor", "show", proposal["id"][:8])["plan"]["plan_hash"] == begun.data["plan"]["plan_hash"]
    )


def test_nobody_else_can_propose_it_first(handed: Handed) -> None:
    world, governor = handed.world, handed.governor
    assert governor is not None
    planned = world.ok(*SPLIT, "--dry-run", "--signer", "alice")
    (call,) = planned["plan"]["calls"]
    description = f"{planned['plan']['title']}\n\n- {call['purpose']}\n\n#proposer={ALICE}"
    target = TimelockCall(target=call["to"], data=bytes.fromhex(call["data"][2:]))
    id_ = compute_proposal_id((target,), description_hash_of(description))
    assert str(id_) == planned["governor_proposal"]["id"]

    stolen = Governor(governor).propose((target,), description, purpose="steal")
    with pytest.raises(RpcError, match=r"GovernorRestrictedProposer|revert"):
        world.chain.request("eth_call", [{"from": BOB, "to": governor, "data": "0x" + stolen.data.hex()}, "latest"])


def test_a_proposer_needs_votes(handed: Handed) -> None:
    ran = handed.world.run(*SPLIT, "--signer", "mallory", "-y", "-o", "json")
    (finding,) = ran.json["findings"]
    assert (ran.exit_code, finding["code"], finding["subject"]) == (6, "votes-below-threshold", MALLORY)
    assert finding["message"].endswith(f"has {THRESHOLD - 1} votes, and proposing takes {THRESHOLD}.")


def test_queue_and_execute_are_pending_until_their_time(handed: Handed) -> None:
    world, id_ = handed.world, propose(handed)["id"]
    assert codes(world, "governor", "queue", id_, *ALICE_SIGNS) == (8, ["proposal-not-ready"])
    assert codes(world, "governor", "execute", id_, *ALICE_SIGNS) == (8, ["proposal-not-ready"])
    handed.vote(id_)
    assert codes(world, "governor", "execute", id_, *ALICE_SIGNS) == (8, ["proposal-not-ready"])

    world.ok("governor", "queue", id_, *ALICE_SIGNS)
    shown = world.ok("governor", "show", id_)["governor_proposal"]
    assert (shown["state"], shown["eta"]) == ("queued", world.chain.at().block.timestamp + DELAY_S)
    (operation,) = world.ok("timelock", "list")["operations"]
    assert operation["earliest_at"] == shown["eta"]
    assert codes(world, "governor", "execute", id_, *ALICE_SIGNS) == (8, ["proposal-not-ready"])

    world.mine(seconds=DELAY_S + SLACK_S)
    world.ok("governor", "execute", id_, "--signer", "mallory", "-y")
    assert bps(world) == 6_500
    assert world.ok("governor", "list")["proposals"] == []
    assert codes(world, "governor", "execute", id_, *ALICE_SIGNS) == (6, ["proposal-over"])


def test_the_same_plan_is_proposed_again_only_after_it_was_decided(handed: Handed) -> None:
    world, first = handed.world, propose(handed)
    assert codes(world, *SPLIT, *ALICE_SIGNS) == (6, ["proposal-open"])
    handed.vote(first["id"], AGAINST)
    assert world.ok("governor", "show", first["id"])["governor_proposal"]["state"] == "defeated"
    assert codes(world, "governor", "queue", first["id"], *ALICE_SIGNS) == (6, ["proposal-over"])

    second = propose(handed)
    assert second["id"] != first["id"]
    described = world.ok("governor", "show", second["id"])["governor_proposal"]["description"]
    assert "Proposed again" in described
    assert described.endswith(f"#proposer={ALICE}")


def test_logs_alone_tell_what_is_voted_on(handed: Handed) -> None:
    world, proposal = handed.world, propose(handed)
    Path(proposal["path"]).unlink()
    shown = world.ok("governor", "show", proposal["id"])
    assert shown["governor_proposal"]["path"] is None
    assert shown["plan"]["calls"][0]["signature"] == "setInfrastructureAccrualBps(uint16)"
    handed.vote(proposal["id"])
    world.ok("governor", "queue", proposal["id"], *ALICE_SIGNS)


def test_a_governor_without_a_timelock_executes_by_itself_and_may_count_seconds(world: World) -> None:
    votes = create_votes(world, {ALICE: VOTES, BOB: VOTES}, by_time=True)
    world.mine(seconds=SLACK_S)
    period = 3_600
    governor = create_governor(world, votes, None, delay=VOTING_DELAY, period=period, threshold=THRESHOLD)
    hand_roles(world, governor)
    proposal = world.ok(*SPLIT, *ALICE_SIGNS)["governor_proposal"]
    assert (proposal["clock"], proposal["timelock"]) == ("timestamp", None)
    assert proposal["deadline"] == proposal["snapshot"] + period

    world.mine(seconds=60)
    for voter in (ALICE, BOB):
        act(world, governor, "castVote(uint256,uint8)", int(proposal["id"]), FOR, sender=voter)
    world.mine(seconds=period + SLACK_S)
    assert codes(world, "governor", "queue", proposal["id"], *ALICE_SIGNS) == (6, ["proposal-over"])
    world.ok("governor", "execute", proposal["id"], "--signer", "mallory", "-y")
    assert bps(world) == 6_500


def test_a_safe_proposes_when_it_is_named(handed: Handed) -> None:
    world = handed.world
    assert codes(world, *SPLIT, "--safe", world.safe, *ALICE_SIGNS) == (6, ["votes-below-threshold"])
    assert handed.governor is not None
    votes = world.chain.at().get(Governor(handed.governor).token())
    act(world, votes, "mint(address,uint256)", world.safe, THRESHOLD, sender=BOB)
    world.mine()

    begun = world.ok(*SPLIT, "--safe", world.safe, *ALICE_SIGNS)
    assert (begun["route"]["kind"], begun["governor_proposal"]["proposer"]) == ("governor", world.safe)
    assert {one["id"]: one["verdict"] for one in begun["checks"]}["simulation"] == "ok"
    made = handed.execute_safe_tx(begun)["governor_proposal"]
    (listed,) = world.ok("governor", "list")["proposals"]
    assert made == begun["governor_proposal"] | {
        "state": "pending", "snapshot": listed["snapshot"], "deadline": listed["deadline"]
    }  # fmt: skip
    assert (listed["id"], listed["proposer"]) == (begun["governor_proposal"]["id"], world.safe)
    assert listed["description"].endswith(f"#proposer={world.safe}")


def test_where_a_safe_and_a_governor_schedule_the_options_choose(handed: Handed) -> None:
    world = handed.world
    with impersonated(world, handed.holder):
        grant(world, handed.holder, PROPOSER_ROLE, world.safe, sender=handed.holder)
    kinds = {
        options: world.ok(*SPLIT, "--dry-run", "--signer", "alice", *options)["route"]["kind"]
        for options in ((), ("--via", "timelock"), ("--via", "governor"), ("--safe", world.safe))
    }
    assert list(kinds.values()) == ["timelock", "timelock", "governor", "timelock"]
    assert codes(world, *SPLIT, "--via", "direct", *ALICE_SIGNS) == (6, ["nobody-may"])


@pytest.mark.parametrize(
    ("argv", "expected"),
    [(("list",), (3, ["no-governor"])), (("list", "--governor", "alice"), (2, ["not-a-governor"]))],
)
def test_without_a_governor_the_commands_say_so(
    world: World, argv: tuple[str, ...], expected: tuple[int, list[str]]
) -> None:
    assert codes(world, "governor", *argv) == expected


@pytest.mark.parametrize("reference", ["12", "nothing", "0" * 20])
def test_a_reference_that_names_no_proposal_is_refused(handed: Handed, reference: str) -> None:
    propose(handed)
    assert codes(handed.world, "governor", "show", reference) == (2, ["unknown-governor-proposal"])
