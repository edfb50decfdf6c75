"""Logs kept in a file between runs, so that a scan of many blocks goes on where the last one ended, or was killed.

The file grows by whole lines, each with a checksum: a line that was cut short, or that is not hokctl's, counts for
nothing. Two processes may write to it at once. What it says is never more than a hint at whom to ask the chain about.
"""

import hashlib
import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from hokctl.chain.log_scans import LogFilter, LogPart
from hokctl.chain.receipts import Log
from hokctl.chain.wire import BadAnswerError, Json, parse_address, parse_data, parse_hash, to_data
from hokctl.config.file_errors import FileWriteError
from hokctl.config.writing import atomic_write_bytes

VERSION: Final = 1
MANY_PARTS: Final = 64
"""From how many parts on they are written anew as one."""

_DIGEST_CHARS: Final = 16


@dataclass(frozen=True, slots=True)
class KeptPart:
    """The logs of some blocks that match a filter."""

    wanted: LogFilter
    part: LogPart


class LogCache:
    """The file with the logs of one deployment on one chain."""

    def __init__(self, path: Path, *, chain_id: int) -> None:
        """Keep logs of the chain `chain_id` at `path`."""
        self.path = path
        self.trouble = ""
        """What was wrong with the file or with writing it, in words; empty when nothing was."""
        self._chain_id = chain_id
        self._known: set[str] = set()
        self._usable = True

    def load(self) -> list[KeptPart]:
        """Return what the file holds; nothing where it is not there, not readable, or not a cache of this chain."""
        try:
            lines = self.path.read_bytes().split(b"\n")
        except FileNotFoundError:
            return []
        except OSError as error:
            self._give_up(f"it cannot be read: {error.strerror or error}")
            return []
        documents = [_open(line) for line in lines if line.strip()]
        found = [document for document in documents if document is not None]
        if documents and not any(document.get("hokctl_log_cache") == VERSION for document in found):
            self._give_up("it is not one of hokctl's")
            return []
        if len(found) < len(documents):
            self.trouble = "a part of it is damaged and is read anew"
        mine = [document for document in found if document["chain_id"] == self._chain_id]
        if len(mine) < len(found):
            self.trouble = "it holds logs of another chain"
        return self._parts(mine)

    def append(self, wanted: LogFilter, part: LogPart) -> None:
        """Add a part; a file that cannot be written is given up, with the reason in `trouble`."""
        if not self._usable:
            return
        content = self._lines([KeptPart(wanted, part)], known=self._known)
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o666)
            try:
                # One write, so that lines of two processes do not mix; the line break in front ends a line cut short.
                os.write(descriptor, content)
            finally:
                os.close(descriptor)
        except OSError as error:
            self._give_up(f"it cannot be written: {error.strerror or error}")

    def replace(self, parts: Iterable[KeptPart]) -> None:
        """Write the file anew, whole or not at all, with these parts alone."""
        if not self._usable:
            return
        self._known = set()
        try:
            atomic_write_bytes(self.path, self._lines(list(parts), known=self._known))
        except FileWriteError as error:
            self._give_up(f"it cannot be written: {error}")

    def _give_up(self, trouble: str) -> None:
        self.trouble, self._usable = trouble, False

    def _lines(self, parts: list[KeptPart], *, known: set[str]) -> bytes:
        lines: list[bytes] = [] if known else [self._close({"hokctl_log_cache": VERSION})]
        known.add("")
        for kept in parts:
            group = _group_of(kept.wanted)
            if group not in known:
                known.add(group)
                lines.append(self._close({"group": group, **_filter_to_json(kept.wanted)}))
            lines.append(self._close({"of": group, **_part_to_json(kept.part)}))
        return b"".join(b"\n" + line for line in lines) + b"\n"

    def _close(self, document: dict[str, Json]) -> bytes:
        """Return a line: the document with its chain and a checksum."""
        body = {**document, "chain_id": self._chain_id}
        return _encode({**body, "sum": _sum(body)})

    def _parts(self, documents: list[dict[str, Json]]) -> list[KeptPart]:
        groups: dict[object, LogFilter] = {}
        found = []
        self._known = {""}
        for document in documents:
            try:
                if "group" in document:
                    groups[document["group"]] = _filter_from_json(document)
                    self._known.add(str(document["group"]))
                elif document.get("of") in groups:
                    found.append(KeptPart(groups[document["of"]], _part_from_json(document)))
            except (BadAnswerError, KeyError, TypeError, ValueError):
                self.trouble = "a part of it is damaged and is read anew"
        return found


def _open(line: bytes) -> dict[str, Json] | None:
    """Return the document in a line; None when its checksum is not its own."""
    try:
        document = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(document, dict):
        return None
    checksum = document.pop("sum", None)
    return document if checksum == _sum(document) and "chain_id" in document else None


def _encode(document: dict[str, Json]) -> bytes:
    return json.dumps(document, sort_keys=True, separators=(",", ":")).encode()


def _sum(document: dict[str, Json]) -> str:
    return hashlib.sha256(_encode(document)).hexdigest()[:_DIGEST_CHARS]


def _group_of(wanted: LogFilter) -> str:
    return _sum(_filter_to_json(wanted))


def _filter_to_json(wanted: LogFilter) -> dict[str, Json]:
    topics: list[Json] = [one if one is None or isinstance(one, str) else list(one) for one in wanted.topics]
    return {"addresses": list(wanted.addresses), "topics": topics}


def _filter_from_json(document: dict[str, Json]) -> LogFilter:
    addresses = tuple(parse_address(one, "an address") for one in document["addresses"])
    return LogFilter(addresses=addresses, topics=tuple(document["topics"]))


def _part_to_json(part: LogPart) -> dict[str, Json]:
    logs: list[Json] = [
        [log.address, list(log.topics), to_data(log.data), log.block_number, log.tx_hash, log.log_index]
        for log in part.logs
    ]
    return {"first": part.first, "last": part.last, "hash": part.block_hash, "logs": logs}


def _part_from_json(document: dict[str, Json]) -> LogPart:
    return LogPart(
        first=int(document["first"]),
        last=int(document["last"]),
        block_hash=parse_hash(document["hash"], "a block's hash"),
        logs=tuple(
            Log(
                address=parse_address(address, "an address"),
                topics=tuple(parse_hash(topic, "a topic") for topic in topics),
                data=parse_data(data, "data"),
                block_number=int(number),
                tx_hash=parse_hash(tx_hash, "a transaction"),
                log_index=int(index),
            )
            for address, topics, data, number, tx_hash, index in document["logs"]
        ),
    )
