"""Sample values, and every method of a client called once with them."""

import inspect
import json
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final, get_args, get_type_hints

from eth_typing import ChecksumAddress
from eth_utils.address import to_checksum_address

from hokctl.chain.reads import Read
from hokctl.clients.base import Client
from hokctl.clients.hokusai_amm_factory import PoolParams
from hokctl.clients.hokusai_params import LicenseRef
from hokctl.clients.infrastructure_reserve import Payment
from hokctl.clients.live_hokusai_params import VestingConfig
from hokctl.clients.multisend import MultiSendItem
from hokctl.clients.safe import SafeSetup, SafeTxFields
from hokctl.clients.safe_proxy_factory import NewSafe
from hokctl.clients.timelock_controller import TimelockCall
from hokctl.clients.token_manager import InitialParams, NewToken
from hokctl.domain.abi_values import split_types
from hokctl.domain.calls import AbiValue, Call
from hokctl.domain.roles import RoleId
from hokctl.domain.units import Bytes32, InvoiceHash, ModelId, OperationId, SafeTxHash


def address(number: int) -> ChecksumAddress:
    """Return a checksummed address made of one repeated byte."""
    return to_checksum_address(bytes([number]) * 20)


TARGET: Final = address(0xAA)
ALICE: Final = address(0xA1)
BOB: Final = address(0xB0)
SAFE: Final = address(0x5A)
TOKEN: Final = address(0x70)
HASH: Final = "0x" + "ab" * 32
MODEL: Final = ModelId("gpt-x")

PAYMENT: Final = Payment(
    model_id=MODEL, payee=ALICE, amount_units=50_000_000, invoice_hash=InvoiceHash(HASH), memo="December"
)
NEW_TOKEN: Final = NewToken(model_id=MODEL, name="Model X", symbol="MX", total_supply_units=10**18)
INITIAL_PARAMS: Final = InitialParams(
    tokens_per_delta_one=1000, infrastructure_accrual_bps=8000, license_hash=HASH, license_uri="ipfs://x", governor=BOB
)
POOL_PARAMS: Final = PoolParams(
    crr_ppm=100_000,
    trade_fee_bps=30,
    ibr_duration_s=604_800,
    flat_curve_threshold_units=25_000_000_000,
    flat_curve_price_units=10_000,
)
TX_FIELDS: Final = SafeTxFields(to=ALICE, value=1, data=b"\x01\x02")
SETUP: Final = SafeSetup(owners=(ALICE, BOB), threshold=2, fallback_handler=TOKEN)
NEW_SAFE: Final = NewSafe(singleton=TOKEN, initializer=b"\x01", salt_nonce=7)
TIMELOCK_CALL: Final = TimelockCall(target=ALICE, value=1, data=b"\x01")
ITEM: Final = MultiSendItem(to=ALICE, value=0, data=b"\x01\x02\x03")

_BY_TYPE: Final[dict[Any, Any]] = {
    ModelId: MODEL,
    RoleId: HASH,
    InvoiceHash: HASH,
    SafeTxHash: HASH,
    OperationId: HASH,
    Bytes32: HASH,
    ChecksumAddress: ALICE,
    int: 3,
    bytes: b"\x01\x02\x03\x04",
    str: "text",
    bool: True,
    Payment: PAYMENT,
    NewToken: NEW_TOKEN,
    InitialParams: INITIAL_PARAMS,
    PoolParams: POOL_PARAMS,
    LicenseRef: LicenseRef(hash=HASH, uri="ipfs://x"),
    SafeTxFields: TX_FIELDS,
    SafeSetup: SETUP,
    NewSafe: NEW_SAFE,
    Sequence[Payment]: (PAYMENT, PAYMENT),
    TimelockCall: TIMELOCK_CALL,
    Sequence[TimelockCall]: (TIMELOCK_CALL, TIMELOCK_CALL),
    Sequence[MultiSendItem]: (ITEM, ITEM),
    Sequence[tuple[ModelId, int]]: ((MODEL, 1), (MODEL, 2)),
    Sequence[tuple[ModelId, int, int]]: ((MODEL, 1, 5), (MODEL, 2, 6)),
    Sequence[tuple[ChecksumAddress, int]]: ((ALICE, 1), (BOB, 2)),
    VestingConfig: VestingConfig(enabled=True, immediate_unlock_bps=1_000, duration_s=31_536_000, cliff_s=0),
}


def every_result(client: Client) -> Iterator[tuple[str, Read[Any] | Call]]:
    """Yield what each public method of `client` returns, by the method's name; pure computations are left out."""
    for name, method in inspect.getmembers(client, inspect.ismethod):
        if name.startswith("_"):
            continue
        result = method(**_arguments(method))
        if isinstance(result, Read | Call):
            yield name, result


def sample(abi_type: str) -> AbiValue:
    """Return a value of a canonical ABI type."""
    if abi_type.endswith("[]"):
        return (sample(abi_type[:-2]),)
    if abi_type.startswith("("):
        return tuple(sample(inner) for inner in split_types(abi_type[1:-1]))
    if abi_type.startswith("uint"):
        return 1
    if abi_type.startswith("bytes"):
        return b"\x07" * int(abi_type[5:] or 3)
    others: dict[str, AbiValue] = {"address": ALICE, "bool": True, "string": "text"}
    return others[abi_type]


def standin_abi(name: str) -> list[dict[str, Any]]:
    """Return the ABI of one of the tests' stand-ins."""
    path = Path(__file__).parents[2] / "contracts/standins" / f"{name}.json"
    abi: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["abi"]
    return abi


def safe_abi(name: str) -> list[dict[str, Any]]:
    """Return an ABI that safe-eth-py ships, without importing the library."""
    abi: list[dict[str, Any]] = json.loads((safe_eth_path() / "eth/contracts/abis" / f"{name}.json").read_text())["abi"]
    return abi


def safe_eth_path() -> Path:
    """Return where safe-eth-py is installed."""
    spec = find_spec("safe_eth")
    assert spec is not None
    assert spec.submodule_search_locations is not None
    return Path(spec.submodule_search_locations[0])


def _arguments(method: Any) -> dict[str, Any]:  # noqa: ANN401 - any method
    hints = get_type_hints(method)
    return {
        name: f"to test {name}" if name == "purpose" else _BY_TYPE[_without_none(hints[name])]
        for name in inspect.signature(method).parameters
    }


def _without_none(hint: Any) -> Any:  # noqa: ANN401 - a type, a NewType or an alias
    return get_args(hint)[0] if type(None) in get_args(hint) else hint
