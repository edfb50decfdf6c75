"""A plan of a hundred payments is told by what it comes to; what is not as planned is never folded away."""

from dataclasses import replace

import pytest
from eth_utils.address import to_checksum_address

from hokctl.clients.argument_wording import word_event
from hokctl.domain.amounts import Token
from hokctl.domain.calls import Argument
from hokctl.domain.effects import Effect, EffectMethod, ViewChange
from hokctl.domain.outcomes import Event
from hokctl.domain.plans import Condition, EventCondition, ViewCondition
from hokctl.result.folding import condition_lines, event_lines, view_lines

pytestmark = pytest.mark.unit

RESERVE = to_checksum_address("0x" + "0e" * 20)
TOKEN = Token(chain_id=31337, address=to_checksum_address("0x" + "0c" * 20), decimals=6, symbol="USDC")
PAID = "InfrastructureCostPaid"


def event(number: int) -> Event:
    args = (Argument(name="amount", type="uint256", value=number * 1_000_000),)
    return Event(address=RESERVE, label="InfrastructureReserve", name=PAID, args=args)


def asked(number: int) -> EventCondition:
    one = event(number)
    return EventCondition(address=RESERVE, label=one.label, event=PAID, args=one.args, text=f"pays {number}")


def view(number: int) -> ViewCondition:
    return ViewCondition(
        to=RESERVE,
        label="InfrastructureReserve",
        signature="isInvoicePaid(bytes32)",
        data=bytes([number]),
        returns=("bool",),
        expected=(True,),
        text=f"invoice {number} is paid",
    )


def effect(events: list[Event], views: list[ViewChange]) -> Effect:
    return Effect(method=EffectMethod.TRACE, events=tuple(events), balances=(), views=tuple(views), storage=None)


def changes(numbers: range) -> list[ViewChange]:
    return [ViewChange(condition=view(number), before=(False,), after=(True,)) for number in numbers]


HUNDRED = range(1, 101)
CONDITIONS: list[Condition] = [*(asked(number) for number in HUNDRED), *(view(number) for number in HUNDRED)]
SEEN = effect([event(number) for number in HUNDRED], changes(HUNDRED))


def test_a_hundred_of_one_kind_are_counted_and_summed_with_the_first_and_the_last() -> None:
    assert condition_lines(CONDITIONS, SEEN, TOKEN, everything=False) == [
        f"InfrastructureReserve logs {PAID}, 100 times, 5050.00 USDC in all; first: pays 1; last: pays 100",
        "InfrastructureReserve.isInvoicePaid(bytes32), 100 times; first: invoice 1 is paid; last: invoice 100 is paid",
    ]
    (line,) = event_lines(SEEN, CONDITIONS, TOKEN, everything=False)
    assert line.startswith("InfrastructureReserve.InfrastructureCostPaid, 100 times, as planned, 5050.00 USDC in all; ")
    assert word_event(event(1), TOKEN) in line
    assert word_event(event(100), TOKEN) in line
    (line,) = view_lines(SEEN, lambda change: change.condition.text, everything=False)
    assert "100 times, as planned; first: invoice 1 is paid; last: invoice 100 is paid" in line


def test_few_lines_and_a_verbose_run_are_told_one_by_one() -> None:
    assert condition_lines(CONDITIONS[:20], SEEN, TOKEN, everything=False) == [f"pays {n}" for n in range(1, 21)]
    assert len(condition_lines(CONDITIONS, SEEN, TOKEN, everything=True)) == 200
    assert len(event_lines(SEEN, CONDITIONS, TOKEN, everything=True)) == 100
    assert len(view_lines(SEEN, lambda change: change.condition.text, everything=True)) == 100


def test_what_is_missing_surplus_or_different_stands_by_itself() -> None:
    events = [event(number) for number in HUNDRED if number != 50]
    wrong = [replace(one, after=(False,)) if one.condition.data == bytes([7]) else one for one in changes(HUNDRED)]
    odd = effect([*events, event(50_000)], wrong)
    lines = condition_lines(CONDITIONS, odd, TOKEN, everything=False)
    assert (lines[1], lines[3]) == ("pays 50", "invoice 7 is paid")
    assert "99 times" in lines[0]
    assert "99 times" in lines[2]
    folded, surplus = event_lines(odd, CONDITIONS, TOKEN, everything=False)
    assert ("99 times" in folded, surplus) == (True, word_event(event(50_000), TOKEN))
    told = view_lines(odd, lambda change: change.condition.text, everything=False)
    assert (len(told), told[1]) == (2, "invoice 7 is paid")
    assert len(event_lines(odd, (), TOKEN, everything=False)) == 100, "nothing was planned: nothing is folded"
