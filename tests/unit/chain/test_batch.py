"""Many reads in one round trip."""

import contextlib
from collections.abc import Sequence

import pytest
from eth_abi.abi import decode, encode

from hokctl.chain.errors import NoContractError, RpcError, UnexpectedAnswerError, UnknownBlockError
from hokctl.chain.multicall import MULTICALL3
from hokctl.chain.reverts import ContractRevertedError
from hokctl.chain.wire import BadAnswerError, Json
from tests.unit.chain.fakes import ALICE, TOKEN, make_chain, make_read, word

pytestmark = pytest.mark.unit


def multicall(*results: tuple[bool, bytes]) -> str:
    return "0x" + encode(["(bool,bytes)[]"], [list(results)]).hex()


def multicall_of_fives(params: Sequence[Json]) -> Json:
    """Answer every aggregated or single call with 5."""
    request = params[0]
    if request["to"] != MULTICALL3:
        return word(5)
    (calls,) = decode(["(address,bool,bytes)[]"], bytes.fromhex(request["data"][10:]))
    return multicall(*[(True, (5).to_bytes(32, "big"))] * len(calls))


def test_reads_and_states_go_in_one_round_trip_at_the_snapshots_block() -> None:
    chain, node = make_chain(
        eth_call=multicall((True, (5).to_bytes(32, "big")), (True, (6).to_bytes(32, "big"))),
        eth_getCode="0x6001",
        eth_getBalance="0x7",
        eth_getTransactionCount="0x8",
    )
    snapshot = chain.at(3)
    with snapshot.batch() as batch:
        first, second = batch.add(make_read()), batch.add(make_read())
        code, balance, nonce = batch.add_code(TOKEN), batch.add_balance(ALICE), batch.add_nonce(ALICE)
    assert (first.value, second.value) == (5, 6)
    assert (code.value, balance.value, nonce.value) == (b"\x60\x01", 7, 8)
    assert node.round_trips == 2
    assert all(params[-1] == "0x3" for _, params in node.asked[1])


def test_a_thousand_reads_are_four_calls_in_one_round_trip() -> None:
    chain, node = make_chain(eth_call=multicall_of_fives)
    batch = chain.at().batch()
    slots = [batch.add(make_read()) for _ in range(1_000)]
    batch.run()
    assert [slot.value for slot in slots] == [5] * 1_000
    assert node.methods[1:] == [["eth_call"] * 4]


def test_an_empty_batch_asks_nothing() -> None:
    chain, node = make_chain()
    chain.at().batch().run()
    assert node.round_trips == 1


def test_one_read_alone_is_a_plain_call() -> None:
    chain, node = make_chain(eth_call=multicall_of_fives)
    with chain.at().batch() as batch:
        slot = batch.add(make_read())
    assert slot.value == 5
    assert node.asked[1][0][1][0]["to"] == TOKEN


def test_contracts_failures_stay_in_their_slots() -> None:
    panic = bytes.fromhex("4e487b71") + (0x11).to_bytes(32, "big")
    chain, _ = make_chain(
        eth_call=multicall((False, panic), (True, b""), (True, b"\x01"), (True, (5).to_bytes(32, "big")))
    )
    with chain.at().batch() as batch:
        slots = [batch.add(make_read()) for _ in range(4)]
    assert [slot.failed for slot in slots] == [True, True, True, False]
    assert [slot.value_or(0) for slot in slots] == [0, 0, 0, 5]
    for slot, error in zip(slots, (ContractRevertedError, NoContractError, UnexpectedAnswerError), strict=False):
        with pytest.raises(error):
            _ = slot.value


def test_without_multicall3_the_calls_are_made_one_by_one_and_that_is_remembered() -> None:
    chain, node = make_chain(eth_call=lambda params: "0x" if params[0]["to"] == MULTICALL3 else word(5))
    snapshot = chain.at()
    for _ in range(2):
        with snapshot.batch() as batch:
            slots = [batch.add(make_read()), batch.add(make_read())]
        assert [slot.value for slot in slots] == [5, 5]
    assert node.methods[1:] == [["eth_call"], ["eth_call", "eth_call"], ["eth_call", "eth_call"]]
    assert not chain.has_multicall


def test_an_aggregate_out_of_gas_is_made_one_by_one() -> None:
    def answer(params: Sequence[Json]) -> Json:
        return RpcError("eth_call", -32000, "out of gas") if params[0]["to"] == MULTICALL3 else word(5)

    chain, _ = make_chain(eth_call=answer)
    with chain.at().batch() as batch:
        slots = [batch.add(make_read()), batch.add(make_read())]
    assert [slot.value for slot in slots] == [5, 5]
    assert chain.has_multicall


def test_plain_calls_that_revert_stay_in_their_slots() -> None:
    chain, _ = make_chain(eth_call=RpcError("eth_call", 3, "execution reverted"))
    chain.has_multicall = False
    with chain.at().batch() as batch:
        slots = [batch.add(make_read()), batch.add(make_read())]
    assert [slot.failed for slot in slots] == [True, True]


@pytest.mark.parametrize("method", ["eth_call", "eth_getBalance"])
def test_the_nodes_failures_are_never_hidden_in_a_slot(method: str) -> None:
    failure = RpcError(method, -32000, "header not found")
    chain, _ = make_chain(**{"eth_call": multicall_of_fives, "eth_getBalance": "0x0", method: failure})
    batch = chain.at().batch()
    batch.add(make_read())
    batch.add(make_read())
    batch.add_balance(ALICE)
    with pytest.raises(UnknownBlockError):
        batch.run()


def test_another_failure_of_the_node_is_raised_as_it_is() -> None:
    chain, _ = make_chain(eth_call=RpcError("eth_call", -32603, "internal error"))
    batch = chain.at().batch()
    batch.add(make_read())
    batch.add(make_read())
    with pytest.raises(RpcError, match="internal error"):
        batch.run()


def test_an_incomplete_aggregate_is_not_believed() -> None:
    chain, _ = make_chain(eth_call=multicall((True, b"")))
    batch = chain.at().batch()
    batch.add(make_read())
    batch.add(make_read())
    with pytest.raises(BadAnswerError):
        batch.run()


def test_a_batch_does_not_run_when_its_block_fails() -> None:
    chain, node = make_chain()
    snapshot = chain.at()
    with contextlib.suppress(KeyError), snapshot.batch() as batch:
        batch.add(make_read())
        raise KeyError
    assert node.round_trips == 1


def test_a_slot_is_not_to_be_looked_at_before_the_run() -> None:
    chain, _ = make_chain()
    slot = chain.at().batch().add(make_read())
    with pytest.raises(RuntimeError, match="before its batch ran"):
        _ = slot.value
