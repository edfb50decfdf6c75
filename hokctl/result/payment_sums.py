"""What the payments of a plan come to, by payee and model: what a signer of a hundred invoices reads first."""

from collections.abc import Sequence

from hokctl.domain.amounts import Token
from hokctl.domain.calls import Call
from hokctl.domain.units import ModelId
from hokctl.result.values import Table
from hokctl.services.payment_facts import payments_in


def payment_sums(calls: Sequence[Call], token: Token | None) -> Table | None:
    """Return a row for each payee and model, and one for all; None for less than two payments.

    Payments that the calls schedule or propose count too, from whatever contract they are.
    """
    payments = payments_in(calls, None)
    if len(payments) < 2:  # noqa: PLR2004 - a single one is told well enough by its call
        return None
    sums: dict[tuple[str, ModelId], list[int]] = {}
    for payment in payments:
        sums.setdefault((payment.payee, payment.model_id), []).append(payment.amount_units)
    rows: list[tuple[str, ...]] = [
        (payee, model_id, str(len(units)), _money(sum(units), token)) for (payee, model_id), units in sums.items()
    ]
    every = [payment.amount_units for payment in payments]
    rows.append(("all", "", str(len(every)), _money(sum(every), token)))
    return Table(("payee", "model", "payments", "total"), tuple(rows), right=frozenset({"payments", "total"}))


def _money(units: int, token: Token | None) -> str:
    return f"{units} base units" if token is None else str(token.amount(units))
