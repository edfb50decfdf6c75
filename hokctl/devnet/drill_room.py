"""The room for drills: a deployment with a Safe and money in it, and the ways in that an attacker has."""

import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from eth_typing import ChecksumAddress

from hokctl.chain.signers import DevnetSigner
from hokctl.clients.infrastructure_reserve import Payment
from hokctl.clients.multisend import MultiSend, MultiSendItem
from hokctl.clients.safe import Operation
from hokctl.clients.safe_deployments import SAFE_1_4_1
from hokctl.config.invoice_files.written import WrittenLine
from hokctl.config.policy import Policy, RegisteredSafe
from hokctl.config.spec import read_spec
from hokctl.config.writing import atomic_write_text, render_toml
from hokctl.devnet import jobs
from hokctl.devnet.drill_service import lying_service
from hokctl.devnet.genesis import CHAIN_ID
from hokctl.devnet.scenario_files import specification
from hokctl.devnet.workplace import NETWORK, PEOPLE, THRESHOLD, Workplace
from hokctl.domain.amounts import TokenAmount
from hokctl.domain.calls import Call
from hokctl.domain.documents import JsonObject, dump_document
from hokctl.domain.invoices import hash_number
from hokctl.domain.plans import Plan
from hokctl.domain.units import ModelId, SafeTxHash
from hokctl.routes.safe import confirm
from hokctl.safe.account import get_safe
from hokctl.safe.proposals import Proposal, ProposalStore, proposal_to_json
from hokctl.safe.service_http import ServiceHttp
from hokctl.safe.service_store import ServiceStore
from hokctl.safe.signatures import Confirmation
from hokctl.safe.store import PROPOSAL_FILE, FolderStore
from hokctl.safe.transaction_service import TransactionService
from hokctl.safe.transactions import SafeTx
from hokctl.services.confirmations import sign_proposal
from hokctl.services.executions import execute_proposal
from hokctl.services.fee_files import Fee
from hokctl.services.foreign_plans import plan_from_safe_tx
from hokctl.services.invoices import InvoiceEntry, enter_invoice
from hokctl.services.model_adding import ModelTexts, build_model
from hokctl.services.payments import pay_invoice
from hokctl.services.proposals import CarryState

if TYPE_CHECKING:
    from hokctl.chain.session import Chain
    from hokctl.services.deployments import Deployment
    from hokctl.services.proposals import Carried

MODEL: Final = ModelId("21")
AMOUNT: Final = "50"
ATTACKER: Final = "dave"
_FEE: Final = "500"
_UNDECLARED: Final = frozenset({"effect-undeclared"})
"""What an owner accepts who signs what another tool has made: nobody declared its effect."""
_TEXTS: Final = ModelTexts(
    model_id=MODEL,
    name="Hokusai LSCOR",
    symbol="LSCOR",
    supply="1000",
    split="80%",
    metric="accuracy",
    license_uri="https://hokusai.ai/licenses/default",
)


@dataclass(frozen=True, kw_only=True)
class Room:
    """A place to attack: alice, bob and carol own the Safe, dave attacks it."""

    place: Workplace
    deployment: "Deployment"
    policy: Policy
    folder: Path
    """The shared folder, empty at first."""
    template: Path
    """A folder with the one honest proposal."""
    honest: SafeTxHash
    second: "Callable[[], Chain | None]" = lambda: None

    @property
    def model_id(self) -> ModelId:
        """The model that has earned fees."""
        return MODEL

    @property
    def safe(self) -> ChecksumAddress:
        """The Safe."""
        return self.place.people["treasury"]

    def address(self, name: str) -> ChecksumAddress:
        """Return the address of a person."""
        return self.place.people[name]

    @property
    def store(self) -> FolderStore:
        """The shared folder, which the attacker can write to."""
        return FolderStore(self.folder)

    def payment(self, payee: ChecksumAddress, number: str = "INV-1") -> Call:
        """Return the call that pays an invoice of the model."""
        token = self.deployment.token(self.place.snapshot())
        return self.deployment.suite.reserve.pay_infrastructure_cost(
            Payment(
                model_id=MODEL,
                payee=payee,
                amount_units=TokenAmount.parse(AMOUNT, token).units,
                invoice_hash=hash_number(number),
                memo="January",
            ),
            purpose=f"Pay invoice {number}",
        )

    def safe_tx(self, *calls: Call, **fields: Any) -> SafeTx:  # noqa: ANN401 - fields of several types
        """Return the Safe transaction of the calls, with any of its fields changed."""
        authority = get_safe(self.place.snapshot(), self.safe)
        items = tuple(MultiSendItem(to=call.to or self.safe, value=call.value, data=call.data) for call in calls)
        batch = len(items) > 1
        to = SAFE_1_4_1.multi_send_call_only if batch else items[0].to
        honest: dict[str, Any] = {
            "safe": self.safe,
            "chain_id": CHAIN_ID,
            "version": authority.version,
            "to": to,
            "value": 0,
            "data": MultiSend(to).multi_send(items, purpose="").data if batch else items[0].data,
            "operation": Operation.DELEGATECALL if batch else Operation.CALL,
            "nonce": authority.nonce,
        }
        return SafeTx(**{**honest, **fields})

    def foreign(self, safe_tx: SafeTx, title: str | None = None) -> Proposal:
        """Return the proposal of a Safe transaction that another tool made: its plan only retells the bytes."""
        snapshot = self.place.snapshot()
        plan = plan_from_safe_tx(
            safe_tx, network=NETWORK, block=snapshot.block, labels=self.deployment.labels, title=title
        )
        return Proposal(safe_tx=safe_tx, plan=plan, created_at=snapshot.block.timestamp, proposer=self.address("alice"))

    def propose_honestly(self) -> Proposal:
        """Return what alice proposed and signed, the way hokctl does it: to pay the provider's invoice INV-1."""
        shutil.copytree(self.template, self.folder, dirs_exist_ok=True)
        return self.store.get(self.honest)

    def put(self, proposal: Proposal, **stated: JsonObject | str) -> SafeTxHash:
        """Write a proposal into the folder past hokctl, as an attacker does; `stated` replaces parts of the file."""
        path = self.store.path_of(proposal) / PROPOSAL_FILE
        atomic_write_text(path, dump_document({**proposal_to_json(proposal), **stated}))
        return proposal.safe_tx_hash

    def signature(self, name: str, safe_tx: SafeTx) -> Confirmation:
        """Return somebody's true signature over a Safe transaction."""
        return confirm(safe_tx, DevnetSigner(name, PEOPLE[name], CHAIN_ID, self.place.chain.endpoint))

    def put_signature(self, proposal: Proposal, owner: ChecksumAddress, signature: bytes) -> None:
        """Write a signature file into the folder past hokctl."""
        document: JsonObject = {
            "version": 1,
            "safe_tx_hash": proposal.safe_tx_hash,
            "owner": owner,
            "signature": "0x" + signature.hex(),
            "kind": "eip712",
        }
        path = self.store.path_of(proposal) / f"{owner}.signature.json"
        atomic_write_text(path, dump_document(document))

    def propose(self, number: str = "INV-2") -> "Carried":
        """Have alice enter an invoice of the provider and propose to pay it, with --yes."""
        book, name_of = self.place.ledger.invoices, self.place.name_of
        now = self.place.clock()
        invoice = enter_invoice(self.place.snapshot(), self.deployment, book, _entry(number), name_of=name_of, now=now)
        knowledge = replace(self.place.knowledge(self.deployment), policy=self.policy, second=self.second)
        carrier = replace(self.place.carrier("alice", self.deployment), store=self.store, knowledge=lambda: knowledge)
        return pay_invoice(carrier, self.deployment, book, invoice, name_of=name_of)

    def sign(
        self, reference: str, *, store: ProposalStore | None = None, foreign: bool = False, signer: str = "bob"
    ) -> "Carried":
        """Have an owner sign, with --yes."""
        knowledge = replace(self.place.knowledge(self.deployment), policy=self.policy, second=self.second)
        carrier = replace(self.place.carrier(signer, self.deployment), store=store or self.store)
        return sign_proposal(replace(carrier, allow=_UNDECLARED if foreign else frozenset()), reference, knowledge)

    def execute(self, reference: str, *, store: ProposalStore | None = None, foreign: bool = False) -> "Carried":
        """Have carol execute, with --yes."""
        knowledge = replace(self.place.knowledge(self.deployment), policy=self.policy, second=self.second)
        carrier = replace(self.place.carrier("carol", self.deployment), store=store or self.store)
        carrier = replace(carrier, allow=_UNDECLARED if foreign else frozenset())
        return execute_proposal(carrier, reference, knowledge, self.place.ledger.invoices)

    @contextmanager
    def service(self, records: Mapping[str, JsonObject]) -> Iterator[ServiceStore]:
        """Serve records by a Transaction Service that checks nothing; yield the client's store."""
        snapshot, authority = self.place.snapshot(), get_safe(self.place.snapshot(), self.safe)

        def build_plan(safe_tx: SafeTx, title: str | None) -> Plan:
            return plan_from_safe_tx(
                safe_tx, network=NETWORK, block=snapshot.block, labels=self.deployment.labels, title=title
            )

        with lying_service(records) as url:
            client = TransactionService(
                ServiceHttp(url, network=NETWORK), chain_id=CHAIN_ID, version_of=lambda _: authority.version
            )
            yield ServiceStore(
                client, chain_id=CHAIN_ID, safe=self.safe, read_safe=lambda _: authority, build_plan=build_plan
            )


def build_room(place: Workplace, directory: Path) -> Room:
    """Deploy the protocol for a new 2-of-3 Safe, with a model that has earned fees."""
    _, safe = jobs.create_safe(place, "deployer")
    place = place.with_safe(safe)
    path = directory / "deployment.toml"
    atomic_write_text(path, render_toml(specification(models=False)))
    _, deployment = jobs.deploy(place, read_spec(path, place.resolve), "deployer")
    model = build_model(_TEXTS, tokens_per_delta_one=1_000, governor=safe, provider=place.resolve("together-ai"))
    _, deployment = jobs.add_model(place, deployment, model, "deployer")
    fee = TokenAmount.parse(_FEE, deployment.token(place.snapshot()))
    jobs.mint(place, deployment, fee, "backend")
    jobs.deposit(place, deployment, [Fee(model_id=MODEL, amount=fee)], "backend")
    registered = RegisteredSafe(owners=place.owners, threshold=THRESHOLD, version="1.4.1")
    return Room(
        place=place,
        deployment=deployment,
        policy=Policy(safes={safe: registered}),
        folder=directory / "folders",
        template=place.network.proposals,
        honest=_propose(place, deployment),
    )


def _propose(place: Workplace, deployment: "Deployment") -> SafeTxHash:
    """Enter the invoice INV-1 and have alice propose to pay it."""
    invoice = enter_invoice(
        place.snapshot(),
        deployment,
        place.ledger.invoices,
        _entry("INV-1"),
        name_of=place.name_of,
        now=place.clock(),
    )
    carried = jobs.propose_payment(place, deployment, invoice, "alice")
    record = carried.outcome.proposal if carried.outcome else None
    if record is None:
        raise jobs.JobFailedError(carried, CarryState.PROPOSED)
    return SafeTxHash(record.safe_tx_hash)


def _entry(number: str) -> InvoiceEntry:
    return InvoiceEntry(number=number, payee=None, lines=(WrittenLine(model=MODEL, amount=AMOUNT),), memo="January")
