"""Reading the embedded chain: snapshots, batches with and without Multicall3, logs, simulations."""

import pytest
from eth_utils.address import to_checksum_address

from hokctl.chain.errors import NoContractError, UnknownBlockError, WrongChainError
from hokctl.chain.fees import get_fees
from hokctl.chain.logs import get_logs
from hokctl.chain.multicall import MULTICALL3
from hokctl.chain.provider_transport import ProviderTransport
from hokctl.chain.receipts import Receipt
from hokctl.chain.reverts import ContractRevertedError, ErrorTable
from hokctl.chain.sending import Sender
from hokctl.chain.session import Chain
from hokctl.chain.signers import DevnetSigner
from hokctl.chain.simulation import StateOverride, simulate, simulate_sequence
from hokctl.devnet.node import Node
from hokctl.devnet.provider import EmbeddedProvider
from hokctl.domain.calls import Call
from tests.integration.chain.bytecode import COUNTER, TOPIC, count_up, creation, error_string, read_count, reverter
from tests.unit.chain.fakes import MemoryJournal

pytestmark = pytest.mark.integration

NOBODY = to_checksum_address("0x" + "99" * 20)


def send(chain: Chain, call: Call, *, key: str) -> Receipt:
    signer = DevnetSigner("alice", 0, chain.chain_id, chain.endpoint)
    sender = Sender(chain, signer, MemoryJournal(), clock=lambda: 0, max_fee_wei=None, timeout_s=5)
    receipt = sender.send(call, key=key)
    assert receipt.succeeded
    return receipt


@pytest.fixture
def counter(chain: Chain) -> Receipt:
    """Return the creation of a counter."""
    return send(chain, creation(COUNTER), key="counter")


def test_a_snapshot_keeps_reading_its_own_block(chain: Chain, counter: Receipt) -> None:
    assert counter.contract_address is not None
    before = chain.at()
    send(chain, count_up(counter.contract_address, 5), key="up")
    assert before.get(read_count(counter.contract_address)) == 0
    assert chain.at().get(read_count(counter.contract_address)) == 5
    assert chain.at(before.block.number).block == before.block


@pytest.mark.parametrize("with_multicall", [True, False])
def test_a_batch_reads_the_same_with_and_without_multicall3(
    chain: Chain, counter: Receipt, node: Node, with_multicall: bool
) -> None:
    assert counter.contract_address is not None
    broken = send(chain, creation(reverter(error_string("closed"))), key="broken").contract_address
    assert broken is not None
    send(chain, count_up(counter.contract_address, 5), key="up")
    if not with_multicall:
        EmbeddedProvider(node).make_request("hardhat_setCode", [MULTICALL3, "0x"])  # type: ignore[arg-type]
    snapshot = chain.at()
    trips = chain.transport.round_trips
    with snapshot.batch() as batch:
        count, closed, nothing = (batch.add(read_count(to)) for to in (counter.contract_address, broken, NOBODY))
        code, balance, nonce = batch.add_code(broken), batch.add_balance(NOBODY), batch.add_nonce(NOBODY)
    assert chain.transport.round_trips - trips == (1 if with_multicall else 2)
    assert chain.has_multicall == with_multicall
    assert count.value == 5
    with pytest.raises(ContractRevertedError, match=r"Counter refused count\(\): closed\."):
        _ = closed.value
    with pytest.raises(NoContractError):
        _ = nothing.value
    assert (code.value[:1], balance.value, nonce.value) == (b"\x60", 0, 0)


def test_a_custom_error_is_named_by_the_chains_table(chain: Chain) -> None:
    table = ErrorTable.parse(["EnforcedPause()"])
    paused = send(chain, creation(reverter(bytes.fromhex("d93c0665"))), key="paused").contract_address
    assert paused is not None
    chain.errors = table
    with pytest.raises(ContractRevertedError, match=r"EnforcedPause\(\)"):
        chain.at().get(read_count(paused))


def test_a_block_of_the_future_is_unknown(chain: Chain) -> None:
    with pytest.raises(UnknownBlockError):
        chain.at(1_000)
    assert chain.at("finalized").block == chain.at("latest").block


def test_a_devnet_is_not_taken_for_another_chain(node: Node) -> None:
    mainnet = Chain(ProviderTransport(EmbeddedProvider(node)), network="mainnet", chain_id=1)
    with pytest.raises(WrongChainError, match="Network mainnet is chain 1"):
        mainnet.at()


def test_fees_cover_the_next_blocks(chain: Chain) -> None:
    fees = get_fees(chain, None)
    assert fees.max_fee_per_gas > fees.max_priority_fee_per_gas >= 0
    assert get_fees(chain, fees.max_fee_per_gas - 1).max_fee_per_gas == fees.max_fee_per_gas - 1


def test_logs_are_found_by_address_topic_and_range(chain: Chain, counter: Receipt) -> None:
    assert counter.contract_address is not None
    receipts = [send(chain, count_up(counter.contract_address), key=f"up {turn}") for turn in range(3)]
    found = get_logs(chain, [counter.contract_address], ["0x" + TOPIC.hex()], 0, chain.at().block.number)
    assert found == [receipt.logs[0] for receipt in receipts]
    assert [int.from_bytes(log.data, "big") for log in found] == [1, 2, 3]
    assert get_logs(chain, [], ["0x" + "00" * 32], 0, chain.at().block.number) == []
    with pytest.raises(UnknownBlockError):
        get_logs(chain, [], [], 0, 1_000)


def test_a_simulation_changes_nothing_and_says_what_would_happen(chain: Chain, counter: Receipt) -> None:
    to = counter.contract_address
    assert to is not None
    block = chain.at().block.number
    result = simulate(chain, count_up(to, 7), sender=NOBODY, block=block)
    assert (result.ok, int.from_bytes(result.return_data, "big")) == (True, 7)
    overrides = {to: StateOverride(slots={0: 100})}
    result = simulate(chain, count_up(to, 7), sender=NOBODY, block=block, overrides=overrides)
    assert int.from_bytes(result.return_data, "big") == 107
    closed = {to: StateOverride(code=reverter(error_string("closed")))}
    result = simulate(chain, count_up(to, 7), sender=NOBODY, block=block, overrides=closed)
    assert result.revert is not None
    assert result.revert.text == "closed"
    assert chain.at().get(read_count(to)) == 0


def test_a_sequence_is_simulated_call_upon_call(chain: Chain, counter: Receipt) -> None:
    to = counter.contract_address
    assert to is not None
    simulation = simulate_sequence(chain, [count_up(to, 1), count_up(to, 2)], NOBODY, chain.at().block.number)
    assert simulation.ok
    assert simulation.complete
    assert [int.from_bytes(result.return_data, "big") for result in simulation.results] == [1, 3]
    assert [int.from_bytes(result.logs[0].data, "big") for result in simulation.results] == [1, 3]
