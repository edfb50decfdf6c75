"""hokctl claims: what the escrow holds, paid out once per reference; rescues said loudly; vested rewards taken in."""

import pytest

from hokctl.clients.mock_usdc import MockUsdc
from hokctl.domain.roles import role_id
from hokctl.domain.units import ZERO_HASH
from tests.live_operations import BY_DEPLOYER, Desk, desk, desk_stage
from tests.standins import revoke
from tests.world import ALICE, BOB, DEPLOYER, USDC

pytestmark = pytest.mark.cli
__all__ = ["desk", "desk_stage"]

HASH = "0x" + "ab" * 32
DAY_S = 86_400


def usdc(desk: Desk) -> dict[str, str]:
    """Return what the escrow holds, has released and lost of USDC."""
    (found,) = [one for one in desk.ok("claims", "show")["tokens"] if one["model_id"] is None]
    return {key: found[key]["display"] for key in ("balance", "released", "rescued")}


def vest(desk: Desk, amount: int, *, days: int) -> None:
    """Let USDC become due to the escrow, from now on."""
    token, vault = desk.world.deployment.suite.usdc_address, desk.contracts["RewardVestingVault"]
    desk.world.send(MockUsdc(token).mint(vault, amount, purpose="mint"), DEPLOYER)
    create = "createSchedule(string,address,address,uint256,uint64,uint64)"
    desk.act("RewardVestingVault", create, "21", token, desk.contracts["PendingClaimsEscrow"], amount, 0, days * DAY_S)


def test_a_claim_is_paid_out_and_its_reference_never_again(desk: Desk) -> None:
    data = desk.ok("claims", "release", "usdc", "alice", "250", "--reference", "CLAIM-7", *BY_DEPLOYER)
    names = [event["name"] for event in data["outcome"]["transactions"][0]["events"]]
    assert sorted(names) == ["Released", "Transfer"]
    assert usdc(desk) == {"balance": "750.00", "released": "250.00", "rescued": "0.00"}
    again = ("claims", "release", "usdc", "bob", "1", "--dry-run", "--reference")
    assert desk.refused(*again, "CLAIM-7") == (6, "reference-already-released")
    assert desk.run(*again, "CLAIM-8").exit_code == 0
    assert desk.run(*again, HASH).exit_code == 0


def test_a_file_of_claims_goes_in_batches_of_what_the_contract_takes(desk: Desk) -> None:
    people = (ALICE, BOB)
    rows = ["to,amount,reference", *(f"{people[number % 2]},0.50,CLAIM-{number}" for number in range(101))]
    (desk.world.directory / "claims.csv").write_text("\n".join(rows), encoding="utf-8")
    data = desk.ok("claims", "release", "usdc", "--file", "claims.csv", *BY_DEPLOYER)
    assert [call["signature"].partition("(")[0] for call in data["plan"]["calls"]] == ["releaseBatch", "release"]
    assert usdc(desk) == {"balance": "949.50", "released": "50.50", "rescued": "0.00"}
    assert desk.refused("claims", "release", "usdc", "--file", "claims.csv", "--dry-run")[1] == (
        "reference-already-released"
    )


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ("to,amount\nalice,1", (2, "invalid-release-file")),
        ("to,amount,reference\nalice,1", (2, "invalid-release-file")),
        ("to,amount,reference\nalice,0,C-1", (2, "invalid-release-file")),
        ("to,amount,reference\nalice,1, C-1", (2, "invalid-release-file")),
        ("to,amount,reference\nnobody,1,C-1", (2, "invalid-release-file")),
        ("to,amount,reference\n", (2, "invalid-release-file")),
        ("to,amount,reference\nalice,1,C-1\nbob,1,C-1", (6, "reference-already-released")),
        ("to,amount,reference\nalice,600,C-1\nbob,600,C-2", (6, "exceeds-escrow")),
    ],
)
def test_a_file_that_is_wrong_anywhere_releases_nothing(desk: Desk, rows: str, expected: tuple[int, str]) -> None:
    (desk.world.directory / "claims.csv").write_text(rows, encoding="utf-8")
    assert desk.refused("claims", "release", "usdc", "--file", "claims.csv", *BY_DEPLOYER) == expected


def test_references_that_stand_for_nothing_are_refused(desk: Desk) -> None:
    start = ("claims", "release", "usdc", "alice", "1", "--dry-run")
    assert desk.refused(*start, "--reference", ZERO_HASH) == (2, "invalid-reference")
    assert desk.refused(*start, "--reference", " C-1") == (2, "invalid-reference")
    assert desk.refused(*start)[0] == 2


def test_a_paused_escrow_releases_nothing_and_says_so(desk: Desk) -> None:
    desk.ok("claims", "pause", *BY_DEPLOYER)
    assert desk.ok("claims", "pause", *BY_DEPLOYER)["plan"]["calls"] == []
    assert [one["code"] for one in desk.run("claims", "show").json["findings"]] == ["claims-paused"]
    release = ("claims", "release", "usdc", "alice", "1", "--reference", "C-1", *BY_DEPLOYER)
    assert desk.refused(*release) == (6, "escrow-paused")
    desk.ok("claims", "unpause", *BY_DEPLOYER)
    desk.ok(*release)


def test_a_rescue_is_said_loudly_before_and_afterwards(desk: Desk) -> None:
    ran = desk.run("claims", "rescue", "usdc", "treasury", "all", *BY_DEPLOYER)
    assert ran.exit_code == 0
    assert ("escrow-drained", "warning") in [(one["code"], one["severity"]) for one in ran.json["findings"]]
    assert usdc(desk) == {"balance": "0.00", "released": "0.00", "rescued": "1000.00"}
    assert [one["code"] for one in desk.run("claims", "show").json["findings"]] == ["escrow-rescued"]
    assert desk.refused("claims", "rescue", "usdc", "treasury", "all", "--dry-run") == (2, "zero-amount")
    assert desk.refused("claims", "rescue", "usdc", "treasury", "1", "--dry-run") == (6, "exceeds-escrow")


def test_tokens_go_by_their_models_id(desk: Desk) -> None:
    assert desk.refused("claims", "release", "21", "alice", "1", "--reference", "C-1", "--dry-run") == (
        6,
        "exceeds-escrow",
    )
    assert desk.refused("claims", "rescue", "mallory", "alice", "1", "--dry-run") == (7, "no-contract")


def test_what_is_due_in_the_end_is_taken_in_to_the_unit(desk: Desk) -> None:
    vest(desk, 300 * USDC, days=10)
    vest(desk, 30 * USDC, days=10)
    desk.world.mine(seconds=11 * DAY_S)
    (first, second) = desk.ok("claims", "show")["vestings"]
    assert (first["claimable"]["display"], second["claimable"]["display"]) == ("300.00", "30.00")
    data = desk.ok("claims", "claim-vested", *BY_DEPLOYER)
    assert data["plan"]["calls"][0]["signature"].startswith("claimVestedBatch")
    assert usdc(desk)["balance"] == "1330.00"
    assert desk.ok("claims", "claim-vested", *BY_DEPLOYER)["plan"]["calls"] == []


def test_what_still_grows_is_taken_in_only_when_that_is_accepted(desk: Desk) -> None:
    vest(desk, 300 * USDC, days=10)
    desk.world.mine(seconds=5 * DAY_S)
    claim = ("claims", "claim-vested", "1", *BY_DEPLOYER)
    assert desk.refused(*claim) == (6, "effect-undeclared")
    ran = desk.run(*claim, "--allow", "effect-undeclared")
    assert ran.exit_code == 0, ran.stdout
    assert "vesting-grows" in [one["code"] for one in ran.json["findings"]]
    assert 149 < float(usdc(desk)["balance"]) - 1_000 < 151
    assert desk.refused("claims", "claim-vested", "7", "--dry-run") == (2, "unknown-schedule")


def test_who_takes_vested_rewards_in_is_asked_of_the_escrow(desk: Desk) -> None:
    vest(desk, 300 * USDC, days=10)
    desk.world.mine(seconds=11 * DAY_S)
    revoke(desk.world, desk.contracts["PendingClaimsEscrow"], role_id("RELEASER_ROLE"), DEPLOYER)
    ran = desk.world.run("claims", "claim-vested", *BY_DEPLOYER)
    assert ran.exit_code == 6
    assert "RELEASER_ROLE" in ran.stderr
