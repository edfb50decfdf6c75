"""An export as a journal of beancount or hledger."""

from collections.abc import Iterator
from datetime import date
from typing import Final

from hokctl.services.ledger_account_names import one_line
from hokctl.services.ledger_entries import COIN_UNIT, RESERVE, Entry, Posting, Unit
from hokctl.services.ledger_export import Export

_TITLE: Final = "Written by hokctl ledger export"


def beancount_journal(export: Export) -> str:
    """Return the journal in beancount's language; `bean-check` accepts it."""
    return "\n".join((*_beancount_head(export), *_beancount_body(export), ""))


def hledger_journal(export: Export) -> str:
    """Return the journal as hledger reads it; `hledger check --strict` accepts it."""
    return "\n".join((*_hledger_head(export), *_hledger_body(export), ""))


def _accounts(export: Export) -> list[tuple[str, Unit]]:
    used = {(posting.account, posting.unit) for entry in export.entries for posting in entry.postings}
    used |= {(posting.account, posting.unit) for posting in _closing(export)}
    return sorted(used, key=lambda pair: pair[0])


def _closing(export: Export) -> list[Posting]:
    """Return what must hold in the end: every balance, and the reserve's as a whole."""
    inside = [posting for posting in export.closing if posting.account.startswith(RESERVE)]
    if not inside or export.scope.model_id is not None:
        return list(export.closing)
    return [*export.closing, Posting(RESERVE, sum(posting.units for posting in inside), export.unit)]


def _stand(export: Export) -> str:
    coverage = export.coverage
    return f"{_TITLE}, as of block {coverage.last_block} {coverage.last_hash}"


def _first_day(export: Export) -> date:
    return min([export.closing_day, *(entry.day for entry in export.entries)])


def _beancount_head(export: Export) -> Iterator[str]:
    yield f"; {_stand(export)}"
    yield f'option "title" "{export.token.chain_id}:{export.token.address}"'
    yield f'option "operating_currency" "{export.unit.commodity}"'
    yield ""
    first = _first_day(export)
    for account, unit in _accounts(export):
        yield f"{first} open {account} {unit.commodity}"


def _beancount_body(export: Export) -> Iterator[str]:
    for entry in export.entries:
        yield ""
        yield f"{entry.day} * {_quoted(entry.party)} {_quoted(entry.title)}"
        for name, value in entry.facts:
            yield f"  {name}: {_quoted(value)}"
        for posting in entry.postings:
            yield f"  {posting.account}  {posting.unit.text(posting.units)} {posting.unit.commodity}"
    yield ""
    for posting in _closing(export):
        number = posting.unit.text(posting.units)
        yield f"{export.closing_day} balance {posting.account}  {number} ~ 0 {posting.unit.commodity}"


def _quoted(text: str) -> str:
    shown = one_line(text).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{shown}"'


def _hledger_head(export: Export) -> Iterator[str]:
    yield f"; {_stand(export)}"
    yield "decimal-mark ."
    for unit in (export.unit, COIN_UNIT):
        yield f"commodity {unit.text(1000 * 10**unit.decimals)}{'' if unit.decimals else '.'} {_symbol(unit)}"
    for account, _ in _accounts(export):
        yield f"account {account}"


def _hledger_body(export: Export) -> Iterator[str]:
    for entry in export.entries:
        yield ""
        yield from _hledger_entry(entry)
    closing = _closing(export)
    if closing:
        yield ""
        yield f"{export.closing_day} * Closing balances"
    for posting in closing:
        nothing, number = posting.unit.text(0), posting.unit.text(posting.units)
        sign = "=*" if posting.account == RESERVE else "="
        symbol = _symbol(posting.unit)
        yield f"    {posting.account}  {nothing} {symbol} {sign} {number} {symbol}"


def _hledger_entry(entry: Entry) -> Iterator[str]:
    party = f" - {_plain(entry.party)}" if entry.party else ""
    yield f"{entry.day} * {_plain(entry.title)}{party}"
    for name, value in entry.facts:
        yield f"    ; {name}: {_plain(value)}"
    for posting in entry.postings:
        yield f"    {posting.account}  {posting.unit.text(posting.units)} {_symbol(posting.unit)}"


def _symbol(unit: Unit) -> str:
    return f'"{unit.commodity}"'


def _plain(text: str) -> str:
    """Return a text without the signs that begin a comment or part payee from note."""
    return one_line(text).replace(";", ",").replace("|", "/")
