"""What proposing, signing and executing cost a node: everything that the checks need comes in one batch."""

import pytest

from tests.counting import counting_proxy
from tests.world import World

pytestmark = pytest.mark.integration

MOST_TO_PROPOSE = {
    ("invoice", "pay", "INV-1"): 6,
    ("split", "set", "21", "70%"): 10,
    ("safe", "reject", "0"): 5,
}
"""One block, who may, what the command itself reads, and at last one batch for the checks and one simulation."""
MOST_TO_SIGN = 3
MOST_TO_EXECUTE = 5


def test_signing_and_executing_take_few_round_trips(world: World) -> None:
    world.ok("invoice", "add", "INV-1", "--model", "21", "--amount", "50")
    proposal = world.ok("invoice", "pay", "INV-1", "--signer", "alice", "-y")["proposal"]
    counts = {}
    for verb, signer in (("sign", "bob"), ("execute", "mallory")):
        with counting_proxy(world.url) as proxy:
            world.write_config(rpc_url=proxy.url)
            world.ok("safe", verb, proposal["safe_tx_hash"], "--signer", signer, "-y")
            counts[verb] = proxy.round_trips
    assert counts["sign"] <= MOST_TO_SIGN
    assert counts["execute"] <= MOST_TO_EXECUTE


@pytest.mark.parametrize("argv", MOST_TO_PROPOSE, ids=" ".join)
def test_proposing_takes_no_more_round_trips_for_all_checks(world: World, argv: tuple[str, ...]) -> None:
    world.ok("invoice", "add", "INV-1", "--model", "21", "--amount", "50")
    with counting_proxy(world.url) as proxy:
        world.write_config(rpc_url=proxy.url)
        done = world.ok(*argv, "--signer", "alice", "-y")
        assert 0 < proxy.round_trips <= MOST_TO_PROPOSE[argv]
    assert [one["verdict"] for one in done["checks"] if one["id"] == "simulation"] == ["ok"]
