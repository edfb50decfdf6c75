"""hokctl params: licence reference and reward rate."""

import pytest

from hokctl.domain.invoices import hash_document
from tests.world import World

pytestmark = pytest.mark.cli
DEPLOYER = ("--signer", "deployer", "--yes")


def test_show_tells_values_and_bounds(world: World) -> None:
    data = world.ok("params", "show", "23")
    assert (data["tokens_per_delta_one"], data["min_tokens_per_delta_one"], data["max_tokens_per_delta_one"]) == (
        "1000",
        "100",
        "100000",
    )
    assert data["license_uri"] == "https://hokusai.ai/licenses/default"
    assert "allowed: 100 to 100000" in world.run("params", "show", "23").stdout


def test_the_reward_rate_is_set_and_proved(world: World) -> None:
    data = world.ok("params", "set", "23", "tokens-per-delta-one", "2000", *DEPLOYER)
    assert data["outcome"]["transactions"][0]["events"][0]["args"]["newValue"] == "2000"
    assert world.ok("params", "show", "23")["tokens_per_delta_one"] == "2000"
    assert world.ok("params", "set", "23", "tokens-per-delta-one", "2000", *DEPLOYER)["plan"]["calls"] == []


def test_a_new_licence_address_keeps_the_hash_unless_the_text_is_given(world: World) -> None:
    before = world.ok("params", "show", "23")
    world.ok("params", "set", "23", "license-uri", "ipfs://one", *DEPLOYER)
    moved = world.ok("params", "show", "23")
    assert (moved["license_uri"], moved["license_hash"]) == ("ipfs://one", before["license_hash"])
    (world.directory / "LICENSE.txt").write_bytes(b"terms")
    world.ok("params", "set", "23", "license-uri", "ipfs://two", "--license-file", "LICENSE.txt", *DEPLOYER)
    assert world.ok("params", "show", "23")["license_hash"] == hash_document(b"terms")


@pytest.mark.parametrize(
    ("key", "value", "code"),
    [
        ("tokens-per-delta-one", "99", "invalid-parameter"),
        ("tokens-per-delta-one", "1e3", "invalid-parameter"),
        ("tokens-per-delta-one", "-5", "invalid-parameter"),
        ("license-uri", " ", "invalid-parameter"),
        ("split", "70%", "unknown-parameter"),
    ],
)
def test_values_that_cannot_be_are_usage_errors(world: World, key: str, value: str, code: str) -> None:
    ran = world.run("params", "set", "23", key, value, *DEPLOYER, "-o", "json")
    assert (ran.exit_code, ran.json["errors"][0]["code"]) == (2, code)


def test_a_licence_file_that_is_not_there(world: World) -> None:
    ran = world.run("params", "set", "23", "license-uri", "ipfs://x", "--license-file", "nope.txt", *DEPLOYER)
    assert ran.exit_code == 2
    assert "nope.txt cannot be read" in ran.stderr
