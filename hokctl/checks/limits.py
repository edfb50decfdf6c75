"""The policy's limits on payments: of one, of a day to one payee, of a day in all; and the models that may be paid for.

A day is a UTC day by the chain's own clock. What was paid on it counts, and everything that waits to be paid.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from eth_typing import ChecksumAddress

from hokctl.checks.payments import PaymentFacts
from hokctl.config.policy import Limits, Policy
from hokctl.domain.amounts import Token, parse_units
from hokctl.domain.findings import Finding, Severity

_ANOTHER_DAY: Final = "Pay it on another day, or have the owners raise the limit in the policy."


@dataclass(frozen=True, slots=True, kw_only=True)
class Spending:
    """What already counts against the limits of a day, in base units of the reserve token by payee."""

    day: str
    """The UTC day, such as `2026-01-31`."""
    paid: Mapping[ChecksumAddress, int] = field(default_factory=dict)
    """By the reserve's logs of the day."""
    waiting: Mapping[ChecksumAddress, int] = field(default_factory=dict)
    """By Safe transactions, timelocks' operations and governors' proposals that can still be executed."""


def limits_a_day(policy: Policy | None) -> bool:
    """Tell whether the policy has a limit that counts what was paid on a day."""
    if policy is None:
        return False
    return any(one.per_day or one.per_payee_per_day for one in (policy.limits, *policy.payees.values()))


def check_policy(payments: Sequence[PaymentFacts], policy: Policy, spending: Spending | None) -> list[Finding]:
    """Return where payments of one plan pass what the policy allows; the first that passes a limit is named.

    All lines of an invoice are one payment. Without `spending` the limits of a day are not looked at.
    """
    if not payments:
        return []
    found = [*_check_single(payments, policy), *_check_models(payments, policy)]
    if spending is not None:
        found += [*_check_payees(payments, policy, spending), *_check_day(payments, policy, spending)]
    return found


def limits_of(policy: Policy, payee: ChecksumAddress) -> Limits:
    """Return the limits that bind payments to `payee`."""
    return policy.payees.get(payee, policy.limits)


def _units(limit: str, token: Token) -> int:
    return parse_units(limit, token.decimals, token.symbol)


def _check_single(payments: Sequence[PaymentFacts], policy: Policy) -> Iterator[Finding]:
    totals: dict[tuple[ChecksumAddress, str], list[PaymentFacts]] = {}
    for one in payments:
        totals.setdefault((one.payee, one.invoice_hash), []).append(one)
    for (payee, _), lines in totals.items():
        limit = limits_of(policy, payee).per_payment
        total = lines[0].amount.token.amount(sum(line.amount.units for line in lines))
        if limit is not None and total.units > _units(limit, total.token):
            yield Finding(
                code="over-limit",
                severity=Severity.ERROR,
                subject=payee,
                message=f"The payment of {total} is above the limit of {limit} for one payment to this payee.",
                evidence={"invoice": lines[0].number},
                remedy="Pay a part, or have the owners raise the limit in the policy.",
            )


def _check_models(payments: Sequence[PaymentFacts], policy: Policy) -> Iterator[Finding]:
    for model_id in dict.fromkeys(one.model_id for one in payments):
        if policy.allowed_models is not None and model_id not in policy.allowed_models:
            yield Finding(
                code="model-not-allowed",
                severity=Severity.ERROR,
                subject=model_id,
                message=f"By the policy nothing is paid for model {model_id}.",
                remedy="Have the owners add it to allowed_models in the policy.",
            )


def _check_payees(payments: Sequence[PaymentFacts], policy: Policy, spending: Spending) -> Iterator[Finding]:
    for payee in dict.fromkeys(one.payee for one in payments):
        limits, own = limits_of(policy, payee), policy.payees.get(payee)
        # A limit per day in the table of one payee can only mean that payee.
        stated = [limits.per_payee_per_day, None if own is None else own.per_day]
        token = payments[0].amount.token
        bounds = [(_units(text, token), text) for text in stated if text is not None]
        if bounds:
            tally = _Tally(min(bounds)[1], spending.paid.get(payee, 0), spending.waiting.get(payee, 0), spending.day)
            passing = tally.first_over([one for one in payments if one.payee == payee])
            if passing is not None:
                yield Finding(
                    code="over-payee-day-limit",
                    severity=Severity.ERROR,
                    subject=payee,
                    message=tally.message(passing, f"to {payee}"),
                    evidence=tally.evidence(passing),
                    remedy=_ANOTHER_DAY,
                )


def _check_day(payments: Sequence[PaymentFacts], policy: Policy, spending: Spending) -> Iterator[Finding]:
    if policy.limits.per_day is None:
        return
    paid, waiting = sum(spending.paid.values()), sum(spending.waiting.values())
    tally = _Tally(policy.limits.per_day, paid, waiting, spending.day)
    passing = tally.first_over(payments)
    if passing is not None:
        yield Finding(
            code="over-day-limit",
            severity=Severity.ERROR,
            subject="per_day",
            message=tally.message(passing, "in all"),
            evidence=tally.evidence(passing),
            remedy=_ANOTHER_DAY,
        )


_Passing = tuple[PaymentFacts, int]
"""A payment that passes a limit, and what the plan pays before it, in base units."""


@dataclass(frozen=True, slots=True)
class _Tally:
    """A limit of a day, and what counts against it besides the plan."""

    limit: str
    paid_units: int
    waiting_units: int
    day: str

    def first_over(self, payments: Sequence[PaymentFacts]) -> _Passing | None:
        """Return the first of the payments that passes the limit; None when none does."""
        planned, before = 0, self.paid_units + self.waiting_units
        for one in payments:
            if before + planned + one.amount.units > _units(self.limit, one.amount.token):
                return one, planned
            planned += one.amount.units
        return None

    def message(self, passing: _Passing, whom: str) -> str:
        """Return which invoice passes the limit."""
        one, _ = passing
        return (
            f"Invoice {one.number}, {one.amount} of model {one.model_id}, passes the limit of {self.limit} "
            f"{one.amount.token.symbol} a day {whom}."
        )

    def evidence(self, passing: _Passing) -> dict[str, str]:
        """Return the limit and everything that counts against it."""
        one, planned = passing
        token = one.amount.token
        return {
            "day": f"{self.day} (UTC)",
            "limit": f"{self.limit} {token.symbol}",
            "paid that day": str(token.amount(self.paid_units)),
            "waiting to be paid": str(token.amount(self.waiting_units)),
            "in this plan before": str(token.amount(planned)),
            "invoice": one.number,
        }
