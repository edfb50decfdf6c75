"""The checklist before a deployment."""

from dataclasses import replace
from datetime import date

import pytest
from eth_utils.address import to_checksum_address

from hokctl.checks.deployments import DeploymentFacts, check_deployment
from hokctl.clients.known_tokens import known_usdc
from hokctl.domain.authority import SafeAuthority
from hokctl.domain.findings import Severity
from hokctl.domain.units import ModelId

pytestmark = pytest.mark.unit

ADDRESSES = [to_checksum_address(f"0x{number:040x}") for number in range(1, 6)]
TREASURY, TOKEN, OTHER, *OWNERS = ADDRESSES
SAFE = SafeAuthority(address=TREASURY, owners=tuple(OWNERS), threshold=2, nonce=0, version="1.4.1")
ATTESTED = dict.fromkeys(("backend_key_secured", "monitoring_set_up", "tested_on_test_network"), date(2026, 2, 1))
GOOD = DeploymentFacts(
    chain_id=1,
    production=True,
    treasury=TREASURY,
    treasury_safe=SAFE,
    treasury_has_code=True,
    usdc=known_usdc(1),
    usdc_has_code=True,
    usdc_decimals=6,
    models_without_provider=(),
    backend=OTHER,
    powerful=(TREASURY,),
    attested=ATTESTED,
    today=date(2026, 2, 1),
    kept={},
    stale=(),
    taken=(),
    router_behind=False,
    roles_without_contract=(),
)


def codes(facts: DeploymentFacts) -> list[tuple[str, Severity]]:
    return [(finding.code, finding.severity) for finding in check_deployment(facts)]


def test_a_deployment_as_it_should_be_has_no_findings() -> None:
    assert codes(GOOD) == []


@pytest.mark.parametrize(
    ("facts", "kind"),
    [
        (replace(GOOD, treasury_safe=None, treasury_has_code=False), "an account with a single key"),
        (replace(GOOD, treasury_safe=None), "a contract that is no Safe"),
        (replace(GOOD, treasury_safe=replace(SAFE, threshold=1)), "one of its 2 owners controls alone"),
    ],
)
def test_a_treasury_that_is_no_multisig_stops_in_production_only(facts: DeploymentFacts, kind: str) -> None:
    assert codes(facts) == [("treasury-not-multisig", Severity.ERROR)]
    assert kind in check_deployment(facts)[0].message
    assert codes(replace(facts, production=False)) == [("treasury-not-multisig", Severity.WARNING)]


@pytest.mark.parametrize(
    ("facts", "code", "allowable"),
    [
        (replace(GOOD, chain_id=5, usdc_has_code=False), "usdc-no-code", False),
        (replace(GOOD, usdc_decimals=18), "usdc-decimals", False),
        (replace(GOOD, usdc_decimals=None), "usdc-decimals", False),
        (replace(GOOD, usdc=TOKEN), "not-real-usdc", True),
        (replace(GOOD, taken=(OTHER,)), "address-taken", False),
        (replace(GOOD, router_behind=True), "router-behind", True),
        (replace(GOOD, stale=(("UsageFeeRouter", OTHER),)), "manifest-stale", True),
    ],
)
def test_facts_that_stop_a_deployment(facts: DeploymentFacts, code: str, *, allowable: bool) -> None:
    (finding,) = check_deployment(facts)
    assert (finding.code, finding.severity, finding.allowable) == (code, Severity.ERROR, allowable)


def test_another_token_than_usdc_is_told_elsewhere_and_stops_in_production() -> None:
    sepolia = replace(GOOD, chain_id=11155111, usdc=TOKEN)
    assert codes(sepolia) == [("not-real-usdc", Severity.ERROR)]
    assert codes(replace(sepolia, production=False)) == [("not-real-usdc", Severity.WARNING)]
    assert codes(replace(sepolia, chain_id=5)) == []
    assert codes(replace(GOOD, chain_id=31337, usdc=None, usdc_has_code=False, usdc_decimals=None)) == []


def test_mainnet_takes_only_real_usdc_whatever_the_configuration_calls_it() -> None:
    assert codes(replace(GOOD, usdc=TOKEN, production=False)) == [("not-real-usdc", Severity.ERROR)]


def test_what_deserves_a_look_comes_after_what_stops() -> None:
    facts = replace(
        GOOD, production=False, models_without_provider=(ModelId("21"),), kept={OTHER: ["owner of ModelRegistry"]}
    )
    assert codes(replace(facts, usdc_decimals=8)) == [
        ("usdc-decimals", Severity.ERROR),
        ("provider-missing", Severity.WARNING),
        ("deployer-keeps-power", Severity.WARNING),
    ]


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        (replace(GOOD, models_without_provider=(ModelId("21"),)), "provider-missing"),
        (replace(GOOD, powerful=(TREASURY, OTHER)), "backend-not-separate"),
        (replace(GOOD, attested={**ATTESTED, "backend_key_secured": None}), "backend-key-unattested"),
        (replace(GOOD, attested={**ATTESTED, "monitoring_set_up": None}), "monitoring-unattested"),
        (replace(GOOD, attested={**ATTESTED, "tested_on_test_network": None}), "test-run-unattested"),
        (replace(GOOD, attested={**ATTESTED, "monitoring_set_up": date(2026, 2, 2)}), "attestation-early"),
    ],
)
def test_the_checklist_stops_production_and_warns_elsewhere(facts: DeploymentFacts, code: str) -> None:
    assert codes(facts) == [(code, Severity.ERROR)]
    assert codes(replace(facts, chain_id=5, production=False)) == [(code, Severity.WARNING)]


def test_nobody_has_to_vouch_for_a_chain_on_one_machine() -> None:
    local = replace(GOOD, chain_id=31337, production=False, attested={**ATTESTED, "backend_key_secured": None})
    assert codes(local) == []
    assert codes(replace(local, production=True)) == [("backend-key-unattested", Severity.ERROR)]


def test_roles_on_a_contract_that_is_not_there_stop() -> None:
    assert codes(replace(GOOD, roles_without_contract=("DeltaVerifier",))) == [
        ("role-contract-missing", Severity.ERROR)
    ]
