"""What block 0 holds: ten funded accounts, Safe 1.4.1 and Multicall3, all where real networks have them.

The Safe contracts are made by running their constructors through the Safe singleton factory with salt 0, the way
they came to every other chain: immutables, constructor storage and addresses are then right by construction.
The creation code comes with safe-eth-py, read as data; that of CreateCall, which it lacks, with hokctl.
"""

from __future__ import annotations

import json
import runpy
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from hokctl.devnet.create_call import CREATE_CALL_CREATION_CODE
from hokctl.devnet.engine import AccountOverride, AccountState, CallRequest
from hokctl.devnet.errors import DevnetMissingError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from importlib.resources.abc import Traversable

CHAIN_ID = 31337
MNEMONIC = "test test test test test test test test test test test junk"
DERIVATION_PATH = "m/44'/60'/0'/0"
ACCOUNT_BALANCE_WEI = 10_000 * 10**18

# The addresses of the mnemonic's first ten keys, so that starting a chain derives no key.
ACCOUNTS = (
    "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266",
    "0x70997970C51812dc3A010C7d01b50e0d17dc79C8",
    "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC",
    "0x90F79bf6EB2c4f870365E785982E1f101E93b906",
    "0x15d34AAf54267DB7D7c367839AAf71A00a2C6A65",
    "0x9965507D1a55bcC2695C58ba16FB37d819B0A4dc",
    "0x976EA74026E726554dB657fA54763abd0C3a0aa9",
    "0x14dC79964da2C08b23698B3D3cc7Ca32193d9955",
    "0x23618e81E3f5cdF7f54C3d65f7FBc0aBf5B21E8f",
    "0xa0Ee7A142d267C1f36714E4a8F75612F20a79720",
)

SINGLETON_FACTORY = "0x914d7Fec6aaC8cd542e72Bca78B30650d45643d7"
MULTICALL3 = "0xcA11bde05977b3631167028862bE2a173976CA11"

# Safe 1.4.1 by contract name, as in safe-deployments, each with its file in safe-eth-py.
SAFE_CONTRACTS = {
    "SafeL2": "0x29fcB43b46531BcA003ddC8FCB67FFE91900C762",
    "SafeProxyFactory": "0x4e1DCf7AD4e460CfD30791CCC4F9c8a4f820ec67",
    "MultiSend": "0x38869bf66a61cF6bDB996A6aE40D5853Fd43B526",
    "MultiSendCallOnly": "0x9641d764fc13c8B624c04430C7356C1C7C8102e2",
    "CompatibilityFallbackHandler": "0xfd0732Dc9E303f09fCEf3a7388Ad10A83459Ec99",
    "SimulateTxAccessor": "0x3d4BA2E0884aa488718476ca2FB8Efc291A46199",
    "SignMessageLib": "0xd53cd0aB83D845Ac265BE939c57F53AD838012c9",
    "CreateCall": "0x9b35Af71d77eaf8d7e40252370304687390A1A52",
}
_FILES = {
    "SafeL2": "Safe_V1_4_1.json",
    "SafeProxyFactory": "ProxyFactory_V1_4_1.json",
    "MultiSend": "MultiSend_V1_4_1.json",
    "MultiSendCallOnly": "MultiSendCallOnly_V1_4_1.json",
    "CompatibilityFallbackHandler": "CompatibilityFallbackHandler_V1_4_1.json",
    "SimulateTxAccessor": "SimulateTxAccessor_V1_4_1.json",
    "SignMessageLib": "SignMessageLib.json",
}

# The factory's whole code (github.com/safe-global/safe-singleton-factory): CREATE2 with the first word as salt.
_FACTORY_CODE = bytes.fromhex(
    "7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe0"
    "3601600081602082378035828234f58015156039578182fd5b8082525050506014600cf3"
)
_SALT = bytes(32)
_CONSTRUCTOR_GAS = 30_000_000


def genesis_accounts() -> dict[bytes, AccountState]:
    """Return block 0's accounts: the funded ones and the contracts."""
    funded = AccountState(exists=True, balance=ACCOUNT_BALANCE_WEI, nonce=0, code=b"", storage={})
    return {**{to_bytes(account): funded for account in ACCOUNTS}, **contract_accounts()}


@cache
def contract_accounts() -> Mapping[bytes, AccountState]:
    """Run every constructor once and return the contracts with their code and storage.

    Raise DevnetMissingError when the extra `devnet` is not installed.
    """
    try:
        from hokctl.devnet.pyevm_execution import run_message
        from hokctl.devnet.pyevm_state import apply_override, read_account, scratch_state
    except ModuleNotFoundError as error:
        raise DevnetMissingError(error.name or "py-evm") from error

    state = scratch_state(CHAIN_ID)
    factory, nobody = to_bytes(SINGLETON_FACTORY), bytes(20)
    apply_override(state, factory, AccountOverride(nonce=1, code=_FACTORY_CODE))
    for name in SAFE_CONTRACTS:
        request = CallRequest(sender=nobody, to=factory, data=_SALT + _safe_creation_code(name))
        run_message(state, request, _CONSTRUCTOR_GAS)
    runtime = run_message(state, CallRequest(sender=nobody, to=None, data=_multicall_creation_code()), _CONSTRUCTOR_GAS)
    apply_override(state, to_bytes(MULTICALL3), AccountOverride(nonce=1, code=runtime[0].output))
    addresses = [to_bytes(address) for address in (SINGLETON_FACTORY, MULTICALL3, *SAFE_CONTRACTS.values())]
    return {address: read_account(state, address, set(state.touched[address])) for address in addresses}


def to_bytes(address: str) -> bytes:
    """Return a hex address as 20 bytes."""
    return bytes.fromhex(address[2:])


def _safe_creation_code(name: str) -> bytes:
    if name not in _FILES:
        return CREATE_CALL_CREATION_CODE
    artifact = json.loads(_safe_eth_file(_FILES[name]).read_text(encoding="utf-8"))
    return bytes.fromhex(artifact["bytecode"].removeprefix("0x"))


def _multicall_creation_code() -> bytes:
    code = runpy.run_path(str(_safe_eth_file("multicall.py")))["multicall_v3_bytecode"]
    return bytes.fromhex(code.removeprefix("0x")) if isinstance(code, str) else bytes(code)


def _safe_eth_file(name: str) -> Traversable:
    """Return a data file of safe-eth-py without importing its modules, which would load web3."""
    return files("safe_eth") / "eth" / "contracts" / "abis" / name
