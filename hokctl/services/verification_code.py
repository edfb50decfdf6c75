"""The code of a deployment's contracts against build artifacts: the suite's own, or another build's."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from eth_typing import ChecksumAddress

from hokctl.clients.abi import Artifact, ArtifactMissingError, load_artifact
from hokctl.clients.bytecode import CodeMatch, ComparedCode, compare_code, parse_clone
from hokctl.clients.suite import Suite
from hokctl.domain.addresses import created_address
from hokctl.domain.findings import Finding, Severity
from hokctl.services.deploy_steps import artifact_name

MISSING: Final = "missing"
NOT_COMPARED: Final = "not compared"
_WORD_BYTES: Final = 32
_ADDRESS_BYTES: Final = 20
_SMALL: Final = 2**64
"""Immutables below are numbers, not addresses."""
_ESSENTIAL: Final = frozenset({"ModelRegistry", "TokenManager", "HokusaiAMMFactory"})
_OF_MODELS: Final = frozenset({"HokusaiToken", "HokusaiParams", "HokusaiAMM"})
_OTHER_NAMES: Final = {
    "TokenManager": ("DeployableTokenManager",),
    "TimelockController": ("HokusaiTimelockController",),
}
"""What the live protocol builds the contracts from that its manifests call so."""
_RESERVE_COIN: Final = "USDC"


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundCode:
    """What stands at the address of one contract."""

    subject: str
    """The contract's name in the manifest, or `model 21`."""
    contract: str
    """The name of its artifact."""
    address: ChecksumAddress
    code: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeVerdict:
    """How one contract's code compares."""

    found: FoundCode
    verdict: str
    """`exact`, `matches except metadata`, `differs`, `missing` or `not compared`."""
    strange: tuple[ChecksumAddress, ...] = ()
    """Addresses among its immutables that are none of the deployment's."""
    implementation: ChecksumAddress | None = None
    """The foreign implementation of a clone whose code is not the one that all share."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Builds:
    """The artifacts to compare with, and which addresses the contracts may have been built for."""

    artifacts: Path | None
    suite: Suite
    known: frozenset[ChecksumAddress]
    implementations: Mapping[ChecksumAddress, bytes]
    """The code that clones may share, by its address."""

    def compare(self, found: FoundCode) -> CodeVerdict:
        """Return how the code compares; a clone's is that of its implementation. Raises ArtifactMissingError."""
        artifacts = self._artifacts(found.contract)
        if not found.code:
            return CodeVerdict(found=found, verdict=MISSING)
        if not artifacts:
            return CodeVerdict(found=found, verdict=NOT_COMPARED)
        clone = parse_clone(found.code)
        code = found.code if clone is None else self.implementations.get(clone.implementation, b"")
        if clone is not None and not code:
            return CodeVerdict(found=found, verdict=CodeMatch.DIFFERS.value, implementation=clone.implementation)
        compared = min((compare_code(one, code) for one in artifacts), key=lambda one: list(CodeMatch).index(one.match))
        strange = self._strange(compared, found)
        return CodeVerdict(found=found, verdict=compared.match.value, strange=strange)

    def _strange(self, compared: ComparedCode, found: FoundCode) -> tuple[ChecksumAddress, ...]:
        """Return the foreign addresses; of models in other builds, what immutables mean is not known."""
        if self.artifacts is not None and found.contract in _OF_MODELS:
            return ()
        addresses = (_as_address(value) for value in compared.immutables)
        return tuple(at for at in addresses if at is not None and at not in self.known and at != found.address)

    def _artifacts(self, contract: str) -> list[Artifact]:
        """Return the builds that a contract of this name may be of; the protocol calls some by other names."""
        others = () if self.artifacts is None else _OTHER_NAMES.get(contract, ())
        found = []
        for name in (*others, contract):
            try:
                found.append(load_artifact(name, self.artifacts))
            except ArtifactMissingError:
                continue
        if not found and self.artifacts is not None and contract in _ESSENTIAL:
            # A build without these is no build of the protocol: the directory is the wrong one.
            raise ArtifactMissingError(contract, self.artifacts)
        return found


def implementation_addresses(suite: Suite) -> tuple[ChecksumAddress, ...]:
    """Return where contracts that clone have what they clone: they make it first, in their constructor."""
    return tuple(created_address(maker, 1) for maker in (suite.token_manager_address, suite.factory_address))


def artifact_of(name: str) -> str:
    """Return the artifact of a contract by its name in the manifest."""
    return artifact_name(name)


def judge_code(
    verdicts: Iterable[CodeVerdict], *, other_builds: bool, mock: bool
) -> tuple[list[CodeVerdict], list[Finding]]:
    """Return the verdicts, and what they mean.

    Contracts none of which is the suite's are another version of the protocol: then nothing is compared without
    `other_builds`, and one note says so. `mock` tells whether the reserve token is to be the test token.
    """
    listed = list(verdicts)
    compared = [one for one in listed if one.found.subject != _RESERVE_COIN]
    ours = other_builds or any(one.verdict in {CodeMatch.EXACT, CodeMatch.METADATA} for one in compared)
    seen = [_seen(one, ours=ours, mock=mock) for one in listed]
    findings = [finding for one in seen for finding in _findings(one)]
    left = [one for one in seen if one.verdict == NOT_COMPARED and one.found.subject != _RESERVE_COIN]
    return seen, [*findings, *([_not_compared(left)] if left else [])]


def _seen(one: CodeVerdict, *, ours: bool, mock: bool) -> CodeVerdict:
    """Return the verdict with a difference from a build that the contract need not be of taken back."""
    foreign = one.found.subject == _RESERVE_COIN and not mock
    if one.verdict == CodeMatch.DIFFERS and (foreign or not ours):
        return CodeVerdict(found=one.found, verdict=NOT_COMPARED)
    return one


def _findings(one: CodeVerdict) -> Iterable[Finding]:
    found = one.found
    if one.verdict == MISSING:
        yield _finding("code-missing", found, f"There is no contract at {found.address}, where {found.contract} is.")
    elif one.implementation is not None:
        message = (
            f"{found.contract} at {found.address} runs the code of {one.implementation}, which is not the shared one."
        )
        yield _finding("implementation-differs", found, message, implementation=one.implementation)
    elif one.verdict == CodeMatch.DIFFERS:
        yield _finding("code-differs", found, f"The code at {found.address} is not that of {found.contract}.")
    elif one.verdict == CodeMatch.METADATA:
        yield Finding(
            code="code-metadata",
            severity=Severity.INFO,
            subject=found.subject,
            message=f"The code of {found.contract} is the artifact's but for its metadata: built from a copy.",
            evidence={"address": found.address},
            remedy="Nothing needs to be done; --artifacts names the build that it comes from.",
        )
    for address in one.strange:
        message = f"{found.contract} was built for {address}, which is no contract of this deployment."
        yield _finding("immutable-differs", found, message, immutable=address)


def _finding(code: str, found: FoundCode, message: str, **evidence: str) -> Finding:
    return Finding(
        code=code,
        severity=Severity.ERROR,
        subject=found.subject,
        message=message,
        evidence={"address": found.address, **evidence},
        remedy="Compare manifest, network and node; with another build, name it: --artifacts DIR.",
    )


def _not_compared(left: list[CodeVerdict]) -> Finding:
    names = ", ".join(dict.fromkeys(one.found.contract for one in left))
    return Finding(
        code="code-not-compared",
        severity=Severity.INFO,
        subject="code",
        message=f"There is no build to compare the code of these contracts with: {names}.",
        remedy="Name a build of the same version: `hokctl deploy verify --artifacts DIR`.",
    )


def _as_address(value: bytes) -> ChecksumAddress | None:
    from eth_utils.address import to_checksum_address

    if len(value) != _WORD_BYTES or any(value[: _WORD_BYTES - _ADDRESS_BYTES]) or int.from_bytes(value, "big") < _SMALL:
        return None
    return to_checksum_address(value[-_ADDRESS_BYTES:])
