"""The pinned code hashes of what may run as a Safe, computed anew on a fresh EVM from the published creation code."""

import json
from importlib.resources import files

import pytest
from eth_utils.crypto import keccak

from hokctl.clients.safe_delegates import DELEGATE_TARGETS, DelegateTarget
from hokctl.devnet.engine import CallRequest
from hokctl.devnet.pyevm_execution import run_message
from hokctl.devnet.pyevm_state import scratch_state

pytestmark = pytest.mark.unit

CREATION_CODE = {
    ("MultiSendCallOnly", "1.4.1"): "MultiSendCallOnly_V1_4_1.json",
    ("MultiSendCallOnly", "1.5.0"): "MultiSendCallOnly_V1_5_0.json",
    ("SignMessageLib", "1.4.1"): "SignMessageLib.json",
}


@pytest.mark.parametrize(("key", "file"), CREATION_CODE.items())
def test_code_hashes_are_those_of_the_published_code(key: tuple[str, str], file: str) -> None:
    artifact = json.loads((files("safe_eth") / "eth" / "contracts" / "abis" / file).read_text(encoding="utf-8"))
    code = bytes.fromhex(artifact["bytecode"].removeprefix("0x"))
    request = CallRequest(sender=bytes(20), to=None, data=code)
    runtime = run_message(scratch_state(31337), request, 30_000_000)[0].output
    pinned = {target.code_hash for target in DELEGATE_TARGETS.values() if (target.name, target.version) == key}

    assert pinned == {"0x" + keccak(runtime).hex()}


def test_the_targets_are_where_safe_eth_py_has_them() -> None:
    from safe_eth.safe.safe_deployments import safe_deployments

    def known(target: DelegateTarget) -> list[str]:
        return list(safe_deployments[target.version][target.name]["1"])

    for address, target in DELEGATE_TARGETS.items():
        assert address in known(target)
