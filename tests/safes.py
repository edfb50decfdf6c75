"""Genuine Safe contracts of every supported version on a test's chain, made from the code that safe-eth-py ships."""

import json
from importlib.resources import files

from eth_typing import ChecksumAddress
from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak

from hokctl.chain.session import Chain
from hokctl.clients.safe_deployments import SAFE_1_3_0, SAFE_1_4_1, SAFE_1_5_0, SafeDeployment
from tests.world import DEPLOYER, receipt_of

SINGLETON_FACTORY = to_checksum_address("0x914d7Fec6aaC8cd542e72Bca78B30650d45643d7")
OLDER_DEPLOYER = to_checksum_address("0x4e59b44847b379578588920cA78FbF26c0B4956C")
VERSIONS: dict[str, SafeDeployment] = {"1.3.0": SAFE_1_3_0, "1.4.1": SAFE_1_4_1, "1.5.0": SAFE_1_5_0}
_FILES = {
    "1.3.0": ("GnosisSafe_V1_3_0", "ProxyFactory_V1_3_0", "CompatibilityFallbackHandler_V1_3_0"),
    "1.5.0": (
        "Safe_V1_5_0",
        "ProxyFactory_V1_5_0",
        "CompatibilityFallbackHandler_V1_5_0",
        "MultiSend_V1_5_0",
        "MultiSendCallOnly_V1_5_0",
        "SimulateTxAccessor_V1_5_0",
    ),
}


def add_safe_contracts(chain: Chain, version: str) -> SafeDeployment:
    """Put the contracts of `version` where real networks have them, and return where that is; 1.4.1 is there already.

    They come to be through the deployers that made them elsewhere. safe-eth-py ships no MultiSendCallOnly 1.3.0: the
    code of 1.4.1, which packs and runs calls the same way, stands in for it.
    """
    deployment = VERSIONS[version]
    deployer = OLDER_DEPLOYER if version == "1.3.0" else SINGLETON_FACTORY
    if version == "1.3.0":
        chain.request("anvil_setCode", [deployer, code_at(chain, SINGLETON_FACTORY)])
        chain.request(
            "anvil_setCode", [deployment.multi_send_call_only, code_at(chain, SAFE_1_4_1.multi_send_call_only)]
        )
    for name in _FILES.get(version, ()):
        _deploy(chain, deployer, creation_code(name))
    for address in (deployment.singleton_l2, deployment.proxy_factory, deployment.fallback_handler):
        assert code_at(chain, address) != "0x", f"{version}: nothing at {address}"
    return deployment


def creation_code(name: str) -> bytes:
    """Return the creation code in a file of safe-eth-py's."""
    path = files("safe_eth") / "eth" / "contracts" / "abis" / f"{name}.json"
    return bytes.fromhex(json.loads(path.read_text(encoding="utf-8"))["bytecode"].removeprefix("0x"))


def code_at(chain: Chain, address: ChecksumAddress) -> str:
    """Return the code at an address in hex."""
    return str(chain.request("eth_getCode", [address, "latest"]))


def _deploy(chain: Chain, deployer: ChecksumAddress, code: bytes) -> None:
    where = to_checksum_address(keccak(b"\xff" + bytes.fromhex(deployer[2:]) + bytes(32) + keccak(code))[12:])
    if code_at(chain, where) != "0x":
        return
    request = {"from": DEPLOYER, "to": deployer, "data": "0x" + (bytes(32) + code).hex(), "gas": hex(9_000_000)}
    tx_hash = str(chain.request("eth_sendTransaction", [request]))
    assert receipt_of(chain, tx_hash)["status"] == "0x1"
    assert code_at(chain, where) != "0x"
