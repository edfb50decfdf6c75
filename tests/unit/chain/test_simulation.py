"""Trying calls out."""

import pytest

from hokctl.chain.errors import RpcError, UnknownBlockError
from hokctl.chain.reverts import ErrorTable
from hokctl.chain.simulation import StateOverride, simulate, simulate_sequence
from hokctl.chain.wire import BadAnswerError, Json
from tests.unit.chain.fakes import ALICE, TOKEN, make_call, make_chain
from tests.unit.chain.test_logs import log

pytestmark = pytest.mark.unit

REVERTED = RpcError("eth_call", 3, "execution reverted", data="0xd93c0665")
MISSING = RpcError("eth_simulateV1", -32601, "the method eth_simulateV1 does not exist")


def outcome(**fields: Json) -> dict[str, Json]:
    return {"status": "0x1", "returnData": "0x01", "gasUsed": "0x5208", "logs": [], **fields}


def test_a_call_is_tried_as_a_message_of_the_sender_at_the_block() -> None:
    chain, node = make_chain(eth_call="0x01")
    result = simulate(chain, make_call(value=5), sender=ALICE, block=3)
    assert (result.ok, result.return_data, result.revert) == (True, b"\x01", None)
    assert node.asked[0][-1][1] == [{"from": ALICE, "to": TOKEN, "data": "0x01020304", "value": "0x5"}, "0x3"]


def test_a_creation_is_tried_without_a_target() -> None:
    chain, node = make_chain(eth_call="0x6001")
    simulate(chain, make_call(to=None), sender=ALICE, block=3)
    assert "to" not in node.asked[0][-1][1][0]


def test_overrides_are_sent_as_nodes_expect_them() -> None:
    chain, node = make_chain(eth_call="0x")
    override = StateOverride(balance=1, nonce=2, code=b"\x60", slots={4: 1})
    simulate(chain, make_call(), sender=ALICE, block=3, overrides={TOKEN: override, ALICE: StateOverride()})
    assert node.asked[0][-1][1][2] == {
        TOKEN: {
            "balance": "0x1",
            "nonce": "0x2",
            "code": "0x60",
            "stateDiff": {"0x" + "0" * 63 + "4": "0x" + "0" * 63 + "1"},
        },
        ALICE: {},
    }


def test_a_call_that_would_fail_says_why() -> None:
    chain, _ = make_chain(eth_call=REVERTED)
    chain.errors = ErrorTable.parse(["EnforcedPause()"])
    result = simulate(chain, make_call(), sender=ALICE, block=3)
    assert not result.ok
    assert result.revert is not None
    assert result.revert.text == "EnforcedPause()"
    assert result.return_data == bytes.fromhex("d93c0665")


def test_a_node_that_cannot_simulate_the_block_is_not_a_failing_call() -> None:
    chain, _ = make_chain(eth_call=RpcError("eth_call", -32000, "header not found"))
    with pytest.raises(UnknownBlockError):
        simulate(chain, make_call(), sender=ALICE, block=3)


def test_a_sequence_is_tried_call_by_call_with_its_events() -> None:
    failed = outcome(status="0x0", returnData="0xd93c0665", error={"code": 3, "message": "execution reverted"})
    chain, node = make_chain(eth_simulateV1=[{"calls": [outcome(logs=[log(4)]), failed]}])
    chain.errors = ErrorTable.parse(["EnforcedPause()"])
    simulation = simulate_sequence(chain, [make_call(), make_call()], ALICE, 3)
    first, second = simulation.results
    assert simulation.complete
    assert not simulation.ok
    assert (first.ok, first.gas_used, first.logs[0].address) == (True, 21_000, TOKEN)
    assert second.revert is not None
    assert second.revert.text == "EnforcedPause()"
    assert node.round_trips == 1


@pytest.mark.parametrize(
    ("error", "text"),
    [
        ({"code": 3, "message": "execution reverted", "data": "0xd93c0665"}, "EnforcedPause()"),
        ({"code": -32015, "message": "out of gas"}, "out of gas"),
        (None, "it gave no reason"),
    ],
)
def test_a_failure_without_return_data_is_explained_from_its_error(error: Json, text: str) -> None:
    failed = outcome(status="0x0", returnData="0x", error=error)
    chain, _ = make_chain(eth_simulateV1=[{"calls": [failed]}])
    chain.errors = ErrorTable.parse(["EnforcedPause()"])
    (result,) = simulate_sequence(chain, [make_call()], ALICE, 3).results
    assert result.revert is not None
    assert result.revert.text == text


@pytest.mark.parametrize("calls", [1, 2])
def test_without_the_method_only_the_first_call_is_tried_and_that_is_said(calls: int) -> None:
    chain, _ = make_chain(eth_simulateV1=MISSING, eth_call="0x01")
    simulation = simulate_sequence(chain, [make_call()] * calls, ALICE, 3)
    assert len(simulation.results) == 1
    assert simulation.ok
    assert simulation.complete == (calls == 1)


def test_an_empty_sequence_asks_nothing() -> None:
    chain, node = make_chain()
    assert simulate_sequence(chain, [], ALICE, 3).complete
    assert node.round_trips == 0


def test_another_failure_or_a_missing_outcome_is_raised() -> None:
    chain, _ = make_chain(eth_simulateV1=RpcError("eth_simulateV1", -32000, "boom"))
    with pytest.raises(RpcError, match="boom"):
        simulate_sequence(chain, [make_call()], ALICE, 3)
    chain, _ = make_chain(eth_simulateV1=[{"calls": [outcome()]}])
    with pytest.raises(BadAnswerError, match="1 of 2 calls"):
        simulate_sequence(chain, [make_call()] * 2, ALICE, 3)
