"""How often a report asks the node: a fixed number of times, however many models there are."""

import pytest

from tests.counting import counting_proxy
from tests.world import World

pytestmark = pytest.mark.integration

MOST = 4


@pytest.mark.parametrize("argv", [("runway",), ("model", "list")], ids=" ".join)
def test_reports_on_all_models_take_at_most_four_round_trips(world: World, argv: tuple[str, ...]) -> None:
    with counting_proxy(world.url) as proxy:
        world.write_config(rpc_url=proxy.url)
        models = world.ok(*argv)["models"]
        assert [model["model_id"] for model in models] == ["21", "22", "23"]
        assert 0 < proxy.round_trips <= MOST
