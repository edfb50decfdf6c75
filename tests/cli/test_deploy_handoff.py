"""hokctl deploy handoff: everything that the deployer holds goes to the administrator, and nothing is left."""

from pathlib import Path
from typing import Any

import pytest
from eth_typing import ChecksumAddress

from hokctl.clients.ownable import Ownable
from hokctl.config.manifest import read_manifest, write_manifest
from tests.authorities import Handed
from tests.policies import handed_over_policy, write_policy
from tests.standins import create_timelock
from tests.world import DEPLOYER, MALLORY, Ran, World, write_spec

pytestmark = pytest.mark.cli

OWNED = {"HokusaiAMMFactory", "ModelRegistry", "TokenManager"}


def handoff(world: World, *argv: str) -> Ran:
    return world.run("deploy", "handoff", *argv, "-o", "json")


def name_admin(world: World, admin: str = "treasury", governor: str = "treasury") -> None:
    """Have the specification name `admin`, who also governs model 23 unless somebody else does."""
    path = write_spec(world.directory, admin=admin, pauser=admin)
    text = path.read_text(encoding="utf-8").replace('governor = "deployer"', f'governor = "{governor}"')
    path.write_text(text, encoding="utf-8")


def left(data: Any) -> tuple[set[str], list[str], list[str]]:  # noqa: ANN401 - JSON
    """Return what of a handoff is pending, still to be done, and kept."""
    found = data["handoff"]
    pending = {item["contract"] for item in found["pending"]}
    opened, kept = ([f"{item['contract']}.{item['power']}" for item in found[key]] for key in ("open", "kept"))
    return pending, opened, kept


def test_dry_run_shows_every_power_and_sends_nothing(world: World) -> None:
    name_admin(world)
    before = world.chain.at().block.number
    ran = world.run("deploy", "handoff", "--dry-run")
    assert (ran.exit_code, world.chain.at().block.number) == (0, before), ran.stderr
    for words in ("owner of ModelRegistry", "feeRecipient of TokenManager", "GOV_ROLE on HokusaiParams of model 23"):
        assert words in ran.stdout
    assert "Dry run: nothing was sent." in ran.stdout
    purposes = [call["purpose"] for call in handoff(world, "--dry-run").data["plan"]["calls"]]
    first_revoked = next(place for place, text in enumerate(purposes) if text.startswith("Revoke"))
    assert all(text.startswith("Revoke") for text in purposes[first_revoked:]), "what takes comes after what gives"


@pytest.mark.parametrize("kind", ["safe", "timelock"])
def test_everything_goes_to_the_administrator_and_the_deployer_holds_nothing(world: World, kind: str) -> None:
    admin, contracts = world.safe, 14
    if kind == "safe":
        name_admin(world)
    else:
        admin, contracts = create_timelock(world, proposers=[world.safe], executors=[world.safe]), 6
        deploy_anew(world, admin)
    first = handoff(world, "--signer", "deployer", "-y")
    assert (first.exit_code, first.json["status"], left(first.data)) == (0, "pending", (OWNED, [], [])), first.stdout
    assert {item["code"] for item in first.json["findings"]} == {"ownership-pending"}
    again = handoff(world, "--signer", "deployer", "-y")
    assert (again.exit_code, again.json["status"], again.data["plan"]["calls"]) == (0, "pending", [])
    accepting = world.ok("deploy", "handoff", "--signer", "alice", "-y")
    assert [call["signature"] for call in accepting["plan"]["calls"]] == ["acceptOwnership()"] * len(OWNED)
    Handed(world=world, kind=kind, holder=admin).finish(accepting)
    last = handoff(world)
    assert (last.exit_code, last.json["status"], last.json["findings"]) == (0, "ok", []), last.stdout
    assert last.data["handoff"]["holds_nothing"] is True
    assert f"holds nothing: {contracts} contracts at block" in world.run("deploy", "handoff").stdout
    for name in OWNED:
        where = read_manifest(Path("deployments/devnet.json")).contract(name)
        assert world.chain.at().get(Ownable(where).owner()) == admin


def deploy_anew(world: World, admin: ChecksumAddress) -> None:
    """Deploy the protocol once more, without models, for another administrator."""
    Path("deployments/devnet.json").unlink()
    write_spec(world.directory, models=False, admin=admin, pauser=admin)
    world.ok("deploy", "apply", "--signer", "deployer", "-y")


def findings(world: World, *argv: str) -> tuple[int, list[str]]:
    """Return the exit code of a command and the codes of its findings."""
    ran = world.run(*argv, "-o", "json")
    return ran.exit_code, [item["code"] for item in (*ran.json["errors"], *ran.json["findings"])]


def test_after_the_handoff_plan_verify_and_audit_have_nothing_to_say(world: World) -> None:
    deploy_anew(world, world.safe)
    assert findings(world, "deploy", "plan") == (0, ["deployer-keeps-power"])
    assert findings(world, "deploy", "verify") == (5, ["handoff-pending"])
    accepting = [world.ok("deploy", "handoff", "--signer", name, "-y") for name in ("deployer", "alice")][-1]
    assert findings(world, "deploy", "plan") == (0, ["deployer-keeps-power"]), "ownership is not accepted yet"
    Handed(world=world, kind="safe", holder=world.safe).finish(accepting)
    policy = str(write_policy(world, handed_over_policy()))
    plan = world.run("deploy", "plan", "-o", "json")
    assert (plan.exit_code, plan.json["findings"], plan.data["plan"]["calls"]) == (0, [], [])
    assert findings(world, "deploy", "verify") == (0, [])
    assert findings(world, "roles", "audit", "--policy", policy) == (0, [])


def test_the_administrator_takes_what_a_deployer_that_is_gone_has_left(world: World) -> None:
    name_admin(world)
    data = world.ok("deploy", "handoff", "--signer", "alice", "-y")
    called = {call["signature"].partition("(")[0] for call in data["plan"]["calls"]}
    assert called == {"revokeRole"}
    Handed(world=world, kind="safe", holder=world.safe).finish(data)
    ran = handoff(world, "--dry-run", "--signer", "deployer")
    pending, opened, _ = left(ran.data)
    assert (pending, "InfrastructureReserve.DEFAULT_ADMIN_ROLE" in opened) == (set(), False)
    assert {"ModelRegistry.owner", "TokenManager.feeRecipient"} <= set(opened)


def test_what_the_specification_leaves_the_deployer_is_found(world: World) -> None:
    name_admin(world, governor="deployer")
    first = handoff(world, "--signer", "deployer", "-y")
    assert (first.exit_code, first.json["status"]) == (5, "findings")
    pending, opened, kept = left(first.data)
    assert (pending, opened) == (OWNED, [])
    assert kept == ["HokusaiParams.DEFAULT_ADMIN_ROLE", "HokusaiParams.GOV_ROLE"]


def refused(world: World, admin: str) -> tuple[int, list[str]]:
    name_admin(world, admin=admin)
    head = world.chain.at().block.number
    ran = handoff(world, "--signer", "deployer", "-y")
    assert world.chain.at().block.number == head
    codes = [item["code"] for item in (*ran.json["errors"], *ran.json["findings"])]
    return ran.exit_code, sorted(set(codes))


def test_nothing_is_given_to_who_could_not_act(world: World) -> None:
    assert refused(world, "mallory") == (6, ["holder-no-code"])
    registry: ChecksumAddress = world.deployment.suite.registry_address
    assert refused(world, registry) == (6, ["holder-cannot-act"])
    assert refused(world, create_timelock(world, proposers=[])) == (6, ["holder-cannot-act"])
    assert refused(world, "deployer") == (6, ["handoff-to-deployer"])


def test_a_single_key_gets_it_only_where_that_is_allowed(world: World) -> None:
    name_admin(world, admin="mallory")
    world.ok("deploy", "handoff", "--signer", "deployer", "-y", "--allow", "holder-no-code")
    last = handoff(world, "--signer", "mallory", "-y", "--allow", "holder-no-code")
    assert (last.exit_code, last.data["handoff"]["holds_nothing"]) == (0, True), last.stdout
    assert world.chain.at().get(world.deployment.suite.registry.owner()) == MALLORY


def test_whose_power_it_is_must_be_known(world: World) -> None:
    name_admin(world)
    path = Path("deployments/devnet.json")
    write_manifest(path, read_manifest(path).model_copy(update={"deployer": None}))
    ran = handoff(world)
    assert (ran.exit_code, ran.json["errors"][0]["code"]) == (3, "unknown-deployer"), ran.stdout
    assert handoff(world, "--deployer", "deployer", "--dry-run").data["handoff"]["deployer"] == DEPLOYER
