"""Contracts of different versions beside each other: what they are in words, and which mixes cannot work."""

from dataclasses import dataclass
from typing import Final

from hokctl.domain.findings import Finding, Severity
from hokctl.domain.versions import Version
from hokctl.services.versions import Versions

_WORDS: Final = {
    Version.SUITE: "v2.0.0 with the additions of the suite",
    Version.V2: "v2.0.0",
    Version.LIVE: "live: as on mainnet since July 2026",
}


@dataclass(frozen=True, slots=True)
class _Need:
    """A contract of one version that works only with another of the same."""

    contract: str
    version: Version
    other: str
    reason: str


_NEEDS: Final = (
    _Need(
        "UsageFeeRouter",
        Version.SUITE,
        "InfrastructureReserve",
        "it has the reserve book what has arrived, which only the suite's does",
    ),
    _Need(
        "UsageFeeRouter",
        Version.LIVE,
        "InfrastructureReserve",
        "payments would record no costs, and nobody could hold the role that pauses",
    ),
    _Need("UsageFeeRouter", Version.LIVE, "ModelRegistry", "it asks the registry whether a model is active"),
    _Need("HokusaiAMMFactory", Version.LIVE, "ModelRegistry", "it registers the pools that it creates there"),
)


def describe_versions(versions: Versions) -> str:
    """Return the versions in words: one where all are of the same, else contract by contract."""
    found = versions.by_contract()
    (first, *others) = set(found.values())
    if not others:
        return "unknown" if first is None else _WORDS[first]
    return "mixed: " + ", ".join(f"{contract} {version or 'unknown'}" for contract, version in found.items())


def check_versions(versions: Versions) -> tuple[Finding, ...]:
    """Return an error for every contract beside one of a version that it cannot work with."""
    found = versions.by_contract()
    return tuple(
        Finding(
            code="mixed-versions",
            severity=Severity.ERROR,
            subject=need.contract,
            message=f"The {need.contract} is of version {need.version}, and the {need.other} of "
            f"{found[need.other] or 'none that is known'}: {need.reason}.",
            evidence={need.contract: str(found[need.contract]), need.other: str(found[need.other])},
            remedy="Use the manifest of one deployment, or deploy the two of the same version.",
        )
        for need in _NEEDS
        if found[need.contract] is need.version and found[need.other] is not need.version
    )
