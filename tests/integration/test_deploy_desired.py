"""The specification as desired state: one value changed is one call planned, by whoever may make it, and no more."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hokctl.domain.roles import GOV_ROLE
from hokctl.services.models import read_reserve
from tests.authorities import hand_pools, impersonated
from tests.standins import revoke
from tests.world import CAROL, DEPLOYER, MALLORY, World

pytestmark = pytest.mark.integration

SPEC = Path("spec.toml")
POOL = "[models.pool]\n"


def edit(old: str, new: str, *, count: int = 1) -> None:
    """Replace text in the specification, as somebody with an editor would."""
    text = SPEC.read_text(encoding="utf-8")
    assert old in text
    SPEC.write_text(text.replace(old, new, count), encoding="utf-8")


def top(line: str) -> None:
    """Add a line above the tables."""
    SPEC.write_text(line + "\n" + SPEC.read_text(encoding="utf-8"), encoding="utf-8")


def append(text: str) -> None:
    """Add text at the end: within the last model, 23."""
    with SPEC.open("a", encoding="utf-8") as spec:
        spec.write(text)


CHANGES: dict[str, tuple[Callable[[], None], str, list[Any]]] = {
    "split": (lambda: edit("80%", "75%"), "setInfrastructureAccrualBps(uint16)", ["7500"]),
    "rate": (lambda: append("tokens_per_delta_one = 2000\n"), "setTokensPerDeltaOne(uint256)", ["2000"]),
    "licence": (
        lambda: edit("licenses/default", "licenses/2"),
        "setLicenseRef(bytes32,string)",
        ["0x" + "00" * 32, "https://hokusai.ai/licenses/2"],
    ),
    "licence hash": (
        lambda: append(f'license_hash = "0x{"ab" * 32}"\n'),
        "setLicenseRef(bytes32,string)",
        ["0x" + "ab" * 32, "https://hokusai.ai/licenses/default"],
    ),
    "governor": (
        lambda: edit('governor = "deployer"', 'governor = "carol"'),
        "grantRole(bytes32,address)",
        [GOV_ROLE, CAROL],
    ),
    "provider": (lambda: edit('"together"', '"mallory"'), "setProvider(string,address)", ["21", MALLORY]),
    "first provider": (lambda: append('provider = "carol"\n'), "setProvider(string,address)", ["23", CAROL]),
    "reserve ratio": (
        lambda: append(f"{POOL}crr_ppm = 200000\n"),
        "setPoolParameters(string,uint256,uint256)",
        ["23", "200000", "30"],
    ),
    "trade fee": (
        lambda: append(f"{POOL}trade_fee_bps = 50\n"),
        "setPoolParameters(string,uint256,uint256)",
        ["23", "100000", "50"],
    ),
    "largest trade": (
        lambda: append(f"{POOL}max_trade_bps = 1000\n"),
        "setPoolMaxTradeBps(string,uint256)",
        ["23", "1000"],
    ),
    "factory defaults": (
        lambda: append("[factory_defaults]\ncrr_ppm = 200000\n"),
        "setDefaults(uint256,uint256,uint256)",
        ["200000", "30", "604800"],
    ),
    "payer": (lambda: top('payer = "carol"'), "grantRole(bytes32,address)", [..., CAROL]),
    "pauser": (lambda: top('pauser = "carol"'), "grantRole(bytes32,address)", [..., CAROL]),
    "backend": (lambda: edit('backend = "backend"', 'backend = "carol"'), "grantRole(bytes32,address)", [..., CAROL]),
    "further role": (
        lambda: append('[roles.InfrastructureReserve]\nPAYER_ROLE = ["treasury", "carol"]\n'),
        "grantRole(bytes32,address)",
        [..., CAROL],
    ),
}


APPLIED = {"rate", "governor", "reserve ratio", "largest trade", "factory defaults"}
"""Those that no other test carries out."""


@pytest.mark.parametrize("kind", CHANGES)
def test_one_changed_value_is_one_planned_call(world: World, kind: str) -> None:
    change, signature, args = CHANGES[kind]
    change()
    data = world.ok("deploy", "plan")
    (call,) = data["plan"]["calls"]
    assert call["signature"] == signature
    values = [argument["value"] for argument in call["args"]]
    assert [value for value, wanted in zip(values, args, strict=True) if wanted not in {..., value}] == []
    (planned,) = data["changes"]
    assert planned["kind"] == ("grant" if signature.startswith("grantRole") else "set")
    assert (planned["carried"], int(planned["gas"]) > 21_000) == (True, True)
    cost = data["estimated_cost"]
    assert int(cost["wei"]) == int(data["estimated_gas"]) * int(cost["gas_price_wei"])
    if kind not in APPLIED:
        return
    ran = world.run("deploy", "apply", "--signer", "deployer", "-y", "-o", "json")
    assert (ran.exit_code, len(ran.data["outcome"]["transactions"])) == (0, 1), ran.stdout
    again = world.run("deploy", "plan", "-o", "json")
    assert (again.exit_code, again.data["plan"]["calls"], again.data["changes"]) == (0, [], [])


def test_a_change_that_the_safe_makes_is_planned_no_more_once_it_is_executed(world: World) -> None:
    edit("80%", "75%")
    direct = world.run("deploy", "apply", "--signer", "deployer", "-y", "-o", "json", "--via", "direct")
    assert (direct.exit_code, direct.json["errors"][0]["code"]) == (6, "nobody-may")
    safe_tx_hash = world.ok("deploy", "apply", "--signer", "alice", "-y")["proposal"]["safe_tx_hash"]
    world.ok("safe", "sign", safe_tx_hash, "--signer", "bob", "-y")
    world.ok("safe", "execute", safe_tx_hash, "--signer", "mallory", "-y")
    assert world.ok("deploy", "plan")["changes"] == []


def test_a_new_treasury_is_set_wherever_it_can_be(world: World) -> None:
    edit('treasury = "treasury"', 'treasury = "carol"\npayer = "treasury"')
    ran = world.run("deploy", "plan", "-o", "json")
    assert [(call["label"], call["signature"]) for call in ran.data["plan"]["calls"]] == [
        ("InfrastructureReserve", "setTreasury(address)"),
        ("HokusaiAMMFactory", "setTreasury(address)"),
    ]
    stuck = [f["subject"] for f in ran.json["findings"] if f["code"] == "cannot-be-changed"]
    assert stuck == ["21", "22", "23"], "the treasury of a pool is fixed"


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ('symbol = "HVIS"', 'symbol = "OTHER"'),
        ('name = "Hokusai HVIS"', 'name = "Other"'),
    ],
)
def test_what_nothing_can_change_is_told_with_the_reason(world: World, line: str, what: str) -> None:
    edit(line, what)
    ran = world.run("deploy", "plan", "-o", "json")
    assert (ran.exit_code, ran.data["plan"]["calls"]) == (0, [])
    (finding,) = [finding for finding in ran.json["findings"] if finding["code"] == "cannot-be-changed"]
    assert (finding["subject"], finding["severity"]) == ("23", "warning")
    assert "nothing can change it" in finding["message"]


def test_a_curve_that_is_fixed_is_told_and_not_planned(world: World) -> None:
    append(f'metric = "f1"\n{POOL}flat_curve_threshold = "30000"\nflat_curve_price = "0.02"\n')
    ran = world.run("deploy", "plan", "-o", "json")
    assert ran.data["plan"]["calls"] == []
    told = [f["message"] for f in ran.json["findings"] if f["code"] == "cannot-be-changed"]
    whats = [re.match(r"The (.*) of model 23 is", text) for text in told]
    assert [what and what[1] for what in whats] == ["metric", "flat curve threshold", "flat curve price"]


def test_changes_of_several_authorities_are_made_in_turn(world: World) -> None:
    hand_pools(world, CAROL)
    edit("80%", "75%")
    edit("90%", "95%")
    append(f"{POOL}crr_ppm = 200000\n")
    planned = world.run("deploy", "plan", "--signer", "deployer", "-o", "json")
    assert [call["signature"] for call in planned.data["plan"]["calls"]] == ["setInfrastructureAccrualBps(uint16)"]
    assert [(change["name"], change["carried"]) for change in planned.data["changes"]] == [
        ("model 21: split", False),
        ("model 23: split", True),
        ("model 23: curve", False),
    ]
    left = {f["subject"]: f["remedy"] for f in planned.json["findings"] if f["code"] == "left-to-others"}
    assert left.keys() == {world.safe, CAROL}
    assert f"--safe {world.safe}" in left[world.safe]
    for signer in ("deployer", "carol"):
        assert world.run("deploy", "apply", "--signer", signer, "-y", "-o", "json").exit_code == 0
    proposed = world.run("deploy", "apply", "--safe", world.safe, "--signer", "alice", "-y", "-o", "json")
    assert proposed.json["status"] == "pending"
    assert [call["args"][0]["value"] for call in proposed.data["plan"]["calls"]] == ["7500"]


def test_a_change_that_nobody_can_make_is_refused_with_the_reason(world: World) -> None:
    (model,) = read_reserve(world.chain.at(), world.deployment, (world.deployment.model_ids[2],)).models
    with impersonated(world, DEPLOYER):
        revoke(world, model.params, GOV_ROLE, DEPLOYER, sender=DEPLOYER)
    edit("90%", "95%")
    edit('governor = "deployer"', 'governor = "carol"')
    planned = world.run("deploy", "plan", "-o", "json")
    assert planned.exit_code == 0
    assert [call["signature"] for call in planned.data["plan"]["calls"]] == ["grantRole(bytes32,address)"]
    impossible = [f["subject"] for f in planned.json["findings"] if f["code"] == "nobody-may-change"]
    assert impossible == ["model 23: split"]


def test_another_network_than_the_specification_names_is_refused(world: World) -> None:
    top('networks = ["sepolia", "mainnet"]')
    for command in ("plan", "apply", "verify", "status", "handoff"):
        ran = world.run("deploy", command, "-o", "json")
        assert (ran.exit_code, ran.json["errors"][0]["code"]) == (6, "spec-network")
    edit('"mainnet"]', '"devnet"]')
    assert world.ok("deploy", "plan")["plan"]["calls"] == []


def test_changes_are_shown_a_line_each_with_gas_and_cost(world: World) -> None:
    edit("90%", "95%")
    ran = world.run("deploy", "plan", "--signer", "deployer")
    assert re.search(r"set +Set the infrastructure share of model 23 from 90% to 95%", ran.stdout.replace("\n", " "))
    assert "this run" in ran.stdout
    assert re.search(r"estimated cost +0\.0\d* ETH at [\d.]+ gwei per gas", ran.stdout)


def test_a_new_deployment_gets_its_defaults_and_largest_trade_at_once(world: World) -> None:
    Path("deployments/devnet.json").unlink()
    append(f"{POOL}max_trade_bps = 1000\n[factory_defaults]\ntrade_fee_bps = 10\n")
    data = world.ok("deploy", "apply", "--signer", "deployer", "-y")
    assert [change["name"] for change in data["changes"] if change["kind"] == "set"] == [
        "HokusaiAMMFactory defaults",
        "model 21: provider",
        "model 22: provider",
        "model 23: largest trade",
    ]
    assert world.ok("deploy", "plan")["plan"]["calls"] == []


def test_who_holds_a_role_beyond_the_specification_is_told_and_left_alone(world: World) -> None:
    append(f'[roles.InfrastructureReserve]\nPAUSER_ROLE = ["{CAROL}"]\n')
    ran = world.run("deploy", "plan", "-o", "json")
    assert [change["kind"] for change in ran.data["changes"]] == ["grant"]
    beyond = [f["subject"] for f in ran.json["findings"] if f["code"] == "role-beyond-specification"]
    assert beyond == [DEPLOYER]
