"""JSON-RPC methods that find logs, at once or by filters that are asked again and again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hokctl.devnet.backend import Methods, block_by_hash, parse_block
from hokctl.devnet.log_filters import Criteria, Filter, find_logs, parse_criteria
from hokctl.devnet.rpc import SERVER_ERROR, RpcError, invalid_params, parse_object, parse_quantity, to_data, to_quantity

if TYPE_CHECKING:
    from hokctl.devnet.backend import Backend
    from hokctl.devnet.shapes import Json

_EVERYTHING = Criteria(None, ())


def get_logs(backend: Backend, request: object) -> list[Json]:
    """Return the logs of a range of blocks or of one block by hash; a range's end beyond the head means the head."""
    wanted = parse_object(request)
    return find_logs(backend.engine, parse_criteria(wanted), _blocks(backend, wanted))


def new_filter(backend: Backend, request: object) -> str:
    """Install a filter for logs of blocks to come, and of the past for `eth_getFilterLogs`."""
    wanted = parse_object(request)
    numbers = _blocks(backend, {**wanted, "toBlock": "latest"})
    last = wanted.get("toBlock")
    end = None if last in (None, "latest", "pending", "safe", "finalized") else parse_quantity(last)
    start = backend.engine.head + 1
    return _install(backend, Filter("logs", start, parse_criteria(wanted), first=numbers.start, last=end))


def new_block_filter(backend: Backend) -> str:
    """Install a filter for hashes of blocks to come."""
    return _install(backend, Filter("blocks", backend.engine.head + 1, _EVERYTHING))


def new_transaction_filter(backend: Backend) -> str:
    """Install a filter for hashes of transactions to come; here they are mined as they arrive."""
    return _install(backend, Filter("transactions", backend.engine.head + 1, _EVERYTHING))


def get_filter_changes(backend: Backend, filter_id: object) -> list[Json] | list[str]:
    """Return what a filter found since it was last asked."""
    installed = _filter(backend, filter_id)
    numbers = range(installed.next_block, backend.engine.head + 1)
    installed.next_block = backend.engine.head + 1
    if installed.kind == "logs":
        last = backend.engine.head if installed.last is None else installed.last
        return find_logs(backend.engine, installed.criteria, [number for number in numbers if number <= last])
    blocks = [backend.engine.block(number) for number in numbers]
    if installed.kind == "blocks":
        return [to_data(block.hash) for block in blocks]
    return [to_data(receipt.transaction.hash) for block in blocks for receipt in block.receipts]


def get_filter_logs(backend: Backend, filter_id: object) -> list[Json]:
    """Return all logs a log filter is about, told or not."""
    installed = _filter(backend, filter_id)
    if installed.kind != "logs":
        raise RpcError(SERVER_ERROR, "filter not found")
    head = backend.engine.head
    last = head if installed.last is None else min(installed.last, head)
    return find_logs(backend.engine, installed.criteria, range(installed.first, last + 1))


def uninstall_filter(backend: Backend, filter_id: object) -> bool:
    """Remove a filter; false when there is none."""
    return backend.filters.pop(parse_quantity(filter_id), None) is not None


def _blocks(backend: Backend, wanted: dict[str, object]) -> range:
    if wanted.get("blockHash") is not None:
        if wanted.get("fromBlock") is not None or wanted.get("toBlock") is not None:
            raise invalid_params("cannot specify both blockHash and fromBlock/toBlock, choose one or the other")
        number = block_by_hash(backend, wanted["blockHash"])
        return range(number, number + 1)
    head = backend.engine.head
    start, end = (_bound(backend, wanted.get(name)) for name in ("fromBlock", "toBlock"))
    if start > end:
        raise invalid_params("invalid block range params")
    return range(start, min(end, head) + 1)


def _bound(backend: Backend, value: object) -> int:
    """Read an end of a range of blocks, which unlike any other block may lie beyond the head."""
    is_number = isinstance(value, int) or (isinstance(value, str) and value.startswith("0x"))
    return parse_quantity(value) if is_number else parse_block(backend, value)


def _install(backend: Backend, installed: Filter) -> str:
    backend.last_filter += 1
    backend.filters[backend.last_filter] = installed
    return to_quantity(backend.last_filter)


def _filter(backend: Backend, filter_id: object) -> Filter:
    try:
        return backend.filters[parse_quantity(filter_id)]
    except KeyError:
        raise RpcError(SERVER_ERROR, "filter not found") from None


METHODS: Methods = {
    "eth_getLogs": get_logs,
    "eth_newFilter": new_filter,
    "eth_newBlockFilter": new_block_filter,
    "eth_newPendingTransactionFilter": new_transaction_filter,
    "eth_getFilterChanges": get_filter_changes,
    "eth_getFilterLogs": get_filter_logs,
    "eth_uninstallFilter": uninstall_filter,
}
