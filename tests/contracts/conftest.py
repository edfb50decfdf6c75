"""Fixtures of the contract tests.

HOKCTL_TEST_ENGINE chooses the chain, `eth-tester` (default) or `anvil`, which is looked for on PATH or at HOKCTL_ANVIL.
"""

import os
from collections.abc import Iterator

import pytest

from .chain import Chain
from .engines import Engine, open_engine
from .harness import Model, Suite


@pytest.fixture(scope="session")
def engine() -> Iterator[Engine]:
    """The chain that all tests share."""
    with open_engine(os.environ.get("HOKCTL_TEST_ENGINE", "eth-tester")) as opened:
        yield opened


@pytest.fixture(scope="session")
def chain(engine: Engine) -> Chain:
    """The shared chain, with the means to send and decode."""
    return Chain(engine)


@pytest.fixture(scope="session")
def deployed(chain: Chain) -> tuple[Suite, Model]:
    """The suite with one model at 80/20, deployed once."""
    suite = Suite(chain)
    return suite, suite.add_model("alpha")


@pytest.fixture(autouse=True)
def _isolated(request: pytest.FixtureRequest) -> Iterator[None]:
    """Put the chain back after each test that uses it."""
    if "deployed" not in request.fixturenames:
        yield
        return
    request.getfixturevalue("deployed")
    engine: Engine = request.getfixturevalue("engine")
    handle = engine.snapshot()
    yield
    engine.restore(handle)


@pytest.fixture
def suite(deployed: tuple[Suite, Model]) -> Suite:
    """The deployed suite."""
    return deployed[0]


@pytest.fixture
def model(deployed: tuple[Suite, Model]) -> Model:
    """Model `alpha`, 80 % infrastructure."""
    return deployed[1]
