"""The checklist before a deployment."""

from dataclasses import replace

import pytest
from eth_utils.address import to_checksum_address

from hokctl.checks.deployments import REAL_USDC, DeploymentFacts, check_deployment
from hokctl.domain.authority import SafeAuthority
from hokctl.domain.findings import Severity
from hokctl.domain.units import ModelId

pytestmark = pytest.mark.unit

ADDRESSES = [to_checksum_address(f"0x{number:040x}") for number in range(1, 6)]
TREASURY, TOKEN, OTHER, *OWNERS = ADDRESSES
SAFE = SafeAuthority(address=TREASURY, owners=tuple(OWNERS), threshold=2, nonce=0, version="1.4.1")
GOOD = DeploymentFacts(
    chain_id=1,
    production=True,
    treasury=TREASURY,
    treasury_safe=SAFE,
    treasury_has_code=True,
    usdc=to_checksum_address(REAL_USDC),
    usdc_has_code=True,
    usdc_decimals=6,
    models_without_provider=(),
    other_admin=None,
    stale=(),
    taken=(),
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
        (replace(GOOD, stale=(("UsageFeeRouter", OTHER),)), "manifest-stale", True),
    ],
)
def test_facts_that_stop_a_deployment(facts: DeploymentFacts, code: str, *, allowable: bool) -> None:
    (finding,) = check_deployment(facts)
    assert (finding.code, finding.severity, finding.allowable) == (code, Severity.ERROR, allowable)


def test_another_token_than_usdc_is_fine_elsewhere() -> None:
    assert codes(replace(GOOD, chain_id=11155111, usdc=TOKEN)) == []
    assert codes(replace(GOOD, chain_id=31337, usdc=None, usdc_has_code=False, usdc_decimals=None)) == []


def test_what_deserves_a_look_comes_after_what_stops() -> None:
    facts = replace(GOOD, models_without_provider=(ModelId("21"),), other_admin=OTHER, usdc_decimals=8)
    assert codes(facts) == [
        ("usdc-decimals", Severity.ERROR),
        ("provider-missing", Severity.WARNING),
        ("deployer-keeps-power", Severity.WARNING),
    ]
