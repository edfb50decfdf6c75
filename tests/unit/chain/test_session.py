"""The chain-id guard, and snapshots of the chain at one block."""

import pytest

from hokctl.chain.errors import (
    InvalidBlockError,
    InvalidRpcUrlError,
    NoContractError,
    NodeUnreachableError,
    RpcError,
    UnknownBlockError,
    WrongChainError,
)
from hokctl.chain.reverts import ContractRevertedError, ErrorTable
from hokctl.chain.session import Chain
from hokctl.chain.wire import BadAnswerError
from hokctl.domain.units import BlockRef
from hokctl.exit_codes import ExitCode
from tests.unit.chain.fakes import BLOCK_HASH, ENDPOINT, block, make_chain, make_read, word

pytestmark = pytest.mark.unit


def test_connecting_asks_nothing_and_shows_only_the_host() -> None:
    chain = Chain.connect("https://user:pw@node.example/v2/key?x=y", network="mainnet", chain_id=1)
    assert chain.endpoint == "https://node.example"
    assert chain.transport.round_trips == 0


def test_connecting_refuses_a_url_that_is_none() -> None:
    with pytest.raises(InvalidRpcUrlError):
        Chain.connect("node.example", network="mainnet", chain_id=1)


def test_a_snapshot_takes_one_round_trip_and_checks_the_chain_id() -> None:
    chain, node = make_chain()
    assert chain.at().block == BlockRef(number=16, hash=BLOCK_HASH, timestamp=100)
    assert node.methods == [["eth_chainId", "eth_getBlockByNumber"]]


def test_another_chain_is_a_configuration_error_wherever_it_is_noticed() -> None:
    chain, _ = make_chain(eth_chainId="0x1", eth_blockNumber="0x1")
    with pytest.raises(WrongChainError) as caught:
        chain.at()
    assert caught.value.message == f"Network testnet is chain 31337, but the node at {ENDPOINT} serves chain 1."
    assert caught.value.exit_code is ExitCode.CONFIG
    with pytest.raises(WrongChainError):
        chain.request("eth_blockNumber", [])
    with pytest.raises(WrongChainError):
        chain.request("eth_sendRawTransaction", ["0x"])


def test_nothing_is_broadcast_before_the_chain_id_is_known() -> None:
    chain, node = make_chain(eth_chainId="0x1", eth_sendRawTransaction="0x")
    with pytest.raises(WrongChainError):
        chain.request("eth_sendRawTransaction", ["0x"])
    assert node.methods == [["eth_chainId"]]


def test_the_first_use_checks_the_chain_id_within_its_own_round_trip() -> None:
    chain, node = make_chain(eth_blockNumber="0x5", eth_sendRawTransaction="0xab")
    assert chain.request("eth_blockNumber", []) == "0x5"
    assert chain.request_batch([("eth_blockNumber", [])]) == ["0x5"]
    assert chain.request("eth_sendRawTransaction", ["0x"]) == "0xab"
    assert node.methods == [["eth_chainId", "eth_blockNumber"], ["eth_blockNumber"], ["eth_sendRawTransaction"]]


def test_a_node_that_does_not_say_its_chain_is_not_used() -> None:
    chain, _ = make_chain(eth_chainId=RpcError("eth_chainId", -32000, "no"))
    with pytest.raises(RpcError):
        chain.at()


def test_a_failing_request_raises_the_nodes_error() -> None:
    chain, _ = make_chain()
    with pytest.raises(RpcError, match="eth_blockNumber"):
        chain.request("eth_blockNumber", [])


def test_an_unreachable_node_says_so() -> None:
    chain, _ = make_chain(eth_chainId=NodeUnreachableError(ENDPOINT, "connection refused"))
    with pytest.raises(NodeUnreachableError) as caught:
        chain.at()
    assert caught.value.exit_code is ExitCode.UNAVAILABLE


@pytest.mark.parametrize(("given", "asked"), [(7, "0x7"), ("7", "0x7"), ("finalized", "finalized")])
def test_a_block_is_a_number_or_a_tag(given: str | int, asked: str) -> None:
    chain, node = make_chain(eth_getBlockByNumber=block(7))
    assert chain.at(given).block.number == 7
    assert node.asked[0][1] == ("eth_getBlockByNumber", [asked, False])


@pytest.mark.parametrize("given", ["pending", "newest", "0x7", "-1", -1, "\u0667", ""])
def test_nothing_else_names_a_block(given: str | int) -> None:
    chain, node = make_chain()
    with pytest.raises(InvalidBlockError) as caught:
        chain.at(given)
    assert caught.value.exit_code is ExitCode.USAGE
    assert node.round_trips == 0


@pytest.mark.parametrize("answer", [None, RpcError("eth_getBlockByNumber", -39001, "finalized block not found")])
def test_a_block_the_node_lacks_is_unavailable(answer: object) -> None:
    chain, _ = make_chain(eth_getBlockByNumber=answer)
    with pytest.raises(UnknownBlockError, match="does not know block 9") as caught:
        chain.at(9)
    assert "try again" in caught.value.hint


def test_another_block_than_asked_for_is_not_believed() -> None:
    chain, _ = make_chain(eth_getBlockByNumber=block(8))
    with pytest.raises(BadAnswerError, match="asked for block 7 and gave block 8"):
        chain.at(7)


def test_a_read_is_asked_at_the_snapshots_block_in_one_round_trip() -> None:
    chain, node = make_chain(eth_call=word(5))
    snapshot = chain.at(3)
    assert snapshot.get(make_read()) == 5
    ((method, params),) = node.asked[1]
    assert method == "eth_call"
    assert params == [{"to": make_read().to, "data": "0x01020304"}, "0x3"]


def test_a_read_that_reverts_says_why_with_the_chains_own_errors() -> None:
    chain, _ = make_chain(eth_call=RpcError("eth_call", 3, "execution reverted", data="0xd93c0665"))
    chain.errors = ErrorTable.parse(["EnforcedPause()"])
    with pytest.raises(ContractRevertedError, match=r"Token refused totalSupply\(\): EnforcedPause\(\)"):
        chain.at().get(make_read())


def test_a_read_of_an_empty_address_says_that_no_contract_is_there() -> None:
    chain, _ = make_chain(eth_call="0x")
    with pytest.raises(NoContractError):
        chain.at().get(make_read())


def test_a_read_that_the_node_fails_raises_the_nodes_error() -> None:
    chain, _ = make_chain(eth_call=RpcError("eth_call", -32000, "header not found"))
    with pytest.raises(UnknownBlockError):
        chain.at().get(make_read())
