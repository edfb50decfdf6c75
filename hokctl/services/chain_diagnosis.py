"""What stands on the chain where the configuration says it does: contracts, protocol, Multicall3, Safe."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from eth_typing import ChecksumAddress

from hokctl.chain.multicall import MULTICALL3
from hokctl.domain.findings import Finding, Severity
from hokctl.domain.units import ZERO_ADDRESS
from hokctl.domain.versions import Version
from hokctl.safe.account import get_safe
from hokctl.services.examinations import Examined, fault, sound, unset, wrong
from hokctl.services.version_mixes import check_versions, describe_versions
from hokctl.services.versions import VersionsProbe

if TYPE_CHECKING:
    from hokctl.chain.session import Snapshot
    from hokctl.services.deployments import Deployment


def examine_contracts(snapshot: "Snapshot", deployment: "Deployment") -> list[Examined]:
    """Return a line for each contract of the suite, and one for those of all models together."""
    with snapshot.batch() as batch:
        codes = {address: batch.add_code(address) for address in deployment.labels}
        probe = VersionsProbe(batch, deployment.suite)
    versions = probe.versions.by_contract()
    sizes = {address: len(slot.value) for address, slot in codes.items()}
    suite = deployment.suite.labels()
    lines = [_contract(label, address, sizes[address], versions) for address, label in suite.items()]
    of_models = {address: label for address, label in deployment.labels.items() if address not in suite}
    empty = [_no_code(label, address) for address, label in of_models.items() if not sizes[address]]
    count = f"{len(of_models)} contracts of {len(deployment.model_ids)} models"
    if empty:
        return [*lines, wrong("models", f"{len(empty)} of {count} have no code", *empty)]
    return [*lines, sound("models", f"{count} have code") if of_models else unset("models", "the manifest names none")]


def examine_protocol(snapshot: "Snapshot", deployment: "Deployment") -> list[Examined]:
    """Return which version of the protocol answers, and whether its parts know each other."""
    suite = deployment.suite
    with snapshot.batch() as batch:
        accrued = batch.add(suite.reserve.total_accrued())
        probe = VersionsProbe(batch, suite)
        reserve, factory = batch.add(suite.router.infra_reserve()), batch.add(suite.router.factory())
        token = batch.add(suite.router.reserve_token())
    if accrued.failed or reserve.failed:
        message = "The manifest's reserve or fee router does not answer as one."
        remedy = "Compare the manifest with the deployment: hokctl deploy plan."
        return [wrong("protocol", message, fault("protocol", "not-the-protocol", message, remedy))]
    version = describe_versions(probe.versions)
    wired = {
        "reserve": reserve.value == suite.reserve_address,
        "pool factory": factory.value_or(ZERO_ADDRESS) == suite.factory_address,
        "reserve token": token.value_or(ZERO_ADDRESS) == suite.usdc_address,
    }
    astray = [name for name, right in wired.items() if not right]
    if astray:
        message = f"The fee router uses another {' and another '.join(astray)} than the manifest names."
        remedy = "Use the manifest of this deployment; `hokctl deploy plan` shows what it lacks."
        return [wrong("protocol", f"{version}; {message}", fault("protocol", "wiring", message, remedy))]
    mixed = check_versions(probe.versions)
    return [wrong("protocol", version, *mixed) if mixed else sound("protocol", version)]


def examine_multicall(snapshot: "Snapshot") -> list[Examined]:
    """Return whether reads can be bundled."""
    with snapshot.batch() as batch:
        code = batch.add_code(MULTICALL3)
    if code.value:
        return [sound("Multicall3", MULTICALL3)]
    message = f"There is no Multicall3 at {MULTICALL3}."
    remedy = "hokctl works without it, with one call per value: reading many models takes longer."
    return [wrong("Multicall3", message, fault("Multicall3", "no-multicall", message, remedy, severity=Severity.INFO))]


def examine_safe(snapshot: "Snapshot", safe: ChecksumAddress | None) -> list[Examined]:
    """Return whether the network's Safe is one, and how many of its owners must confirm."""
    if safe is None:
        return [unset("Safe", "the network names none")]
    found = get_safe(snapshot, safe)
    detail = f"{safe}, {found.threshold} of {len(found.owners)}, version {found.version}, next nonce {found.nonce}"
    if found.threshold > 1:
        return [sound("Safe", detail)]
    message = f"One owner of the Safe {safe} acts alone: its threshold is 1."
    remedy = "Raise the threshold to two or more."
    return [wrong("Safe", detail, fault("Safe", "safe-threshold", message, remedy, severity=Severity.WARNING))]


def _contract(label: str, address: ChecksumAddress, size: int, versions: Mapping[str, Version | None]) -> Examined:
    if size:
        version = f", {versions[label] or 'unknown version'}" if label in versions else ""
        return sound(label, f"{address}, {size:,} bytes of code{version}")
    finding = _no_code(label, address)
    return wrong(label, finding.message, finding)


def _no_code(label: str, address: ChecksumAddress) -> Finding:
    return fault(
        label,
        "no-code",
        f"The manifest's {label} {address} has no code.",
        "Is this the right network and manifest? `hokctl deploy plan` shows what is missing.",
    )
