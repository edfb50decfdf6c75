"""Checks before a deployment: the specification's own checklist, as far as a machine can tick it off."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from eth_typing import ChecksumAddress

from hokctl.clients.known_tokens import known_usdc
from hokctl.domain.authority import SafeAuthority
from hokctl.domain.findings import Finding, Severity
from hokctl.domain.units import ModelId

MAINNET: Final = 1
LOCAL_CHAINS: Final = frozenset({1337, 31337})
"""Chains of one machine, which nobody has to vouch for."""
_USDC_DECIMALS: Final = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class DeploymentFacts:
    """What the chain says about the accounts and the token of a specification."""

    chain_id: int
    production: bool
    treasury: ChecksumAddress
    treasury_safe: SafeAuthority | None
    treasury_has_code: bool
    usdc: ChecksumAddress | None
    """None when a stand-in is deployed."""
    usdc_has_code: bool
    usdc_decimals: int | None
    models_without_provider: tuple[ModelId, ...]
    backend: ChecksumAddress
    powerful: Collection[ChecksumAddress]
    """Who deploys, administers, pays, pauses or keeps the money: keys that must not be the backend's."""
    attested: Mapping[str, date | None]
    """Since when each attestation holds; None for one that nobody gave."""
    today: date
    """The day of the block that everything is read at."""
    kept: Mapping[ChecksumAddress, Sequence[str]]
    """What those who deploy hold, or will, and the specification gives to others."""
    stale: Sequence[tuple[str, ChecksumAddress]]
    """Contracts that the manifest names at addresses without code."""
    taken: Sequence[ChecksumAddress]
    """Addresses of contracts to be created, where there is code already."""
    router_behind: bool
    """Whether a router that knows no cost oracle would be added to a factory of the live version."""
    roles_without_contract: Sequence[str]
    """Contracts that the specification names roles of and the deployment does not have."""


def check_deployment(facts: DeploymentFacts) -> list[Finding]:
    """Return what speaks against the deployment: stops first."""
    findings = [
        *_check_treasury(facts),
        *_check_token(facts),
        *_check_manifest(facts),
        *_check_backend(facts),
        *_check_attestations(facts),
        *_check_rest(facts),
    ]
    return sorted(findings, key=lambda finding: finding.severity is not Severity.ERROR)


def provider_missing(model_id: ModelId) -> Finding:
    """Return the finding that a model has no provider."""
    return Finding(
        code="provider-missing",
        severity=Severity.WARNING,
        subject=model_id,
        message=f"Model {model_id} has no provider, so payments for it cannot be compared with one.",
        remedy=f"Name its provider, or set it with `hokctl provider set {model_id}`.",
    )


def _check_treasury(facts: DeploymentFacts) -> list[Finding]:
    safe = facts.treasury_safe
    if safe is not None and safe.threshold > 1:
        return []
    if safe is not None:
        kind = f"a Safe that one of its {len(safe.owners)} owners controls alone"
    else:
        kind = "a contract that is no Safe" if facts.treasury_has_code else "an account with a single key"
    return [
        Finding(
            code="treasury-not-multisig",
            severity=Severity.ERROR if facts.production else Severity.WARNING,
            subject=facts.treasury,
            message=f"The treasury is {kind}, not a multisig.",
            remedy="Make a Safe with `hokctl safe create` and name it as treasury.",
        )
    ]


def _check_token(facts: DeploymentFacts) -> list[Finding]:
    if facts.usdc is None:
        return []
    findings = []
    if not facts.usdc_has_code:
        findings.append(_stop("usdc-no-code", facts.usdc, "There is no contract at the reserve token's address."))
    elif facts.usdc_decimals != _USDC_DECIMALS:
        has = "does not say" if facts.usdc_decimals is None else f"has {facts.usdc_decimals}"
        message = f"The reserve token {has} decimals, and the protocol counts on {_USDC_DECIMALS}."
        findings.append(_stop("usdc-decimals", facts.usdc, message))
    real = known_usdc(facts.chain_id)
    if real not in {None, facts.usdc}:
        found = _stop("not-real-usdc", facts.usdc, f"The reserve token is not Circle's USDC ({real}).", "usdc")
        strict = facts.production or facts.chain_id == MAINNET
        findings.append(found if strict else replace(found, severity=Severity.WARNING))
    return findings


def _check_backend(facts: DeploymentFacts) -> list[Finding]:
    if facts.backend not in facts.powerful:
        return []
    return [
        Finding(
            code="backend-not-separate",
            severity=Severity.ERROR if facts.production else Severity.WARNING,
            subject=facts.backend,
            message="The backend's key, which is online, is also the deployer, admin, payer, pauser or treasury.",
            remedy="Give the backend a key of its own, which can do nothing but deposit fees.",
        )
    ]


def _check_attestations(facts: DeploymentFacts) -> list[Finding]:
    if facts.chain_id in LOCAL_CHAINS and not facts.production:
        return []
    key, watch, tried = "backend_key_secured", "monitoring_set_up", "tested_on_test_network"
    return [
        *_check_attestation(facts, key, "backend-key-unattested", "that the backend's private key is secured"),
        *_check_attestation(facts, watch, "monitoring-unattested", "that monitoring and alerts are set up"),
        *_check_attestation(facts, tried, "test-run-unattested", "that this was tested on a test network"),
    ]


def _check_attestation(facts: DeploymentFacts, name: str, code: str, what: str) -> Iterator[Finding]:
    since = facts.attested[name]
    if since is None:
        yield Finding(
            code=code,
            severity=Severity.ERROR if facts.production else Severity.WARNING,
            subject=name,
            message=f"Nobody vouches {what}; no chain can show it.",
            remedy=f"See to it, then add {name} with who and when to [attestations] of the specification.",
        )
    elif since > facts.today:
        yield Finding(
            code="attestation-early",
            severity=Severity.ERROR if facts.production else Severity.WARNING,
            subject=name,
            message=f"Somebody vouches {what} on {since}, which is still to come.",
            remedy="Attest what is done, not what is planned.",
        )


def _check_manifest(facts: DeploymentFacts) -> list[Finding]:
    findings = [
        Finding(
            code="manifest-stale",
            severity=Severity.ERROR if facts.production else Severity.WARNING,
            subject=address,
            message=f"The manifest names {name} at {address}, where there is no contract; it would be created anew.",
            remedy="Make sure that the node is in step with the network and the manifest is the right one.",
        )
        for name, address in facts.stale
    ]
    findings.extend(
        _stop("address-taken", address, f"There is a contract already at {address}, where one is to be created.")
        for address in facts.taken
    )
    return findings


def _check_rest(facts: DeploymentFacts) -> list[Finding]:
    findings = [
        replace(provider_missing(model_id), severity=Severity.ERROR if facts.production else Severity.WARNING)
        for model_id in facts.models_without_provider
    ]
    if facts.router_behind:
        findings.append(_router_behind())
    findings.extend(
        _stop(
            "role-contract-missing",
            name,
            f"The specification names roles on {name}, which is not here.",
            f"roles.{name}",
        )
        for name in facts.roles_without_contract
    )
    findings.extend(_keeps(account, powers) for account, powers in facts.kept.items())
    return findings


def _keeps(account: ChecksumAddress, powers: Sequence[str]) -> Finding:
    return Finding(
        code="deployer-keeps-power",
        severity=Severity.WARNING,
        subject=account,
        message=f"The deployer {account} keeps what the specification gives to others, until it is handed over.",
        evidence={"powers": ", ".join(powers)},
        remedy="Run `hokctl deploy handoff` once the deployment is verified.",
    )


def _router_behind() -> Finding:
    return Finding(
        code="router-behind",
        severity=Severity.ERROR,
        subject="UsageFeeRouter",
        message="The factory is of the live version, and the router to be added is not: it knows no cost oracle and no "
        "number of calls, and what comes in through it is split by the model's share alone.",
        remedy="Use the live deployment's own router; or accept it, where no model has a cost at the oracle.",
    )


def _stop(code: str, subject: str, message: str, key: str = "") -> Finding:
    remedy = f"Correct {key} in the specification." if key else "Compare specification, network and node."
    return Finding(
        code=code, severity=Severity.ERROR, subject=subject, message=message, remedy=remedy, allowable=bool(key)
    )
