"""Checked models as a result: who governs each, and what of it hangs together."""

from typing import TYPE_CHECKING

from hokctl.exit_codes import ExitCode
from hokctl.result.values import CommandResult, Facts, Heading, Line, Status, Table

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from eth_typing import ChecksumAddress

    from hokctl.domain.documents import JsonObject
    from hokctl.services.model_checking import CheckedModel, ModelCheck

COLUMNS = ("model", "governed by", "token of", "registered", "pool")


def model_check_result(check: "ModelCheck", policy: "Path | None", names: "Mapping[str, str]") -> CommandResult:
    """Return what the check of models found; exit 5 unless it is nothing. `names` are the address book's."""
    trusted = ", ".join(names.get(one, one) for one in check.trusted)
    facts = [("policy", str(policy) if policy else "none")]
    if check.silent:
        facts.append(("trusted where the policy is silent" if policy else "trusted (no policy)", trusted or "nobody"))
    clean = Line("Every model is in known hands, and hangs together.")
    return CommandResult(
        data={
            "policy": str(policy) if policy else None,
            "trusted": list(check.trusted),
            "models": [_to_json(model) for model in check.models],
        },
        blocks=(
            Heading("Check of models"),
            Facts(tuple(facts)),
            Table(COLUMNS, tuple(_row(model, names) for model in check.models), empty="There are no models."),
            *((clean,) if check.is_clean else ()),
        ),
        status=Status.OK if check.is_clean else Status.FINDINGS,
        exit_code=ExitCode.OK if check.is_clean else ExitCode.FINDINGS,
        findings=check.findings,
        block=check.block,
    )


def _row(model: "CheckedModel", names: "Mapping[str, str]") -> tuple[str, ...]:
    facts = model.facts
    if facts.pool is None:
        pool = "none"
    elif facts.registered_pool != facts.pool:
        pool = "not registered"
    else:
        pool = "authorised" if facts.may_mint else "not authorised"
    return (
        model.model_id,
        _listed(model.governors, names),
        _listed(model.holders(facts.token, "owner"), names),
        "yes" if facts.registered_token is not None else "no",
        pool,
    )


def _listed(accounts: "Iterable[ChecksumAddress]", names: "Mapping[str, str]") -> str:
    return ", ".join(names.get(account, account) for account in accounts) or "nobody"


def _to_json(model: "CheckedModel") -> "JsonObject":
    facts = model.facts
    return {
        "model_id": model.model_id,
        "squatted": model.is_squatted,
        "token": facts.token,
        "params": facts.params,
        "pool": facts.pool,
        "governors": list(model.governors),
        "params_admins": list(model.holders(facts.params, "DEFAULT_ADMIN_ROLE")),
        "token_owner": next(iter(model.holders(facts.token, "owner")), None),
        "controller": next(iter(model.holders(facts.token, "controller")), None),
        "pool_owner": next(iter(model.holders(facts.pool, "owner")), None),
        "registered_token": facts.registered_token,
        "registered_pool": facts.registered_pool,
        "pool_may_mint": facts.may_mint,
    }
