"""eth_simulateV1 on the embedded chain: calls that build on each other, and nothing that stays."""

import pytest

from hokctl.devnet.node import Node, start_node

pytestmark = pytest.mark.integration

ALICE = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"
BOB = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"


@pytest.fixture(scope="module")
def node() -> Node:
    return start_node()


def rpc(node: Node, method: str, *params: object) -> dict[str, object]:
    answer = node.handle({"jsonrpc": "2.0", "id": 1, "method": method, "params": list(params)})
    assert isinstance(answer, dict)
    return answer


def simulated(node: Node, *calls: dict[str, str]) -> list[dict[str, object]]:
    answer = rpc(node, "eth_simulateV1", {"blockStateCalls": [{"calls": list(calls)}]}, "latest")
    result = answer["result"]
    assert isinstance(result, list)
    outcomes = result[0]["calls"]
    assert isinstance(outcomes, list)
    return outcomes


def test_later_calls_see_what_earlier_ones_did(node: Node) -> None:
    transfer = {"from": ALICE, "to": BOB, "value": hex(9_000 * 10**18)}
    back = {"from": BOB, "to": ALICE, "value": hex(18_000 * 10**18)}
    first, second, third = simulated(node, transfer, back, {"from": BOB, "to": ALICE})
    assert [first["status"], second["status"], third["status"]] == ["0x1", "0x1", "0x1"]
    assert rpc(node, "eth_getBalance", ALICE, "latest")["result"] == hex(10_000 * 10**18)


def test_a_call_that_cannot_start_is_an_error_of_the_whole(node: Node) -> None:
    too_much = {"from": ALICE, "to": BOB, "value": hex(10**30)}
    answer = rpc(node, "eth_simulateV1", {"blockStateCalls": [{"calls": [too_much]}]}, "latest")
    assert "insufficient funds" in str(answer["error"])


def test_a_revert_is_told_with_its_data_and_does_not_stop_the_others(node: Node) -> None:
    # PUSH1 0 PUSH1 0 REVERT as creation code.
    reverting, fine = simulated(node, {"from": ALICE, "data": "0x60006000fd"}, {"from": ALICE, "to": BOB})
    assert reverting["status"] == "0x0"
    assert reverting["error"] == {"code": 3, "message": "execution reverted", "data": "0x"}
    assert fine["status"] == "0x1"


def test_options_that_are_not_supported_are_refused(node: Node) -> None:
    refused: list[dict[str, object]] = [
        {"blockStateCalls": [{}], "validation": True},
        {"blockStateCalls": [{}, {}]},
        {"nonsense": 1},
    ]
    for options in refused:
        assert "supported" in str(rpc(node, "eth_simulateV1", options, "latest")["error"])
