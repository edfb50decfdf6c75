"""How deep a JSON text nests: the standard library's reader trusts the interpreter's recursion limit alone.

py_ecc, which eth_account needs, raises that limit to 100,000; from about 60,000 levels on reading then ends in a
crash of the interpreter instead of a RecursionError.
"""

import re
from typing import Final

MAX_DEPTH: Final = 100
"""Far more than any document has, and far less than what a recursive reader of its values can take."""
_STRING: Final = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"?', re.DOTALL)
_NO_BRACKETS: Final = bytes(sorted(set(range(256)) - set(b"[]{}")))


def nests_too_deep(text: bytes) -> bool:
    """Tell whether the JSON in `text` could nest deeper than MAX_DEPTH; quick, and only ever wrong for broken JSON."""
    if text.count(b"[") + text.count(b"{") <= MAX_DEPTH:
        return False
    brackets = _STRING.sub(b"", text).translate(None, _NO_BRACKETS)
    for _ in range(MAX_DEPTH):
        inner = brackets.replace(b"[]", b"").replace(b"{}", b"")
        if len(inner) == len(brackets):
            break
        brackets = inner
    return brackets.count(b"[") + brackets.count(b"{") > 0
