"""The world that other tests rely on."""

import pytest

from hokctl.domain.roles import (
    DEFAULT_ADMIN_ROLE,
    DEPOSITOR_ROLE,
    FEE_DEPOSITOR_ROLE,
    GOV_ROLE,
    PAUSER_ROLE,
    PAYER_ROLE,
)
from hokctl.safe.account import read_safe
from hokctl.services.models import read_reserve
from tests.world import BACKEND, DEPLOYER, OWNERS, World

pytestmark = pytest.mark.integration


def test_world_has_three_models_with_their_accruals(world: World) -> None:
    state = read_reserve(world.chain.at(), world.deployment)
    assert [(m.model_id, m.infrastructure_accrual_bps, m.accrued.units) for m in state.models] == [
        ("21", 8000, 800_000_000),
        ("22", 7000, 350_000_000),
        ("23", 9000, 0),
    ]


def test_world_gives_the_roles_to_those_who_need_them(world: World) -> None:
    suite = world.deployment.suite
    state = read_reserve(world.chain.at(), world.deployment)
    params = {str(model.model_id): suite.params_at(model.params) for model in state.models}
    with world.chain.at().batch() as batch:
        held = [
            batch.add(suite.reserve.has_role(PAYER_ROLE, world.safe)),
            batch.add(suite.reserve.has_role(PAUSER_ROLE, world.safe)),
            batch.add(suite.reserve.has_role(DEFAULT_ADMIN_ROLE, world.safe)),
            batch.add(suite.reserve.has_role(DEPOSITOR_ROLE, suite.router_address)),
            batch.add(suite.router.has_role(FEE_DEPOSITOR_ROLE, BACKEND)),
            batch.add(params["21"].has_role(GOV_ROLE, world.safe)),
            batch.add(params["22"].has_role(GOV_ROLE, world.safe)),
            batch.add(params["23"].has_role(GOV_ROLE, DEPLOYER)),
        ]
    assert [slot.value for slot in held] == [True] * len(held)


def test_world_has_a_two_of_three_safe(world: World) -> None:
    safe = read_safe(world.chain.at(), world.safe)
    assert safe is not None
    assert (safe.threshold, set(safe.owners), safe.version) == (2, set(OWNERS), "1.4.1")


def test_world_runs_commands_in_a_directory_of_its_own(world: World) -> None:
    ran = world.run("split", "show", "21", "-o", "json")
    assert (ran.exit_code, ran.stderr) == (0, "")
    assert ran.data["models"][0]["infrastructure_accrual_bps"] == 8000


@pytest.mark.parametrize("attempt", [1, 2])
def test_world_is_new_for_each_test(world: World, attempt: int) -> None:
    assert not (world.directory / "trace").exists(), attempt
    (world.directory / "trace").touch()
    assert world.chain.at().block.number == world.chain.at("latest").block.number
    params = world.deployment.suite.params_at(read_reserve(world.chain.at(), world.deployment).models[2].params)
    assert world.chain.at().get(params.infrastructure_accrual_bps()) == 9000
    world.send(params.set_infrastructure_accrual_bps(9500, purpose="change"), DEPLOYER)
