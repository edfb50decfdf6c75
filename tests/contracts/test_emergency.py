"""Pausing, withdrawing, and what the books say afterwards."""

import pytest

from .chain import Event, Refusal
from .harness import ADMIN_ROLE, USD, ZERO_ADDRESS, Suite, role

pytestmark = pytest.mark.contracts


@pytest.fixture(autouse=True)
def _funded(suite: Suite) -> None:
    suite.fee("alpha", 1000 * USD)


def test_pauser_brakes_and_only_the_admin_releases(suite: Suite) -> None:
    reserve, guardian = suite.reserve.functions, suite.people.guardian
    suite.send(reserve.grantRole(role("PAUSER_ROLE"), guardian))
    assert suite.send(reserve.pause(), guardian) == [
        Event(suite.reserve.address, "Paused", {"account": guardian.lower()})
    ]
    assert reserve.paused().call()
    assert suite.refusal(reserve.pause(), guardian) == Refusal("EnforcedPause")
    unauthorised = Refusal("AccessControlUnauthorizedAccount", (guardian.lower(), ADMIN_ROLE))
    assert suite.refusal(reserve.unpause(), guardian) == unauthorised
    admin = suite.people.admin
    assert suite.send(reserve.unpause()) == [Event(suite.reserve.address, "Unpaused", {"account": admin.lower()})]
    assert suite.refusal(reserve.unpause()) == Refusal("ExpectedPause")


def test_pause_survives_changes_of_the_slot_it_shares(suite: Suite) -> None:
    reserve = suite.reserve.functions
    suite.send(reserve.pause())
    suite.send(reserve.grantRole(ADMIN_ROLE, suite.people.guardian))
    suite.send(reserve.emergencyWithdraw(USD))
    assert reserve.paused().call()
    assert reserve.adminCount().call() == 2
    assert reserve.totalAccrued().call() == 800 * USD
    suite.send(reserve.unpause())
    assert (reserve.adminCount().call(), reserve.totalWithdrawn().call()) == (2, USD)


def test_withdrawal_is_booked_and_leaves_a_shortfall(suite: Suite) -> None:
    reserve, treasury = suite.reserve.functions, suite.people.treasury
    events = suite.send(reserve.emergencyWithdraw(300 * USD))
    assert events[0] == Event(
        suite.reserve.address, "EmergencyWithdrawal", {"recipient": treasury.lower(), "amount": 300 * USD}
    )
    assert suite.balance(treasury) == 300 * USD
    assert reserve.totalWithdrawn().call() == 300 * USD
    assert reserve.accrued("alpha").call() == 800 * USD
    assert reserve.shortfall().call() == 300 * USD
    assert reserve.unallocated().call() == 0


def test_donation_is_unallocated_until_it_is_withdrawn(suite: Suite) -> None:
    reserve = suite.reserve.functions
    suite.send(suite.usdc.functions.mint(suite.reserve.address, 50 * USD))
    assert (reserve.unallocated().call(), reserve.shortfall().call()) == (50 * USD, 0)
    suite.send(reserve.emergencyWithdraw(50 * USD))
    assert (reserve.unallocated().call(), reserve.shortfall().call()) == (0, 0)
    suite.pay("alpha", 800 * USD, "1")
    assert reserve.getBalance().call() == 0


def test_payment_that_the_balance_cannot_cover_says_so(suite: Suite) -> None:
    suite.send(suite.reserve.functions.emergencyWithdraw(300 * USD))
    refused = suite.refusal(suite.payment("alpha", 501 * USD, "1"), suite.people.treasury)
    assert refused == Refusal("InsufficientBalance", (501 * USD, 500 * USD))
    suite.pay("alpha", 500 * USD, "1")
    item = ("alpha", suite.people.provider, USD, role("any hash"), "")
    batch = suite.reserve.functions.batchPayInfrastructureCosts([item])
    assert suite.refusal(batch, suite.people.treasury) == Refusal("InsufficientBalance", (USD, 0))


def test_refilled_reserve_pays_again(suite: Suite) -> None:
    suite.send(suite.reserve.functions.emergencyWithdraw(800 * USD))
    suite.send(suite.usdc.functions.transfer(suite.reserve.address, 800 * USD), suite.people.treasury)
    assert suite.reserve.functions.shortfall().call() == 0
    suite.pay("alpha", 800 * USD, "1")


def test_fees_still_arrive_after_a_withdrawal(suite: Suite) -> None:
    suite.send(suite.reserve.functions.emergencyWithdraw(800 * USD))
    suite.fee("alpha", 10 * USD)
    assert suite.accrued("alpha") == 808 * USD
    assert suite.reserve.functions.shortfall().call() == 800 * USD


def test_withdrawal_works_while_paused_and_has_limits(suite: Suite) -> None:
    reserve = suite.reserve.functions
    suite.send(reserve.pause())
    assert suite.refusal(reserve.emergencyWithdraw(0)) == Refusal("ZeroAmount")
    refused = suite.refusal(reserve.emergencyWithdraw(800 * USD + 1))
    assert refused == Refusal("InsufficientBalance", (800 * USD + 1, 800 * USD))
    suite.send(reserve.emergencyWithdraw(800 * USD))


def test_withdrawal_goes_to_the_present_treasury(suite: Suite) -> None:
    reserve, people = suite.reserve.functions, suite.people
    events = suite.send(reserve.setTreasury(people.guardian))
    assert [event.args for event in events] == [
        {"oldTreasury": people.treasury.lower(), "newTreasury": people.guardian.lower()}
    ]
    suite.send(reserve.emergencyWithdraw(USD))
    assert suite.balance(people.guardian) == USD
    assert suite.refusal(reserve.setTreasury(ZERO_ADDRESS)) == Refusal("ZeroAddress")
