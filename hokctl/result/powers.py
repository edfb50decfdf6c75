"""Who holds which power, for scripts and for people."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from hokctl.domain.powers import Holding, Origin, Powers, RoleAdmin
from hokctl.domain.roles import role_name
from hokctl.domain.units import ZERO_ADDRESS
from hokctl.exit_codes import ExitCode
from hokctl.result.authorities import authority_to_json
from hokctl.result.values import CommandResult, Facts, Heading, Line, Status, Table

if TYPE_CHECKING:
    from pathlib import Path

    from hokctl.domain.documents import JsonObject
    from hokctl.services.role_audit import RoleAudit

ANYONE = "anyone"


def powers_result(powers: Powers, chosen: Sequence[Holding], names: Mapping[str, str]) -> CommandResult:
    """Return who holds what, `chosen` among all; `names` are the address book's and the deployment's."""
    rows = tuple(_row(powers, holding) for holding in chosen)
    return CommandResult(
        data=_to_json(powers, chosen, names),
        blocks=(
            Heading("Who holds what"),
            Table(("contract", "power", "holder", "kind", "since block"), rows, right=frozenset({"since block"})),
            Line(f"By the logs since block {powers.from_block}, each confirmed at block {powers.block.number}."),
        ),
        block=powers.block,
    )


def audit_result(audit: "RoleAudit", policy: "Path | None", names: Mapping[str, str]) -> CommandResult:
    """Return what is wrong with who holds what; exit 5 unless it is nothing but what the policy accepts."""
    powers = audit.powers
    facts = (
        ("policy", str(policy) if policy else "none: general rules only"),
        ("logs", f"from block {powers.from_block} to {powers.block.number}"),
        ("contracts", str(len(powers.contracts))),
        ("powers", f"{len(powers.holdings)} of {len({one.holder for one in powers.holdings})} accounts"),
        ("deployed by", ", ".join(powers.deployers) or "nobody who still holds anything"),
    )
    clean = Line("Everything is held as agreed." if policy else "Nothing is wrong by the general rules.")
    return CommandResult(
        data={**_to_json(powers, powers.holdings, names), "policy": str(policy) if policy else None},
        blocks=(Heading("Audit of roles"), Facts(facts), *((clean,) if audit.is_clean else ())),
        status=Status.OK if audit.is_clean else Status.FINDINGS,
        exit_code=ExitCode.OK if audit.is_clean else ExitCode.FINDINGS,
        findings=audit.findings,
        block=powers.block,
    )


def _row(powers: Powers, holding: Holding) -> tuple[str, str, str, str, str]:
    where = holding.contract if holding.model_id is None else f"{holding.contract} {holding.model_id}"
    who = ANYONE if holding.holder == ZERO_ADDRESS else holding.holder
    kind = powers.kinds.get(holding.holder)
    since = "-" if holding.since is None else str(holding.since.block_number)
    return where, holding.power, who, kind.kind if kind else "-", since


def _to_json(powers: Powers, chosen: Iterable[Holding], names: Mapping[str, str]) -> "JsonObject":
    shown = list(chosen)
    accounts = {holding.holder for holding in shown}
    return {
        "from_block": powers.from_block,
        "contracts": [{"name": one.name, "address": one.address, "model_id": one.model_id} for one in powers.contracts],
        "holdings": [_holding_to_json(powers, holding, names) for holding in shown],
        "denied": [_holding_to_json(powers, holding, names) for holding in powers.denied],
        "role_admins": [_admin_to_json(admin) for admin in powers.admins],
        "accounts": {address: authority_to_json(kind) for address, kind in powers.kinds.items() if address in accounts},
        "deployers": list(powers.deployers),
        "incomplete": [contract.address for contract in powers.late],
    }


def _holding_to_json(powers: Powers, holding: Holding, names: Mapping[str, str]) -> "JsonObject":
    kind = powers.kinds.get(holding.holder)
    return {
        "contract": holding.contract,
        "address": holding.address,
        "model_id": holding.model_id,
        "power": holding.power,
        "role": holding.role,
        "holder": holding.holder,
        "name": names.get(holding.holder),
        "kind": kind.kind if kind else None,
        "since": _origin_to_json(holding.since),
    }


def _admin_to_json(admin: RoleAdmin) -> "JsonObject":
    return {
        "contract": admin.contract,
        "address": admin.address,
        "model_id": admin.model_id,
        "role": role_name(admin.role),
        "admin_role": role_name(admin.admin),
        "changed": _origin_to_json(admin.changed),
    }


def _origin_to_json(origin: Origin | None) -> "JsonObject | None":
    return None if origin is None else {"block": origin.block_number, "tx_hash": origin.tx_hash}
