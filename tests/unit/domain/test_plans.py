"""A plan survives its file unchanged, and a file that is not a plan is refused."""

import copy
import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from hokctl.domain.calls import Argument
from hokctl.domain.documents import JsonValue
from hokctl.domain.plans import EventCondition, InvalidPlanError, plan_from_json, plan_to_json
from hokctl.domain.units import BlockRef

from .samples import ALICE, BOB, sample_call, sample_plan

pytestmark = pytest.mark.unit


def test_a_plan_survives_its_file() -> None:
    plan = sample_plan()
    assert plan_from_json(json.loads(json.dumps(plan_to_json(plan)))) == plan


def test_a_creation_survives_its_file() -> None:
    creation = replace(sample_call(), to=None)
    plan = replace(sample_plan(), calls=(creation,), config_source=None)
    assert plan_from_json(plan_to_json(plan)) == plan
    assert creation.selector == b""
    assert sample_call().selector == b"\x01\x02\x03\x04"


def test_the_hash_is_the_same_at_another_block_and_from_another_file() -> None:
    plan = sample_plan()
    later = replace(plan, block=BlockRef(number=13, hash="0x" + "13" * 32, timestamp=1), config_source=None)
    assert later.plan_hash == plan.plan_hash


@pytest.mark.parametrize(
    "change",
    [
        lambda plan: replace(plan, title="Another title"),
        lambda plan: replace(plan, network="mainnet"),
        lambda plan: replace(plan, chain_id=1),
        lambda plan: replace(plan, calls=()),
        lambda plan: replace(plan, calls=plan.calls * 2),
        lambda plan: replace(plan, after=()),
        lambda plan: replace(plan, after=tuple(reversed(plan.after))),
        lambda plan: replace(plan, after=(*plan.after[:-1], replace(plan.after[-1], change=1))),
        lambda plan: replace(plan, touches=()),
        lambda plan: replace(plan, creates=()),
        lambda plan: replace(plan, declared=False),
        lambda plan: replace(plan, moves_funds=False),
        lambda plan: replace(plan, calls=(replace(plan.calls[0], purpose="Something else"),)),
        lambda plan: replace(plan, calls=(replace(plan.calls[0], requires=()),)),
    ],
)
def test_the_hash_covers_everything_a_signer_reviews(change: Callable[[Any], Any]) -> None:
    assert change(sample_plan()).plan_hash != sample_plan().plan_hash


def test_the_hash_does_not_change_between_releases() -> None:
    assert sample_plan().plan_hash == "0x1263c9e831b1b648757d01deca8af6ca677cdf78ebfe855aa07e4102c1a51345"


def _paths(value: object, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return (
        [path, *(inner for key, item in items for inner in _paths(item, (*path, key)))]
        if path
        else [inner for key, item in items for inner in _paths(item, (key,))]
    )


@pytest.mark.parametrize("path", _paths(plan_to_json(sample_plan())), ids=str)
@pytest.mark.parametrize("wrong", [1.5, {"a": "b"}, "\x1b[2J", "missing"])
def test_a_plan_with_a_wrong_field_is_refused_or_another_plan(path: tuple[str | int, ...], wrong: object) -> None:
    document: Any = copy.deepcopy(plan_to_json(sample_plan()))
    *parents, last = path
    target = document
    for key in parents:
        target = target[key]
    if wrong == "missing":
        del target[last]
    else:
        target[last] = wrong
    try:
        plan = plan_from_json(document)
    except InvalidPlanError:
        return
    assert plan != sample_plan()
    assert plan_to_json(plan) == document


def test_only_an_approval_between_two_named_accounts_may_be_left_open() -> None:
    approval = EventCondition(
        address=ALICE,
        label="ERC20",
        event="Approval",
        args=(Argument(name="owner", type="address", value=ALICE), Argument(name="spender", type="address", value=BOB)),
        text="it may be logged",
        optional=True,
    )
    plan = replace(sample_plan(), after=(approval,))
    assert plan_from_json(plan_to_json(plan)) == plan
    assert plan.plan_hash != replace(plan, after=(replace(approval, optional=False),)).plan_hash
    for other in (replace(approval, event="Transfer"), replace(approval, args=approval.args[:1])):
        with pytest.raises(InvalidPlanError, match="left open"):
            plan_from_json(plan_to_json(replace(plan, after=(other,))))


@pytest.mark.parametrize("version", [0, 1, 3, 10**30])
def test_a_plan_of_another_version_is_refused(version: int) -> None:
    with pytest.raises(InvalidPlanError, match="version") as caught:
        plan_from_json(plan_to_json(sample_plan()) | {"version": version})
    assert (caught.value.code, caught.value.exit_code) == ("invalid-plan", 2)


def test_a_title_that_would_rewrite_the_terminal_is_refused() -> None:
    with pytest.raises(InvalidPlanError, match="title contains characters that cannot be printed"):
        plan_from_json(plan_to_json(sample_plan()) | {"title": "Pay 1 USDC\x1b[1A"})


@pytest.fixture
def _usual_recursion_limit() -> Iterator[None]:
    """Undo what py_ecc does to the limit when it is imported, which happens in other tests of the same process."""
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(1_000)
    yield
    sys.setrecursionlimit(limit)


@pytest.mark.usefixtures("_usual_recursion_limit")
def test_values_nested_without_end_are_refused() -> None:
    depth = 5000
    value: JsonValue = "1"
    for _ in range(depth):
        value = [value]
    document: Any = plan_to_json(sample_plan())
    document["calls"][0]["args"] = [{"name": "x", "type": "uint256" + "[]" * depth, "value": value}]
    with pytest.raises(InvalidPlanError, match="nested too deeply"):
        plan_from_json(document)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda plan: plan["calls"][0]["requires"][0].update(kind="luck"), "'luck' is not a requirement"),
        (lambda plan: plan["after"][0].update(kind="luck"), "'luck' is not a condition"),
        (lambda plan: plan["after"][0]["expected"].pop(), "another number of values"),
    ],
)
def test_a_plan_with_something_unheard_of_is_refused(change: Callable[[Any], object], message: str) -> None:
    document = plan_to_json(sample_plan())
    change(document)
    with pytest.raises(InvalidPlanError, match=message):
        plan_from_json(document)


def test_a_plan_knows_the_addresses_that_its_calls_create() -> None:
    creation = replace(sample_call(), creates=ALICE)
    plan = replace(sample_plan(), calls=(sample_call(), creation), creates=(BOB,))
    assert plan.created_addresses == frozenset({ALICE, BOB})
