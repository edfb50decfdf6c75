"""All logs of contracts up to a block: those kept from earlier runs, and the rest from the node."""

from collections.abc import Callable, Iterable, Sequence
from itertools import groupby
from typing import Final

from eth_typing import ChecksumAddress

from hokctl.chain.log_cache import MANY_PARTS, KeptPart, LogCache
from hokctl.chain.log_scans import LogFilter, LogPart, Topics, scan_logs
from hokctl.chain.receipts import Log
from hokctl.chain.session import Chain
from hokctl.chain.wire import Json, parse_quantity, to_quantity

MAX_ADDRESSES: Final = 1_000
"""How many addresses geth takes in one filter."""
FINAL_DEPTH: Final = 128
"""How far below the head blocks count as final on a chain whose nodes do not say."""

Progress = Callable[[int, int], None]
"""Told after each round trip how many blocks of how many were read."""


class LogHistory:
    """Logs of one chain from one block to another; what is final is kept in a cache."""

    def __init__(
        self,
        chain: Chain,
        first: int,
        last: int,
        *,
        cache: LogCache | None = None,
        note: Callable[[str], None] = lambda _: None,
        progress: Progress = lambda _done, _all: None,
    ) -> None:
        """Read the blocks from `first` to `last`; `note` is told what is wrong with the cache."""
        self._chain, self.first, self._last = chain, first, last
        self._cache, self._note, self._progress = cache, note, progress
        self._kept: list[KeptPart] | None = None
        self._final = -1
        """The last block that is kept: it cannot be taken back any more."""

    def read(self, addresses: Sequence[ChecksumAddress], topics: Topics) -> list[Log]:
        """Return the logs of `addresses` with `topics`, in order.

        Raises what scan_logs raises; what was read until then is kept.
        """
        kept = self._load()
        known = self._known(addresses, topics, kept)
        logs = [
            log
            for one in kept
            if one.wanted.topics == _plain(topics)
            for log in one.part.logs
            if self.first <= log.block_number <= known.get(log.address, -1)
        ]
        by_end = groupby(sorted(known, key=lambda one: (known[one], one)), key=lambda one: known[one])
        for end, group in by_end:
            some = tuple(group)
            for start in range(0, len(some), MAX_ADDRESSES):
                wanted = LogFilter(addresses=some[start : start + MAX_ADDRESSES], topics=_plain(topics))
                logs += self._scan(wanted, end + 1)
        self._say_trouble()
        self._tidy()
        return [log for _, log in sorted({(log.block_number, log.log_index): log for log in logs}.items())]

    def _scan(self, wanted: LogFilter, first: int) -> Iterable[Log]:
        """Yield what the node has, and keep what is final of it."""
        final = min(self._final, self._last)
        if self._cache is not None and first <= final:
            for part in scan_logs(self._chain, wanted, first, final, with_hashes=True):
                self._keep(wanted, part)
                self._progress(part.last - self.first + 1, self._last - self.first + 1)
                yield from part.logs
            first = final + 1
        for part in scan_logs(self._chain, wanted, first, self._last):
            self._progress(part.last - self.first + 1, self._last - self.first + 1)
            yield from part.logs

    def _keep(self, wanted: LogFilter, part: LogPart) -> None:
        if self._cache is None or part.block_hash is None or self._kept is None:
            return
        self._cache.append(wanted, part)
        self._kept.append(KeptPart(wanted, part))

    def _load(self) -> list[KeptPart]:
        """Return what is kept and still part of the chain; asks for the final block, and for the last one kept."""
        if self._kept is not None:
            return self._kept
        self._kept = [] if self._cache is None else self._cache.load()
        if self._cache is None:
            return self._kept
        newest = max((kept.part for kept in self._kept), key=lambda part: part.last, default=None)
        asked: list[Json] = ["finalized", *([] if newest is None else [to_quantity(newest.last)])]
        final, *found = self._chain.request_batch([("eth_getBlockByNumber", [block, False]) for block in asked])
        self._final = max(0, self._last - FINAL_DEPTH)
        if isinstance(final, dict):
            self._final = parse_quantity(final.get("number"), "a block's number")
        if newest is not None and not isinstance(found[0], dict):
            self._note(f"The logs kept in {self._cache.path} are not used: the node does not know block {newest.last}.")
            self._cache, self._kept = None, []
        elif newest is not None and found[0].get("hash") != newest.block_hash:
            self._note(f"The logs kept in {self._cache.path} are of blocks that the chain no longer has: reading anew.")
            self._kept = []
            self._cache.replace([])
        return self._kept

    def _known(
        self, addresses: Sequence[ChecksumAddress], topics: Topics, kept: Iterable[KeptPart]
    ) -> dict[ChecksumAddress, int]:
        """Return for each address the block up to which all its logs are kept; the one before the first for none."""
        known = dict.fromkeys(addresses, self.first - 1)
        same = [one for one in kept if one.wanted.topics == _plain(topics)]
        for one in sorted(same, key=lambda one: one.part.first):
            for address in one.wanted.addresses:
                if address in known and one.part.first <= known[address] + 1:
                    known[address] = min(max(known[address], one.part.last), self._last)
        return known

    def _say_trouble(self) -> None:
        if self._cache is not None and self._cache.trouble:
            self._note(f"The cache of logs, {self._cache.path}, is not used or is mended: {self._cache.trouble}.")

    def _tidy(self) -> None:
        """Write the cache anew where it holds damage or many parts."""
        if self._cache is None or self._kept is None:
            return
        if self._cache.trouble or len(self._kept) > MANY_PARTS:
            self._kept = _merged(self._kept)
            self._cache.replace(self._kept)
            self._cache.trouble = ""


def _merged(kept: list[KeptPart]) -> list[KeptPart]:
    """Return the same with the parts of each filter that follow each other as one."""
    found: list[KeptPart] = []
    for one in sorted(kept, key=lambda one: (str(one.wanted), one.part.first, one.part.last)):
        before = found[-1] if found else None
        if before is None or before.wanted != one.wanted or one.part.first > before.part.last + 1:
            found.append(one)
        elif one.part.last > before.part.last:
            more = tuple(log for log in one.part.logs if log.block_number > before.part.last)
            last, block_hash = one.part.last, one.part.block_hash
            part = LogPart(first=before.part.first, last=last, block_hash=block_hash, logs=(*before.part.logs, *more))
            found[-1] = KeptPart(one.wanted, part)
    return found


def _plain(topics: Topics) -> tuple[str | list[str] | None, ...]:
    """Return topics in a form that equals itself after a way through JSON."""
    return tuple(one if one is None or isinstance(one, str) else list(one) for one in topics)
