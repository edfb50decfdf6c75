"""The same commands under every authority: a key, a Safe, a Safe behind a timelock, a governor with a timelock."""

from typing import Any

import pytest

from hokctl.domain.roles import PAYER_ROLE
from hokctl.services.models import read_reserve
from tests.authorities import KINDS, MODEL, Handed, hand_over, impersonated
from tests.standins import grant
from tests.world import CAROL, MALLORY, World

pytestmark = pytest.mark.cli


@pytest.fixture(params=KINDS)
def handed(world: World, request: pytest.FixtureRequest) -> Handed:
    """Return the world in the hands of one kind of authority."""
    return hand_over(world, str(request.param))


def carried(handed: Handed, *command: str) -> Any:  # noqa: ANN401 - JSON
    """Run a command, and whatever its authority takes after it; return what the last command said."""
    begun = handed.world.ok(*command, *handed.options)
    assert begun["route"]["kind"] == {"eoa": "direct"}.get(handed.kind, handed.kind)
    assert begun["route"]["authority"]["address"] == (handed.governor or handed.holder)
    return handed.finish(begun)


def test_split_set_reaches_every_authority(handed: Handed) -> None:
    carried(handed, "split", "set", MODEL, "65%")
    (model,) = read_reserve(handed.world.chain.at(), handed.world.deployment, (MODEL,)).models
    assert model.infrastructure_accrual_bps == 6_500


def test_provider_set_reaches_every_authority(handed: Handed) -> None:
    carried(handed, "provider", "set", MODEL, "mallory")
    (model,) = read_reserve(handed.world.chain.at(), handed.world.deployment, (MODEL,)).models
    assert model.provider == MALLORY


def test_invoice_pay_reaches_every_authority_and_the_book(handed: Handed) -> None:
    world = handed.world
    world.ok("invoice", "add", "INV-1", "--model", "21", "--amount", "50")
    carried(handed, "invoice", "pay", "INV-1")
    assert world.ok("invoice", "show", "INV-1")["invoice"]["state"] == "paid"


def test_emergency_pause_reaches_every_authority(handed: Handed) -> None:
    carried(handed, "emergency", "pause")
    assert handed.world.chain.at().get(handed.world.deployment.suite.reserve.paused()) is True


def test_an_invoice_that_a_timelock_or_governor_will_pay_is_not_paid_by_another_way(world: World) -> None:
    handed = hand_over(world, "timelock")
    world.ok("invoice", "add", "INV-1", "--model", "21", "--amount", "50")
    begun = world.ok("invoice", "pay", "INV-1", *handed.options)
    handed.execute_safe_tx(begun)
    with impersonated(world, handed.holder):
        grant(world, world.deployment.suite.reserve_address, PAYER_ROLE, CAROL, sender=handed.holder)

    ran = world.run("invoice", "pay", "INV-1", "--signer", "carol", "-y", "-o", "json")
    assert (ran.exit_code, ran.json["status"]) == (6, "refused")
    (finding,) = [one for one in ran.json["findings"] if one["code"] == "invoice-already-proposed"]
    assert begun["operation"]["id"] in finding["message"]
    assert "hokctl timelock show" in finding["remedy"]
