"""What messages would do, observed on the embedded chain and on anvil alike."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from eth_typing import ChecksumAddress
from eth_utils.address import to_checksum_address

from hokctl.chain.observation import observe
from hokctl.chain.scenes import Observation, Scene
from hokctl.chain.session import Chain
from hokctl.chain.simulation import StateOverride
from hokctl.devnet.anvil import start_anvil
from hokctl.devnet.genesis import ACCOUNTS
from hokctl.devnet.node import start_node
from hokctl.devnet.server import serve
from hokctl.domain.addresses import created_address
from hokctl.domain.calls import Call
from hokctl.domain.effects import EffectMethod, StorageChange
from tests.contracts.engines import anvil_binary
from tests.integration.chain.bytecode import COUNTER, count_up, creation, error_string, reverter
from tests.integration.chain.test_embedded_reads import send

pytestmark = pytest.mark.integration

ALICE, BOB = (to_checksum_address(account) for account in ACCOUNTS[:2])


@pytest.fixture(params=["embedded", pytest.param("anvil", marks=pytest.mark.anvil)])
def node(request: pytest.FixtureRequest) -> Iterator[Chain]:
    """Return a chain of its own with a counter as ALICE's first contract, on either engine."""
    if request.param == "anvil":
        binary = anvil_binary()
        if binary is None:
            pytest.skip("anvil is not there")
        with start_anvil(binary=binary) as running:
            yield Chain.connect(running.url, network="devnet", chain_id=31337)
    else:
        with serve(start_node(), port=0) as server:
            yield Chain.connect(server.url, network="devnet", chain_id=31337)


def scene(chain: Chain, *calls: Call, sender: ChecksumAddress = ALICE) -> Scene:
    return Scene(calls=calls, sender=sender, block=chain.at().block.number)


def seen(chain: Chain, what: Scene) -> Observation:
    observed, _ = observe(chain, [what])
    assert observed is not None
    return observed[0]


def pay(to: ChecksumAddress, wei: int) -> Call:
    return Call(to=to, label="x", signature="", args=(), data=b"", value=wei, purpose="", requires=())


def test_a_sequence_runs_as_transactions_of_the_account_would(node: Chain) -> None:
    """The observed effect is compared with what the very same transactions then do."""
    counter = created_address(ALICE, 0)
    calls = (creation(COUNTER), count_up(counter, 5), count_up(counter, 6))
    observed = seen(node, scene(node, *calls))
    assert (observed.method, observed.created) == (EffectMethod.TRACE, (counter,))
    assert observed.storage == (StorageChange(contract=counter, slot=0, before=0, after=11),)
    receipts = [send(node, call, key=str(number)) for number, call in enumerate(calls)]
    mined = [(log.address, log.topics, log.data) for receipt in receipts for log in receipt.logs]
    assert [log[1:] for log in mined] == [(log.topics, log.data) for log in observed.logs]


def test_native_currency_is_followed(node: Chain) -> None:
    observed = seen(node, scene(node, pay(BOB, 7), pay(BOB, 5), pay(ALICE, 3)))
    assert observed.native == {ALICE: -12, BOB: 12}
    node.can_trace = False
    assert seen(node, scene(node, pay(BOB, 7), pay(BOB, 5))).native == {ALICE: -12, BOB: 12}


def test_a_failure_names_its_call_and_its_reason(node: Chain) -> None:
    broken = to_checksum_address("0x" + "bb" * 20)
    node.request("hardhat_setCode", [broken, "0x" + reverter(error_string("closed")).hex()])
    failing = replace(pay(broken, 0), data=b"\x01\x02")
    for traces in (True, False):
        node.can_trace = traces
        failure = seen(node, scene(node, pay(BOB, 7), failing)).failure
        assert failure is not None
        assert (failure.path, failure.revert.text) == (((broken, b"\x01\x02"),), "closed")


def test_what_is_pretended_counts_and_is_no_change(node: Chain) -> None:
    counter = to_checksum_address("0x" + "cc" * 20)
    node.request("hardhat_setCode", [counter, "0x" + COUNTER.hex()])
    pretended = replace(scene(node, count_up(counter, 1)), overrides={counter: StateOverride(slots={0: 100})})
    assert seen(node, pretended).storage == (StorageChange(contract=counter, slot=0, before=100, after=101),)
    node.can_trace = False
    assert int.from_bytes(seen(node, pretended).logs[0].data, "big") == 101


def test_creations_after_calls_are_not_traced_since_their_addresses_would_be_wrong() -> None:
    with serve(start_node(), port=0) as server:
        chain = Chain.connect(server.url, network="devnet", chain_id=31337)
        observed = seen(chain, scene(chain, pay(BOB, 1), creation(COUNTER)))
        assert observed.method is EffectMethod.SIMULATE
