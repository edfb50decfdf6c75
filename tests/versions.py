"""The same protocol in three versions to test on: the suite, v2.0.0 and the live one.

    def test_something(shaped: Shaped) -> None:                       # all three, one after the other
        data = shaped.ok("split", "set", shaped.first, "75%")
        shaped.finish(data)

    def test_live(live: Shaped) -> None: ...                          # or v2, or live_leftovers

Who is who is as in tests/world.py, and 7 is the relayer, 8 releases claims, 9 takes the suppliers' tokens.

suite: world.py's world. v2: contracts of v2.0.0 in the hands of the Safe; models 21 (80 %, 800 USDC accrued) and 22
(70 %, 350 USDC), both served by together. live: as mainnet, a timelock of 48 hours that the Safe proposes to owns and
administers, the Safe pauses, pays and governs; models 28 (80 %, 800 USDC) and 27 (70 %, 350 USDC), both served by
together, and 30 (80 %, no provider, nothing). live_leftovers: the live one with everything that the records of its
handover show was forgotten, a minter on no list (mallory), a depositor who was revoked and came back (7), and a role
whose admin was changed.
"""

import json
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import pytest
from eth_typing import ChecksumAddress

from hokctl.chain.session import Chain
from hokctl.clients.errors import error_table
from hokctl.config.settings import load_settings
from hokctl.devnet import jobs
from hokctl.devnet.workplace import Workplace
from hokctl.exit_codes import ExitCode
from hokctl.ledger.book import Ledger
from hokctl.services.deployments import open_deployment
from tests.authorities import Handed
from tests.version_builds import (
    LIVE_MODELS,
    RELAYER,
    SETTLER,
    SUPPLIER,
    V2_MODELS,
    build_live,
    build_v2,
)
from tests.version_manifests import manifest_live, manifest_v2
from tests.version_yard import Yard
from tests.world import Ran, Stage, World, isolate, serve_engine, write_config

KINDS: Final = ("suite", "v2", "live")


@dataclass(frozen=True, kw_only=True)
class Shaped:
    """A world whose contracts are of one version."""

    kind: str
    world: World
    models: tuple[str, ...]
    """In the order of the manifest; the first two have a provider and money accrued, 800 and 350 USDC."""
    timelock: ChecksumAddress | None = None
    calls: tuple[str, ...] = ()
    """What `fee` is told besides model and amount."""
    reward: tuple[str, str] = ("2000", "2000")
    """A tokens-per-delta-one as a user gives it, and as the contract keeps it."""
    differs: frozenset[str] = frozenset()
    """The codes of what `deploy verify` finds on the world as it was built."""
    audited: frozenset[str] = frozenset()
    """The codes of what `roles audit` finds there."""
    pool_brake: str = "alice"
    """Who signs to stop a pool."""
    stops_pools: bool = True
    """Whether pools of the version can be stopped."""
    accounts: dict[str, ChecksumAddress] = field(default_factory=dict)
    """Further people: relayer, settler, supplier."""

    @property
    def first(self) -> str:
        """The model with 80 % and 800 USDC accrued."""
        return self.models[0]

    @property
    def second(self) -> str:
        """The model with 70 % and 350 USDC accrued."""
        return self.models[1]

    @property
    def safe(self) -> ChecksumAddress:
        """The Safe of alice, bob and carol."""
        return self.world.safe

    def run(self, *argv: str) -> Ran:
        """Run hokctl as a user in the working directory would."""
        return self.world.run(*argv)

    def ok(self, *argv: str) -> Any:  # noqa: ANN401 - a test says what it expects
        """Run hokctl with JSON output, expect success, and return the data."""
        return self.world.ok(*argv)

    def finish(self, data: Any) -> Any:  # noqa: ANN401 - JSON
        """Bring what a command began to its end, as people do; return the last command's data.

        What was sent is at its end; what was proposed to the Safe is signed and executed, and what the Safe was to
        schedule is executed after the delay.
        """
        kind = "eoa" if data.get("proposal") is None else "timelock" if data.get("operation") else "safe"
        return Handed(world=self.world, kind=kind, holder=self.safe).finish(data)

    def attempt(self, *argv: str, signer: str = "alice") -> int:
        """Run a command that changes the state; where it succeeds bring it to its end. Return its exit code."""
        ran = self.run(*argv, "--signer", signer, "-y", "-o", "json")
        if ran.exit_code == ExitCode.OK:
            self.finish(ran.data)
        return ran.exit_code

    def change(self, *argv: str, signer: str = "alice") -> Any:  # noqa: ANN401 - JSON
        """Run a command that changes the state, signed by `signer`, and bring it to its end."""
        return self.finish(self.ok(*argv, "--signer", signer, "-y"))


@dataclass(frozen=True, kw_only=True)
class Shape:
    """What makes one version's world."""

    kind: str
    build: Callable[[Yard], None]
    manifest: Callable[[Yard], dict[str, Any]]
    file: str
    models: tuple[str, ...]
    calls: tuple[str, ...] = ()
    reward: tuple[str, str] = ("2000", "2000")
    audited: frozenset[str] = frozenset()
    stops_pools: bool = True


V2_SHAPE: Final = Shape(
    kind="v2",
    build=build_v2,
    manifest=manifest_v2,
    file="deployments/devnet-v2-latest.json",
    models=tuple(model.model_id for model in V2_MODELS),
    audited=frozenset({"role-cannot-move"}),
    stops_pools=False,
)
LIVE_SHAPE: Final = Shape(
    kind="live",
    build=build_live,
    manifest=manifest_live,
    file="deployments/devnet-latest.json",
    models=tuple(model.model_id for model in LIVE_MODELS),
    calls=("--calls", "5"),
    reward=("2000", str(2_000 * 10**18)),
)
LEFTOVERS_SHAPE: Final = replace(LIVE_SHAPE, build=lambda yard: build_live(yard, leftovers=True))


@dataclass(frozen=True, kw_only=True)
class ShapedWorld(World):
    """A world whose manifest another tool wrote, and that no spec describes."""

    manifest: str

    def write_config(self, **network: object) -> None:
        """Write hokctl.toml anew, with other values in the network's table."""
        write_config(self.directory, self.url, self.safe, **{"manifest": self.manifest, "spec": None, **network})


@contextmanager
def built(shape: Shape, directory: Path) -> Iterator[Stage]:
    """Start a chain, and build a version's deployment on it."""
    with serve_engine() as server:
        chain = Chain.connect(server.url, network="devnet", chain_id=31337)
        chain.errors = error_table()
        path = directory / shape.file
        with Ledger.open("sqlite://") as ledger:
            place = Workplace.open(
                chain.transport,
                ledger,
                manifest=path,
                proposals=directory / "proposals",
                clock=lambda: int(time.time()),
            )
            _, safe = jobs.create_safe(place, "deployer")
        yard = Yard(chain, safe)
        shape.build(yard)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(shape.manifest(yard), indent=2) + "\n", encoding="utf-8")
        write_config(directory, server.url, safe, manifest=shape.file, spec=None)
        deployment = open_deployment(load_settings(directory / "hokctl.toml").settings.network("devnet"))
        world = ShapedWorld(
            url=server.url, directory=directory, chain=chain, deployment=deployment, safe=safe, manifest=shape.file
        )
        yield Stage(world=world, template=directory)


@contextmanager
def afresh(stage: Stage, shape: Shape, home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shaped]:
    """Return the world as it was built, in a directory of the test's own; afterwards the chain is put back."""
    directory = home / f"work-{shape.kind}"
    shutil.copytree(stage.template, directory)
    isolate(directory, home, monkeypatch)
    first = stage.world
    assert isinstance(first, ShapedWorld)
    world = ShapedWorld(
        url=first.url,
        directory=directory,
        chain=first.chain,
        deployment=first.deployment,
        safe=first.safe,
        manifest=first.manifest,
    )
    people = {"relayer": RELAYER, "settler": SETTLER, "supplier": SUPPLIER}
    timelock = first.deployment.contracts.get("TimelockController")
    snapshot = first.chain.request("evm_snapshot", [])
    try:
        yield Shaped(
            kind=shape.kind,
            world=world,
            models=shape.models,
            timelock=timelock,
            calls=shape.calls,
            reward=shape.reward,
            audited=shape.audited,
            stops_pools=shape.stops_pools,
            accounts=people,
        )
    finally:
        first.chain.request("evm_revert", [snapshot])


@pytest.fixture(scope="session")
def v2_stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Build the world of v2.0.0 once."""
    with built(V2_SHAPE, tmp_path_factory.mktemp("v2")) as stage:
        yield stage


@pytest.fixture(scope="session")
def live_stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Build the live world once."""
    with built(LIVE_SHAPE, tmp_path_factory.mktemp("live")) as stage:
        yield stage


@pytest.fixture(scope="session")
def leftovers_stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Build the live world with what was forgotten once."""
    with built(LEFTOVERS_SHAPE, tmp_path_factory.mktemp("leftovers")) as stage:
        yield stage


@pytest.fixture
def v2(v2_stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shaped]:
    """Return the world of v2.0.0 as it was built."""
    with afresh(v2_stage, V2_SHAPE, tmp_path, monkeypatch) as shaped:
        yield shaped


@pytest.fixture
def live(live_stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shaped]:
    """Return the live world as it was built."""
    with afresh(live_stage, LIVE_SHAPE, tmp_path, monkeypatch) as shaped:
        yield shaped


@pytest.fixture
def live_leftovers(leftovers_stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shaped]:
    """Return the live world with what was forgotten, as it was built."""
    with afresh(leftovers_stage, LEFTOVERS_SHAPE, tmp_path, monkeypatch) as shaped:
        yield shaped


@pytest.fixture(params=KINDS)
def shaped(request: pytest.FixtureRequest) -> Shaped:
    """Return the worlds of all versions, one after the other."""
    if request.param == "suite":
        return Shaped(
            kind="suite",
            world=request.getfixturevalue("world"),
            models=("21", "22", "23"),
            differs=frozenset({"handoff-pending"}),
            audited=frozenset({"deployer-kept-power", "hot-key"}),
            pool_brake="deployer",
        )
    found = request.getfixturevalue(request.param)
    assert isinstance(found, Shaped)
    return found
