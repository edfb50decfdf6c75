"""Each contract tells its own version."""

import pytest

from hokctl.domain.versions import Version
from hokctl.services.versions import VersionProbe, read_versions
from tests.world import World

pytestmark = pytest.mark.integration


def test_the_suite_is_told_in_one_round_trip(world: World) -> None:
    versions = read_versions(world.chain.at(), world.deployment)
    assert set(versions.by_contract().values()) == {Version.SUITE}
    assert list(versions.by_contract()) == [
        "ModelRegistry",
        "TokenManager",
        "HokusaiAMMFactory",
        "InfrastructureReserve",
        "UsageFeeRouter",
    ]


def test_params_tell_their_version_each(world: World) -> None:
    suite, snapshot = world.deployment.suite, world.chain.at()
    address = snapshot.get(suite.token_manager.get_params_address(world.deployment.model_ids[0]))
    with snapshot.batch() as batch:
        params = VersionProbe(batch, suite.params_at(address))
        nothing = VersionProbe(batch, suite.params_at(world.safe))
    assert params.version is Version.SUITE
    assert nothing.version is None
