"""A world with a past: deposits and payments over weeks, each on its day at noon.

    first = live_through(world, (Deposit(20, "21", 500 * USDC), Pay(60, ("21", TOGETHER, 100 * USDC))), until=70)

Day 0 is the day after the chain's last block, so that whatever the world began with lies before all of it.
"""

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from eth_typing import ChecksumAddress

from hokctl.clients.codec import encode_call
from hokctl.clients.infrastructure_reserve import Payment
from hokctl.domain.calls import AbiValue, Call
from hokctl.domain.day_spans import day_of, midnight
from hokctl.domain.invoices import hash_number
from hokctl.domain.units import ModelId
from tests.authorities import impersonated
from tests.world import BACKEND, MALLORY, TOGETHER, USDC, Stage, World, isolate

NOON_S = 43_200


@dataclass(frozen=True)
class Deposit:
    """A fee that the backend deposits on a day, in base units."""

    day: int
    model_id: str
    units: int


@dataclass(frozen=True)
class Pay:
    """Payments that the Safe makes on a day, in one batch: model, payee, base units."""

    day: int
    payments: tuple[tuple[str, ChecksumAddress, int], ...]


TWO_MONTHS = (
    Pay(15, (("21", TOGETHER, 60 * USDC),)),
    Deposit(20, "21", 500 * USDC),
    Deposit(50, "21", 300 * USDC),
    Pay(60, (("21", TOGETHER, 100 * USDC), ("21", MALLORY, 50 * USDC))),
    Deposit(61, "23", 100 * USDC),
    Pay(65, (("23", BACKEND, 25 * USDC),)),
    Pay(66, (("22", TOGETHER, 70 * USDC),)),
)
"""Until day 70 for the suite's world. Over the last 30 days model 21 has taken in 8 USDC a day and paid out 5, in the
30 before 13.33 and 2; model 22 took in nothing and paid out 2.33; model 23 began on day 61, with 9 and 2.5."""


def live_through(world: World, past: Sequence[Deposit | Pay], *, until: int, calls: int | None = None) -> date:
    """Let the past happen, up to an empty block on the day `until`; return the date of day 0.

    `calls` is what the live router takes with each fee.
    """
    first = day_of(world.chain.at().block.timestamp) + timedelta(days=1)
    with impersonated(world, world.safe):
        for number, one in enumerate(past):
            _wait(world, first, one.day, number)
            if isinstance(one, Deposit):
                _deposit(world, one, calls)
            else:
                _pay(world, one)
    _wait(world, first, until, len(past))
    world.mine()
    return first


def _wait(world: World, first: date, day: int, number: int) -> None:
    at = midnight(first + timedelta(days=day)) + NOON_S + number
    world.chain.request("evm_setNextBlockTimestamp", [hex(at)])


def _deposit(world: World, one: Deposit, calls: int | None) -> None:
    trailing: tuple[AbiValue, ...] = () if calls is None else (calls,)
    signature = f"depositFee(string,uint256{',uint256' * len(trailing)})"
    data = encode_call(signature, (one.model_id, one.units, *trailing))
    router = world.deployment.suite.router_address
    world.send(
        Call(to=router, label="", signature=signature, args=(), data=data, value=0, purpose="deposit", requires=()),
        BACKEND,
    )


def _pay(world: World, one: Pay) -> None:
    payments = [
        Payment(
            model_id=ModelId(model_id),
            payee=payee,
            amount_units=units,
            invoice_hash=hash_number(f"{model_id}-{one.day}"),
        )
        for model_id, payee, units in one.payments
    ]
    reserve = world.deployment.suite.reserve
    world.send(reserve.batch_pay_infrastructure_costs(payments, purpose="pay"), world.safe)


@pytest.fixture(scope="module")
def lived(stage: Stage) -> Iterator[date]:
    """Live through two months once."""
    snapshot = stage.world.chain.request("evm_snapshot", [])
    yield live_through(stage.world, TWO_MONTHS, until=70)
    stage.world.chain.request("evm_revert", [snapshot])


@pytest.fixture
def past(lived: date, stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """Return the world after two months, in a directory of the test's own; the chain is only read."""
    assert lived
    directory = tmp_path / "work"
    shutil.copytree(stage.template, directory)
    isolate(directory, tmp_path, monkeypatch)
    return replace(stage.world, directory=directory)
