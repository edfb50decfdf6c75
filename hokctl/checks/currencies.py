"""The currency that an invoice states against the token that the reserve pays with."""

from collections.abc import Mapping

from hokctl.domain.findings import Finding, Severity


def is_paid_in(currency: str, symbol: str, currencies: Mapping[str, str]) -> bool:
    """Tell whether an invoice in `currency` is paid in the token called `symbol`, one for one.

    Only the policy can say so of another currency than the token itself: `currencies = {USD = "USDC"}`.
    """
    return currency in {"", symbol} or currencies.get(currency) == symbol


def check_currency(
    number: str, currency: str, symbol: str, currencies: Mapping[str, str], *, severity: Severity = Severity.ERROR
) -> list[Finding]:
    """Return a finding when the invoice's currency is not the token's; nothing is ever converted."""
    if is_paid_in(currency, symbol, currencies):
        return []
    return [
        Finding(
            code="currency-differs",
            severity=severity,
            subject=number,
            message=f"Invoice {number} is in {currency}, and the reserve pays {symbol}.",
            evidence={"invoice": currency, "reserve token": symbol},
            remedy=f"Ask for an invoice in {symbol}; or, if the treasury's people take one for the other, write "
            f'currencies = {{{currency} = "{symbol}"}} into the policy.',
            allowable=False,
        )
    ]
