"""What a reconciliation is limited to, and how it names what it found."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime

from eth_typing import ChecksumAddress

from hokctl.domain.amounts import Token
from hokctl.domain.day_spans import day_of
from hokctl.domain.invoices import Invoice
from hokctl.domain.reconciliation import Period, Place
from hokctl.domain.units import ModelId


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """The period, how far the index goes, and names for models and accounts."""

    token: Token
    period: Period
    last_block: int
    """The last block of the index: what lies after it is compared with nothing."""
    last_timestamp: int
    models: Mapping[str, ModelId]
    """By the hash of the id."""
    name_of: Callable[[ChecksumAddress], str | None]
    """The address book."""

    @property
    def last_day(self) -> date:
        """The last day that is compared, in UTC."""
        return day_of(min(self.last_timestamp, self.period.until - 1))

    def amount(self, units: int) -> str:
        """Return an amount in words; it may be negative."""
        return f"{'-' if units < 0 else ''}{self.token.amount(abs(units))}"

    def model(self, topic: str) -> str:
        """Return a model by its name, or by the hash where no name is known."""
        return str(self.models.get(topic, topic))

    def account(self, address: ChecksumAddress) -> str:
        """Return an account by its name and address."""
        name = self.name_of(address)
        return address if name is None else f"{name} ({address})"


def titled(invoice: Invoice) -> str:
    """Return an invoice by number and provider."""
    return f"{invoice.number} of {invoice.provider}"


def where(place: Place) -> dict[str, str]:
    """Return evidence of where something happened."""
    moment = datetime.fromtimestamp(place.timestamp, tz=UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {"transaction": place.tx_hash, "block": str(place.block_number), "time": moment}
