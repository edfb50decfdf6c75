"""The escrow of claims for scripts and for people."""

from hokctl.clients.wording import time_text
from hokctl.domain.documents import JsonValue
from hokctl.domain.findings import Finding
from hokctl.domain.units import BlockRef
from hokctl.result.values import CommandResult, Facts, Heading, Table, amount_to_json
from hokctl.services.escrows import EscrowState, Holding, Vesting


def claims_result(state: EscrowState, findings: tuple[Finding, ...], block: BlockRef) -> CommandResult:
    """Return what `claims show` shows."""
    facts = (
        ("escrow", state.escrow.address),
        ("releases", "PAUSED" if state.paused else "running"),
        ("largest batch", str(state.max_batch)),
        ("vesting vault", state.vault or "the manifest names none"),
    )
    money = Table(
        ("token", "of model", "held", "released", "rescued"),
        tuple(_holding_row(one) for one in state.holdings),
        right=frozenset({"held", "released", "rescued"}),
    )
    vestings = Table(
        ("schedule", "of model", "in all", "taken in", "due now", "all due"),
        tuple(_vesting_row(one) for one in state.vestings),
        right=frozenset({"schedule", "in all", "taken in", "due now"}),
        empty="Nothing vests for the escrow.",
    )
    return CommandResult(
        data={
            "escrow": state.escrow.address,
            "vault": state.vault,
            "paused": state.paused,
            "max_batch": state.max_batch,
            "tokens": [_holding_to_json(one) for one in state.holdings],
            "vestings": [_vesting_to_json(one) for one in state.vestings],
        },
        blocks=(Heading("Claims"), Facts(facts), money, Heading("Vesting"), vestings),
        findings=findings,
        block=block,
    )


def _holding_to_json(one: Holding) -> JsonValue:
    return {
        "token": one.balance.token.address,
        "model_id": one.model_id,
        "balance": amount_to_json(one.balance),
        "released": amount_to_json(one.released),
        "rescued": amount_to_json(one.rescued),
    }


def _vesting_to_json(one: Vesting) -> JsonValue:
    return {
        "id": one.id,
        "model_id": one.schedule.model_id,
        "token": one.schedule.token,
        "total": amount_to_json(one.total),
        "claimed": amount_to_json(one.claimed),
        "claimable": amount_to_json(one.claimable),
        "start": one.schedule.start,
        "cliff_seconds": one.schedule.cliff_s,
        "duration_seconds": one.schedule.duration_s,
    }


def _holding_row(one: Holding) -> tuple[str, ...]:
    token = one.balance.token
    return (token.symbol, one.model_id or "-", str(one.balance), str(one.released), str(one.rescued))


def _vesting_row(one: Vesting) -> tuple[str, ...]:
    schedule = one.schedule
    amounts = (str(one.total), str(one.claimed), str(one.claimable))
    return (str(one.id), schedule.model_id, *amounts, time_text(schedule.ends_at))
