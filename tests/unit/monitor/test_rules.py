"""Every rule fires where it should, and not beside it."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from eth_typing import ChecksumAddress

from hokctl.checks.facts import SecondNode
from hokctl.config.monitoring import MonitorSettings
from hokctl.domain.alert_rules import ALL_RULES
from hokctl.domain.amounts import Token
from hokctl.domain.burn import Rate
from hokctl.domain.calls import AbiValue
from hokctl.domain.day_spans import DaySpan
from hokctl.domain.findings import Finding, Severity
from hokctl.domain.protocol_events import ProtocolEvent
from hokctl.domain.roles import DEFAULT_ADMIN_ROLE, GOV_ROLE, PAYER_ROLE
from hokctl.domain.runway import BurnSource, compute_runway
from hokctl.domain.units import ZERO_ADDRESS, BlockRef, ModelId, TxHash, model_topic
from hokctl.ledger.errors import LedgerError
from hokctl.monitor.facts import Facts, NodeFacts
from hokctl.monitor.node_rules import ledger_unreachable, node_unreachable
from hokctl.monitor.rules import judge
from hokctl.services.burns import Burn
from hokctl.services.models import ModelState
from hokctl.services.observation import Observation, ObservedModel
from hokctl.services.runway import ModelRunway
from tests.world import ACCOUNTS

pytestmark = pytest.mark.unit

NOW = 1_790_000_000
HOUR = 3_600
USDC = 10**6
TOKEN = Token(chain_id=1, address=ACCOUNTS[9], decimals=6, symbol="USDC")
BLOCK = BlockRef(number=100, hash="0x" + "aa" * 32, timestamp=NOW)
MODEL = ModelId("21")
TOPIC = model_topic(MODEL)
ALICE, BOB = ACCOUNTS[:2]
RESERVE, ROUTER, PARAMS, POOL = ACCOUNTS[4:8]
SETTINGS = MonitorSettings()


def observed(
    *,
    accrued: int = 800,
    burn: int | None = 10,
    bps: int | None = 8_000,
    paused: bool = False,
    provider: ChecksumAddress | None = ALICE,
    days: int | None = None,
) -> ObservedModel:
    """Return a model; amounts are in token units. Its burn is declared, or measured over `days` days."""
    state = ModelState(
        model_id=MODEL,
        token=ZERO_ADDRESS,
        params=PARAMS,
        pool=POOL,
        accrued=TOKEN.amount(accrued * USDC),
        paid=TOKEN.amount(0),
        provider=provider,
        infrastructure_accrual_bps=bps,
        phase=None,
    )
    units = None if burn is None else burn * USDC
    daily = None if units is None else TOKEN.amount(units)
    source = BurnSource.DECLARED if days is None else BurnSource.MEASURED
    runway = ModelRunway(
        model=state,
        daily_burn=daily,
        burn_source=source,
        burn=Burn(daily=daily, source=source, measured=None if days is None else measured(units or 0, days)),
        runway=compute_runway(accrued * USDC, units, at=NOW),
    )
    return ObservedModel(runway=runway, pool_paused=paused, min_bps=5_000, max_bps=10_000)


def measured(units: int, days: int) -> Rate:
    """Return a burn of `units` a day by one payment, over `days` days."""
    day = date(2026, 3, 1)
    return Rate(
        daily_units=units, window=DaySpan(day, day), days=days, count=1, units=units * days, first=day, last=day
    )


def facts(model: ObservedModel | None = None, **more: Any) -> Facts:  # noqa: ANN401 - fields of the facts
    """Return what a round found where nothing is wrong, but for what is given."""
    one = model or observed()
    seen = Observation(
        network="test",
        chain_id=1,
        block=BLOCK,
        observed_at=more.pop("observed_at", NOW + 12),
        token=TOKEN,
        models=(one,),
        balance=TOKEN.amount(more.pop("balance", 800) * USDC),
        owed=one.state.accrued,
        total_accrued=one.state.accrued,
        total_paid=TOKEN.amount(0),
        total_withdrawn=None,
        paused=more.pop("paused", False),
        treasury=ALICE,
    )
    base = Facts(settings=SETTINGS, seen=seen, known_models=frozenset({TOPIC}))
    return replace(base, **more)


def event(
    name: str, contract: str = "InfrastructureReserve", *, tx: int = 1, index: int = 0, **args: AbiValue
) -> ProtocolEvent:
    """Return something that happened in the observed block."""
    about = "modelId" in args or contract in {"HokusaiParams", "HokusaiAMM"}
    return ProtocolEvent(
        block_number=100,
        block_hash=BLOCK.hash,
        timestamp=NOW - 60,
        tx_hash=TxHash(f"0x{tx:064x}"),
        log_index=index,
        contract=contract,
        address={"UsageFeeRouter": ROUTER, "HokusaiParams": PARAMS, "HokusaiAMM": POOL}.get(contract, RESERVE),
        name=name,
        args=args,
        model_id=MODEL if about else None,
        model_topic=TOPIC if about else None,
    )


def rules(found: Facts) -> list[str]:
    return [alert.rule for alert in judge(found)]


def told(found: Facts) -> list[str]:
    return [alert.message for alert in judge(found)]


def test_nothing_is_found_where_nothing_is_wrong() -> None:
    assert rules(facts()) == []


@pytest.mark.parametrize(
    ("burn", "expected"),
    [
        (801, ["critical-runway"]),
        (267, ["critical-runway"]),
        (266, ["low-runway"]),
        (115, ["low-runway"]),
        (114, []),
        (0, []),
        (None, ["runway-unknown"]),
    ],
)
def test_a_runway_below_the_limits_is_told_once_by_the_worse_rule(burn: int | None, expected: list[str]) -> None:
    assert rules(facts(observed(burn=burn))) == expected


def test_both_rules_of_the_runway_are_one_alert() -> None:
    keys = {alert.key for burn in (801, 115) for alert in judge(facts(observed(burn=burn)))}
    assert keys == {"runway/21"}


@pytest.mark.parametrize(("days", "said"), [(1, "1 day"), (6, "6 days"), (7, None), (None, None)])
@pytest.mark.parametrize("burn", [801, 115])
def test_a_short_runway_by_few_days_says_that_they_are_too_few(burn: int, days: int | None, said: str | None) -> None:
    (alert,) = judge(facts(observed(burn=burn, days=days)))
    if said is None:
        assert "too few" not in alert.message + str(alert.evidence)
    else:
        assert alert.message.endswith(f" Its burn was measured over {said} only, too few to rely on.")
        assert alert.evidence["burn measured over"] == f"{said} (too few to rely on)"


@pytest.mark.parametrize("burn", [801, 115])
def test_a_short_runway_is_not_over_because_its_burn_became_unknown(burn: int) -> None:
    (before,) = judge(facts(observed(burn=burn)))
    unknown = facts(observed(burn=None), standing=(before,))
    (kept, _) = judge(unknown)
    assert (kept.rule, kept.key, kept.severity) == (before.rule, before.key, before.severity)
    assert "nobody knows what it burns" in kept.message
    assert kept.evidence["last known burn a day"] == before.evidence["burn a day"]
    assert judge(facts(observed(burn=None), standing=(kept,)))[0] == kept, "a day later it says the same"
    assert rules(facts(observed(burn=None, accrued=0), standing=(before,))) == [before.rule]
    assert rules(facts(observed(burn=1), standing=(before,))) == []
    assert rules(facts(observed(burn=0), standing=(before,))) == []
    off = MonitorSettings(off=(before.rule,))
    assert rules(facts(observed(burn=None), standing=(before,), settings=off)) == ["runway-unknown"]


def test_an_unknown_runway_of_nothing_is_nothing() -> None:
    assert rules(facts(observed(accrued=0, burn=None))) == []


def test_a_model_of_the_old_system_has_no_runway_and_needs_no_provider() -> None:
    assert rules(facts(observed(bps=None, burn=None, provider=None))) == []


@pytest.mark.parametrize(
    ("model", "more", "expected"),
    [
        (observed(provider=None), {}, "no-provider"),
        (observed(bps=4_999), {}, "split-out-of-bounds"),
        (observed(bps=9_000), {"settings": MonitorSettings(split_max_bps=8_500)}, "split-out-of-bounds"),
        (observed(paused=True), {"paused_since": {MODEL: NOW - HOUR - 1}}, "paused-too-long"),
        (observed(paused=True), {}, "paused-too-long"),
        (observed(), {"paused": True, "paused_since": {None: NOW - 2 * HOUR}}, "paused-too-long"),
        (observed(), {"balance": 799}, "insolvency"),
        (observed(), {"index_at": NOW - 49 * HOUR}, "index-behind"),
    ],
)
def test_what_is_wrong_is_found_alone(model: ObservedModel, more: dict[str, Any], expected: str) -> None:
    assert rules(facts(model, **more)) == [expected]


@pytest.mark.parametrize(
    ("model", "more"),
    [
        (observed(bps=5_000), {}),
        (observed(bps=10_000), {}),
        (observed(paused=True), {"paused_since": {MODEL: NOW - HOUR}}),
        (observed(), {"balance": 800}),
        (observed(), {"index_at": NOW - 48 * HOUR}),
    ],
)
def test_what_is_just_right_is_not_found(model: ObservedModel, more: dict[str, Any]) -> None:
    assert rules(facts(model, **more)) == []


def deposit(units: int, tx: int) -> ProtocolEvent:
    return event("InfrastructureDeposited", tx=tx, modelId=b"", amount=units, newBalance=0)


def payment(units: int, tx: int, index: int = 0) -> ProtocolEvent:
    return event("InfrastructureCostPaid", tx=tx, index=index, modelId=b"", amount=units, payee=BOB, payer=ALICE)


def fee(tx: int, depositor: str = ALICE) -> ProtocolEvent:
    return event("FeeDeposited", "UsageFeeRouter", tx=tx, modelId=b"", totalAmount=1, depositor=depositor)


@pytest.mark.parametrize(
    ("happened", "expected"),
    [
        ((payment(800 * USDC, 1),), []),
        ((payment(800 * USDC + 1, 1),), ["large-payment"]),
        # 700 were there before; a deposit afterwards hides nothing.
        ((payment(400 * USDC, 1), fee(2), deposit(500 * USDC, 2)), ["large-payment"]),
        # Two halves of a batch, neither of which is large.
        ((payment(401 * USDC, 1), payment(400 * USDC, 1, 1)), ["large-payment"]),
        # The same two in two transactions: 401 of 1601, then 400 of 1200.
        ((payment(401 * USDC, 1), payment(400 * USDC, 2)), []),
    ],
)
def test_a_payment_is_large_by_what_was_there_before_it(
    happened: tuple[ProtocolEvent, ...], expected: list[str]
) -> None:
    assert rules(facts(events=happened)) == expected


@pytest.mark.parametrize(
    ("happened", "expected"),
    [
        (event("EmergencyWithdrawal", recipient=ALICE, amount=USDC), "emergency-withdrawal"),
        (event("TreasuryUpdated", oldTreasury=ALICE, newTreasury=BOB), "treasury-change"),
        (event("TreasuryUpdated", "HokusaiAMMFactory", newTreasury=BOB), "treasury-change"),
        (event("FeeRecipientUpdated", "TokenManager", newFeeRecipient=BOB), "treasury-change"),
        (
            event("InfrastructureAccrualBpsSet", "HokusaiParams", oldBps=8_000, newBps=7_000, updatedBy=ALICE),
            "split-change",
        ),
        (
            event("EmergencyParamOverride", "HokusaiParams", modelId=b"", paramName="x", value=1, reason="y"),
            "split-change",
        ),
        (event("ProviderSet", modelId=b"", provider=BOB), "provider-change"),
        (event("RoleGranted", role=bytes.fromhex(PAYER_ROLE[2:]), account=BOB, sender=ALICE), "role-granted"),
        (event("RoleRevoked", role=bytes.fromhex(PAYER_ROLE[2:]), account=BOB, sender=ALICE), "role-revoked"),
        (
            event(
                "RoleAdminChanged",
                role=bytes.fromhex(PAYER_ROLE[2:]),
                previousAdminRole=bytes.fromhex(DEFAULT_ADMIN_ROLE[2:]),
                newAdminRole=bytes.fromhex(GOV_ROLE[2:]),
            ),
            "role-admin-changed",
        ),
        (event("PauserUpdated", "HokusaiAMMFactory", previousPauser=ALICE, newPauser=BOB), "power-change"),
        (event("AttesterAdded", "DeltaVerifier", attester=BOB, attesterCount=2), "power-change"),
        (event("PoolRegistrarUpdated", "ModelRegistry", registrar=BOB, authorized=False), "power-change"),
        (event("OwnershipTransferred", "ModelRegistry", previousOwner=ALICE, newOwner=BOB), "ownership-change"),
        (event("OwnershipTransferStarted", "ModelRegistry", previousOwner=ALICE, newOwner=BOB), "ownership-change"),
        (event("EnabledModule", "Safe", module=BOB), "safe-change"),
        (event("ChangedThreshold", "Safe", threshold=1), "safe-change"),
        (event("Paused", account=ALICE), "paused"),
        (event("Unpaused", "HokusaiAMM", account=ALICE), "unpaused"),
        (deposit(1, 1), "unknown-depositor"),
    ],
)
def test_what_happened_is_told(happened: ProtocolEvent, expected: str) -> None:
    (alert,) = judge(facts(events=(happened,)))
    assert (alert.rule, alert.tx_hash, alert.happened_at) == (expected, happened.tx_hash, NOW - 60)
    assert "b'" not in alert.message


def test_a_first_owner_is_no_change() -> None:
    first = event("OwnershipTransferred", "HokusaiToken", previousOwner=ZERO_ADDRESS, newOwner=BOB)
    assert rules(facts(events=(first,))) == []


def test_fees_of_people_and_models_that_are_known_are_no_alert() -> None:
    assert rules(facts(events=(fee(1), replace(deposit(1, 1), log_index=1)))) == []
    assert rules(facts(events=(fee(1),), known_depositors=lambda account: account != ALICE)) == ["unknown-depositor"]
    assert rules(facts(events=(fee(1),), known_models=frozenset())) == ["unknown-model"]


def test_an_event_keeps_its_key_when_a_reorganisation_moves_it() -> None:
    moved = replace(event("Paused", account=ALICE), block_number=107, block_hash="0x" + "bb" * 32, log_index=9)
    other = event("Unpaused", "HokusaiAMM", account=BOB, tx=5)
    (before,) = judge(facts(events=(event("Paused", account=ALICE),)))
    assert [one.key for one in judge(facts(events=(other, moved))) if one.rule == "paused"] == [before.key]


NODE = NodeFacts(endpoint="http://node", is_devnet=False, head=BLOCK)


@pytest.mark.parametrize(
    ("node", "observed_at", "expected"),
    [
        (NODE, NOW + 300, []),
        (NODE, NOW + 301, ["node-behind"]),
        (replace(NODE, is_devnet=True), NOW + 100_000, []),
        (replace(NODE, last_head=replace(BLOCK, timestamp=NOW - 301)), NOW, ["node-behind"]),
        (replace(NODE, last_head=replace(BLOCK, number=99, timestamp=NOW - 301)), NOW, []),
        (replace(NODE, second=SecondNode(endpoint="http://b", block_hash=BLOCK.hash), compared=BLOCK), NOW, []),
        (replace(NODE, second=SecondNode(endpoint="http://b"), compared=BLOCK), NOW, []),
        (
            replace(NODE, second=SecondNode(endpoint="http://b", block_hash="0x" + "bb" * 32), compared=BLOCK),
            NOW,
            ["nodes-disagree"],
        ),
        (
            replace(NODE, second=SecondNode(endpoint="http://b", failure="It is down."), compared=BLOCK),
            NOW,
            ["second-node-unreachable"],
        ),
    ],
)
def test_a_node_is_behind_or_disagrees(node: NodeFacts, observed_at: int, expected: list[str]) -> None:
    assert rules(facts(node=node, observed_at=observed_at)) == expected


def test_what_could_not_be_read_is_told() -> None:
    unread = Finding(
        code="service", severity=Severity.WARNING, subject="the Safe's queue", message="It is down.", remedy="-"
    )
    assert told(facts(unread=(unread,))) == ["The Safe's queue could not be looked at. It is down."]
    error = LedgerError("The disk is full.", hint="-")
    assert (node_unreachable(error).rule, ledger_unreachable(error).rule) == ("node-unreachable", "ledger-unreachable")


def test_a_rule_that_is_off_says_nothing_and_the_most_urgent_comes_first() -> None:
    bad = facts(observed(provider=None, burn=801), balance=1)
    assert rules(bad) == ["critical-runway", "insolvency", "no-provider"]
    quiet = replace(bad, settings=MonitorSettings(off=("insolvency", "critical-runway")))
    assert rules(quiet) == ["no-provider"]


def test_names_of_the_address_book_stand_before_addresses() -> None:
    named = facts(
        events=(event("ProviderSet", modelId=b"", provider=BOB),), name_of=lambda one: "bob" if one == BOB else None
    )
    assert told(named) == [f"The provider of model 21 is bob ({BOB}) from now on."]


def test_every_rule_has_a_name_of_its_own() -> None:
    names = [rule.name for rule in ALL_RULES]
    assert len(names) == len(set(names))
