"""hokctl provider: who is registered to be paid."""

import pytest

from tests.world import MALLORY, TOGETHER, World

pytestmark = pytest.mark.cli


def test_list_names_providers_by_the_address_book(world: World) -> None:
    assert world.ok("provider", "list")["models"] == [
        {"model_id": "21", "provider": TOGETHER, "name": "together"},
        {"model_id": "22", "provider": TOGETHER, "name": "together"},
        {"model_id": "23", "provider": None, "name": None},
    ]
    assert "none" in world.run("provider", "list").stdout


def test_set_registers_and_proves(world: World) -> None:
    data = world.ok("provider", "set", "23", "mallory", "--signer", "deployer", "--yes")
    (transaction,) = data["outcome"]["transactions"]
    assert transaction["events"][0]["name"] == "ProviderSet"
    assert transaction["events"][0]["args"] == {"modelId": "23", "provider": MALLORY}
    assert world.ok("provider", "list")["models"][2]["provider"] == MALLORY
    assert world.ok("provider", "set", "23", "mallory", "--signer", "deployer")["plan"]["calls"] == []


def test_a_contract_of_the_protocol_cannot_be_a_provider(world: World) -> None:
    reserve = world.deployment.suite.reserve_address
    ran = world.run("provider", "set", "21", reserve, "--signer", "deployer", "--yes", "-o", "json")
    assert (ran.exit_code, ran.json["errors"][0]["code"]) == (6, "impossible-provider")


@pytest.mark.parametrize(
    ("provider", "code"),
    [
        ("0x0000000000000000000000000000000000000000", "invalid-address"),
        (TOGETHER.lower(), "invalid-address"),
        (TOGETHER[:-1] + "0", "invalid-address"),
        (f"eth:{TOGETHER}", "invalid-address"),
        ("togehter", "unknown-name"),
    ],
)
def test_an_address_that_cannot_be_trusted_is_a_usage_error(world: World, provider: str, code: str) -> None:
    ran = world.run("provider", "set", "21", provider, "--signer", "deployer", "--yes", "-o", "json")
    assert (ran.exit_code, ran.json["errors"][0]["code"]) == (2, code)


def test_a_production_network_takes_no_lone_key(world: World) -> None:
    user = world.directory.parent / "config" / "hokctl"
    user.mkdir(parents=True)
    text = (
        (world.directory / "hokctl.toml")
        .read_text(encoding="utf-8")
        .replace("[networks.devnet]", "[networks.devnet]\nproduction = true")
    )
    (world.directory / "hokctl.toml").unlink()
    for name in ("deployments/devnet.json", "proposals"):
        text = text.replace(f'"{name}"', f'"{world.directory / name}"')
    (user / "config.toml").write_text(text, encoding="utf-8")
    ran = world.run(
        "provider", "set", "23", "mallory", "--via", "direct", "--signer", "deployer", "--yes", "-o", "json"
    )
    assert (ran.exit_code, [finding["code"] for finding in ran.json["findings"]]) == (6, ["lone-key"])
    allowed = text.replace("production = true", 'production = true\nallow_lone_key = ["setProvider(string,address)"]')
    (user / "config.toml").write_text(allowed, encoding="utf-8")
    world.ok("provider", "set", "23", "mallory", "--via", "direct", "--signer", "deployer", "--yes")
