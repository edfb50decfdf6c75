"""Files of invoices as nobody should write them: strategies, and what must hold for every single one."""

import csv
import io
import json
import sqlite3
from collections import Counter
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eth_typing import ChecksumAddress
from hypothesis import strategies as st

from tests.world import TOGETHER, World

ALLOWED = {0, 2, 3, 6}
"""Entered, wrong, unreadable, refused."""
COLUMNS = (
    "number", "provider", "model", "amount", "currency", "period_start", "period_end", "due", "document", "hash",
    "memo", "token_type", "token_address", "receiver", "id", "value", "nonsense",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class InvoiceFile:
    """A file, and the options that it is imported with."""

    name: str
    content: bytes
    options: tuple[str, ...]


BAD: dict[str, list[Any]] = {
    "number": ["", " A", "a\u200bb", "x" * 121, "\x00", "\ud800", 5],
    "model": ["", "99", "2 1", "\u0660", "23", 21],
    "amount": ["", "0", "-1", "1e3", "1,5", "9" * 90, "0.0000001", " 1", "1" * 1001, 1, True],
    "provider": ["", TOGETHER.lower(), f"eth:{TOGETHER}", "nobody", "0x", "\n", 7],
    "currency": ["\u20ac", "U S D", "x" * 17],
    "period_start": ["2024-02-30", "9999-12-31", "1.1.2024", "20240101", "0000-00-00"],
    "period_end": ["2023-01-31", "2024-01-31T00:00", " 2024-01-31"],
    "due": ["soon", "2024-2-1"],
    "document": ["missing.pdf", ".", "/dev/null", "x" * 300, "empty.pdf"],
    "hash": ["sha1", "Number"],
    "memo": ["x" * 201, "\n", "\x1b[31m", "\u202e"],
    "token_address": [TOGETHER, "", "0x12"],
    "nonsense": ["x"],
    "lines": [[], "x", None],
}
"""What is wrong with a field; some of it is fine in one format or another."""


def invoices(usdc: ChecksumAddress) -> st.SearchStrategy[list[dict[str, Any]]]:
    """Return invoices that are fine, but for numbers and documents that others may have."""
    line = st.tuples(st.sampled_from(["21", "22"]), st.sampled_from(["1", "0.000001", "12.50"]))
    lines = st.lists(line, min_size=1, max_size=2, unique_by=lambda pair: pair[0])
    invoice = st.fixed_dictionaries(
        {
            "number": st.one_of(
                st.integers(0, 5000).map(lambda number: f"INV-{number}"),
                st.text(st.characters(categories=("L", "N", "P", "S")), min_size=1, max_size=20),
            ),
            "provider": st.sampled_from(["together", "mallory", TOGETHER]),
            "lines": lines.map(lambda pairs: [{"model": model, "amount": amount} for model, amount in pairs]),
            "token_address": st.sampled_from([usdc, usdc.lower()]),
        },
        optional={
            "currency": st.sampled_from(["USDC", "USD"]),
            "period_start": st.just("2024-01-01"),
            "period_end": st.just("2024-01-31"),
            "due": st.dates().map(str),
            "memo": st.sampled_from(["Inference", 'a "b", c;', "\u00e9\u4e2d"]),
        },
    )
    return st.lists(invoice, min_size=1, max_size=6, unique_by=lambda one: str(one["number"]))


@st.composite
def spoiled(draw: st.DrawFn, usdc: ChecksumAddress) -> list[dict[str, Any]]:
    """Return invoices with up to two wrong fields, or with the document of another."""
    found = draw(invoices(usdc))
    for _ in range(draw(st.sampled_from([0, 0, 1, 2]))):
        invoice = draw(st.sampled_from(found))
        key = draw(st.sampled_from(sorted(BAD)))
        value = draw(st.sampled_from(BAD[key]))
        target = invoice["lines"][-1] if key in {"model", "amount"} and invoice["lines"] else invoice
        if isinstance(target, dict):
            target[key] = value
    if draw(st.integers(0, 9)) == 0:
        found[0] |= {"document": draw(st.sampled_from(["a.pdf", "b.pdf"])), "hash": "document"}
    return found


def render_csv(found: list[dict[str, Any]], columns: list[str], separator: str, end: str) -> bytes:
    """Return the invoices as CSV with these columns."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=separator, lineterminator=end)
    writer.writerow(columns)
    for invoice in found:
        lines: list[Any] = list(invoice["lines"] or [{}])
        for line in lines:
            own = line if isinstance(line, dict) else {"model": line}
            cells = {**invoice, **own, "receiver": invoice["provider"], "token_type": "erc20", "id": ""}
            writer.writerow([cells.get(column, "") for column in columns])
    return out.getvalue().encode("utf-8", "surrogatepass")


@st.composite
def files(draw: st.DrawFn, usdc: ChecksumAddress) -> InvoiceFile:
    """Return a file: well-formed with more or less sensible content, damaged, or anything at all."""
    kind = draw(st.sampled_from(["toml", "json", "csv", "airdrop"]))
    content = draw(_well_formed(kind, usdc))
    match draw(st.sampled_from(["whole", "whole", "whole", "damaged", "anything"])):
        case "damaged":
            content = draw(_damaged(content))
        case "anything":
            content = draw(st.one_of(st.binary(max_size=200), st.text(max_size=200).map(_encoded)))
    options = draw(st.sampled_from([(), (), ("--skip-known",), ("--format", "csv"), ("--dry-run",)]))
    if kind == "airdrop":
        prefix = draw(st.integers(0, 10_000).map(lambda number: f"P{number}"))
        options = (*options[:1], "--model", "21", "--number-prefix", prefix) if options[1:] == () else options
    return InvoiceFile(f"invoices.{'csv' if kind == 'airdrop' else kind}", content, options)


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


@st.composite
def _well_formed(draw: st.DrawFn, kind: str, usdc: ChecksumAddress) -> bytes:
    found = draw(spoiled(usdc))
    if kind in {"csv", "airdrop"}:
        usual = list(COLUMNS[:11]) if kind == "csv" else ["token_type", "token_address", "receiver", "amount", "id"]
        if any("nonsense" in invoice for invoice in found):
            usual = draw(st.lists(st.sampled_from(COLUMNS), max_size=8))
        separator = draw(st.sampled_from([",", ",", ",", ",", ",", ";", "\t"]))
        mark, end = draw(st.sampled_from([b"", b"\xef\xbb\xbf"])), draw(st.sampled_from(["\n", "\r\n", "\r"]))
        return mark + render_csv(found, usual, separator, end)
    for invoice in found:
        if invoice["token_address"] in {usdc, usdc.lower()}:
            del invoice["token_address"]
    table = found[0] if len(found) == 1 and draw(st.booleans()) else {"invoices": found}
    if kind == "json":
        return _encoded(json.dumps(table, ensure_ascii=draw(st.booleans())))
    return _encoded(_toml(table))


def _toml(table: dict[str, Any]) -> str:
    """Return the table as TOML, on one line each: JSON's lists and texts are TOML's, its objects nearly."""
    return "".join(f"{key} = {_value(value)}\n" for key, value in table.items())


def _value(value: Any) -> str:  # noqa: ANN401 - whatever an invoice holds
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {_value(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_value(inner) for inner in value) + "]"
    return json.dumps(value, ensure_ascii=False)


@st.composite
def _damaged(draw: st.DrawFn, content: bytes) -> bytes:
    for _ in range(draw(st.integers(1, 3))):
        start = draw(st.integers(0, len(content)))
        end = draw(st.integers(start, min(len(content), start + 40)))
        piece = draw(st.one_of(st.just(content[start:end] * 2), st.binary(max_size=4), st.sampled_from(_PIECES)))
        content = content[:start] + piece + content[end:]
    return content


_PIECES = [b"\x00", b"\xff", b'"', b"'''", b"[[", b"{", b"\r", b",,,,", b"1e999", b"nan", b"\xed\xa0\x80", b"9" * 5000]


def counts(book: Path) -> tuple[int, int, int]:
    """Return how many invoices, lines and payees are in the book."""
    with closing(sqlite3.connect(book)) as connection:
        tables = ("invoices", "invoice_lines", "payees")
        a, b, c = (connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in tables)  # noqa: S608
        return a, b, c


def import_file(world: World, file: InvoiceFile) -> int:
    """Import the file; assert that all of it is in the book, or nothing and one sentence said why; return the code."""
    (world.directory / file.name).write_bytes(file.content)
    before = counts(world.directory / "hokctl.db")
    in_json = len(file.content) % 2 == 1
    ran = world.run("invoice", "import", file.name, *file.options, *(("-o", "json") if in_json else ()))
    after = counts(world.directory / "hokctl.db")

    assert ran.exit_code in ALLOWED, ran.stderr
    assert "Traceback" not in ran.stderr
    if ran.exit_code and in_json:
        (error,) = ran.json["errors"]
        assert (bool(error["message"]), ran.json["exit_code"]) == (True, ran.exit_code)
    elif ran.exit_code:
        assert [line.partition(" ")[0] for line in ran.stderr.splitlines()] == ["Error:", "Hint:"], ran.stderr
    if ran.exit_code:
        assert after == before
    elif in_json:
        (imported,) = ran.data["files"]
        entered = (0, 0) if "--dry-run" in file.options else (imported["entered"], imported["lines"])
        assert (after[0] - before[0], after[1] - before[1]) == entered
        assert imported["entered"] + imported["known"] == len(imported["invoices"]) > 0
    return int(ran.exit_code)


def prepare(world: World) -> None:
    """Make the book and the documents that the files name."""
    world.ok("invoice", "list")
    (world.directory / "a.pdf").write_bytes(b"%PDF a")
    (world.directory / "b.pdf").write_bytes(b"%PDF b")
    (world.directory / "empty.pdf").touch()


def assert_varied(codes: Counter[int]) -> None:
    """Assert that the files were of every kind: a test of nothing but refusals would prove little."""
    assert set(codes) == ALLOWED, codes
