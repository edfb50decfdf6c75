"""The errors of the book."""

import shlex

from hokctl.domain.invoices import InvoiceState
from hokctl.errors import ConfigError, HokctlError, RefusedError, UnavailableError, UsageError
from hokctl.exit_codes import ExitCode

InvoiceKey = tuple[str, str]
"""Provider and number: what the book tells invoices apart by."""


class LedgerError(HokctlError):
    """The book cannot be read or written."""

    code = "ledger"


class LedgerUnavailableError(LedgerError):
    """The server of the book cannot be reached, or went away."""

    code = "ledger-unavailable"
    exit_code = ExitCode.UNAVAILABLE

    def __init__(self, place: str) -> None:
        """Say where it was looked for."""
        super().__init__(
            f"The ledger {place} cannot be reached, or its server went away.",
            hint="Check the server and the network, then run this again; what was not confirmed was not written.",
        )


class LedgerAccessError(LedgerError):
    """The server of the book answers, and does not let hokctl in."""

    code = "ledger-access"
    exit_code = ExitCode.CONFIG

    def __init__(self, place: str, reason: str) -> None:
        """Say what is refused, without the password."""
        super().__init__(
            f"The ledger {place} cannot be opened: {reason}.",
            hint="Check user, password and database in the ledger's URL, and the user's rights on the server.",
        )


class LedgerVersionError(ConfigError):
    """A book of a later hokctl, which this one would damage."""

    code = "ledger-version"

    def __init__(self, place: str, *, found: str, known: str) -> None:
        """Name the book and both versions."""
        super().__init__(
            f"The ledger {place} has format {found}, and this hokctl knows formats up to {known}.",
            hint="Use the newer hokctl that wrote it.",
        )


class LedgerUrlError(ConfigError):
    """A ledger URL that names no usable database."""

    code = "ledger-url"

    def __init__(self, reason: str, *, hint: str | None = None) -> None:
        """Say what is wrong with it, without repeating it: it may hold a password."""
        super().__init__(
            f"The URL of the ledger cannot be used: {reason}.",
            hint=hint or "Write sqlite:///path/to/ledger.db, or leave it out for the default.",
        )


class IndexMovedError(UnavailableError):
    """Another process changed the index while this one read for it."""

    code = "index-moved"

    def __init__(self, place: str) -> None:
        """Name the book."""
        super().__init__(
            f"Another hokctl is bringing the index of the ledger {place} up to date.",
            hint="Nothing is lost: wait for it to end, or run this again.",
        )


class DuplicateInvoiceError(RefusedError):
    """An invoice whose provider and number are in the book already."""

    code = "duplicate-invoice"

    def __init__(
        self,
        number: str,
        *,
        provider: str,
        state: InvoiceState,
        differs: bool = False,
        keys: tuple[InvoiceKey, ...] = (),
    ) -> None:
        """Name the invoice, where the first one stands, and how many others are known; `keys` are all of them."""
        self.keys = keys or ((provider, number),)
        more = len(self.keys) - 1
        others = f"; so {'is 1 other' if more == 1 else f'are {more} others'}" if more else ""
        content = " with other content" if differs else ""
        way = "another invoice needs another number" if differs else "an import leaves it out with --skip-known"
        super().__init__(
            f"Invoice {number} of {provider} is in the book already{content}, and is {state.value}{others}.",
            hint=f"hokctl invoice show {_arguments(number, provider)} shows it; {way}.",
        )


class DuplicateDocumentError(RefusedError):
    """An invoice that is the same document as one in the book, under another number."""

    code = "duplicate-document"

    def __init__(
        self, number: str, *, other: str, provider: str, state: InvoiceState, keys: tuple[InvoiceKey, ...] = ()
    ) -> None:
        """Name both invoices and where the first one stands; `keys` are the one refused, and more like it."""
        self.keys = keys
        named = _arguments(other, provider)
        way = f"; if that one is wrong, hokctl invoice void {named} first" if state is InvoiceState.OPEN else ""
        super().__init__(
            f"Invoice {number} is the same document as invoice {other} of {provider}, which is {state.value}.",
            hint=f"See hokctl invoice show {named}{way}.",
        )


class UnknownInvoiceError(UsageError):
    """An invoice number that the book does not know."""

    code = "unknown-invoice"

    def __init__(self, number: str, *, provider: str | None) -> None:
        """Name the number, and the provider if one was asked for."""
        of = f" of {provider}" if provider else ""
        super().__init__(f"The book has no invoice {number!r}{of}.", hint="hokctl invoice list shows what it has.")


class AmbiguousInvoiceError(UsageError):
    """An invoice number that several providers use."""

    code = "ambiguous-invoice"

    def __init__(self, number: str, *, providers: tuple[str, ...]) -> None:
        """Name the number and the providers."""
        super().__init__(
            f"Several providers have an invoice {number}: {', '.join(providers)}.",
            hint=f"Say which one with --provider, such as --provider {providers[0]}.",
        )


class InvoiceStateError(RefusedError):
    """A step that an invoice in its state does not take, such as paying it twice."""

    code = "invoice-state"

    def __init__(self, number: str, *, state: InvoiceState, step: str, reference: str | None) -> None:
        """Name the invoice, its state, the refused step, and the transaction it is bound to."""
        by = f" by {reference}" if reference else ""
        super().__init__(
            f"Invoice {number} is {state.value}{by}, so it cannot be {step}.",
            hint=f"hokctl invoice show {number} shows where it stands.",
        )


class NoIndexError(RefusedError):
    """A question about indexed events before the first sync."""

    code = "no-index"

    def __init__(self, place: str) -> None:
        """Name the book."""
        super().__init__(
            f"The book at {place} has no events of this deployment yet.", hint="Run `hokctl ledger sync` first."
        )


class PartlyPaidError(RefusedError):
    """A step that an invoice does not take once some of its lines are paid."""

    code = "invoice-partly-paid"

    def __init__(self, number: str, *, models: tuple[str, ...], step: str) -> None:
        """Name the invoice, the models whose lines are paid, and the refused step."""
        super().__init__(
            f"Invoice {number} is paid for model {', '.join(models)} already, so it cannot be {step}.",
            hint=f"hokctl invoice show {number} shows what is paid; hokctl invoice pay {number} pays the rest.",
        )


def _arguments(number: str, provider: str) -> str:
    """Return what names the invoice on the command line, also where other providers use its number."""
    return f"{shlex.quote(number)} --provider {shlex.quote(provider)}"
