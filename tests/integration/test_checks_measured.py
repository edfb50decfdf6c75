"""What signing and executing cost a node: everything that the checks need comes in one batch."""

import pytest

from tests.counting import counting_proxy
from tests.world import World

pytestmark = pytest.mark.integration

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
