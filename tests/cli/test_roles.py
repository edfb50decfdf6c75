"""hokctl roles who: who may, how, how soon, or why nobody."""

import json

import pytest
from eth_typing import ChecksumAddress

from hokctl.clients.codec import function_selector
from hokctl.domain.roles import DEFAULT_ADMIN_ROLE, GOV_ROLE, PAUSER_ROLE, PROPOSER_ROLE
from hokctl.domain.units import ModelId
from hokctl.services.models import read_reserve
from tests.counting import counting_proxy
from tests.standins import TWO_DAYS_S, act, create, create_governor, create_timelock, create_votes, grant, revoke
from tests.world import ALICE, DEPLOYER, OWNERS, World

pytestmark = pytest.mark.cli


def name_in_manifest(world: World, name: str, address: ChecksumAddress) -> None:
    """Write a contract into the manifest, as a deployment of another version would."""
    path = world.directory / "deployments" / "devnet.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    manifest["contracts"][name] = address
    path.write_text(json.dumps(manifest), encoding="utf-8")


def test_who_names_the_safe_that_holds_a_role(world: World) -> None:
    reserve = world.deployment.suite.reserve_address
    data = world.ok("roles", "who", "PAYER_ROLE")
    (holder,) = data.pop("holders")
    assert data == {
        "target": reserve,
        "contract": "InfrastructureReserve",
        "function": "PAYER_ROLE",
        "anyone": False,
        "requirements": [[{"kind": "role", "role": "PAYER_ROLE", "contract": reserve}]],
        "through": None,
        "reason": None,
        "note": None,
    }
    authority = {
        "kind": "safe",
        "address": world.safe,
        "owners": holder["authority"]["owners"],
        "threshold": 2,
        "version": "1.4.1",
    }
    hop = {
        "address": world.safe,
        "kind": "safe",
        "delay_s": 0,
        "delay_blocks": 0,
        "text": f"2-of-3 Safe {world.safe}",
    }
    assert set(authority["owners"]) == set(OWNERS)
    assert holder == {
        "address": world.safe,
        "kind": "safe",
        "name": "treasury",
        "authority": authority,
        "path": [hop],
        "delay_s": 0,
        "delay_blocks": 0,
        "paths": [
            {"hops": [hop], "executor": None, "delay_s": 0, "delay_blocks": 0, "text": f"2-of-3 Safe {world.safe}"}
        ],
        "reason": None,
    }


def test_who_follows_a_timelock_and_tells_how_long_it_takes(world: World) -> None:
    reserve = world.deployment.suite.reserve_address
    timelock = create_timelock(world, proposers=[world.safe])
    grant(world, reserve, DEFAULT_ADMIN_ROLE, timelock)
    holders = world.ok("roles", "who", "reserve.emergencyWithdraw")["holders"]
    found = next(holder for holder in holders if holder["kind"] == "timelock")
    assert (found["address"], found["delay_s"]) == (timelock, TWO_DAYS_S)
    assert [hop["address"] for hop in found["path"]] == [world.safe, timelock]
    assert found["authority"]["proposers"][0]["kind"] == "safe"
    text = world.run("roles", "who", "InfrastructureReserve.emergencyWithdraw(uint256)").stdout
    assert f"2 days    2-of-3 Safe {world.safe} (treasury), then timelock {timelock} waits 2 days" in text


def test_who_follows_a_governor_and_warns_of_ways_around_a_delay(world: World) -> None:
    votes = create_votes(world, {ALICE: 10**18})
    timelock = create_timelock(world, proposers=[], admin=DEPLOYER)
    governor = create_governor(world, votes, timelock, threshold=2_000)
    grant(world, timelock, PROPOSER_ROLE, governor)
    grant(world, world.deployment.suite.reserve_address, PAUSER_ROLE, timelock)
    holders = world.ok("roles", "who", "reserve.pause")["holders"]
    found = next(holder for holder in holders if holder["kind"] == "timelock")
    assert [hop["kind"] for hop in found["path"]] == ["governor", "timelock"]
    assert (found["delay_s"], found["delay_blocks"]) == (TWO_DAYS_S, 11)
    assert found["authority"]["proposers"][0]["clock"] == "blocks"
    text = world.run("roles", "who", "reserve.pause").stdout
    assert f"Proposing to the governor {governor} takes 2,000 units of votes." in text
    assert f"The delay of the timelock {timelock} can be got around" in " ".join(text.split())


@pytest.mark.parametrize(
    ("text", "function", "requirement"),
    [
        ("pausePool", "pausePool(string)", "owner"),
        ("HokusaiAMMFactory.setTreasury", "setTreasury(address)", "owner"),
        ("router.depositFee", "depositFee(string,uint256)", "role"),
        ("depositFee(string, uint256)", "depositFee(string,uint256)", "role"),
        ("manager.deployToken", "deployToken(string,string,string,uint256)", "role"),
        ("reserve.grantRole(PAYER_ROLE)", "grantRole(PAYER_ROLE)", "role"),
        ("INFRASTRUCTURERESERVE.setProvider", "setProvider(string,address)", "role"),
    ],
)
def test_who_understands_what_people_write(world: World, text: str, function: str, requirement: str) -> None:
    data = world.ok("roles", "who", text)
    assert data["function"] == function
    assert [one["kind"] for way in data["requirements"] for one in way] == [requirement]


def test_who_asks_for_owner_and_admin_together_or_one_of_several(world: World) -> None:
    both = world.ok("roles", "who", "TokenManager.authorizeAMM")
    assert [[one["kind"] for one in way] for way in both["requirements"]] == [["owner", "role"]]
    assert [holder["address"] for holder in both["holders"]] == [DEPLOYER]
    either = world.ok("roles", "who", "mintTokens")
    assert [[one["kind"] for one in way] for way in either["requirements"]] == [["role"], ["owner"]]
    assert DEPLOYER in {holder["address"] for holder in either["holders"]}


def test_who_says_that_anyone_may(world: World) -> None:
    ran = world.run("roles", "who", "pool.buy", "--model", "21")
    assert (ran.exit_code, "Anyone may." in ran.stdout) == (0, True)
    data = world.ok("roles", "who", "InfrastructureReserve.renounceRole")
    assert (data["anyone"], data["note"]) == (True, "each account its own roles only")


def test_who_goes_through_the_contract_that_passes_a_call_on(world: World) -> None:
    data = world.ok("roles", "who", "pool.pause", "--model", "21")
    assert data["through"] == "HokusaiAMMFactory.pausePool(string)"
    assert [holder["address"] for holder in data["holders"]] == [DEPLOYER]


def test_who_finds_the_params_of_each_model(world: World) -> None:
    governor = {model: world.ok("roles", "who", "GOV_ROLE", "--model", model)["holders"] for model in ("21", "23")}
    assert [holder["address"] for holder in governor["21"]] == [world.safe]
    assert [holder["address"] for holder in governor["23"]] == [DEPLOYER]


def nobody(world: World, *argv: str) -> str:
    """Expect that nobody may, and return why."""
    ran = world.run("roles", "who", *argv, "-o", "json")
    assert ran.exit_code == 5, ran.stdout
    assert [finding["code"] for finding in ran.json["findings"]] == ["nobody-can"]
    reason = str(ran.data["reason"])
    assert reason in ran.json["findings"][0]["message"]
    return reason


def test_who_says_why_nobody_can_rotate_a_governor_as_in_v2(world: World) -> None:
    suite = world.deployment.suite
    params = read_reserve(world.chain.at(), world.deployment, (ModelId("23"),)).models[0].params
    grant(world, params, DEFAULT_ADMIN_ROLE, suite.token_manager_address)
    revoke(world, params, DEFAULT_ADMIN_ROLE, DEPLOYER)
    assert nobody(world, "params.grantRole(GOV_ROLE)", "--model", "23") == (
        f"TokenManager {suite.token_manager_address} may, and has no function that makes this call"
    )


def test_who_says_why_nobody_can_pause_a_pool_of_v2(world: World) -> None:
    suite = world.deployment.suite
    pool = read_reserve(world.chain.at(), world.deployment, (ModelId("21"),)).models[0].pool
    # Of a factory that owns pools and forwards nothing only its code matters here; its views still answer.
    code = str(world.chain.request("eth_getCode", [suite.factory_address, "latest"]))
    selector = function_selector("pausePool(string)").hex()
    assert selector in code
    world.chain.request("anvil_setCode", [suite.factory_address, code.replace(selector, "ffffffff")])
    assert world.chain.at().get(suite.pool_at(pool).owner()) == suite.factory_address
    assert nobody(world, "pool.pause", "--model", "21") == (
        f"HokusaiAMMFactory {suite.factory_address} may, and has no function that makes this call"
    )


def test_who_says_that_a_deployment_or_a_version_lacks_a_function(world: World) -> None:
    assert nobody(world, "oracle.setEstimatedCost") == (
        "this deployment has no InfrastructureCostOracle: its manifest names none"
    )
    reserve = world.deployment.suite.reserve_address
    assert nobody(world, "advancePeriod") == (
        f"the InfrastructureReserve {reserve} has no such function: it is of another version"
    )
    assert "the suite refuses to leave a contract without owner" in nobody(world, "registry.renounceOwnership")
    assert "is not set" in nobody(world, "registry.acceptOwnership")


def test_the_chain_says_which_version_it_is_and_is_believed(world: World) -> None:
    other = create(world, "TestOtherVersions", ALICE)
    for name in ("InfrastructureCostOracle", "PendingClaimsEscrow"):
        name_in_manifest(world, name, other)
    nobody(world, "setEstimatedCost")
    data = world.ok("roles", "who", "InfrastructureCostOracle.grantRole")
    assert [holder["address"] for holder in data["holders"]] == [ALICE]
    unrecorded = world.run("roles", "who", "escrow.claimVested", "-o", "json").data
    assert unrecorded["requirements"][0][0]["role"] == "RELEASER_ROLE"
    assert "as the contract itself says" in unrecorded["note"]
    surprise = world.ok("roles", "who", "oracle.setEpochDuration")
    assert (surprise["anyone"], "lets a stranger" in surprise["note"]) == (True, True)
    assert world.ok("roles", "who", "oracle.applyPendingUpdate")["anyone"] is True


def test_a_reserve_without_pauser_is_paused_by_its_admin(world: World) -> None:
    other = create(world, "TestOtherVersions", ALICE)
    name_in_manifest(world, "InfrastructureReserve", other)
    data = world.ok("roles", "who", "reserve.pause")
    assert [one["role"] for way in data["requirements"] for one in way] == ["DEFAULT_ADMIN_ROLE"]
    assert [holder["address"] for holder in data["holders"]] == [ALICE]


def test_a_factory_with_a_pauser_is_paused_by_it_or_by_its_owner(world: World) -> None:
    other = create(world, "TestOtherVersions", DEPLOYER)
    name_in_manifest(world, "HokusaiAMMFactory", other)
    data = world.ok("roles", "who", "pausePool")
    assert [[one["kind"] for one in way] for way in data["requirements"]] == [["owner"]]
    act(world, other, "setPauser(address)", world.safe, sender=DEPLOYER)
    data = world.ok("roles", "who", "pausePool")
    assert [[one["kind"] for one in way] for way in data["requirements"]] == [["account"], ["owner"]]
    assert [holder["address"] for holder in data["holders"]] == [world.safe, DEPLOYER]


def test_who_knows_the_timelocks_own_functions(world: World) -> None:
    timelock = create_timelock(world, proposers=[world.safe])
    name_in_manifest(world, "HokusaiTimelockController", timelock)
    delay = world.ok("roles", "who", "timelock.updateDelay")
    assert [(holder["kind"], holder["delay_s"]) for holder in delay["holders"]] == [("timelock", TWO_DAYS_S)]
    assert [holder["address"] for holder in world.ok("roles", "who", "timelock.cancel")["holders"]] == [world.safe]
    assert world.ok("roles", "who", "timelock.execute")["anyone"] is True


def test_who_names_the_modules_that_need_no_confirmation(world: World) -> None:
    for method, args in (("anvil_setBalance", [world.safe, hex(10**20)]), ("anvil_impersonateAccount", [world.safe])):
        world.chain.request(method, args)
    act(world, world.safe, "enableModule(address)", ALICE, sender=world.safe)
    assert world.ok("roles", "who", "PAYER_ROLE")["holders"][0]["authority"]["modules"] == [ALICE]
    text = world.run("roles", "who", "PAYER_ROLE").stdout
    assert f"The module {ALICE} (alice) acts for the Safe {world.safe} (treasury) without confirmations." in text


def test_who_finds_the_timelock_that_acts_where_the_manifest_names_none(world: World) -> None:
    timelock = create_timelock(world, proposers=[world.safe])
    grant(world, world.deployment.suite.reserve_address, DEFAULT_ADMIN_ROLE, timelock)
    data = world.ok("roles", "who", "timelock.scheduleBatch")
    assert (data["target"], data["holders"][0]["address"]) == (timelock, world.safe)


@pytest.mark.parametrize(
    ("text", "code", "hint"),
    [
        ("reserve.puase", "unknown-function", "Did you mean InfrastructureReserve.pause?"),
        ("reserv.pause", "unknown-function", "Did you mean reserve?"),
        ("PAYERS_ROLE", "unknown-function", "Did you mean PAYER_ROLE?"),
        ("pause", "ambiguous-function", "Name one of them in full."),
        ("DEFAULT_ADMIN_ROLE", "ambiguous-function", "Name one of them in full."),
        ("params.setLicenseRef", "model-needed", "--model ID"),
        ("", "unknown-function", "Write InfrastructureReserve.pause"),
    ],
)
def test_who_refuses_what_it_does_not_know_and_says_what_was_meant(
    world: World, text: str, code: str, hint: str
) -> None:
    ran = world.run("roles", "who", text, "-o", "json")
    assert ran.exit_code == 2
    (error,) = ran.json["errors"]
    assert error["code"] == code
    assert hint in error["hint"]


def test_other_reports_print_the_new_kinds_of_authority(world: World) -> None:
    timelock = create_timelock(world, proposers=[world.safe])
    params = read_reserve(world.chain.at(), world.deployment, (ModelId("23"),)).models[0].params
    grant(world, params, GOV_ROLE, timelock)
    text = " ".join(world.run("split", "show", "23").stdout.split())
    assert f"timelock {timelock} (2 days) behind 2-of-3 Safe {world.safe}" in text
    (authority,) = [one for one in world.ok("split", "show", "23")["models"][0]["authority"] if one["kind"] != "eoa"]
    assert (authority["kind"], authority["min_delay_s"]) == ("timelock", TWO_DAYS_S)


def test_who_takes_few_round_trips(world: World) -> None:
    with counting_proxy(world.url) as proxy:
        world.write_config(rpc_url=proxy.url)
        world.ok("roles", "who", "reserve.pause")
        # The block; the contract's own word; role logs; who holds it; what the owners of Safes are.
        assert proxy.round_trips == 5
