"""What each model burns a day, and where that figure comes from."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from hokctl.checks.currencies import is_paid_in
from hokctl.domain.amounts import Token, TokenAmount
from hokctl.domain.burn import (
    BilledPeriod,
    ModelFlows,
    Rate,
    accrual_of_deposits,
    burn_of_invoices,
    burn_of_payments,
)
from hokctl.domain.day_spans import DaySpan, day_of
from hokctl.domain.invoices import Invoice, InvoiceState
from hokctl.domain.runway import BurnChoice, BurnSource
from hokctl.domain.units import ModelId
from hokctl.services.flows import FlowReader, Flows

DEFAULT_WINDOW_DAYS = 30


def _nothing_declared(_: ModelId) -> None:
    return None


@dataclass(frozen=True, kw_only=True)
class BurnSources:
    """Where burns may be taken from. What is None is not looked at."""

    given: Mapping[ModelId, str] = field(default_factory=dict)
    """By the command line, in token units."""
    declared: Callable[[ModelId], str | None] = _nothing_declared
    """By the configuration, in token units."""
    flows: FlowReader | None = None
    """Payments and deposits on the chain."""
    invoices: Callable[[], Iterable[Invoice]] | None = None
    """All invoices in the book."""
    currencies: Callable[[], Mapping[str, str]] = dict
    """Which currencies an invoice may state in place of which token, as the policy says; others are left out."""
    choice: BurnChoice = BurnChoice.AUTO
    window_days: int = DEFAULT_WINDOW_DAYS
    net: bool = False
    """Whether payments and deposits are read also where no burn needs them, for the net runway."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Burn:
    """The burn of one model, and what is known of its deposits."""

    daily: TokenAmount | None
    source: BurnSource
    measured: Rate | None = None
    """What a burn from payments or invoices was measured on."""
    accrual: Rate | None = None
    """None where payments and deposits were not read."""
    earlier: Rate | None = None
    """The burn measured the same way over the window before."""
    earlier_accrual: Rate | None = None
    flows: ModelFlows | None = None
    """What was read of payments and deposits, for this window and the one before."""


class BurnFinder:
    """Finds burns at one block. Logs and book are looked at only when a burn needs them, once for all models."""

    def __init__(self, sources: BurnSources, *, at: int) -> None:
        """Find burns by `sources` at the block time `at`, in seconds since the epoch."""
        self._sources = sources
        self.window = DaySpan.ending_on(day_of(at), sources.window_days)
        """The days that are looked at; the last is the block's."""

    def find(self, model_ids: Iterable[ModelId], token: Token) -> dict[ModelId, Burn]:
        """Return the burn of each model: what is given, else what the choice of source allows, in its order."""
        stated = {model_id: self._state(model_id) for model_id in model_ids}
        measures = self._sources.choice in {BurnChoice.AUTO, BurnChoice.MEASURED}
        reads = self._sources.net or (measures and any(text is None for text, _ in stated.values()))
        flows = self._read_flows() if reads else None
        found = {}
        for model_id, (text, source) in stated.items():
            moves = None if flows is None else flows.of(model_id)
            if text is not None:
                burn = Burn(daily=TokenAmount.parse(text, token), source=source)
            else:
                burn = self._measure(model_id, token, moves if measures else None)
            found[model_id] = burn if moves is None else self._with_deposits(burn, moves)
        return found

    def _state(self, model_id: ModelId) -> tuple[str | None, BurnSource]:
        if model_id in self._sources.given:
            return self._sources.given[model_id], BurnSource.GIVEN
        wanted = self._sources.choice in {BurnChoice.AUTO, BurnChoice.DECLARED}
        return self._sources.declared(model_id) if wanted else None, BurnSource.DECLARED

    def _measure(self, model_id: ModelId, token: Token, moves: ModelFlows | None) -> Burn:
        """Return the burn by payments, else by invoices; unknown without either."""
        if moves is not None:
            rate = burn_of_payments(moves.payments, self.window, moves.since)
            if rate is not None:
                earlier = burn_of_payments(moves.payments, self.window.before, moves.since)
                daily = token.amount(rate.daily_units)
                return Burn(daily=daily, source=BurnSource.MEASURED, measured=rate, earlier=earlier)
        if self._sources.choice in {BurnChoice.AUTO, BurnChoice.INVOICES}:
            billed = self._billed(model_id, token)
            rate = burn_of_invoices(billed, self.window)
            if rate is not None:
                earlier = burn_of_invoices(billed, self.window.before)
                daily = token.amount(rate.daily_units)
                return Burn(daily=daily, source=BurnSource.INVOICES, measured=rate, earlier=earlier)
        return Burn(daily=None, source=BurnSource.NONE)

    def _with_deposits(self, burn: Burn, moves: ModelFlows) -> Burn:
        return replace(
            burn,
            flows=moves,
            accrual=accrual_of_deposits(moves.deposits, self.window, moves.since),
            earlier_accrual=accrual_of_deposits(moves.deposits, self.window.before, moves.since),
        )

    def _read_flows(self) -> Flows | None:
        both = DaySpan(self.window.before.first, self.window.last)
        return None if self._sources.flows is None else self._sources.flows(both)

    @cached_property
    def _invoices(self) -> tuple[Invoice, ...]:
        return () if self._sources.invoices is None else tuple(self._sources.invoices())

    @cached_property
    def _currencies(self) -> Mapping[str, str]:
        return self._sources.currencies()

    def _billed(self, model_id: ModelId, token: Token) -> list[BilledPeriod]:
        """Return what invoices charge the model for which days.

        Void ones, those without a period and those in another currency than the token say nothing.
        """
        return [
            BilledPeriod(DaySpan(one.period_start, one.period_end), line.amount.units)
            for one in self._invoices
            if one.state is not InvoiceState.VOID and one.period_start is not None and one.period_end is not None
            for line in one.lines
            if line.model_id == model_id
            and line.amount.token == token
            and is_paid_in(one.currency, token.symbol, self._currencies)
        ]
