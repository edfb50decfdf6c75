"""The audit of the treasury: what was conserved, what was not, and whether everything owed can be paid."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hokctl.domain.findings import Finding, Severity
from hokctl.services.treasuries import check_treasury
from hokctl.services.treasury_books import ModelBooks, PoolBooks, TreasuryBooks

if TYPE_CHECKING:
    from hokctl.domain.amounts import Token


def audit_treasury(books: TreasuryBooks) -> tuple[Finding, ...]:
    """Return what is wrong: a law of conservation that is broken, a shortfall, money where none should be."""
    order = (Severity.ERROR, Severity.WARNING, Severity.INFO)
    found = [*check_conservation(books), *check_treasury(books.state), *_places(books)]
    return tuple(sorted(found, key=lambda one: order.index(one.severity)))


def check_conservation(books: TreasuryBooks) -> Iterator[Finding]:
    """Yield each law of conservation that is broken, and what the logs say otherwise than the contracts' books."""
    yield from _laws(books)
    yield from _logs(books)


def _laws(books: TreasuryBooks) -> Iterator[Finding]:
    """Yield each of the three laws of conservation that does not hold."""
    state, token = books.state, books.state.token
    accrued = sum(model.accrued + model.paid for model in books.models)
    if state.total_accrued.units != accrued:
        yield _broken(
            "accrual-not-conserved",
            "totalAccrued is not what all models together have accrued and spent",
            token,
            {"totalAccrued": state.total_accrued.units, "accrued and paid of all models": accrued},
        )
    paid = sum(model.paid for model in books.models)
    if state.total_paid.units != paid:
        yield _broken(
            "payments-not-conserved",
            "totalPaid is not what was paid for all models together",
            token,
            {"totalPaid": state.total_paid.units, "paid for all models": paid},
        )
    left = state.total_accrued.units - state.total_paid.units + books.donated - books.withdrawn
    if state.balance.units != left:
        yield _broken(
            "balance-not-conserved",
            "the reserve does not hold what came in and did not go out",
            token,
            {
                "balance": state.balance.units,
                "withdrawn": books.withdrawn,
                "totalAccrued": state.total_accrued.units,
                "totalPaid": state.total_paid.units,
                "donated": books.donated,
            },
        )


def _logs(books: TreasuryBooks) -> Iterator[Finding]:
    """Yield where the contracts' books are others than their logs, and models that no name is known for."""
    token = books.state.token
    for model in books.models:
        if model.model_id is None:
            yield _unnamed(model, token)
        elif (model.accrued + model.paid, model.paid) != (model.logged_deposits, model.logged_payments):
            yield _broken(
                "books-differ-from-logs",
                f"model {model.model_id} has another account than its logs since block {books.from_block} tell",
                token,
                {
                    "accrued and paid": model.accrued + model.paid,
                    "deposits logged": model.logged_deposits,
                    "paid": model.paid,
                    "payments logged": model.logged_payments,
                },
            )
    withdrawn = books.state.total_withdrawn
    if withdrawn is not None and withdrawn.units != books.withdrawn:
        yield _broken(
            "books-differ-from-logs",
            "the reserve books other emergency withdrawals than its logs tell",
            token,
            {"totalWithdrawn": withdrawn.units, "withdrawals logged": books.withdrawn},
        )
    explained = sum(model.logged_payments for model in books.models) + books.withdrawn
    if books.sent != explained:
        yield _broken(
            "transfer-unexplained",
            "the token's logs tell of other transfers from the reserve than payments and withdrawals",
            token,
            {"transferred": books.sent, "paid and withdrawn": explained},
        )


def _places(books: TreasuryBooks) -> Iterator[Finding]:
    """Yield money that lies where none should, and pools that lack what they count on."""
    token = books.state.token
    if books.router_balance:
        yield Finding(
            code="router-holds-money",
            severity=Severity.WARNING,
            subject="UsageFeeRouter",
            message=f"The fee router holds {token.amount(books.router_balance)}, and has no function to give it back.",
            evidence={"balance": str(token.amount(books.router_balance))},
            remedy="Deposit fees with `hokctl fee deposit`, never by a transfer to the router.",
        )
    yield from (_short(pool, token) for pool in books.pools if pool.counted > pool.balance)


def _short(pool: PoolBooks, token: "Token") -> Finding:
    return Finding(
        code="pool-short",
        severity=Severity.ERROR,
        subject=f"pool of model {pool.model_id}",
        message=f"The pool of model {pool.model_id} counts on {token.amount(pool.counted)} and holds "
        f"{token.amount(pool.balance)}: not everybody can sell.",
        evidence={"pool": pool.address, "reserveBalance": str(pool.counted), "balance": str(pool.balance)},
        remedy="Pause the pool with `hokctl emergency pause --pools`, and find out where the money went.",
    )


def _unnamed(model: ModelBooks, token: "Token") -> Finding:
    return Finding(
        code="model-unnamed",
        severity=Severity.WARNING,
        subject=model.topic,
        message=f"The logs tell of a model whose id is known only by its hash: {token.amount(model.logged_deposits)} "
        f"deposited, {token.amount(model.logged_payments)} paid.",
        evidence={"topic": model.topic},
        remedy="Add its id to the manifest's models; the transaction that deposited has it in clear.",
    )


def _broken(code: str, what: str, token: "Token", amounts: dict[str, int]) -> Finding:
    shown = {name: f"{'-' if units < 0 else ''}{token.amount(abs(units))}" for name, units in amounts.items()}
    return Finding(
        code=code,
        severity=Severity.ERROR,
        subject="InfrastructureReserve",
        message=f"{what[0].upper()}{what[1:]}: {', '.join(f'{name} {amount}' for name, amount in shown.items())}.",
        evidence=shown,
        remedy="Check the deployment's first block in manifest and configuration. If that is right, pause the reserve "
        "with `hokctl emergency pause` and find out how the books were changed.",
    )
