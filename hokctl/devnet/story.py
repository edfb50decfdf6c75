"""The demo's story: from nothing to a paid invoice, and the brake, on a chain of its own; every step is real."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from hokctl.chain.simulation import simulate
from hokctl.clients.infrastructure_reserve import Payment
from hokctl.config.invoice_files.written import WrittenLine
from hokctl.config.spec import read_spec
from hokctl.config.writing import atomic_write_text, render_toml
from hokctl.devnet import jobs
from hokctl.devnet.scenario_files import specification
from hokctl.devnet.story_books import Books, read_books
from hokctl.devnet.story_steps import Chapter, Story, StoryStep, step_of
from hokctl.devnet.workplace import Workplace
from hokctl.domain.amounts import TokenAmount
from hokctl.domain.calls import Call
from hokctl.domain.invoices import Invoice, InvoiceState, hash_number
from hokctl.domain.units import ModelId
from hokctl.ledger.book import Ledger
from hokctl.services.emergencies import plan_brake, plan_withdrawal
from hokctl.services.fee_files import Fee
from hokctl.services.invoices import InvoiceEntry, enter_invoice
from hokctl.services.model_adding import ModelTexts, build_model
from hokctl.services.payments import pay_invoice
from hokctl.services.proposals import Carried, CarryState
from hokctl.services.runway import measure_runway
from hokctl.services.splits import plan_split

if TYPE_CHECKING:
    from collections.abc import Callable

    from hokctl.chain.transport import Transport
    from hokctl.services.deployments import Deployment

MODEL: Final = ModelId("21")
INVOICE: Final = "INV-2024-001"
FEE: Final = "100"
OWED: Final = "50"
MEMO: Final = "Inference, January 2024"
DAILY_BURN: Final = "10"

_TEXTS: Final = ModelTexts(
    model_id=MODEL,
    name="Hokusai LSCOR",
    symbol="LSCOR",
    supply="1000",
    split="80%",
    metric="accuracy",
    license_uri="https://hokusai.ai/licenses/default",
)


def tell_story(transport: "Transport", directory: Path, *, clock: "Callable[[], int]") -> Story:
    """Play the story on the fresh devnet behind `transport`, with all files in `directory`.

    Raises JobFailedError when a step does not lead where it must.
    """
    with Ledger.at(directory / "hokctl.db") as ledger:
        place = Workplace.open(
            transport, ledger, manifest=directory / "devnet.json", proposals=directory / "proposals", clock=clock
        )
        founded, place, deployment = _found(place, directory)
        teller = _Storyteller(place, deployment)
        chapters = (
            Chapter(title="The house is built", steps=founded),
            Chapter(title="A model earns", steps=teller.earn()),
            Chapter(title="The owners change the split", steps=teller.govern()),
            Chapter(title="A provider is paid", steps=teller.pay()),
            Chapter(title="How long does it last?", steps=(teller.look_ahead(),)),
            Chapter(title="The emergency brake", steps=teller.brake()),
            Chapter(title="The books", steps=(teller.close(),)),
        )
        return Story(safe=place.resolve("treasury"), chapters=chapters, reconciled=chapters[-1].steps[0].ok)


def _found(place: Workplace, directory: Path) -> "tuple[tuple[StoryStep, ...], Workplace, Deployment]":
    safe_made, safe = jobs.create_safe(place, "deployer")
    place = place.with_safe(safe)
    path = directory / "deployment.toml"
    atomic_write_text(path, render_toml(specification(models=False)))
    deployed, deployment = jobs.deploy(place, read_spec(path, place.resolve), "deployer")
    model = build_model(_TEXTS, tokens_per_delta_one=1_000, governor=safe, provider=place.resolve("together-ai"))
    added, deployment = jobs.add_model(place, deployment, model, "deployer")
    contracts = len(deployment.suite.labels())
    steps = (
        step_of(
            "create-safe",
            "A treasury that nobody controls alone",
            f"Alice, Bob and Carol own the Safe {safe}; two of the three must confirm whatever it does.",
            safe_made,
        ),
        step_of(
            "deploy",
            "Deploy the protocol",
            f"{contracts} contracts in {len(deployed.plan.calls)} transactions; the Safe is treasury, payer, pauser"
            " and administrator.",
            deployed,
        ),
        step_of(
            "add-model",
            f"Add model {MODEL}",
            "Of every fee 80% is set aside for infrastructure and 20% is profit; the Safe governs that, and"
            " together-ai runs the machines.",
            added,
        ),
    )
    return steps, place, deployment


class _Storyteller:
    """Tells what happens on a deployment that stands."""

    def __init__(self, place: Workplace, deployment: "Deployment") -> None:
        self._place = place
        self._deployment = deployment
        self._token = deployment.token(place.snapshot())
        self._payment = Payment(
            model_id=MODEL,
            payee=place.resolve("together-ai"),
            amount_units=self._amount(OWED).units,
            invoice_hash=hash_number(INVOICE),
            memo=MEMO,
        )

    def earn(self) -> tuple[StoryStep, ...]:
        minted = jobs.mint(self._place, self._deployment, self._amount("200"), "backend")
        funded = step_of(
            "fund-backend",
            "The backend collects from API customers",
            f"It holds {self._amount('200')} (test money).",
            minted,
        )
        return funded, self._deposit("deposit-fee", "80", "20")

    def govern(self) -> tuple[StoryStep, ...]:
        plan = plan_split(self._place.snapshot(), self._deployment, MODEL, 7_000)
        proposed = jobs.propose(self._place, self._deployment, plan, "alice")
        steps = self._through_safe("split", "change the split to 70% for infrastructure", proposed, "bob")
        return *steps, self._deposit("deposit-fee-again", "70", "30")

    def pay(self) -> tuple[StoryStep, ...]:
        place, book = self._place, self._place.ledger.invoices
        invoice = self._enter(place)
        entered = StoryStep(
            name="enter-invoice",
            title=f"Invoice {INVOICE} arrives",
            detail=f"together-ai asks {invoice.total} for model {MODEL}; on the chain it is {invoice.invoice_hash},"
            " the hash of its number.",
        )
        proposed = jobs.propose_payment(place, self._deployment, invoice, "alice")
        steps = self._through_safe("payment", f"pay {invoice.total} to together-ai", proposed, "carol")
        paid, books = book.get(INVOICE), self._books()
        settled = (paid.state, paid.tx_hash, books.provider) == (
            InvoiceState.PAID,
            steps[-1].tx_hash,
            invoice.total,
        )
        reconciled = StoryStep(
            name="reconcile-payment",
            title="Chain and book agree",
            detail=f"The book has the invoice as paid by that transaction, together-ai holds {books.provider},"
            f" and {books.accrued} are left for model {MODEL}.",
            ok=settled and books.accrued == self._amount("100"),
        )
        return entered, *steps, reconciled, self._refuse_duplicate()

    def look_ahead(self) -> StoryStep:
        report = measure_runway(
            self._place.snapshot(), self._deployment, (MODEL,), declared=lambda _: None, given={MODEL: DAILY_BURN}
        )
        (found,) = report.models
        return StoryStep(
            name="runway",
            title="Runway",
            detail=f"{found.model.accrued} at {found.daily_burn} a day last {found.runway.days} days,"
            f" until {found.runway.depleted_on}.",
            ok=found.runway.days == 10,  # noqa: PLR2004 - 100 at 10 a day
        )

    def brake(self) -> tuple[StoryStep, ...]:
        place, deployment = self._place, self._deployment
        plan = plan_brake(place.snapshot(), deployment, pause=True, pools=None)
        proposed = jobs.propose(place, deployment, plan, "bob")
        *before, paused = self._through_safe("pause", "pause the reserve", proposed, "alice")
        payment = replace(self._payment, invoice_hash=hash_number("INV-2024-002"))
        call = deployment.suite.reserve.pay_infrastructure_cost(payment, purpose="try another payment")
        stopped = self._refused_with(call, "treasury")
        paused = replace(
            paused,
            detail=f"{paused.detail} The contract would now refuse any payment: {stopped}.",
            ok=paused.ok and stopped == "EnforcedPause",
        )
        withdrawal, findings = plan_withdrawal(place.snapshot(), deployment, "all")
        proposed = jobs.propose(place, deployment, withdrawal, "carol", findings)
        return *before, paused, *self._through_safe("withdrawal", "withdraw everything to the Safe", proposed, "bob")

    def close(self) -> StoryStep:
        books = self._books()
        return StoryStep(
            name="reconcile",
            title="Every unit is accounted for",
            detail=f"Fees {books.fees} = infrastructure {books.infrastructure} + profit {books.profit};"
            f" infrastructure = paid {books.paid} + withdrawn {books.withdrawn} + in the reserve {books.reserve};"
            f" the book has {books.booked} as paid.",
            ok=books.balanced,
        )

    def _deposit(self, name: str, infrastructure: str, profit: str) -> StoryStep:
        before, fee = self._books(), Fee(model_id=MODEL, amount=self._amount(FEE))
        carried = jobs.deposit(self._place, self._deployment, [fee], "backend")
        after = self._books()
        set_aside, to_pool = after.accrued - before.accrued, after.profit - before.profit
        return step_of(
            name,
            f"A fee of {fee.amount}",
            f"{set_aside} are set aside for infrastructure, {to_pool} go to the model's pool and its token holders.",
            carried,
            ok=(set_aside, to_pool) == (self._amount(infrastructure), self._amount(profit)),
        )

    def _through_safe(self, name: str, what: str, proposed: Carried, second: str) -> tuple[StoryStep, ...]:
        """Have `second` confirm what was proposed and Dave, who owns nothing, execute it."""
        record = proposed.outcome.proposal if proposed.outcome else None
        if record is None:
            raise jobs.JobFailedError(proposed, CarryState.PROPOSED)
        first = self._place.name_of(record.confirmations[0]) or record.confirmations[0]
        confirmed = jobs.confirm(self._place, self._deployment, record.safe_tx_hash, second)
        executed = jobs.execute(self._place, self._deployment, record.safe_tx_hash, "dave")
        proofs = " and ".join(condition.text for condition in executed.plan.after)
        return (
            step_of(
                f"propose-{name}",
                f"{first.title()} proposes to {what}",
                f"Safe transaction {record.nonce}, confirmed by {first.title()}: 1 of {record.threshold}.",
                proposed,
            ),
            step_of(
                f"confirm-{name}",
                f"{second.title()} confirms",
                f"Everything was derived anew before the signature: {record.threshold} of {record.threshold}.",
                confirmed,
            ),
            step_of(
                f"execute-{name}",
                "Dave executes it",
                f"Dave owns nothing here and only pays the gas. Proved: {proofs}.",
                executed,
            ),
        )

    def _enter(self, place: Workplace) -> Invoice:
        entry = InvoiceEntry(number=INVOICE, payee=None, lines=(WrittenLine(model=MODEL, amount=OWED),), memo=MEMO)
        return enter_invoice(
            place.snapshot(),
            self._deployment,
            place.ledger.invoices,
            entry,
            name_of=place.name_of,
            now=place.clock(),
        )

    def _refuse_duplicate(self) -> StoryStep:
        """Enter the paid invoice in another, empty book, and try to pay it again; then try the contract itself."""
        with Ledger.open("sqlite://") as other:
            place = replace(self._place, ledger=other)
            carrier = place.carrier("alice", self._deployment, MODEL)
            again = self._enter(place)
            carried = pay_invoice(carrier, self._deployment, other.invoices, again, name_of=place.name_of)
        reason = "; ".join(finding.message for finding in carried.findings if finding.blocks(frozenset()))
        call = self._deployment.suite.reserve.pay_infrastructure_cost(self._payment, purpose="try it again")
        error = self._refused_with(call, "treasury")
        return StoryStep(
            name="refuse-duplicate",
            title="The same invoice turns up again, in another book",
            detail=f"hokctl refuses: {reason} So does the contract, whatever tool is used: {error}.",
            ok=carried.state is CarryState.REFUSED and error == "InvoiceAlreadyPaid",
        )

    def _refused_with(self, call: Call, person: str) -> str | None:
        """Return the error by which the contract refuses `call` from a person; None when it would not."""
        snapshot = self._place.snapshot()
        result = simulate(snapshot.chain, call, sender=self._place.resolve(person), block=snapshot.block.number)
        return None if result.revert is None else result.revert.name

    def _amount(self, text: str) -> TokenAmount:
        return TokenAmount.parse(text, self._token)

    def _books(self) -> Books:
        return read_books(self._place, self._deployment, self._token, MODEL)
