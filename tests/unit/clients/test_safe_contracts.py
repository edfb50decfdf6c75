"""Safe: canonical addresses, storage slots, predicted addresses and packed batches."""

import importlib.util
import json
from dataclasses import asdict
from types import ModuleType

import pytest
from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak
from hypothesis import given
from hypothesis import strategies as st

from hokctl.clients.multisend import (
    MalformedMultiSendError,
    MultiSend,
    MultiSendItem,
    pack_multi_send,
    unpack_multi_send,
)
from hokctl.clients.safe import FALLBACK_HANDLER_SLOT, GUARD_SLOT, Operation, Safe, SafeSetup
from hokctl.clients.safe_deployments import (
    SAFE_1_3_0,
    SAFE_1_3_0_EIP155,
    SAFE_1_4_1,
    SAFE_1_5_0,
    SafeDeployment,
    is_multi_send,
    safe_labels,
)
from hokctl.clients.safe_proxy_factory import NewSafe, SafeProxyFactory
from hokctl.exit_codes import ExitCode
from tests.unit.clients.samples import ALICE, BOB, ITEM, TARGET, address, safe_eth_path

pytestmark = pytest.mark.unit

COMMON = {
    "multi_send": "MultiSend",
    "multi_send_call_only": "MultiSendCallOnly",
    "fallback_handler": "CompatibilityFallbackHandler",
    "simulate_tx_accessor": "SimulateTxAccessor",
    "create_call": "CreateCall",
    "sign_message_lib": "SignMessageLib",
}
NAMES_1_4_1 = COMMON | {"singleton": "Safe", "singleton_l2": "SafeL2", "proxy_factory": "SafeProxyFactory"}
NAMES_1_3_0 = COMMON | {
    "singleton": "GnosisSafe",
    "singleton_l2": "GnosisSafeL2",
    "proxy_factory": "GnosisSafeProxyFactory",
}


SINGLETON_FACTORY = "0x914d7Fec6aaC8cd542e72Bca78B30650d45643d7"
OLDER_DEPLOYER = "0x4e59b44847b379578588920cA78FbF26c0B4956C"
SHIPPED = {
    "singleton_l2": "Safe",
    "proxy_factory": "ProxyFactory",
    "multi_send": "MultiSend",
    "multi_send_call_only": "MultiSendCallOnly",
    "fallback_handler": "CompatibilityFallbackHandler",
    "simulate_tx_accessor": "SimulateTxAccessor",
}
SHIPPED_1_3_0 = {
    "singleton_l2": "GnosisSafe",
    "proxy_factory": "ProxyFactory",
    "fallback_handler": "CompatibilityFallbackHandler",
}


def safe_eth_deployments() -> ModuleType:
    """Return safe-eth-py's table of deployments, without the libraries that its package imports."""
    path = safe_eth_path() / "safe" / "safe_deployments.py"
    spec = importlib.util.spec_from_file_location("safe_eth_deployments", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("deployment", "names"), [(SAFE_1_5_0, NAMES_1_4_1), (SAFE_1_4_1, NAMES_1_4_1), (SAFE_1_3_0, NAMES_1_3_0)]
)
def test_the_canonical_addresses_are_those_of_safe_eth(deployment: SafeDeployment, names: dict[str, str]) -> None:
    table = safe_eth_deployments().default_safe_deployments[deployment.version]
    # The first address of each list is the canonical one; the others are for chains that refuse its transaction.
    expected = {key: table[name][0] for key, name in names.items()} | {"version": deployment.version}
    assert asdict(deployment) == expected


def test_the_1_3_0_addresses_for_chains_that_demand_a_chain_id_are_those_of_safe_eth() -> None:
    table = safe_eth_deployments().default_safe_deployments["1.3.0"]
    expected = {key: table[name][1] for key, name in NAMES_1_3_0.items()} | {"version": "1.3.0"}
    assert asdict(SAFE_1_3_0_EIP155) == expected


@pytest.mark.parametrize(
    ("address", "deployer", "file"),
    [
        *((getattr(SAFE_1_5_0, name), SINGLETON_FACTORY, f"{file}_V1_5_0") for name, file in SHIPPED.items()),
        *((getattr(SAFE_1_4_1, name), SINGLETON_FACTORY, f"{file}_V1_4_1") for name, file in SHIPPED.items()),
        (SAFE_1_4_1.sign_message_lib, SINGLETON_FACTORY, "SignMessageLib"),
        *(
            (getattr(deployment, name), deployer, f"{file}_V1_3_0")
            for deployment, deployer in ((SAFE_1_3_0, OLDER_DEPLOYER), (SAFE_1_3_0_EIP155, SINGLETON_FACTORY))
            for name, file in SHIPPED_1_3_0.items()
        ),
    ],
)
def test_the_addresses_follow_from_the_genuine_creation_code(address: str, deployer: str, file: str) -> None:
    document = json.loads((safe_eth_path() / "eth/contracts/abis" / f"{file}.json").read_text())
    code = bytes.fromhex(document["bytecode"].removeprefix("0x"))
    digest = keccak(b"\xff" + bytes.fromhex(deployer[2:]) + bytes(32) + keccak(code))
    assert to_checksum_address(digest[12:]) == address


def test_each_canonical_address_has_a_name() -> None:
    labels = safe_labels()
    assert len(labels) == 36
    assert labels[SAFE_1_4_1.multi_send_call_only] == "MultiSendCallOnly 1.4.1"
    assert labels[SAFE_1_3_0.singleton_l2] == "SafeL2 1.3.0"


def test_both_kinds_of_multisend_are_recognised_and_nothing_else() -> None:
    assert is_multi_send(SAFE_1_3_0.multi_send)
    assert is_multi_send(SAFE_1_4_1.multi_send_call_only)
    assert not is_multi_send(SAFE_1_4_1.create_call)


def test_the_storage_slots_are_the_hashes_of_their_names() -> None:
    assert keccak(text="guard_manager.guard.address") == GUARD_SLOT.to_bytes(32, "big")
    assert keccak(text="fallback_manager.handler.address") == FALLBACK_HANDLER_SLOT.to_bytes(32, "big")


def test_the_address_of_a_new_safe_is_known_beforehand() -> None:
    # The expected address is where Safe's own factory put it, on a chain with the genuine 1.4.1 contracts.
    document = json.loads((safe_eth_path() / "eth/contracts/abis/Proxy_V1_4_1.json").read_text())
    owners = (
        to_checksum_address("0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"),
        to_checksum_address("0x70997970C51812dc3A010C7d01b50e0d17dc79C8"),
        to_checksum_address("0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC"),
    )
    setup = SafeSetup(owners=owners, threshold=2, fallback_handler=SAFE_1_4_1.fallback_handler)
    new_safe = NewSafe(
        singleton=SAFE_1_4_1.singleton_l2, initializer=Safe(ALICE).setup(setup, purpose="p").data, salt_nonce=42
    )
    predicted = SafeProxyFactory(SAFE_1_4_1.proxy_factory).predict_address(
        new_safe, bytes.fromhex(document["bytecode"].removeprefix("0x"))
    )
    assert predicted == "0xE1f5498A6D5D4aE82e420C256dA066743CA4b7d9"


ITEMS = st.builds(
    MultiSendItem,
    operation=st.sampled_from(Operation),
    to=st.integers(0, 255).map(address),
    value=st.integers(0, 2**256 - 1),
    data=st.binary(max_size=70),
)


@given(st.lists(ITEMS, max_size=5))
def test_a_packed_batch_unpacks_to_the_same_calls(items: list[MultiSendItem]) -> None:
    assert unpack_multi_send(pack_multi_send(items)) == tuple(items)


def test_a_batch_is_packed_as_the_contract_reads_it() -> None:
    assert pack_multi_send([ITEM]).hex() == "00" + "a1" * 20 + f"{0:064x}" + f"{3:064x}" + "010203"
    call = MultiSend(TARGET).multi_send([ITEM, ITEM], purpose="p")
    assert call.args[0].value == pack_multi_send([ITEM, ITEM])


@pytest.mark.parametrize(
    ("packed", "reason"),
    [
        (pack_multi_send([ITEM])[:-1], "call 1 claims more data than there is"),
        (pack_multi_send([ITEM]) + b"\x00", "call 2 is cut off"),
        (b"\x02" + pack_multi_send([ITEM])[1:], "2 is not an operation"),
    ],
)
def test_a_batch_that_does_not_add_up_is_refused(packed: bytes, reason: str) -> None:
    with pytest.raises(MalformedMultiSendError, match=reason) as caught:
        unpack_multi_send(packed)
    assert caught.value.exit_code is ExitCode.USAGE


def test_owners_are_part_of_the_setup() -> None:
    call = Safe(TARGET).setup(SafeSetup(owners=[ALICE, BOB], threshold=1, fallback_handler=TARGET), purpose="p")
    assert call.args[0].value == (ALICE, BOB)
    assert call.args[1].value == 1
