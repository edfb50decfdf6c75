"""Names that beancount and hledger accept, made of any text, so that two texts never share a name.

Sources: beancount's language syntax (an account's part begins with a capital or a digit and goes on with letters,
digits and hyphens; a currency is made of capitals, digits and '._-), hledger's manual on journals.
"""

import re
from typing import Final

_KEPT: Final = re.compile(r"[A-Za-z0-9]", re.ASCII)
_RESERVED: Final = frozenset({"TRUE", "FALSE", "NULL"})
_LONGEST_COMMODITY: Final = 24
_LONGEST_TEXT: Final = 300
TOKEN: Final = "TOKEN"  # noqa: S105 - the name of a commodity
COIN: Final = "ETH"


def account_part(kind: str, text: str) -> str:
    """Return one part of an account's name: `Model-21` for the model `21`. The text can be read back from it.

    Letters and digits stay, a hyphen stays between two of them, anything else becomes `--` with its hexadecimal code
    point and a hyphen.
    """
    return f"{kind}-" + "".join(_encode(text, place) for place in range(len(text)))


def _encode(text: str, place: int) -> str:
    sign, around = text[place], (text[place - 1 : place], text[place + 1 : place + 2])
    if _KEPT.fullmatch(sign) or (sign == "-" and all(_KEPT.fullmatch(one) for one in around)):
        return sign
    return f"--{ord(sign):x}-"


def commodity(symbol: str) -> str:
    """Return a currency for a token's symbol: its capitals and digits, or TOKEN where too little is left of it."""
    kept = re.sub(r"[^A-Z0-9]", "", symbol.upper() if symbol.isascii() else "").lstrip("0123456789")
    usable = 1 < len(kept) <= _LONGEST_COMMODITY and kept not in {*_RESERVED, COIN}
    return kept if usable else TOKEN


def one_line(text: str) -> str:
    """Return a text on one line: what cannot be printed is shown by its code, and what is too long is cut."""
    shown = "".join(sign if sign.isprintable() else f"\\u{ord(sign):04x}" for sign in text[: _LONGEST_TEXT + 1])
    return shown if len(text) <= _LONGEST_TEXT else shown[:_LONGEST_TEXT] + "…"
