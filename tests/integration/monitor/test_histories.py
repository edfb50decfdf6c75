"""What is kept of what was seen: changes only, and only of blocks that stay."""

import pytest

from hokctl.chain.session import Chain
from hokctl.domain.units import ModelId
from hokctl.errors import UnavailableError
from hokctl.ledger.book import Ledger
from hokctl.monitor.web.histories import Recorder
from hokctl.services.observation import Observation, observe
from tests.counting import counting_proxy
from tests.measuring import measure_declared
from tests.world import BACKEND, World

pytestmark = pytest.mark.integration

MODEL = ModelId("21")


def look(world: World) -> Observation:
    return observe(world.chain.at(), world.deployment, measure=measure_declared(), now=0)


def deposit(world: World, units: int) -> None:
    world.send(world.deployment.suite.router.deposit_fee(MODEL, units, purpose="deposit"), BACKEND)


def test_changes_are_kept_once_their_block_is_certain_and_never_when_it_was_undone(world: World) -> None:
    certain = [world.chain.at().block]
    with Ledger.at(world.directory / "seen.db") as ledger:
        book = ledger.snapshots_of(31337, world.deployment.suite.reserve_address)
        recorder = Recorder(book, world.chain, certain=lambda: certain[0])

        def kept() -> list[int]:
            return [one.accrued_units for one in book.points(MODEL, since=None, limit=100)]

        recorder.note(look(world))
        recorder.note(look(world))
        assert (kept(), len(book.latest())) == ([800_000_000], 3)

        before = world.chain.request("evm_snapshot", [])
        deposit(world, 5_000_000)
        recorder.note(look(world))
        assert kept() == [800_000_000], "not certain yet"

        world.chain.request("evm_revert", [before])
        world.mine(2, seconds=7)
        certain[0] = world.chain.at().block
        recorder.note(look(world))
        assert kept() == [800_000_000, 800_000_000], "what was undone is not kept, what came instead is"

        deposit(world, 10_000_000)
        seen = look(world)
        recorder.note(seen)
        world.mine(3)
        certain[0] = world.chain.at().block
        Recorder(book, world.chain, certain=lambda: certain[0]).note(seen)
        recorder.note(seen)
        assert kept() == [800_000_000, 800_000_000, 808_000_000]
        assert [one.accrued_units for one in book.points(MODEL, since=None, limit=1)] == [808_000_000]
        assert book.latest()[MODEL].block_number == seen.block.number
        assert book.points(MODEL, since=seen.block.timestamp + 1, limit=5) == []
        assert book.points(ModelId("nobody"), since=None, limit=5) == []


def test_another_deployment_has_its_own_past(world: World) -> None:
    with Ledger.at(world.directory / "seen.db") as ledger:
        mine = ledger.snapshots_of(31337, world.deployment.suite.reserve_address)
        Recorder(mine, world.chain, certain=lambda: world.chain.at().block).note(look(world))
        other = ledger.snapshots_of(1, world.deployment.suite.reserve_address)
        assert (len(mine.latest()), other.latest()) == (3, {})
        assert other.points(MODEL, since=None, limit=5) == []


def test_a_node_that_is_gone_for_a_moment_costs_no_point(world: World) -> None:
    with Ledger.at(world.directory / "seen.db") as ledger:
        book = ledger.snapshots_of(31337, world.deployment.suite.reserve_address)
        certain = [world.chain.at().block]
        with counting_proxy(world.url) as proxy:
            chain = Chain.connect(proxy.url, network="devnet", chain_id=31337)
            recorder = Recorder(book, chain, certain=lambda: certain[0])
            world.mine(1, seconds=7)
            seen = look(world)
            recorder.note(seen)
        world.mine(1)
        certain[0] = world.chain.at().block
        for _ in range(2):
            # It still waits: what cannot be asked is asked again.
            with pytest.raises(UnavailableError):
                recorder.note(seen)
        assert book.latest() == {}
