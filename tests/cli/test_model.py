"""hokctl model, as a user runs it."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from hokctl.chain.http_transport import HttpTransport
from hokctl.chain.transport import RpcCall
from hokctl.chain.wire import Json
from hokctl.services.models import read_reserve
from tests.world import DEPLOYER, OWNERS, TOGETHER, World

pytestmark = pytest.mark.cli

ADD = ("model", "add", "24", "--name", "Hokusai Sound", "--symbol", "HSND")


def usdc(units: int) -> dict[str, Any]:
    whole, fraction = divmod(units, 10**6)
    display = f"{whole}.{fraction:06}".rstrip("0")
    return {
        "units": str(units),
        "decimals": 6,
        "symbol": "USDC",
        "display": display + "0" * (2 - len(display.partition(".")[2])),
    }


def test_list_shows_every_model(world: World) -> None:
    ran = world.run("model", "list", "-o", "json")
    models = read_reserve(world.chain.at(), world.deployment).models
    assert (ran.exit_code, ran.stderr) == (0, "")
    assert ran.data == {
        "models": [
            {
                "model_id": model_id,
                "infrastructure_accrual_bps": bps,
                "profit_share_bps": 10_000 - bps,
                "accrued": usdc(accrued),
                "paid": usdc(0),
                "provider": provider,
                "phase": "flat-price",
                "token": state.token,
                "params": state.params,
                "pool": state.pool,
            }
            for (model_id, bps, accrued, provider), state in zip(
                [
                    ("21", 8000, 800_000_000, TOGETHER),
                    ("22", 7000, 350_000_000, TOGETHER),
                    ("23", 9000, 0, None),
                ],
                models,
                strict=True,
            )
        ]
    }


def test_list_is_a_table_for_people(world: World) -> None:
    ran = world.run("model", "list")
    header, first, _, last = [line.rstrip() for line in ran.stdout.splitlines()]
    assert header.split() == ["model", "infrastructure", "profit", "accrued", "paid", "provider", "phase"]
    assert first.split() == ["21", "80%", "20%", "800.00", "USDC", "0.00", "USDC", TOGETHER, "(together)", "flat-price"]
    assert last.split() == ["23", "90%", "10%", "0.00", "USDC", "0.00", "USDC", "none", "flat-price"]


def test_list_takes_four_round_trips(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[int] = []
    send = HttpTransport.request_batch

    def counting(self: HttpTransport, calls: Sequence[RpcCall]) -> list[Json]:
        before = self.round_trips
        answers = send(self, calls)
        sent.append(self.round_trips - before)
        return answers

    monkeypatch.setattr(HttpTransport, "request_batch", counting)
    assert world.run("model", "list").exit_code == 0
    assert 0 < sum(sent) <= 4


def test_list_reads_at_the_block_asked_for(world: World) -> None:
    before = world.chain.at().block.number
    world.ok(*ADD, "--signer", "deployer", "--yes")
    earlier = world.ok("model", "list", "--block", str(before))
    assert [model["model_id"] for model in earlier["models"]] == ["21", "22", "23"]
    assert [model["model_id"] for model in world.ok("model", "list")["models"]] == ["21", "22", "23", "24"]


def test_show_tells_all_of_one_model(world: World) -> None:
    ran = world.run("model", "show", "21", "-o", "json")
    suite = world.deployment.suite
    state = read_reserve(world.chain.at(), world.deployment).models[0]
    pool = ran.data["pool"]
    assert (ran.exit_code, ran.data["model_id"], ran.data["fees"]) == (0, "21", usdc(1_000_000_000))
    assert ran.data["token"] == {
        "address": state.token,
        "name": "Hokusai LSCOR",
        "supply": {"units": str(1000 * 10**18), "decimals": 18, "symbol": "LSCOR", "display": "1000.00"},
        "owner": suite.token_manager_address,
        "controller": suite.token_manager_address,
    }
    assert ran.data["params"]["governors"] == [
        {"kind": "safe", "address": world.safe, "owners": list(OWNERS), "threshold": 2, "version": "1.4.1"}
    ]
    assert (ran.data["params"]["min_bps"], ran.data["params"]["max_bps"]) == (5000, 10000)
    assert (pool["phase"], pool["spot_price"], pool["flat_price"]) == ("flat-price", "10000", usdc(10_000))
    assert (pool["reserve"], pool["flat_threshold"]) == (usdc(200_000_000), usdc(25_000_000_000))
    assert (pool["may_mint"], pool["paused"], pool["sells_enabled"]) == (True, False, False)
    assert ran.data["registry"] == {"token": state.token, "metric": "accuracy", "active": True, "pool": state.pool}


def test_show_never_gives_a_price_without_its_phase(world: World) -> None:
    ran = world.run("model", "show", "21")
    assert "spot price     0.01 USDC a token" in ran.stdout
    assert "2-of-3 Safe" in ran.stdout


@pytest.mark.parametrize(
    ("model", "code"), [("99", "unknown-model"), ("021", "unknown-model"), ("2 1", "invalid-model-id")]
)
def test_show_knows_ids_byte_for_byte(world: World, model: str, code: str) -> None:
    ran = world.run("model", "show", model, "-o", "json")
    assert (ran.exit_code, ran.json["errors"][0]["code"]) == (2, code)


def test_add_makes_a_model_that_takes_fees_at_once(world: World) -> None:
    argv = (*ADD, "--split", "75%", "--provider", "together", "--signer", "deployer", "--yes")
    added = world.ok(*argv)
    assert [call["signature"].partition("(")[0] for call in added["plan"]["calls"]] == [
        "deployTokenWithParams",
        "registerStringModel",
        "createPoolWithParams",
        "authorizeAMM",
        "registerPool",
        "setProvider",
    ]
    shown = world.ok("model", "show", "24")
    assert (shown["infrastructure_accrual_bps"], shown["provider"]) == (7500, TOGETHER)
    assert {key: shown[key] if key == "model_id" else shown[key]["address"] for key in added["model"]} == added["model"]
    assert shown["params"]["governors"] == [{"kind": "eoa", "address": DEPLOYER}]
    assert (shown["pool"]["may_mint"], shown["registry"]["pool"]) == (True, added["model"]["pool"])
    world.ok("fee", "deposit", "24", "100", "--signer", "backend", "--yes")
    assert world.ok("model", "show", "24")["accrued"] == usdc(75_000_000)


def test_add_writes_the_model_into_the_manifest(world: World) -> None:
    added = world.ok(*ADD, "--signer", "deployer", "--yes")["model"]
    from hokctl.config.manifest import read_manifest

    manifest = read_manifest(Path("deployments/devnet.json"))
    (entry,) = [model for model in manifest.models if model.model_id == "24"]
    assert (entry.token, entry.params, entry.pool) == (added["token"], added["params"], added["pool"])
    assert (manifest.pending, "model 24: pool" in manifest.transactions) == (None, True)


def test_add_names_the_events_of_what_it_makes(world: World) -> None:
    first = world.ok(*ADD, "--signer", "deployer", "--yes")["outcome"]["transactions"][0]
    named = {(event["label"], event["name"]) for event in first["events"]}
    assert ("TokenManager", "TokenDeployed") in named
    assert ("HokusaiToken", "OwnershipTransferred") in named
    assert ("HokusaiParams", "RoleGranted") in named


def test_add_as_a_dry_run_predicts_what_is_made_later(world: World) -> None:
    predicted = world.ok(*ADD, "--dry-run")["model"]
    assert world.ok(*ADD, "--signer", "deployer", "--yes")["model"] == predicted


def test_add_refuses_a_model_that_exists_with_its_state(world: World) -> None:
    head = world.chain.at().block.number
    ran = world.run("model", "add", "21", "--name", "X", "--symbol", "X", "--signer", "deployer", "--yes", "-o", "json")
    token = read_reserve(world.chain.at(), world.deployment).models[0].token
    (error,) = ran.json["errors"]
    assert (ran.exit_code, error["code"], world.chain.at().block.number) == (6, "model-exists", head)
    assert f"token {token}" in error["message"]


def test_add_completes_a_model_that_was_begun(world: World) -> None:
    from hokctl.clients.token_manager import InitialParams, NewToken
    from hokctl.domain.units import ModelId

    manager = world.deployment.suite.token_manager
    token = NewToken(model_id=ModelId("24"), name="Begun", symbol="BGN", total_supply_units=1)
    initial = InitialParams(
        tokens_per_delta_one=1000,
        infrastructure_accrual_bps=6000,
        license_hash="0x" + "00" * 32,
        license_uri="x",
        governor=DEPLOYER,
    )
    world.send(manager.deploy_token_with_params(token, initial, purpose="begin"), DEPLOYER)
    added = world.ok(*ADD, "--signer", "deployer", "--yes")
    assert len(added["plan"]["calls"]) == 4
    assert world.ok("model", "show", "24")["token"]["name"] == "Begun"


def test_add_refuses_an_id_that_is_registered_with_a_foreign_token(world: World) -> None:
    from hokctl.domain.units import ModelId

    registry = world.deployment.suite.registry
    world.send(registry.register_string_model(ModelId("24"), TOGETHER, "accuracy", purpose="squat"), DEPLOYER)
    ran = world.run(*ADD, "--signer", "deployer", "--yes", "-o", "json")
    assert (ran.exit_code, ran.json["errors"][0]["code"]) == (6, "model-incomplete")


def test_add_says_who_may_when_the_signer_may_not(world: World) -> None:
    ran = world.run(*ADD, "--signer", "mallory", "--yes", "-o", "json")
    (error,) = ran.json["errors"]
    assert (ran.exit_code, error["code"]) == (6, "nobody-may")
    assert "DEPLOYER_ROLE" in error["message"]
    assert DEPLOYER in error["hint"]


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (("--split", "4999"), "split-out-of-bounds"),
        (("--split", "10001"), "split-out-of-bounds"),
        (("--split", "80.5.1%"), "invalid-split"),
        (("--supply", "1e3"), "invalid-amount"),
        (("--supply", "0"), "invalid-amount"),
        (("--symbol", "NO SPACE"), "invalid-model-text"),
        (("--metric", "two\nlines"), "invalid-model-text"),
        (("--license-uri", ""), "invalid-model-text"),
        (("--provider", "nobody"), "unknown-name"),
        (("--governor", "0x0000000000000000000000000000000000000000"), "invalid-address"),
    ],
)
def test_add_refuses_what_a_model_cannot_have(world: World, options: tuple[str, str], code: str) -> None:
    head = world.chain.at().block.number
    ran = world.run(*ADD, *options, "--signer", "deployer", "--yes", "-o", "json")
    assert (ran.exit_code, ran.json["errors"][0]["code"]) == (2, code)
    assert world.chain.at().block.number == head
