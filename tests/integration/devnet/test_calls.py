"""Running messages without sending them: reverts, gas, traces."""

import pytest
from eth_abi.abi import encode

from hokctl.devnet.node import Node
from tests.integration.devnet.support import (
    ALICE,
    BOB,
    EMIT,
    REVERT,
    STORE,
    Reply,
    ask,
    ask_error,
    install,
    send,
    signed,
    word,
)

pytestmark = pytest.mark.integration

# Calls the target with the calldata and all its gas, and passes on its result or its revert.
_FORWARD = "0x365f5f375f5f365f5f73{target}5af1" + "3d5f5f3e" + "602a57" + "3d5ffd" + "5b" + "3d5ff3"
# Needs 14,336 gas for memory.
_HUNGRY = "0x5f61ffff5200"


def test_custom_error_comes_back_as_raw_data(node: Node) -> None:
    error = ask_error(node, "eth_call", {"to": install(node, REVERT), "data": "0x12345678" + word(7)[2:]})
    assert error == {"code": 3, "message": "execution reverted", "data": "0x12345678" + word(7)[2:]}


def test_reason_string_is_in_the_message_and_in_the_data(node: Node) -> None:
    data = "0x08c379a0" + encode(["string"], ["Pausable: paused"]).hex()
    error = ask_error(node, "eth_call", {"to": install(node, REVERT), "data": data})
    assert error == {"code": 3, "message": "execution reverted: Pausable: paused", "data": data}


def test_panic_is_spelt_out(node: Node) -> None:
    data = "0x4e487b71" + word(0x11)[2:]
    error = ask_error(node, "eth_call", {"to": install(node, REVERT), "data": data})
    assert error["message"] == "execution reverted: panic: arithmetic underflow or overflow (0x11)"
    assert error["data"] == data


def test_revert_without_data_has_empty_data(node: Node) -> None:
    assert ask_error(node, "eth_call", {"to": install(node, REVERT)}) == {
        "code": 3,
        "message": "execution reverted",
        "data": "0x",
    }


def test_failure_that_is_no_revert_is_a_server_error(node: Node) -> None:
    assert ask_error(node, "eth_call", {"to": install(node, "0xfe")}) == {"code": -32000, "message": "invalid opcode"}
    endless = {"to": install(node, "0x5b5f56"), "gas": hex(100_000)}
    assert ask_error(node, "eth_call", endless) == {"code": -32000, "message": "out of gas"}


def test_call_below_the_intrinsic_gas_is_refused(node: Node) -> None:
    error = ask_error(node, "eth_call", {"to": BOB, "gas": "0x100"})
    assert error == {"code": -32000, "message": "intrinsic gas too low: have 256, want 21000"}


def test_transfer_needs_21000_gas(node: Node) -> None:
    assert ask(node, "eth_estimateGas", {"from": ALICE, "to": BOB, "value": "0x1"}) == hex(21_000)


def test_estimate_is_enough_and_little_more_is_wasted(node: Node) -> None:
    store = install(node, STORE)
    estimate = int(ask(node, "eth_estimateGas", {"from": ALICE, "to": store, "data": word(7)}), 16)
    receipt = send(node, signed(to=store, data=word(7), gas=estimate))
    assert receipt["status"] == "0x1"
    assert estimate == int(receipt["gasUsed"], 16)


def test_estimate_leaves_the_63_64_reserve_for_inner_calls(node: Node) -> None:
    hungry = install(node, _HUNGRY, 1)
    outer = install(node, _FORWARD.format(target=hungry[2:]), 2)
    estimate = int(ask(node, "eth_estimateGas", {"from": ALICE, "to": outer}), 16)
    used = send(node, signed(to=outer, gas=estimate))
    assert used["status"] == "0x1"
    assert int(used["gasUsed"], 16) < estimate
    assert send(node, signed(nonce=1, to=outer, gas=int(used["gasUsed"], 16)))["status"] == "0x0"
    assert estimate < int(used["gasUsed"], 16) * 1.05


def test_estimate_of_a_revert_tells_the_reason(node: Node) -> None:
    data = "0x08c379a0" + encode(["string"], ["no"]).hex()
    error = ask_error(node, "eth_estimateGas", {"from": ALICE, "to": install(node, REVERT), "data": data})
    assert error == {"code": 3, "message": "execution reverted: no", "data": data}


def test_estimate_uses_overrides(node: Node) -> None:
    estimate = ask(node, "eth_estimateGas", {"from": ALICE, "to": BOB}, "latest", {BOB: {"code": STORE}})
    assert int(estimate, 16) > 21_000


def test_estimate_respects_what_the_sender_can_pay(node: Node) -> None:
    ask(node, "anvil_setBalance", BOB, hex(22_000 * 10**9))
    call = {"from": BOB, "to": install(node, STORE), "data": word(1), "gasPrice": hex(10**9)}
    assert ask_error(node, "eth_estimateGas", call)["message"] == "gas required exceeds allowance (22000)"
    call["value"] = hex(10**18)
    assert ask_error(node, "eth_estimateGas", call)["message"] == "insufficient funds for transfer"


def test_access_list_names_slots_and_other_contracts(node: Node) -> None:
    store = install(node, STORE, 1)
    outer = install(node, _FORWARD.format(target=store[2:]), 2)
    answer = ask(node, "eth_createAccessList", {"from": ALICE, "to": outer})
    assert answer["accessList"] == [{"address": store, "storageKeys": [word(0)]}]
    assert int(answer["gasUsed"], 16) > 21_000


def test_prestate_shows_accounts_and_slots_before_the_call(node: Node) -> None:
    store = install(node, STORE)
    ask(node, "anvil_setStorageAt", store, "0x0", word(3))
    trace = _trace(node, {"from": ALICE, "to": store, "data": word(9)}, "prestateTracer")
    assert trace[store] == {"balance": "0x0", "code": STORE, "storage": {word(0): word(3)}}
    assert trace[ALICE.lower()] == {"balance": hex(10_000 * 10**18)}


def test_state_diff_shows_only_what_changed(node: Node) -> None:
    store = install(node, STORE)
    ask(node, "anvil_setStorageAt", store, "0x0", word(3))
    trace = _trace(node, {"from": ALICE, "to": store, "data": word(9)}, "prestateTracer", diffMode=True)
    assert trace["pre"][store]["storage"] == {word(0): word(3)}
    assert trace["post"] == {store: {"storage": {word(0): word(9)}}, ALICE.lower(): {"nonce": 1}}


def test_state_diff_leaves_out_slots_that_become_zero(node: Node) -> None:
    store = install(node, STORE)
    ask(node, "anvil_setStorageAt", store, "0x0", word(3))
    trace = _trace(node, {"to": store, "data": word(0)}, "prestateTracer", diffMode=True)
    assert trace["pre"][store]["storage"] == {word(0): word(3)}
    assert trace["post"][store] == {}


def test_state_diff_of_a_creation_has_the_contract_only_after(node: Node) -> None:
    creation = {"from": ALICE, "data": "0x6001600c60003960016000f300"}
    trace = _trace(node, creation, "prestateTracer", diffMode=True)
    (created,) = trace["post"].keys() - trace["pre"].keys()
    assert trace["post"][created] == {"nonce": 1, "code": "0x00"}


def test_reverted_inner_call_leaves_no_difference(node: Node) -> None:
    outer = install(node, _FORWARD.format(target=install(node, REVERT, 1)[2:]), 2)
    trace = _trace(node, {"from": ALICE, "to": outer, "value": "0x0", "data": "0x12"}, "prestateTracer", diffMode=True)
    assert trace["post"] == {ALICE.lower(): {"nonce": 1}}


def test_call_tree_shows_the_real_error_inside(node: Node) -> None:
    data = "0x08c379a0" + encode(["string"], ["inner"]).hex()
    target = install(node, REVERT, 1)
    outer = install(node, _FORWARD.format(target=target[2:]), 2)
    trace = _trace(node, {"from": ALICE, "to": outer, "data": data}, "callTracer")
    (inner,) = trace["calls"]
    assert (inner["type"], inner["from"], inner["to"]) == ("CALL", outer, target)
    assert (inner["error"], inner["revertReason"], inner["output"]) == ("execution reverted", "inner", data)


def test_call_tree_has_logs_with_positions(node: Node) -> None:
    trace = _trace(node, {"from": ALICE, "to": install(node, EMIT), "data": word(5)}, "callTracer", withLog=True)
    (log,) = trace["logs"]
    assert (log["topics"], log["data"], log["index"], log["position"]) == ([word(5)], word(5), "0x0", "0x0")


def test_trace_of_a_mined_transaction_is_what_happened_then(node: Node) -> None:
    store = install(node, STORE)
    first = send(node, signed(to=store, data=word(4)))
    send(node, signed(nonce=1, to=store, data=word(5)))
    options = {"tracer": "prestateTracer", "tracerConfig": {"diffMode": True}}
    trace = ask(node, "debug_traceTransaction", first["transactionHash"], options)
    assert trace["post"][store] == {"storage": {word(0): word(4)}}
    paid = int(first["gasUsed"], 16) * int(first["effectiveGasPrice"], 16)
    assert int(trace["post"][ALICE.lower()]["balance"], 16) == 10_000 * 10**18 - paid
    tree = ask(node, "debug_traceTransaction", first["transactionHash"], {"tracer": "callTracer"})
    assert tree["gasUsed"] == first["gasUsed"]


def test_unknown_tracer_and_transaction_are_refused(node: Node) -> None:
    assert "prestateTracer" in ask_error(node, "debug_traceCall", {"to": BOB}, "latest", {"tracer": "x"})["message"]
    missing = ask_error(node, "debug_traceTransaction", word(1), {"tracer": "callTracer"})
    assert missing == {"code": -32000, "message": "transaction not found"}


def test_trace_takes_overrides(node: Node) -> None:
    options = {"tracer": "callTracer", "stateOverrides": {BOB: {"code": STORE}}}
    assert ask(node, "debug_traceCall", {"to": BOB}, "latest", options)["output"] == word(0)


def test_deep_recursion_does_not_break_the_node(node: Node) -> None:
    deep = install(node, "0x5f5f5f5f5f305af100")
    assert ask(node, "eth_call", {"to": deep, "gas": hex(2**60)}) == "0x"


def _trace(node: Node, call: dict[str, str], tracer: str, **config: bool) -> Reply:
    return ask(node, "debug_traceCall", call, "latest", {"tracer": tracer, "tracerConfig": config})
