"""How a deployment compares with its specification, for scripts and people."""

from typing import TYPE_CHECKING

from hokctl.domain.findings import Severity
from hokctl.exit_codes import ExitCode
from hokctl.result.values import Block, CommandResult, Facts, Heading, Line, Status, Table

if TYPE_CHECKING:
    from hokctl.config.manifest import Manifest
    from hokctl.domain.documents import JsonObject, JsonValue
    from hokctl.domain.findings import Finding
    from hokctl.services.deployment_verification import Verification
    from hokctl.services.verification_code import CodeVerdict

_WIRING = frozenset({"contract-miswired", "view-unanswered", "immutable-differs", "registry-differs", "minter-missing"})
_POWER = frozenset({"handoff-pending", "owner-differs", "role-missing", "role-unexpected", "pending-owner-foreign"})
_COLUMNS = ("contract", "address", "code", "wired", "in the right hands", "pending")


def verification_result(verification: "Verification", manifest: "Manifest", *, spec: str | None) -> CommandResult:
    """Return everything that was compared, with exit code 5 where anything differs."""
    return _result(verification, manifest, spec, _codes_table(verification, manifest))


def status_result(verification: "Verification", manifest: "Manifest", *, spec: str | None) -> CommandResult:
    """Return one line per contract and model, with exit code 5 where anything differs."""
    rows = tuple(_row(verification, name, spec=spec) for name in _subjects(verification))
    return _result(verification, manifest, spec, Table(_COLUMNS, rows))


def _result(verification: "Verification", manifest: "Manifest", spec: str | None, table: Table) -> CommandResult:
    wrong = verification.differs
    facts = [("compared with", spec or "the manifest alone"), ("deployed by", manifest.deployer or "unknown")]
    facts.append(("since block", str(manifest.deployed_at_block or "unknown")))
    blocks: tuple[Block, ...] = (
        Heading(f"Deployment on {manifest.network}"),
        Facts(tuple(facts)),
        table,
        Line(_summary(verification.findings)),
    )
    return CommandResult(
        data=_to_json(verification, manifest, spec),
        blocks=blocks,
        status=Status.FINDINGS if wrong else Status.OK,
        exit_code=ExitCode.FINDINGS if wrong else ExitCode.OK,
        block=verification.block,
        findings=verification.findings,
    )


def _summary(findings: "tuple[Finding, ...]") -> str:
    count = sum(finding.severity is not Severity.INFO for finding in findings)
    if not count:
        compared = all(finding.code != "code-not-compared" for finding in findings)
        return "Everything is as it should be." if compared else "Nothing differs of what could be compared."
    return f"{count} difference{'' if count == 1 else 's'}."


def _subjects(verification: "Verification") -> tuple[str, ...]:
    named = [*(one.found.subject for one in verification.codes), *verification.pending]
    return tuple(dict.fromkeys((*named, *(model.subject for model in verification.models))))


def _row(verification: "Verification", subject: str, *, spec: str | None) -> tuple[str, ...]:
    codes = [one for one in verification.codes if one.found.subject == subject]
    found = verification.codes_of(subject)
    return (
        subject,
        codes[0].found.address if codes else "-",
        ", ".join(dict.fromkeys(one.verdict for one in codes)) or "-",
        _yes_or(sorted(found & _WIRING)),
        "unknown" if spec is None else _yes_or(sorted(found & _POWER)),
        verification.pending.get(subject) or ", ".join(sorted(found - _WIRING - _POWER)) or "-",
    )


def _yes_or(codes: list[str]) -> str:
    return ", ".join(codes) or "yes"


def _codes_table(verification: "Verification", manifest: "Manifest") -> Table:
    rows = tuple(
        (
            one.found.subject,
            one.found.contract,
            one.found.address,
            one.verdict,
            manifest.transactions.get(one.found.subject, "-"),
        )
        for one in verification.codes
    )
    return Table(("subject", "contract", "address", "code", "created by"), rows)


def _to_json(verification: "Verification", manifest: "Manifest", spec: str | None) -> "JsonObject":
    contracts: list[JsonValue] = [_code_to_json(one, manifest) for one in verification.codes]
    models: list[JsonValue] = [
        {"model_id": model.model_id, "token": model.token, "params": model.params, "pool": model.pool}
        for model in verification.models
    ]
    return {
        "spec": spec,
        "deployer": manifest.deployer,
        "deployed_at_block": manifest.deployed_at_block,
        "contracts": contracts,
        "models": models,
        "pending": dict[str, "JsonValue"](verification.pending),
        "differs": verification.differs,
    }


def _code_to_json(one: "CodeVerdict", manifest: "Manifest") -> "JsonObject":
    return {
        "subject": one.found.subject,
        "contract": one.found.contract,
        "address": one.found.address,
        "code": one.verdict,
        "tx_hash": manifest.transactions.get(one.found.subject),
    }
