"""web3.py and safe-eth-py use the embedded chain unchanged, in process and over HTTP."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from eth_typing import URI, ChecksumAddress, HexStr
from safe_eth.eth import EthereumClient
from safe_eth.eth.multicall import Multicall
from safe_eth.safe import Safe
from web3 import HTTPProvider, Web3
from web3.exceptions import ContractCustomError, ContractLogicError, TransactionNotFound, Web3RPCError
from web3.types import RPCEndpoint, Wei

from hokctl.devnet.genesis import MULTICALL3, SAFE_CONTRACTS
from hokctl.devnet.keys import dev_account
from hokctl.devnet.node import METHODS, Node
from hokctl.devnet.provider import EmbeddedProvider
from tests.integration.devnet.support import (
    ALICE,
    BOB,
    CAROL,
    EMIT,
    REVERT,
    STORE,
    ask_over_http,
    install,
    key_of,
    word,
)

pytestmark = pytest.mark.integration

_ABI = [
    {"type": "function", "name": "get", "inputs": [], "outputs": [{"type": "uint256"}], "stateMutability": "view"},
]


@pytest.fixture(params=["in process", "over HTTP"])
def any_w3(request: pytest.FixtureRequest, node: Node, url: str) -> Iterator[Web3]:
    """Return web3 over the node, once by each provider."""
    if request.param == "in process":
        yield Web3(EmbeddedProvider(node))
        return
    provider = HTTPProvider(url)
    yield Web3(provider)
    provider._request_session_manager.session_cache.clear()


def test_web3_sends_waits_and_reads(any_w3: Web3) -> None:
    tx_hash = any_w3.eth.send_transaction(
        {"from": _address(ALICE), "to": _address(BOB), "value": any_w3.to_wei(1, "ether")}
    )
    receipt = any_w3.eth.wait_for_transaction_receipt(tx_hash, timeout=1)
    assert receipt["status"] == 1
    assert any_w3.eth.get_balance(_address(BOB)) == 10_001 * 10**18
    assert any_w3.eth.get_transaction(tx_hash)["from"] == ALICE
    assert any_w3.eth.get_block("finalized")["number"] == 1
    assert any_w3.is_connected()


def test_web3_fills_in_fees_and_nonce_for_a_local_key(any_w3: Web3) -> None:
    account = dev_account(3)
    fields = any_w3.eth.fee_history(1, "latest")
    transaction: Any = {
        "from": account.address,
        "to": BOB,
        "value": 1,
        "nonce": any_w3.eth.get_transaction_count(account.address, "pending"),
        "maxPriorityFeePerGas": any_w3.eth.max_priority_fee,
        "maxFeePerGas": 2 * fields["baseFeePerGas"][-1] + any_w3.eth.max_priority_fee,
        "chainId": any_w3.eth.chain_id,
    }
    transaction["gas"] = any_w3.eth.estimate_gas(transaction)
    tx_hash = any_w3.eth.send_raw_transaction(account.sign_transaction(transaction).raw_transaction)
    assert any_w3.eth.get_transaction_receipt(tx_hash)["gasUsed"] == 21_000


def test_web3_decodes_reverts_of_every_kind(any_w3: Web3, node: Node) -> None:
    target = _address(install(node, REVERT))
    with pytest.raises(ContractCustomError, match="0x12345678"):
        any_w3.eth.call({"to": target, "data": HexStr("0x12345678")})
    reason = "0x08c379a0" + word(32)[2:] + word(2)[2:] + b"no".hex().ljust(64, "0")
    with pytest.raises(ContractLogicError, match="no"):
        any_w3.eth.call({"to": target, "data": HexStr(reason)})


def test_web3_overrides_state_and_reads_old_blocks(any_w3: Web3, node: Node) -> None:
    store = any_w3.eth.contract(_address(install(node, "0x5f545f5260205ff3")), abi=_ABI)
    override: Any = {store.address: {"stateDiff": {"0x0": word(5)}}}
    assert store.functions.get().call(state_override=override) == 5
    assert store.functions.get().call(block_identifier=0) == 0


def test_web3_filters_and_finds_logs(any_w3: Web3, node: Node) -> None:
    emitter = _address(install(node, EMIT))
    installed = any_w3.eth.filter({"address": emitter})
    any_w3.eth.send_transaction({"from": _address(ALICE), "to": emitter, "data": HexStr(word(7))})
    (entry,) = installed.get_new_entries()
    assert any_w3.eth.get_logs({"fromBlock": 0, "address": emitter}) == [entry]
    assert entry["data"] == bytes(31) + b"\x07"


def test_web3_batches_keep_their_order(any_w3: Web3) -> None:
    with any_w3.batch_requests() as batch:
        batch.add(any_w3.eth.get_balance(_address(ALICE)))
        batch.add(any_w3.eth.get_block(0))
        batch.add(any_w3.eth.get_transaction_count(_address(BOB)))
        answers: Any = batch.execute()
    assert (answers[0], answers[1]["number"], answers[2]) == (10_000 * 10**18, 0, 0)


def test_web3_hears_of_errors_as_usual(any_w3: Web3) -> None:
    with pytest.raises(TransactionNotFound):
        any_w3.eth.get_transaction_receipt(HexStr(word(1)))
    with pytest.raises(Web3RPCError, match="eth_nope"):
        any_w3.manager.request_blocking(RPCEndpoint("eth_nope"), [])


def test_answers_in_process_are_those_over_http(node: Node, url: str) -> None:
    emitter = install(node, EMIT)
    provider = EmbeddedProvider(node)
    call: Callable[..., Any] = lambda method, *params: provider.make_request(RPCEndpoint(method), list(params))  # noqa: E731 - one line
    tx_hash = call("eth_sendTransaction", {"from": ALICE, "to": emitter, "data": word(1)})["result"]
    for method, params in (
        ("eth_getBlockByNumber", ["latest", True]),
        ("eth_getTransactionReceipt", [tx_hash]),
        ("eth_getLogs", [{"fromBlock": "0x0"}]),
        ("eth_getProof", [emitter, ["0x0"], "latest"]),
        ("eth_feeHistory", ["0x2", "latest", [50]]),
        ("debug_traceTransaction", [tx_hash, {"tracer": "callTracer", "tracerConfig": {"withLog": True}}]),
        ("eth_getBalance", ["0x12", "latest"]),
    ):
        inside, outside = call(method, *params), ask_over_http(url, method, *params)
        assert inside == {**outside, "id": inside["id"]}
        assert json.loads(json.dumps(inside)) == inside


def test_every_documented_method_is_there() -> None:
    assert {"eth_call", "eth_getProof", "debug_traceCall", "evm_snapshot", "hardhat_setCode"} <= METHODS.keys()


def test_safe_eth_creates_a_2_of_3_safe_and_executes(url: str) -> None:
    client = EthereumClient(URI(url))
    owners = [_address(owner) for owner in (ALICE, BOB, CAROL)]
    created = Safe.create(
        client,
        dev_account(0),
        _address(SAFE_CONTRACTS["SafeL2"]),
        owners,
        2,
        _address(SAFE_CONTRACTS["CompatibilityFallbackHandler"]),
        proxy_factory_address=_address(SAFE_CONTRACTS["SafeProxyFactory"]),
    )
    assert created.contract_address is not None
    safe = Safe(created.contract_address, client)  # type: ignore[abstract] # safe-eth's __new__ picks the version's class
    client.w3.eth.send_transaction({"from": owners[0], "to": created.contract_address, "value": Wei(10**18)})
    payee = _address("0x" + "77" * 20)
    safe_tx = safe.build_multisig_tx(payee, 10**17, b"")
    safe_tx.sign(key_of(0))
    safe_tx.sign(key_of(1))
    safe_tx.call()
    tx_hash, _ = safe_tx.execute(key_of(2))
    assert client.w3.eth.get_transaction_receipt(tx_hash)["status"] == 1
    assert client.get_balance(payee) == 10**17
    info = safe.retrieve_all_info()
    assert (info.version, info.threshold, info.nonce, info.owners) == ("1.4.1", 2, 1, owners)
    assert info.master_copy == SAFE_CONTRACTS["SafeL2"]
    _close(client)


def test_safe_eth_reads_through_multicall3(url: str) -> None:
    client = EthereumClient(URI(url))
    multicall = Multicall(client, _address(MULTICALL3))
    contract = client.w3.eth.contract(_address(MULTICALL3), abi=multicall.contract.abi)
    balances = multicall.try_aggregate([contract.functions.getEthBalance(_address(owner)) for owner in (ALICE, BOB)])
    assert [result.return_data_decoded for result in balances] == [10_000 * 10**18] * 2
    _close(client)


def test_simulating_a_safe_transaction_needs_no_key(node: Node, url: str) -> None:
    client = EthereumClient(URI(url))
    created = Safe.create(
        client,
        dev_account(0),
        _address(SAFE_CONTRACTS["SafeL2"]),
        [_address(ALICE), _address(BOB)],
        2,
        _address(SAFE_CONTRACTS["CompatibilityFallbackHandler"]),
        proxy_factory_address=_address(SAFE_CONTRACTS["SafeProxyFactory"]),
    )
    assert created.contract_address is not None
    safe = Safe(created.contract_address, client)  # type: ignore[abstract] # safe-eth's __new__ picks the version's class
    store = install(node, STORE)
    safe_tx = safe.build_multisig_tx(_address(store), 0, bytes.fromhex(word(7)[2:]))
    approved = bytes(12) + bytes.fromhex(ALICE[2:]) + bytes(32) + b"\x01"
    data = safe.contract.encode_abi(
        "execTransaction", [safe_tx.to, 0, safe_tx.data, 0, 0, 0, 0, _zero(), _zero(), approved]
    )
    call = {"from": ALICE, "to": created.contract_address, "data": data}
    pretended = {created.contract_address: {"stateDiff": {"0x4": word(1)}}}
    options = {"tracer": "prestateTracer", "tracerConfig": {"diffMode": True}, "stateOverrides": pretended}
    assert ask_over_http(url, "eth_call", call, "latest")["error"]["message"] == "execution reverted: GS020"
    diff = ask_over_http(url, "debug_traceCall", call, "latest", options)["result"]
    assert diff["post"][store] == {"storage": {word(0): word(7)}}
    _close(client)


def _zero() -> ChecksumAddress:
    return _address("0x" + "00" * 20)


def _address(address: str) -> ChecksumAddress:
    return Web3.to_checksum_address(address)


def _close(client: EthereumClient) -> None:
    """Close the connections safe-eth-py keeps, so that no test leaves sockets behind."""
    client.http_session.close()
