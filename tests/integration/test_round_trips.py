"""How often a report asks the node: a fixed number of times, however many models there are."""

import pytest

from tests.counting import counting_proxy
from tests.world import World

pytestmark = pytest.mark.integration

MOST = {("runway", "--burn", "declared"): 4, ("runway",): 7, ("model", "list"): 4}
"""Where the burn is measured, three more: what is final, the logs, and when they were."""


@pytest.mark.parametrize("argv", MOST, ids=" ".join)
def test_reports_on_all_models_take_few_round_trips(world: World, argv: tuple[str, ...]) -> None:
    with counting_proxy(world.url) as proxy:
        world.write_config(rpc_url=proxy.url)
        models = world.ok(*argv)["models"]
        assert [model["model_id"] for model in models] == ["21", "22", "23"]
        assert 0 < proxy.round_trips <= MOST[argv]
