"""The worlds of v2.0.0 and of the live version that other tests rely on."""

import pytest

from hokctl.domain.roles import DEFAULT_ADMIN_ROLE, MINTER_ROLE, PAYER_ROLE
from hokctl.domain.versions import Version
from hokctl.services.models import read_reserve
from hokctl.services.versions import read_versions
from tests.versions import Shaped
from tests.world import DEPLOYER, MALLORY

pytestmark = pytest.mark.integration

VERSIONS = {"suite": Version.SUITE, "v2": Version.V2, "live": Version.LIVE}


def test_every_contract_is_of_the_worlds_version(shaped: Shaped) -> None:
    versions = read_versions(shaped.world.chain.at(), shaped.world.deployment)
    assert set(versions.by_contract().values()) == {VERSIONS[shaped.kind]}


def test_first_models_have_what_was_deposited(shaped: Shaped) -> None:
    state = read_reserve(shaped.world.chain.at(), shaped.world.deployment)
    found = [(str(m.model_id), m.infrastructure_accrual_bps, m.accrued.units) for m in state.models]
    assert found[:2] == [(shaped.first, 8000, 800_000_000), (shaped.second, 7000, 350_000_000)]


def test_deployer_keeps_nothing_on_the_clean_worlds(v2: Shaped, live: Shaped) -> None:
    for world in (v2.world, live.world):
        suite = world.deployment.suite
        with world.chain.at().batch() as batch:
            held = [
                batch.add(suite.reserve.has_role(DEFAULT_ADMIN_ROLE, DEPLOYER)),
                batch.add(suite.reserve.has_role(PAYER_ROLE, DEPLOYER)),
                batch.add(suite.token_manager.has_role(MINTER_ROLE, DEPLOYER)),
            ]
        assert [read.value for read in held] == [False] * 3


def test_leftovers_are_there(live_leftovers: Shaped) -> None:
    suite = live_leftovers.world.deployment.suite
    with live_leftovers.world.chain.at().batch() as batch:
        held = [
            batch.add(suite.reserve.has_role(PAYER_ROLE, DEPLOYER)),
            batch.add(suite.token_manager.has_role(MINTER_ROLE, DEPLOYER)),
            batch.add(suite.token_manager.has_role(MINTER_ROLE, MALLORY)),
        ]
        treasury = batch.add(suite.reserve.treasury())
    assert [read.value for read in held] == [True] * 3
    assert treasury.value == DEPLOYER
