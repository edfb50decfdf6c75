"""Every kind of plan does exactly what it declares, and anything missing or surplus is found by its code."""

import pytest

from tests.world import Ran, World

pytestmark = pytest.mark.integration

DEPLOYER_MAY = ("--via", "direct", "--signer", "deployer")
BY_SAFE = ("--via", "safe", "--signer", "alice")
KINDS = {
    "split by an account": ("split", "set", "23", "70%", *DEPLOYER_MAY),
    "split by a Safe": ("split", "set", "21", "70%", *BY_SAFE),
    "licence": ("params", "set", "23", "license-uri", "ipfs://new", *DEPLOYER_MAY),
    "reward rate": ("params", "set", "23", "tokens-per-delta-one", "2000", *DEPLOYER_MAY),
    "provider by an account": ("provider", "set", "23", "together", *DEPLOYER_MAY),
    "provider by a Safe": ("provider", "set", "23", "together", *BY_SAFE),
    "treasury": ("treasury", "set", "alice", "--allow", "treasury-not-multisig", *BY_SAFE),
    "pause": ("emergency", "pause", *BY_SAFE),
    "pause of pools": ("emergency", "pause", "--pools", "all", *DEPLOYER_MAY),
    "withdrawal": ("emergency", "withdraw", "50", *BY_SAFE),
    "fee with an allowance": ("fee", "deposit", "21", "100", "--signer", "backend"),
    "model": (
        *("model", "add", "31", "--name", "New", "--symbol", "NEW", "--supply", "10", "--split", "80%"),
        *("--metric", "accuracy", "--license-uri", "ipfs://x", "--signer", "deployer"),
    ),
    "Safe": ("safe", "create", "--owner", "alice", "--owner", "bob", "--threshold", "2", "--signer", "alice"),
}


def effect_findings(ran: Ran) -> list[tuple[str, str]]:
    """Return the findings on the effect, with what was observed."""
    return [
        (finding["code"], finding["message"] + str(finding["evidence"]))
        for finding in ran.json["findings"]
        if finding["code"].startswith(("effect-", "simulation-"))
    ]


@pytest.mark.parametrize("argv", KINDS.values(), ids=KINDS)
def test_the_observed_effect_is_the_declared_one(world: World, argv: tuple[str, ...]) -> None:
    ran = world.run(*argv, "--dry-run", "-o", "json")
    assert effect_findings(ran) == []
    assert ran.exit_code == 0, ran.stdout + ran.stderr
