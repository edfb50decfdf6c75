"""What a monitor sees: the whole deployment at one block, in as many round trips for 1,000 models as for one."""

import pytest

from hokctl.services.observation import observe
from tests.many_models import ACCRUED, DEPLOYMENT, NOW, many_models
from tests.measuring import measure_declared
from tests.versions import Shaped
from tests.world import TOGETHER

pytestmark = pytest.mark.integration

MOST_ROUND_TRIPS = 5
UNDECLARED = measure_declared()


@pytest.mark.parametrize("count", [1, 1_000])
def test_one_model_and_a_thousand_take_the_same_few_round_trips(count: int) -> None:
    chain, node = many_models(count)
    seen = observe(chain.at(), DEPLOYMENT, measure=UNDECLARED, now=NOW + 12)
    assert (len(seen.models), seen.owed.units, seen.age_s) == (count, count * ACCRUED, 12)
    assert node.round_trips <= MOST_ROUND_TRIPS


def test_all_versions_are_seen_whole(shaped: Shaped) -> None:
    world = shaped.world
    declared = measure_declared(lambda model_id: "100" if model_id == shaped.first else None)
    seen = observe(world.chain.at(), world.deployment, measure=declared, now=NOW)
    assert [one.model_id for one in seen.models] == [*shaped.models]
    first = seen.models[0]
    assert (first.state.accrued.display, first.state.provider) == ("800.00", TOGETHER)
    assert (first.runway.runway.days, seen.models[1].runway.runway.days) == (8, None)
    assert (first.min_bps, first.max_bps, first.pool_paused) == (
        1_000 if shaped.kind == "live" else 5_000,
        10_000,
        False,
    )
    assert (seen.owed.display, seen.balance.display, seen.shortfall.units) == ("1150.00", "1150.00", 0)
    assert (seen.paused, seen.treasury) == (False, shaped.safe if shaped.kind != "live" else seen.treasury)
    assert (seen.total_withdrawn is None) is (shaped.kind != "suite")
    assert seen.model("nobody") is None
