"""Invariants of the suite under random calls, by anybody, in any order.

They are made straight into py-evm's state, whatever engine the other tests run on. The default run makes 2,000; the
long run makes 100,000:

    HOKCTL_INVARIANT_CALLS=100000 pytest tests/contracts/test_invariants.py

After every call the books must balance: on the reserve, balance + paid + withdrawn = deposited + donated, and the
models' sums equal the totals; the router holds nothing; no pool claims more than it has; graduation is for good; and a
call by somebody without the role is refused.
"""

import os
from collections import Counter
from dataclasses import dataclass, field

import pytest
from eth_typing import ChecksumAddress
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from web3.contract.contract import ContractFunction

from .chain import Chain
from .direct import DirectCalls
from .engines import EthTesterEngine
from .harness import USD, Model, Suite, invoice_hash

pytestmark = pytest.mark.contracts

CALLS = int(os.environ.get("HOKCTL_INVARIANT_CALLS", "2000"))
STEPS = 50
MODEL_IDS = ("alpha", "beta", "gamma")

models = st.sampled_from(MODEL_IDS)
amounts = st.one_of(st.integers(0, 20), st.integers(1, 40_000 * USD))
payments = st.one_of(st.integers(0, 20), st.integers(1, 5000 * USD))
numbers = st.sampled_from([f"INV-{number}" for number in range(40)])
PARTS = ("admin", "treasury", "backend", "governor", "guardian", "stranger")


def mostly(part: str) -> st.SearchStrategy[str]:
    """Return callers: two in three hold the role, the others are anybody."""
    return st.sampled_from([part] * len(PARTS) * 2 + list(PARTS))


@dataclass
class Books:
    """What the chain must say, computed beside it."""

    accrued: Counter[str] = field(default_factory=Counter)
    paid: Counter[str] = field(default_factory=Counter)
    fees: Counter[str] = field(default_factory=Counter)
    bps: dict[str, int] = field(default_factory=lambda: dict.fromkeys(MODEL_IDS, 8000))
    invoices: set[tuple[str, str, str]] = field(default_factory=set)
    graduated: set[str] = field(default_factory=set)
    deposited: int = 0
    donated: int = 0
    withdrawn: int = 0
    is_paused: bool = False


class Machine(RuleBasedStateMachine):
    """Random calls; each knows whether it may succeed and what it changes then."""

    suite: Suite
    pools: dict[str, Model]
    direct: DirectCalls
    calls = 0

    @initialize()
    def start(self) -> None:
        """Begin at the state that all runs share."""
        self.snapshot = self.direct.snapshot()
        self.books = Books()

    def teardown(self) -> None:
        """Put the chain back."""
        if hasattr(self, "snapshot"):
            self.direct.restore(self.snapshot)

    def attempt(self, call: ContractFunction, part: str, *, expected: bool) -> bool:
        """Send a call, compare its success with the books' opinion, and return it."""
        type(self).calls += 1
        is_done = self.direct.send(call, getattr(self.suite.people, part))
        assert is_done is expected, f"{call.fn_name}{call.args} by {part}"
        return expected

    @rule(model_id=models, amount=amounts, part=mostly("backend"))
    def fee(self, model_id: str, amount: int, part: str) -> None:
        """Split a fee."""
        self.batch_fee([(model_id, amount)], part, is_single=True)

    @rule(items=st.lists(st.tuples(models, amounts), max_size=4), part=mostly("backend"))
    def batch(self, items: list[tuple[str, int]], part: str) -> None:
        """Split several fees."""
        self.batch_fee(items, part, is_single=False)

    def batch_fee(self, items: list[tuple[str, int]], part: str, *, is_single: bool) -> None:
        """Split fees, one by the single call or several by the batch call."""
        books, functions = self.books, self.suite.router.functions
        shares = [amount * books.bps[model_id] // 10_000 for model_id, amount in items]
        may = part == "backend" and bool(items) and all(amount for _, amount in items)
        may = may and not (books.is_paused and sum(shares) > 0)
        ids, values = [model_id for model_id, _ in items], [amount for _, amount in items]
        call = functions.depositFee(*items[0]) if is_single else functions.batchDepositFees(ids, values)
        if self.attempt(call, part, expected=may):
            for (model_id, amount), share in zip(items, shares, strict=True):
                books.accrued[model_id] += share
                books.fees[model_id] += amount
            books.deposited += sum(shares)

    @rule(items=st.lists(st.tuples(models, payments, numbers), min_size=1, max_size=3), part=mostly("treasury"))
    def pay(self, items: list[tuple[str, int, str]], part: str) -> None:
        """Pay invoices, one by the single call or several by the batch call."""
        suite, books = self.suite, self.books
        payee = suite.people.provider
        keys = [(model_id, payee, number) for model_id, _, number in items]
        due: Counter[str] = Counter()
        for model_id, amount, _ in items:
            due[model_id] += amount
        may = part == "treasury" and not books.is_paused and all(amount for _, amount, _ in items)
        may = may and len(set(keys)) == len(keys) and not books.invoices.intersection(keys)
        may = may and all(books.accrued[model_id] >= amount for model_id, amount in due.items())
        may = may and sum(due.values()) <= self.balance()
        payments = [(model_id, payee, amount, invoice_hash(number), "") for model_id, amount, number in items]
        functions = suite.reserve.functions
        single = len(payments) == 1
        call = (
            functions.payInfrastructureCost(*payments[0]) if single else functions.batchPayInfrastructureCosts(payments)
        )
        if self.attempt(call, part, expected=may):
            books.accrued.subtract(due)
            books.paid.update(due)
            books.invoices.update(keys)

    @rule(amount=payments, part=mostly("admin"))
    def withdraw(self, amount: int, part: str) -> None:
        """Withdraw in an emergency."""
        may = part == "admin" and 0 < amount <= self.balance()
        if self.attempt(self.suite.reserve.functions.emergencyWithdraw(amount), part, expected=may):
            self.books.withdrawn += amount

    @rule(amount=st.integers(1, 1000 * USD), model_id=st.sampled_from([*MODEL_IDS, ""]))
    def donate(self, amount: int, model_id: str) -> None:
        """Send tokens to the reserve, or to a pool, beside the books."""
        to = self.pools[model_id].pool.address if model_id else self.suite.reserve.address
        self.attempt(self.suite.usdc.functions.mint(to, amount), "stranger", expected=True)
        if not model_id:
            self.books.donated += amount

    @rule(model_id=models, amount=st.integers(1, 100 * USD))
    def receive_fees(self, model_id: str, amount: int) -> None:
        """Turn a pool's donations into reserve, as anyone may."""
        pool = self.pools[model_id].pool
        surplus = self.tokens_of(pool.address) - self.direct.read(pool.functions.reserveBalance())
        self.attempt(pool.functions.receiveFees(amount), "stranger", expected=amount <= surplus)

    @rule(part=mostly("admin"))
    def toggle_pause(self, part: str) -> None:
        """Pause or unpause, whichever is due."""
        functions = self.suite.reserve.functions
        call = functions.unpause() if self.books.is_paused else functions.pause()
        if self.attempt(call, part, expected=part == "admin"):
            self.books.is_paused = not self.books.is_paused

    @rule(model_id=models, bps=st.integers(4900, 10_100), part=mostly("governor"))
    def set_split(self, model_id: str, bps: int, part: str) -> None:
        """Change a model's split."""
        may = part == "governor" and 5000 <= bps <= 10_000
        call = self.pools[model_id].params.functions.setInfrastructureAccrualBps(bps)
        if self.attempt(call, part, expected=may):
            self.books.bps[model_id] = bps

    @rule(model_id=models, share=st.integers(1, 2000))
    def buy(self, model_id: str, share: int) -> None:
        """Buy tokens for up to the largest permitted share of the reserve."""
        pool = self.pools[model_id].pool
        amount = self.direct.read(pool.functions.reserveBalance()) * share // 10_000
        may = self.direct.read(pool.functions.getBuyQuote(amount)) > 0
        self.attempt(pool.functions.buy(amount, 0, self.suite.people.trader, 2**64), "trader", expected=may)

    @rule(model_id=models, share=st.integers(1, 100))
    def sell(self, model_id: str, share: int) -> None:
        """Sell some of the trader's tokens."""
        pool, trader = self.pools[model_id].pool.functions, self.suite.people.trader
        amount = self.direct.read(self.pools[model_id].token.functions.balanceOf(trader)) * share // 100
        out = self.direct.read(pool.getSellQuote(amount))
        gross_limit = self.direct.read(pool.reserveBalance()) * 2000 // 10_000
        net_limit = gross_limit - gross_limit * 30 // 10_000
        if out == net_limit:
            return  # The fee's rounding gives this quote to a trade at the limit and to one just above it.
        may = 0 < out < net_limit
        self.attempt(pool.sell(amount, 0, trader, 2**64), "trader", expected=may)

    def balance(self) -> int:
        """Return the reserve's tokens."""
        return self.tokens_of(self.suite.reserve.address)

    def tokens_of(self, account: ChecksumAddress) -> int:
        """Return an account's USDC."""
        amount: int = self.direct.read(self.suite.usdc.functions.balanceOf(account))
        return amount

    @invariant()
    def books_balance(self) -> None:
        """Hold the chain against the books."""
        if not hasattr(self, "books"):
            return
        books, reserve = self.books, self.suite.reserve.functions
        accounts = {model_id: self.direct.read(reserve.getModelAccounting(model_id)) for model_id in MODEL_IDS}
        total_accrued, total_paid = self.direct.read(reserve.totalAccrued()), self.direct.read(reserve.totalPaid())
        assert self.balance() + total_paid + books.withdrawn == books.deposited + books.donated
        assert {key: account[0] for key, account in accounts.items()} == {key: books.accrued[key] for key in MODEL_IDS}
        assert {key: account[1] for key, account in accounts.items()} == {key: books.paid[key] for key in MODEL_IDS}
        assert total_accrued == books.deposited == sum(account[0] + account[1] for account in accounts.values())
        assert total_paid == sum(account[1] for account in accounts.values())
        assert self.direct.read(reserve.totalWithdrawn()) == books.withdrawn
        owed = sum(account[0] for account in accounts.values())
        difference = self.direct.read(reserve.unallocated()) - self.direct.read(reserve.shortfall())
        assert difference == self.balance() - owed
        assert self.direct.read(reserve.paused()) is books.is_paused

    @invariant()
    def money_is_where_it_belongs(self) -> None:
        """Check router and pools."""
        if not hasattr(self, "books"):
            return
        assert self.direct.read(self.suite.router.functions.getBalance()) == 0
        assert self.direct.read(self.suite.router.functions.totalFeesDeposited()) == self.books.fees.total()
        for model_id, model in self.pools.items():
            pool = model.pool.functions
            assert self.direct.read(pool.reserveBalance()) <= self.tokens_of(model.pool.address)
            has_graduated = self.direct.read(pool.hasGraduated())
            assert has_graduated or model_id not in self.books.graduated
            if has_graduated:
                self.books.graduated.add(model_id)


@pytest.fixture(scope="module")
def machine() -> type[Machine]:
    """The machine over a suite of its own, with three models past their buy-only period."""
    engine = EthTesterEngine()
    Machine.suite = suite = Suite(Chain(engine))
    Machine.pools = {model_id: suite.add_model(model_id) for model_id in MODEL_IDS}
    trader = suite.people.trader
    suite.send(suite.usdc.functions.mint(trader, 10**15))
    for model in Machine.pools.values():
        suite.buy(model, 5000 * USD)
        suite.send(suite.usdc.functions.approve(model.pool.address, 2**256 - 1), trader)
        suite.send(model.token.functions.approve(model.pool.address, 2**256 - 1), trader)
    engine.advance(8 * 86_400)
    Machine.direct = DirectCalls(engine)
    return Machine


def test_books_balance_after_any_sequence_of_calls(machine: type[Machine]) -> None:
    # An example may end before its last step, so that the number of examples alone does not settle that of calls.
    while machine.calls < CALLS:
        examples = (CALLS - machine.calls) // STEPS + 1
        run_state_machine_as_test(
            machine,
            settings=settings(
                max_examples=examples,
                stateful_step_count=STEPS,
                deadline=None,
                phases=[Phase.explicit, Phase.reuse, Phase.generate],
                suppress_health_check=list(HealthCheck),
            ),
        )
