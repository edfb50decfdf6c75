"""Safe transactions for other hands: signers without a node, wallets, and other tools."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from eth_utils.crypto import keccak

import hokctl
from hokctl.clients.decoding import decoder_digest
from hokctl.clients.safe import Operation
from hokctl.domain.abi_values import value_to_json
from hokctl.domain.calls import AbiValue, Call
from hokctl.domain.documents import JsonObject
from hokctl.domain.effects import Effect, Simulation
from hokctl.domain.findings import Finding, Severity
from hokctl.domain.plans import Plan
from hokctl.errors import RefusedError
from hokctl.safe.bundles import Bundle, Evidence, StatedSafe, bundle_to_json
from hokctl.safe.multisend import unpack_calls
from hokctl.safe.proposals import Proposal, ProposalStore, inner_call_of
from hokctl.safe.transaction_builder import builder_document
from hokctl.safe.transactions import verify_hashes
from hokctl.safe.wallet_documents import jarvis_document, service_document, typed_data_document
from hokctl.services.examining import examine
from hokctl.services.export_formats import ExportFormat
from hokctl.services.safe_checks import Knowledge
from hokctl.services.safe_reviews import read_proposal

if TYPE_CHECKING:
    from hokctl.chain.session import Snapshot
    from hokctl.domain.units import BlockRef


class NotExpressibleError(RefusedError):
    """A Safe transaction that the wanted format cannot hold."""

    code = "not-expressible"

    def __init__(self, proposal: Proposal, format_: ExportFormat, reason: str) -> None:
        """Name the Safe transaction, the format and the reason."""
        super().__init__(
            f"Safe transaction {proposal.safe_tx_hash} cannot be written as {format_}: {reason}.",
            hint="The bundle and the typed data hold every Safe transaction.",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """A Safe transaction as a document."""

    format_: ExportFormat
    proposal: Proposal
    document: JsonObject
    block: "BlockRef | None"
    """The block that the evidence in it comes from; None for formats without evidence."""
    findings: tuple[Finding, ...] = ()

    @property
    def name(self) -> str:
        """What its file is called, without the suffix."""
        return f"{self.proposal.safe_tx.nonce}-{self.proposal.safe_tx_hash[:10]}.{self.format_}"


def export_proposal(
    snapshot: "Callable[[], Snapshot]",
    store: ProposalStore,
    reference: str,
    *,
    knowledge: Knowledge,
    format_: ExportFormat,
) -> Exported:
    """Return the proposal that `reference` names in the wanted format; only the bundle's evidence needs the node."""
    if format_ is ExportFormat.BUNDLE:
        return _export_bundle(snapshot(), store, reference, knowledge)
    proposal = store.get(reference)
    verify_hashes(proposal.safe_tx)
    confirmations = store.confirmations(proposal.safe_tx_hash)
    match format_:
        case ExportFormat.TYPED_DATA:
            document = typed_data_document(proposal.safe_tx)
        case ExportFormat.SERVICE:
            document = service_document(proposal, confirmations)
        case ExportFormat.JARVIS:
            document = jarvis_document(proposal.safe_tx, confirmations)
        case ExportFormat.TRANSACTION_BUILDER:
            return _export_batch(proposal)
    return Exported(format_=format_, proposal=proposal, document=document, block=None)


def _export_batch(proposal: Proposal) -> Exported:
    """Return the calls alone: nonce and signatures have no place in the file."""
    safe_tx, plan, format_ = proposal.safe_tx, proposal.plan, ExportFormat.TRANSACTION_BUILDER
    if any(item.operation is Operation.DELEGATECALL for item in unpack_calls(inner_call_of(safe_tx))):
        raise NotExpressibleError(proposal, format_, "it holds a delegatecall, and the application makes plain calls")
    document = builder_document(
        plan.calls,
        chain_id=safe_tx.chain_id,
        safe=safe_tx.safe,
        name=plan.title,
        created_at=proposal.created_at,
    )
    finding = Finding(
        code="calls-only",
        severity=Severity.INFO,
        subject=proposal.safe_tx_hash,
        message="The file holds the calls alone: loaded, it becomes a new Safe transaction with another nonce.",
        evidence={"nonce here": str(safe_tx.nonce)},
        remedy="Execute one of the two, and reject the other.",
    )
    return Exported(format_=format_, proposal=proposal, document=document, block=None, findings=(finding,))


def _export_bundle(snapshot: "Snapshot", store: ProposalStore, reference: str, knowledge: Knowledge) -> Exported:
    state = read_proposal(snapshot, store, reference, knowledge)
    examined = examine(snapshot, state, whole=True)
    findings, simulation = examined.findings, examined.simulation
    bundle = Bundle(
        proposal=state.proposal,
        confirmations=state.confirmations,
        stated=StatedSafe(
            owners=state.authority.owners, threshold=state.authority.threshold, nonce=state.authority.nonce
        ),
        evidence=Evidence(
            network=snapshot.chain.network,
            block=snapshot.block,
            hokctl=hokctl.__version__,
            decoder=decoder_digest(),
            findings=tuple(sorted({finding.code for finding in findings})),
            simulation=_verdict(simulation, findings),
            effect_hash=None if simulation is None or simulation.effect is None else effect_hash(simulation.effect),
            invoices=invoices_in(state.proposal.plan),
        ),
    )
    return Exported(
        format_=ExportFormat.BUNDLE,
        proposal=state.proposal,
        document=bundle_to_json(bundle),
        block=snapshot.block,
        findings=findings,
    )


def _verdict(simulation: Simulation | None, findings: Sequence[Finding]) -> str:
    """Return how the simulation ended, in the bundle's word for it."""
    stops = {finding.code for finding in findings if finding.severity is Severity.ERROR}
    if simulation is None or simulation.effect is None:
        return "unverified" if "effect-unverified" in stops else "fails"
    if "effect-undeclared" in stops:
        return "undeclared"
    return "differs" if any(code.startswith("effect-") for code in stops) else "matches"


def effect_hash(effect: Effect) -> str:
    """Return the hash over the logs, balance changes and created contracts: what every telling node observes alike."""
    content: JsonObject = {
        "events": [
            {
                "address": event.address,
                "name": event.name,
                "args": [[argument.name, argument.type, value_to_json(argument.value)] for argument in event.args],
            }
            for event in effect.events
        ],
        "balances": [[change.token, change.account, str(change.change)] for change in effect.balances],
        "created": list(effect.created or ()),
    }
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return "0x" + keccak(text=canonical).hex()


def invoices_in(plan: Plan) -> tuple[str, ...]:
    """Return the hashes of the invoices that the plan's calls pay, in order."""
    found = [value for call in plan.calls for value in _invoices_of(call)]
    return tuple("0x" + value.hex() for value in dict.fromkeys(found))


_PAY = "payInfrastructureCost(string,address,uint256,bytes32,string)"
_PAY_BATCH = "batchPayInfrastructureCosts((string,address,uint256,bytes32,string)[])"
_INVOICE = 3


def _invoices_of(call: Call) -> tuple[bytes, ...]:
    values: tuple[AbiValue, ...] = tuple(argument.value for argument in call.args)
    if call.signature == _PAY_BATCH and isinstance(values[0], tuple):
        return tuple(_invoice(item) for item in values[0] if isinstance(item, tuple))
    return (_invoice(values),) if call.signature == _PAY else ()


def _invoice(values: tuple[AbiValue, ...]) -> bytes:
    value = values[_INVOICE]
    return value if isinstance(value, bytes) else b""
