"""Infrastructure accrual added to a factory that somebody else deployed: of v2.0.0, and of the live version."""

from typing import Any

import pytest

from hokctl.config.manifest import read_manifest
from tests.versions import Shaped
from tests.world import MALLORY, USDC, write_spec

pytestmark = pytest.mark.integration

APPLY = ("deploy", "apply", "--signer", "deployer", "-y", "-o", "json")
FILE = "deployments/infrastructure.json"


def specify(shaped: Shaped) -> None:
    """Ask for reserve and router on the version's factory, in a manifest of their own."""
    suite, world = shaped.world.deployment.suite, shaped.world
    world.write_config(manifest=FILE, spec="spec.toml")
    write_spec(
        world.directory,
        models=False,
        scope="infrastructure",
        factory=suite.factory_address,
        usdc=suite.usdc_address,
    )


def assert_added(shaped: Shaped) -> dict[str, Any]:
    """The reserve and the router are there, know the factory's models, and there is nothing left to do."""
    world, suite = shaped.world, shaped.world.deployment.suite
    manifest = read_manifest(world.directory / FILE)
    contracts = manifest.contracts
    assert contracts["HokusaiAMMFactory"] == suite.factory_address
    assert contracts["ModelRegistry"] == suite.registry_address
    assert contracts["InfrastructureReserve"] != suite.reserve_address
    assert [model.model_id for model in manifest.models] == list(shaped.models)
    assert world.ok("deploy", "plan")["changes"] == []
    return dict(contracts)


def test_a_factory_of_v2_gets_reserve_and_router_that_split_its_fees(v2: Shaped) -> None:
    specify(v2)
    ran = v2.world.run(*APPLY)
    assert (ran.exit_code, ran.json["status"]) == (0, "ok"), ran.stdout
    assert_added(v2)
    # A pool of another make fetches its tokens from the suite's router, which a person has to accept.
    deposit = ("fee", "deposit", v2.first, "100", "--signer", "backend", "-y")
    v2.world.ok(*deposit, "--allow", "effect-undeclared")
    (split,) = v2.world.ok("split", "show", v2.first)["models"]
    assert split["infrastructure_accrual_bps"] == 8000
    (model,) = v2.world.ok("runway", v2.first, "--daily-burn", "8")["models"]
    assert (model["accrued"]["units"], model["runway_days"]) == (str(80 * USDC), 10)


def test_a_live_factory_gets_an_older_router_only_if_somebody_accepts_it(live: Shaped) -> None:
    specify(live)
    refused = live.world.run(*APPLY)
    stops = [finding["code"] for finding in refused.json["findings"] if finding["severity"] == "error"]
    assert (refused.exit_code, stops) == (6, ["router-behind"])
    ran = live.world.run(*APPLY, "--allow", "router-behind")
    assert (ran.exit_code, ran.json["status"]) == (0, "ok"), ran.stdout
    assert_added(live)


def specify_whole(shaped: Shaped, *, symbol: str, **values: str) -> None:
    """Say what the version's own deployment is to look like, with its first model, and another reward rate."""
    world = shaped.world
    world.write_config(spec="spec.toml")
    write_spec(world.directory, models=False, usdc=world.deployment.suite.usdc_address, **values)
    with (world.directory / "spec.toml").open("a", encoding="utf-8") as spec:
        spec.write(
            f"""
[[models]]
model_id = "{shaped.first}"
name = "Hokusai {symbol}"
symbol = "{symbol}"
initial_supply = "1000"
license_uri = "https://hokusai.ai/licenses/default"
governor = "treasury"
provider = "together"
tokens_per_delta_one = 2000
[models.pool]
crr_ppm = 200000
"""
        )


def changes(shaped: Shaped) -> list[str]:
    """Return what is still to change."""
    return [change["name"] for change in shaped.world.ok("deploy", "plan")["changes"]]


def test_a_deployment_of_v2_is_changed_as_far_as_it_can_be(v2: Shaped) -> None:
    specify_whole(v2, symbol="LSCOR")
    planned = v2.world.run("deploy", "plan", "-o", "json")
    assert [change["name"] for change in planned.data["changes"]] == [f"model {v2.first}: rate"]
    (stuck,) = [finding for finding in planned.json["findings"] if finding["code"] == "cannot-be-changed"]
    assert "no function for it" in stuck["message"], "nobody administers a pool of v2.0.0"
    v2.change("deploy", "apply")
    assert changes(v2) == []


def test_a_live_deployment_is_changed_in_its_own_scale_by_those_who_may(live: Shaped) -> None:
    specify_whole(live, symbol="HMESS", admin=str(live.timelock), pauser="treasury", backend="mallory")
    role = f"UsageFeeRouter.FEE_DEPOSITOR_ROLE to {MALLORY}"
    assert changes(live) == [role, f"model {live.first}: rate"]
    live.change("deploy", "apply", "--via", "safe")
    assert changes(live) == [role], "what the Safe governs"
    live.change("deploy", "apply")
    assert changes(live) == [], "what the timelock administers, two days later"
