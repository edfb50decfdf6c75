"""Checks of who gets money or power, and how much: look-alikes, first payments, limits, duplicates."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Final, cast

from eth_typing import ChecksumAddress

from hokctl.checks.facts import SafeTxFacts, addresses_in, every_call
from hokctl.checks.limits import check_policy, limits_of
from hokctl.checks.outcomes import NOTHING_TO_SEE, Looked
from hokctl.checks.payments import PaymentFacts
from hokctl.checks.powers import function_of
from hokctl.clients.decoding import DecodedCall
from hokctl.config.policy import Policy
from hokctl.domain.findings import Finding, Severity
from hokctl.domain.units import ZERO_ADDRESS

LOOK_ALIKE_DIGITS: Final = 4
"""Hex digits at either end: what people compare, and what an attacker can afford to match."""
_DELEGATION: Final = bytes.fromhex("ef0100")
_TRANSFERS: Final = {"transfer": 0, "transferFrom": 1}
"""Functions of tokens by name, with the position of the recipient."""


def recipients_of(calls: tuple[DecodedCall, ...]) -> tuple[ChecksumAddress, ...]:
    """Return who gets tokens or native currency directly by the Safe's calls; payments by the reserve aside."""
    found: list[ChecksumAddress] = []
    for call in calls:
        if call.value and not call.data and call.to is not None:
            found.append(call.to)
        position = _TRANSFERS.get(function_of(call))
        if position is not None:
            found.append(cast("ChecksumAddress", call.args[position].value))
    return tuple(dict.fromkeys(found))


def check_recipients(facts: SafeTxFacts) -> Looked:
    """Look at everyone who gets money: in the address book, not a contract of the protocol, and who signs for it."""
    direct = recipients_of(facts.calls)
    payees = tuple(dict.fromkeys((*(payment.payee for payment in facts.payments), *direct)))
    if not payees:
        return NOTHING_TO_SEE
    at = tuple((payee, facts.name_of(payee) or "in no address book") for payee in payees)
    findings = [finding for payee in payees for finding in _judge_payee(facts, payee)]
    known = {facts.safe_tx.safe, *facts.book, *(facts.labels or {})}
    findings.extend(_unknown(payee) for payee in direct if payee not in known)
    return Looked(at, tuple(findings))


def _judge_payee(facts: SafeTxFacts, payee: ChecksumAddress) -> Iterator[Finding]:
    places = {ZERO_ADDRESS: "the zero address", facts.safe_tx.safe: "the Safe itself", **(facts.labels or {})}
    if payee in places and not _is_told_already(facts, payee):
        yield Finding(
            code="impossible-payee",
            severity=Severity.ERROR,
            subject=payee,
            message=f"{payee} is {places[payee]}: money sent there is lost, or goes in a circle.",
            remedy="Correct the payee.",
        )
    if facts.codes.get(payee, b"").startswith(_DELEGATION):
        yield Finding(
            code="delegated-payee",
            severity=Severity.WARNING,
            subject=payee,
            message=f"{payee} is an account that has handed itself to a contract (EIP-7702).",
            evidence={"contract": "0x" + facts.codes[payee][3:].hex()},
            remedy="Ask the payee whether that is meant: the contract may pass on whatever arrives.",
        )


def _is_told_already(facts: SafeTxFacts, payee: ChecksumAddress) -> bool:
    """Tell whether the checks of the payment itself refuse the payee in their own words."""
    return any(one.payee == payee and payee in {ZERO_ADDRESS, one.token, one.reserve} for one in facts.payments)


def _unknown(payee: ChecksumAddress) -> Finding:
    return Finding(
        code="payee-unknown",
        severity=Severity.WARNING,
        subject=payee,
        message=f"{payee} is in no address book of this network.",
        remedy="Have the payee's address confirmed by two sources, and add it to [addresses].",
    )


def check_look_alikes(facts: SafeTxFacts) -> Looked:
    """Compare every address in the calls with the known ones: one that only looks like a known one is a trap."""
    known = {**(facts.labels or {}), **facts.book, **{one.provider: "provider" for one in facts.payments}}
    known |= dict.fromkeys(facts.details.authority.owners, "an owner of the Safe")
    named = dict.fromkeys(address for call in every_call(facts.decoded) for address in _addresses(call))
    if not named:
        return NOTHING_TO_SEE
    at = tuple((address, known.get(address, "unknown")) for address in named)
    return Looked(at, tuple(find_look_alikes(tuple(named), known)))


def find_look_alikes(addresses: Sequence[ChecksumAddress], known: Mapping[ChecksumAddress, str]) -> Iterator[Finding]:
    """Yield an error for each address that begins and ends like a known one and is none of them."""
    for address in addresses:
        if address not in known:
            yield from (
                _alike(address, other, known)
                for other in known
                if other != ZERO_ADDRESS and _ends(other) == _ends(address)
            )


def _addresses(call: DecodedCall) -> Iterator[ChecksumAddress]:
    if call.to is not None:
        yield call.to
    yield from addresses_in(tuple(argument.value for argument in call.args))


def _ends(address: ChecksumAddress) -> tuple[str, str]:
    digits = address[2:].lower()
    return digits[:LOOK_ALIKE_DIGITS], digits[-LOOK_ALIKE_DIGITS:]


def _alike(address: ChecksumAddress, other: ChecksumAddress, known: Mapping[ChecksumAddress, str]) -> Finding:
    return Finding(
        code="payee-look-alike",
        severity=Severity.ERROR,
        subject=address,
        message=f"{address} begins and ends like {known[other]}, {other}, but is another account.",
        evidence={"here": address, "known": other},
        remedy="Sign nothing: somebody wants the two to be mixed up. Compare every digit with the payee.",
        allowable=False,
    )


def check_first_payment(facts: SafeTxFacts) -> Looked:
    """Look whether the reserve ever paid the payees before; the policy says what to make of a first time."""
    paid = facts.payees_paid_before
    if paid is None or not facts.payments:
        return NOTHING_TO_SEE
    payees = dict.fromkeys(payment.payee for payment in facts.payments)
    at = tuple((payee, "paid before" if payee in paid else "never paid before") for payee in payees)
    return Looked(at, tuple(find_first_payments(facts.payments, paid, facts.policy, facts.name_of)))


def find_first_payments(
    payments: Sequence[PaymentFacts],
    paid: Collection[ChecksumAddress],
    policy: Policy | None,
    name_of: Callable[[ChecksumAddress], str | None],
) -> list[Finding]:
    """Return a finding for each payee that the reserve never paid before, as the policy wants it."""
    rule = "warn" if policy is None else policy.first_time_payee
    if rule == "allow":
        return []
    return [
        Finding(
            code="first-time-payee",
            severity=Severity.ERROR if rule == "refuse" else Severity.WARNING,
            subject=payee,
            message=f"The reserve has never paid {payee} before.",
            evidence={"name": name_of(payee) or "in no address book"},
            remedy="Pay a small part first, and have its arrival confirmed by the payee before the rest.",
        )
        for payee in dict.fromkeys(payment.payee for payment in payments)
        if payee not in paid
    ]


def check_limits(facts: SafeTxFacts) -> Looked:
    """Compare payments with the policy: the models that may be paid for, the limits of one payment and of a day."""
    policy, spending = facts.policy, facts.spending
    if policy is None or not facts.payments:
        return NOTHING_TO_SEE
    at: list[tuple[str, str]] = [
        (one.payee, f"{one.amount}, limit {limits_of(policy, one.payee).per_payment or 'none'}")
        for one in facts.payments
    ]
    if spending is not None:
        token = facts.payments[0].amount.token
        at.append((f"paid on {spending.day}", str(token.amount(sum(spending.paid.values())))))
        at.append(("waiting before this", str(token.amount(sum(spending.waiting.values())))))
    return Looked(tuple(at), tuple(check_policy(facts.payments, policy, spending)))
