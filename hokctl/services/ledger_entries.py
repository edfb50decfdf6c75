"""Movements as entries of double bookkeeping: every entry sums up to nothing, in every commodity."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final

from hokctl.domain.amounts import format_units
from hokctl.domain.day_spans import day_of
from hokctl.services.ledger_account_names import COIN, account_part
from hokctl.services.ledger_movements import ModelRef, Movement, MovementKind

COIN_DECIMALS: Final = 18
RESERVE: Final = "Assets:Reserve"
UNALLOCATED: Final = f"{RESERVE}:Unallocated"
OPENING: Final = "Equity:Opening"
PAYABLE: Final = "Liabilities:Payable"
UNEXPLAINED: Final = "Equity:Unexplained"
GOING_ON: Final = ("Assets:", "Liabilities:")
"""Accounts whose balances go on from one period to the next begin with these."""


@dataclass(frozen=True, slots=True)
class Unit:
    """What amounts are counted in."""

    commodity: str
    decimals: int

    def text(self, units: int) -> str:
        """Return the exact number, with all digits that the commodity has."""
        whole, _, fraction = format_units(units, self.decimals).partition(".")
        return f"{whole}.{fraction.ljust(self.decimals, '0')}" if self.decimals else whole


COIN_UNIT: Final = Unit(COIN, COIN_DECIMALS)


@dataclass(frozen=True, slots=True)
class Posting:
    """One side of an entry."""

    account: str
    units: int
    unit: Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry of the journal."""

    day: date
    title: str
    party: str
    """Whom it is about; nothing where nobody is."""
    facts: tuple[tuple[str, str], ...]
    """Where it comes from: transaction, block, invoice, memo."""
    postings: tuple[Posting, ...]


class Books:
    """Turns movements into entries, and knows the balances of the accounts that go on."""

    def __init__(self, token: Unit, kept: tuple[str, ...] = GOING_ON) -> None:
        """Start with nothing in any account; balances are kept of those that begin with `kept`."""
        self._token, self._kept = token, kept
        self._balances: Counter[str] = Counter()

    def enter(self, movement: Movement) -> Entry:
        """Return the entry of the next movement, and count it."""
        unit = COIN_UNIT if movement.kind is MovementKind.GAS else self._token
        sides = [(account, units) for account, units in _sides(movement) if units]
        for account, units in sides:
            if account.startswith(self._kept):
                self._balances[account] += units
        return Entry(
            day=day_of(movement.timestamp),
            title=_title(movement),
            party=movement.provider or movement.account or "",
            facts=tuple(_facts(movement)),
            postings=tuple(Posting(account, units, unit) for account, units in sides),
        )

    def opening(self, day: date) -> Entry | None:
        """Return an entry on `day` that brings in all balances as they are now; None where there are none."""
        balances = self.balances()
        if not any(posting.units for posting in balances):
            return None
        against = Posting(OPENING, -sum(posting.units for posting in balances), self._token)
        postings = tuple(posting for posting in (*balances, against) if posting.units)
        return Entry(day=day, title="Opening balances", party="", facts=(), postings=postings)

    def balances(self) -> tuple[Posting, ...]:
        """Return the balances of the accounts that go on, by name."""
        return tuple(Posting(account, self._balances[account], self._token) for account in sorted(self._balances))


def reserve_account(model: ModelRef) -> str:
    """Return the account of a model's money in the reserve."""
    return f"{RESERVE}:{_model(model)}"


def _sides(movement: Movement) -> Iterable[tuple[str, int]]:
    """Return accounts and amounts; they sum up to nothing."""
    units = movement.units
    match movement.kind:
        case MovementKind.FEE:
            yield from _fee_sides(movement)
        case MovementKind.DEPOSIT:
            yield reserve_account(_model_of(movement)), units
            yield f"Income:Deposits:{_model(_model_of(movement))}", -units
        case MovementKind.PAYMENT:
            yield _payable(movement) if movement.settles else _cost(movement), units
            yield reserve_account(_model_of(movement)), -units
        case MovementKind.INVOICE:
            yield _cost(movement), units
            yield _payable(movement), -units
        case MovementKind.WITHDRAWAL:
            yield "Assets:Treasury", units
            yield UNALLOCATED, -units
        case MovementKind.DONATION:
            yield UNALLOCATED, units
            yield "Income:Donations", -units
        case MovementKind.UNEXPLAINED:
            yield UNALLOCATED, units
            yield UNEXPLAINED, -units
        case MovementKind.GAS:
            yield f"Expenses:Gas:{'General' if movement.model is None else _model(movement.model)}", units
            yield f"Equity:Executors:{account_part('Account', movement.account or '')}", -units


def _fee_sides(fee: Movement) -> Iterable[tuple[str, int]]:
    model = _model_of(fee)
    yield reserve_account(model), fee.infrastructure_units
    yield f"Expenses:ProfitShare:{_model(model)}", fee.profit_units
    yield UNEXPLAINED, fee.units - fee.infrastructure_units - fee.profit_units
    yield f"Income:Fees:{_model(model)}", -fee.units


def _cost(movement: Movement) -> str:
    return f"Expenses:Infrastructure:{_model(_model_of(movement))}:{_provider(movement)}"


def _payable(movement: Movement) -> str:
    return f"{PAYABLE}:{_provider(movement)}"


def _provider(movement: Movement) -> str:
    return account_part("Provider", movement.provider or movement.account or "")


def _model(model: ModelRef) -> str:
    if model.model_id is None:
        return account_part("Topic", model.topic)
    return account_part("Model", model.model_id)


def _model_of(movement: Movement) -> ModelRef:
    return movement.model or ModelRef(topic="", model_id=None)


def _title(movement: Movement) -> str:
    of_model = "" if movement.model is None else f" of model {movement.model.label}"
    invoice = movement.invoice or ""
    titles = {
        MovementKind.FEE: f"Usage fee{of_model}",
        MovementKind.DEPOSIT: f"Deposit{of_model}",
        MovementKind.PAYMENT: f"Payment of {invoice}{of_model}" if invoice else f"Payment{of_model}",
        MovementKind.INVOICE: f"Invoice {invoice}{of_model}",
        MovementKind.WITHDRAWAL: "Emergency withdrawal",
        MovementKind.DONATION: "Transfer to the reserve that no model was credited with",
        MovementKind.UNEXPLAINED: "Change of the reserve that no event explains",
        MovementKind.GAS: f"Gas{of_model}",
    }
    return titles[movement.kind]


def _facts(movement: Movement) -> Iterable[tuple[str, str]]:
    if movement.tx_hash is not None:
        yield "tx", movement.tx_hash
    if movement.block_number is not None:
        yield "block", str(movement.block_number)
    if movement.invoice is not None:
        yield "invoice", movement.invoice
    if movement.safe_tx_hash is not None:
        yield "safe-tx", movement.safe_tx_hash
    if movement.safe_nonce is not None:
        yield "safe-nonce", str(movement.safe_nonce)
    if movement.memo:
        yield "memo", movement.memo
