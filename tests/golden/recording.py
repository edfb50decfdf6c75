"""Comparing output with its recording."""

import os
import re
from pathlib import Path
from typing import Final

RECORDINGS: Final = Path(__file__).parent / "recordings"
UPDATE_VARIABLE: Final = "HOKCTL_TEST_UPDATE_GOLDEN"
_VARYING: Final = (
    (re.compile(r"0x[0-9a-f]{64}(?![0-9a-f])"), "0x<32 bytes>"),
    (re.compile(r"127\.0\.0\.1:\d+"), "127.0.0.1:<port>"),
    (re.compile(r"\d{4}-\d\d-\d\d"), "<date>"),
    (re.compile(r'(?<="number": )\d+'), '"<number>"'),
    (re.compile(r"^(  block +|\s+\"block\": \")\d+", re.MULTILINE), r"\1<number>"),
)


def expect_recorded(name: str, text: str, *, directory: Path | None = None) -> None:
    """Assert that `text` is what is recorded under `name`, but for what varies from run to run."""
    for pattern, stand_in in _VARYING:
        text = pattern.sub(stand_in, text)
    if directory is not None:
        text = text.replace(str(directory), "<directory>")
    path = RECORDINGS / f"{name}.txt"
    if os.environ.get(UPDATE_VARIABLE):
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert path.is_file(), f"nothing is recorded as {path.name}: run with {UPDATE_VARIABLE}=1"
    assert text == path.read_text(encoding="utf-8")
