"""The bundle: one Safe transaction with its plan and confirmations in one file, for signers who have no node.

Format `hokctl-safe-bundle/v1`. Nothing in it is believed that can be computed again; what only the chain knows, the
owners, the threshold, the simulation, is what the exporter says it saw, and is shown as such. It names nobody: no
user, no machine, no path.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from eth_typing import ChecksumAddress

from hokctl.domain.documents import DocumentError, Fields, JsonObject, JsonValue
from hokctl.domain.units import BlockRef
from hokctl.safe.confirmation_documents import confirmation_from_json, confirmation_to_json
from hokctl.safe.proposals import Proposal, proposal_from_json, proposal_to_json
from hokctl.safe.signatures import Confirmation

BUNDLE_FORMAT: Final = "hokctl-safe-bundle/v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedSafe:
    """The Safe as the exporter read it from the chain: a claim for whoever has no chain to ask."""

    owners: tuple[ChecksumAddress, ...]
    threshold: int
    nonce: int
    """The next nonce."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What the exporter saw, and with what."""

    network: str
    block: BlockRef
    """The block that the Safe was read and the transaction simulated at."""
    hokctl: str
    """The version of hokctl."""
    decoder: str
    """The hash of every function that hokctl could name: with the same one, it reads the calls alike."""
    findings: tuple[str, ...]
    """The codes of the findings, all of them."""
    simulation: str
    """How it ended: `matches` (the declared effect), `differs`, `undeclared`, `unverified` (unobserved) or `fails`."""
    effect_hash: str | None
    """The hash over the simulated effect; None where nothing was observed."""
    invoices: tuple[str, ...]
    """The hashes of the invoices that the plan pays."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """A proposal on its way to a signer, or back."""

    proposal: Proposal
    confirmations: tuple[Confirmation, ...]
    stated: StatedSafe
    evidence: Evidence


def is_bundle(document: Mapping[str, JsonValue]) -> bool:
    """Tell whether a JSON object means to be a bundle, of whatever version."""
    stated = document.get("format")
    return isinstance(stated, str) and stated.startswith("hokctl-safe-bundle/")


def bundle_to_json(bundle: Bundle) -> JsonObject:
    """Return the bundle as JSON values. The path of the configuration that the plan relied on stays at home."""
    plan = replace(bundle.proposal.plan, config_source=None)
    hash_, stated, evidence = bundle.proposal.safe_tx_hash, bundle.stated, bundle.evidence
    block = evidence.block
    return {
        "format": BUNDLE_FORMAT,
        "proposal": proposal_to_json(replace(bundle.proposal, plan=plan)),
        "confirmations": [confirmation_to_json(confirmation, hash_) for confirmation in bundle.confirmations],
        "stated": {"owners": list(stated.owners), "threshold": stated.threshold, "nonce": str(stated.nonce)},
        "evidence": {
            "network": evidence.network,
            "block": {"number": block.number, "hash": block.hash, "timestamp": block.timestamp},
            "hokctl": evidence.hokctl,
            "decoder": evidence.decoder,
            "findings": list(evidence.findings),
            "simulation": evidence.simulation,
            "effect_hash": evidence.effect_hash,
            "invoices": list(evidence.invoices),
        },
    }


def bundle_from_json(document: JsonObject) -> Bundle:
    """Return the bundle that `bundle_to_json` wrote, its hashes computed again and its signatures recovered.

    Raises DocumentError, and what `proposal_from_json` and `verify_confirmation` raise.
    """
    fields = Fields(document)
    if fields.line("format") != BUNDLE_FORMAT:
        raise DocumentError(f"its format {fields.line('format')[:40]!r} is not {BUNDLE_FORMAT}")
    proposal = proposal_from_json(dict(fields.object("proposal").content))
    hash_ = proposal.safe_tx_hash
    confirmations = tuple(confirmation_from_json(dict(item.content), hash_) for item in fields.objects("confirmations"))
    if len({confirmation.owner for confirmation in confirmations}) != len(confirmations):
        raise DocumentError("it holds two confirmations of one owner")
    return Bundle(
        proposal=proposal,
        confirmations=confirmations,
        stated=_stated(fields.object("stated")),
        evidence=_evidence(fields.object("evidence")),
    )


def _stated(fields: Fields) -> StatedSafe:
    return StatedSafe(
        owners=fields.addresses("owners"), threshold=fields.number("threshold"), nonce=fields.decimal("nonce")
    )


def _evidence(fields: Fields) -> Evidence:
    block = fields.object("block")
    return Evidence(
        network=fields.line("network"),
        block=BlockRef(number=block.number("number"), hash=block.hash("hash"), timestamp=block.timestamp("timestamp")),
        hokctl=fields.line("hokctl"),
        decoder=fields.hash("decoder"),
        findings=fields.lines("findings"),
        simulation=fields.line("simulation"),
        effect_hash=None if fields.value("effect_hash") is None else fields.hash("effect_hash"),
        invoices=tuple(Fields({"an invoice": item}).hash("an invoice") for item in fields.items("invoices")),
    )
