"""JSON-RPC methods about the node, the chain and its fees."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hokctl.devnet.backend import Methods, parse_block
from hokctl.devnet.rpc import invalid_params, parse_data, parse_list, parse_quantity, to_data, to_quantity

if TYPE_CHECKING:
    from hokctl.devnet.backend import Backend
    from hokctl.devnet.engine import Block

TIP_WEI = 10**9
_MAX_FEE_BLOCKS = 1024
_MAX_BLOB_GAS = 9 * 2**17


def client_version(backend: Backend) -> str:
    """Return the name of the node and its EVM."""
    return f"hokctl-devnet/{backend.engine.version}"


def sha3(_backend: Backend, data: object) -> str:
    """Return Keccak-256 of the data."""
    from eth_utils.crypto import keccak

    return to_data(keccak(parse_data(data)))


def net_version(backend: Backend) -> str:
    """Return the chain id in decimal."""
    return str(backend.engine.chain_id)


def net_listening(_backend: Backend) -> bool:
    """Return that the node answers."""
    return True


def chain_id(backend: Backend) -> str:
    """Return the chain id."""
    return to_quantity(backend.engine.chain_id)


def syncing(_backend: Backend) -> bool:
    """Return that there is nothing to catch up with."""
    return False


def mining(_backend: Backend) -> bool:
    """Return that blocks are made here."""
    return True


def block_number(backend: Backend) -> str:
    """Return the number of the newest block."""
    return to_quantity(backend.engine.head)


def accounts(backend: Backend) -> list[str]:
    """Return the accounts that `eth_sendTransaction` signs for."""
    return [to_data(account) for account in backend.accounts]


def next_base_fee(backend: Backend) -> int:
    """Return the base fee of the block that comes next, in wei."""
    return backend.engine.block(backend.engine.head + 1).base_fee


def gas_price(backend: Backend) -> str:
    """Return the next base fee and the usual tip, in wei."""
    return to_quantity(next_base_fee(backend) + TIP_WEI)


def max_priority_fee(_backend: Backend) -> str:
    """Return the usual tip, in wei."""
    return to_quantity(TIP_WEI)


def blob_base_fee(_backend: Backend) -> str:
    """Return the least blob fee: no blobs are ever sent here."""
    return to_quantity(1)


def fee_history(backend: Backend, count: object, newest: object, percentiles: object = None) -> dict[str, object]:
    """Return base fees, how full blocks were, and the tips paid at the percentiles of gas."""
    last = parse_block(backend, newest)
    wanted = min(parse_quantity(count), _MAX_FEE_BLOCKS, last + 1)
    blocks = [backend.engine.block(number) for number in range(last - wanted + 1, last + 1)]
    upcoming = next_base_fee(backend) if last >= backend.engine.head else backend.engine.block(last + 1).base_fee
    answer: dict[str, object] = {
        "oldestBlock": to_quantity(last - wanted + 1),
        "baseFeePerGas": [to_quantity(block.base_fee) for block in blocks] + [to_quantity(upcoming)],
        "gasUsedRatio": [block.gas_used / block.gas_limit for block in blocks],
        "baseFeePerBlobGas": [to_quantity(1)] * (len(blocks) + 1),
        "blobGasUsedRatio": [block.blob_gas_used / _MAX_BLOB_GAS for block in blocks],
    }
    if percentiles:
        answer["reward"] = [_tips(block, len(_check_percentiles(percentiles))) for block in blocks]
    return answer


def _check_percentiles(percentiles: object) -> list[float]:
    values = [value for value in parse_list(percentiles) if isinstance(value, int | float) and 0 <= value <= 100]  # noqa: PLR2004 - per cent
    if len(values) != len(parse_list(percentiles)) or values != sorted(values):
        raise invalid_params(f"invalid reward percentiles: {percentiles}")
    return values


def _tips(block: Block, count: int) -> list[str]:
    """Return the tip at each percentile: a block has one transaction at most, so all are the same."""
    tip = block.receipts[0].gas_price - block.base_fee if block.receipts else 0
    return [to_quantity(tip)] * count


METHODS: Methods = {
    "web3_clientVersion": client_version,
    "web3_sha3": sha3,
    "net_version": net_version,
    "net_listening": net_listening,
    "eth_chainId": chain_id,
    "eth_syncing": syncing,
    "eth_mining": mining,
    "eth_blockNumber": block_number,
    "eth_accounts": accounts,
    "eth_gasPrice": gas_price,
    "eth_maxPriorityFeePerGas": max_priority_fee,
    "eth_blobBaseFee": blob_base_fee,
    "eth_feeHistory": fee_history,
}
