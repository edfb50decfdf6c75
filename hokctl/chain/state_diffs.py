"""What changed in the state, as geth's `prestateTracer` writes it in `diffMode`."""

from collections.abc import Mapping
from dataclasses import dataclass

from eth_typing import ChecksumAddress

from hokctl.chain.wire import Json, parse_address, parse_hash, parse_object, parse_quantity
from hokctl.domain.effects import StorageChange


@dataclass(frozen=True, slots=True, kw_only=True)
class StateDiff:
    """Balances and storage slots that are different afterwards."""

    native: Mapping[ChecksumAddress, int]
    """By how many wei a balance changed."""
    storage: tuple[StorageChange, ...]


def parse_state_diff(document: Json) -> StateDiff:
    """Return the differences in a tracer's answer; raises BadAnswerError.

    A slot that is absent on one side is zero there; an account that is absent afterwards is gone with all it had.
    """
    fields = parse_object(document, "a state difference")
    sides = [_accounts(fields.get(side)) for side in ("pre", "post")]
    native: dict[ChecksumAddress, int] = {}
    storage: list[StorageChange] = []
    for address in sorted(sides[0].keys() | sides[1].keys()):
        before, after = sides[0].get(address, {}), sides[1].get(address)
        change = _balance(after, _balance(before, 0) if after is not None else 0) - _balance(before, 0)
        if change:
            native[address] = change
        storage.extend(_slots(address, before, after or {}))
    return StateDiff(native=native, storage=tuple(storage))


def _accounts(side: Json) -> dict[ChecksumAddress, dict[str, Json]]:
    return {
        parse_address(address, "an account"): parse_object(account, "an account's state")
        for address, account in parse_object({} if side is None else side, "one side of a difference").items()
    }


def _balance(account: Mapping[str, Json] | None, default: int) -> int:
    value = None if account is None else account.get("balance")
    return default if value is None else parse_quantity(value, "a balance")


def _slots(address: ChecksumAddress, before: Mapping[str, Json], after: Mapping[str, Json]) -> list[StorageChange]:
    old, new = _words(before.get("storage")), _words(after.get("storage"))
    return [
        StorageChange(contract=address, slot=slot, before=old.get(slot, 0), after=new.get(slot, 0))
        for slot in sorted(old.keys() | new.keys())
        if old.get(slot, 0) != new.get(slot, 0)
    ]


def _words(storage: Json) -> dict[int, int]:
    words = parse_object(storage or {}, "an account's storage")
    return {
        int(parse_hash(slot, "a storage slot"), 16): int(parse_hash(value, "a storage word"), 16)
        for slot, value in words.items()
    }
