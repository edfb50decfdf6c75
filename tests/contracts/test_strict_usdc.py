"""What happens where the stablecoin refuses, as the real USDC does."""

import pytest

from .chain import Chain, Refusal
from .engines import Engine
from .harness import USD, Suite, invoice_hash

pytestmark = pytest.mark.contracts

BLACKLISTED = Refusal("Error", ("Blacklistable: account is blacklisted",))
PAUSED = Refusal("Error", ("Pausable: paused",))


@pytest.fixture(scope="module")
def strict_deployed(engine: Engine) -> Suite:
    """The suite over StrictMockUSDC, with $1000 of fees for one model, deployed once."""
    strict = Suite(Chain(engine), "StrictMockUSDC")
    strict.add_model("alpha")
    strict.fee("alpha", 1000 * USD)
    return strict


@pytest.fixture
def strict(strict_deployed: Suite) -> Suite:
    """The suite over StrictMockUSDC; each test leaves it as it found it, but for blacklists of its own people."""
    return strict_deployed


def test_blacklisted_payee_fails_alone_and_with_its_batch(strict: Suite) -> None:
    usdc, people = strict.usdc.functions, strict.people
    strict.send(usdc.blacklist(people.other_provider))
    single = strict.payment("alpha", USD, "B-1", people.other_provider)
    assert strict.refusal(single, people.treasury) == BLACKLISTED
    items = [
        ("alpha", people.provider, USD, invoice_hash("B-2"), ""),
        ("alpha", people.other_provider, USD, invoice_hash("B-3"), ""),
    ]
    batch = strict.reserve.functions.batchPayInfrastructureCosts(items)
    assert strict.refusal(batch, people.treasury) == BLACKLISTED
    assert not strict.reserve.functions.isInvoicePaid("alpha", people.provider, invoice_hash("B-2")).call()
    strict.send(usdc.unBlacklist(people.other_provider))
    strict.send(single, people.treasury)


def test_blacklisted_reserve_pool_or_depositor_stops_fees(strict: Suite) -> None:
    usdc, backend = strict.usdc.functions, strict.people.backend
    pool = strict.factory.functions.getPool("alpha").call()
    for account in (strict.reserve.address, strict.router.address, pool, backend):
        strict.send(usdc.blacklist(account))
        assert strict.refusal(strict.router.functions.depositFee("alpha", USD), backend) == BLACKLISTED
        strict.send(usdc.unBlacklist(account))
    strict.fee("alpha", USD)


def test_paused_stablecoin_stops_everything_that_moves_it(strict: Suite) -> None:
    usdc, people = strict.usdc.functions, strict.people
    strict.send(usdc.pause())
    assert strict.refusal(strict.router.functions.depositFee("alpha", USD), people.backend) == PAUSED
    assert strict.refusal(strict.payment("alpha", USD, "P-1"), people.treasury) == PAUSED
    assert strict.refusal(strict.reserve.functions.emergencyWithdraw(USD)) == PAUSED
    strict.send(usdc.unpause())
    strict.pay("alpha", USD, "P-1")


def test_allowance_shrinks_even_when_it_was_unlimited(strict: Suite) -> None:
    usdc, people = strict.usdc.functions, strict.people
    before = usdc.allowance(people.backend, strict.router.address).call()
    strict.fee("alpha", 7 * USD)
    assert usdc.allowance(people.backend, strict.router.address).call() == before - 7 * USD


def test_fee_beyond_the_allowance_is_refused_as_a_whole(strict: Suite) -> None:
    usdc, people, router = strict.usdc.functions, strict.people, strict.router
    before = strict.accrued("alpha")
    # Enough for the infrastructure share, not for the profit.
    strict.send(usdc.approve(router.address, 9 * USD), people.backend)
    refused = strict.refusal(router.functions.depositFee("alpha", 10 * USD), people.backend)
    assert refused == Refusal("Error", ("ERC20: transfer amount exceeds allowance",))
    assert strict.accrued("alpha") == before
    strict.send(usdc.approve(router.address, 2**256 - 1), people.backend)


def test_depositor_without_money_is_refused(strict: Suite) -> None:
    people, router = strict.people, strict.router
    balance = strict.balance(people.backend)
    refused = strict.refusal(router.functions.depositFee("alpha", 2 * balance), people.backend)
    assert refused.name == "ERC20InsufficientBalance"
