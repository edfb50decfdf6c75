"""The JSON envelope: one document per command, in success and failure."""

import json
from collections.abc import Iterable
from typing import Final

from hokctl.domain.documents import JsonObject
from hokctl.domain.findings import Finding
from hokctl.domain.units import BlockRef
from hokctl.runtime import Runtime

VERSION: Final = "1"


def build_envelope(
    runtime: Runtime,
    *,
    status: str,
    exit_code: int,
    data: JsonObject | None = None,
    block: BlockRef | None = None,
    findings: Iterable[Finding] = (),
    errors: Iterable[dict[str, str]] = (),
) -> str:
    """Return the document as text: keys sorted, one newline at the end."""
    network = None if runtime.network is None else {"name": runtime.network[0], "chain_id": runtime.network[1]}
    document = {
        "hokctl_result_version": VERSION,
        "command": runtime.command,
        "status": status,
        "exit_code": int(exit_code),
        "network": network,
        "block": None if block is None else {"number": block.number, "hash": block.hash},
        "data": {} if data is None else data,
        "findings": [finding_to_json(finding) for finding in findings],
        "errors": list(errors),
    }
    return json.dumps(document, sort_keys=True, indent=2, ensure_ascii=False) + "\n"


def finding_to_json(finding: Finding) -> JsonObject:
    """Return a finding as the envelope holds it."""
    return {
        "code": finding.code,
        "severity": finding.severity.value,
        "subject": finding.subject,
        "message": finding.message,
        "evidence": dict(finding.evidence),
        "remedy": finding.remedy,
    }
