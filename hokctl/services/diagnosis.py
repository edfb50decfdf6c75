"""Whether hokctl can work here: node, contracts, Safe, signer, ledger and proposals, one after the other."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from eth_typing import ChecksumAddress

from hokctl.chain.errors import WrongChainError
from hokctl.chain.remote_signers import RemoteSigner
from hokctl.config.signers import SignerSettings
from hokctl.domain.amounts import format_units
from hokctl.domain.findings import Finding, Severity
from hokctl.domain.invoices import InvoiceState
from hokctl.domain.units import BlockRef
from hokctl.errors import HokctlError
from hokctl.services.chain_diagnosis import examine_contracts, examine_multicall, examine_protocol, examine_safe
from hokctl.services.examinations import Examined, examine, failed, fault, sound, unchecked, unset, wrong
from hokctl.services.service_diagnosis import NAME, examine_service
from hokctl.services.signing import check_signer

if TYPE_CHECKING:
    from hokctl.chain.session import Snapshot
    from hokctl.config.networks import NetworkSettings
    from hokctl.domain.ports import Signer
    from hokctl.ledger.book import Ledger
    from hokctl.safe.service_store import ServiceStore
    from hokctl.safe.store import FolderStore
    from hokctl.services.deployments import Deployment

ETHER_DECIMALS = 18


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What is looked at. Each part is opened when its turn comes, and may turn out not to open."""

    network: str
    chain_id: int
    settings: "NetworkSettings"
    snapshot: "Callable[[], Snapshot]"
    deployment: "Callable[[], Deployment]"
    safe: Callable[[], ChecksumAddress | None]
    signer_settings: Callable[[], SignerSettings | None]
    signer: "Callable[[], Signer | None]"
    ledger: "Callable[[], Ledger]"
    proposals: "FolderStore"
    service: "Callable[[], ServiceStore | None]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """Everything that was looked at, and the block it was looked at in; None where no block could be read."""

    lines: tuple[Examined, ...]
    block: BlockRef | None

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What is wrong, in the order of the lines."""
        return tuple(finding for line in self.lines for finding in line.findings)


def diagnose(subject: Subject) -> Diagnosis:
    """Return how everything fares. What fails never hides the rest: that is looked at all the same."""
    snapshot, node = _reach_node(subject)
    deployment, manifest = _open_deployment(subject)
    lines = [
        *node,
        manifest,
        *_examine_deployment("contracts", examine_contracts, snapshot, deployment),
        *_examine_deployment("protocol", examine_protocol, snapshot, deployment),
        *_examine_chain("Multicall3", examine_multicall, snapshot),
        *_examine_chain("Safe", lambda seen: examine_safe(seen, subject.safe()), snapshot),
        *examine(NAME, lambda: [examine_service(subject.service(), chain_id=subject.chain_id, safe=subject.safe())]),
        *examine("signer", lambda: [_examine_signer(subject, snapshot)]),
        *examine("ledger", lambda: [_examine_ledger(subject)]),
        *examine("proposals", lambda: [_examine_proposals(subject)]),
    ]
    return Diagnosis(lines=tuple(lines), block=None if snapshot is None else snapshot.block)


def _reach_node(subject: Subject) -> "tuple[Snapshot | None, list[Examined]]":
    try:
        snapshot = subject.snapshot()
    except WrongChainError as error:
        return None, [sound("node", "it answers"), failed("chain id", error)]
    except HokctlError as error:
        return None, [failed("node", error), unchecked("chain id", "the node cannot be used")]
    where = f"{snapshot.chain.endpoint}, block {snapshot.block.number}"
    return snapshot, [sound("node", where), sound("chain id", f"{subject.chain_id}, as for {subject.network}")]


def _open_deployment(subject: Subject) -> "tuple[Deployment | None, Examined]":
    try:
        deployment = subject.deployment()
    except HokctlError as error:
        return None, failed("manifest", error)
    return deployment, sound("manifest", f"{deployment.config_source}, {len(deployment.model_ids)} models")


def _examine_chain(
    name: str, look: "Callable[[Snapshot], Sequence[Examined]]", snapshot: "Snapshot | None"
) -> list[Examined]:
    if snapshot is None:
        return [unchecked(name, "the node cannot be used")]
    return examine(name, lambda: look(snapshot))


def _examine_deployment(
    name: str,
    look: "Callable[[Snapshot, Deployment], Sequence[Examined]]",
    snapshot: "Snapshot | None",
    deployment: "Deployment | None",
) -> list[Examined]:
    if snapshot is not None and deployment is None:
        return [unchecked(name, "the manifest cannot be used")]
    return _examine_chain(name, lambda seen: look(seen, deployment) if deployment is not None else (), snapshot)


def _examine_signer(subject: Subject, snapshot: "Snapshot | None") -> Examined:
    """Look where the key is kept, without unlocking a keystore or a device, and at the account's money for gas."""
    settings = subject.signer_settings()
    if settings is None:
        return unset("signer", "the network names none; --signer does")
    check_signer(settings, subject.settings)
    signer = subject.signer()
    if settings.kind == "kms" and isinstance(signer, RemoteSigner):
        signer.check_account()
    if signer is None:
        return sound("signer", "none")
    who = f"{signer.name} ({settings.kind}), {signer.address}"
    if snapshot is None:
        return sound("signer", who)
    with snapshot.batch() as batch:
        balance = batch.add_balance(signer.address)
    detail = f"{who}, {format_units(balance.value, ETHER_DECIMALS)} of the chain's own coin"
    if balance.value:
        return sound("signer", detail)
    message = f"Signer {signer.name}, {signer.address}, has nothing to pay gas with."
    remedy = "Send it some of the chain's own coin; confirming Safe transactions costs nothing."
    return wrong("signer", detail, fault("signer", "signer-no-gas", message, remedy, severity=Severity.WARNING))


def _examine_ledger(subject: Subject) -> Examined:
    ledger = subject.ledger()
    unpaid = len(ledger.invoices.list({InvoiceState.OPEN, InvoiceState.PROPOSED}))
    return sound("ledger", f"{ledger.place}, {unpaid} unpaid invoices")


def _examine_proposals(subject: Subject) -> Examined:
    folder = subject.proposals.folder
    if not folder.exists():
        return sound("proposals", f"{folder} comes into being with the first proposal")
    scan = subject.proposals.scan(subject.chain_id)
    detail = f"{folder}, {len(scan.proposals)} proposals"
    if not scan.errors:
        return sound("proposals", detail)
    findings = [fault("proposals", error.code, error.message, error.hint) for error in scan.errors]
    return wrong("proposals", f"{detail}, {len(findings)} that cannot be trusted", *findings)
