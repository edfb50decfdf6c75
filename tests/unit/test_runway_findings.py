"""What a report on runways warns of."""

from dataclasses import replace
from datetime import date

import pytest

from hokctl.domain.amounts import MAX_UNITS
from hokctl.domain.day_spans import DaySpan
from hokctl.domain.runway import BurnSource, compute_runway
from hokctl.domain.units import ZERO_ADDRESS, ModelId
from hokctl.services.burns import Burn
from hokctl.services.models import ModelState
from hokctl.services.runway import ModelRunway, RunwayReport
from hokctl.services.runway_findings import check_runway, warn_runway
from tests.unit.domain.samples import USDC

pytestmark = pytest.mark.unit

AT = 1_767_225_600


def runway_of(accrued: int, burn: int | None, contract_days: int | None = None) -> RunwayReport:
    """Return a report on one model with so much accrued and burnt a day, in whole tokens."""
    units = None if burn is None else burn * 10**6
    daily = None if units is None else USDC.amount(units)
    model = ModelState(
        model_id=ModelId("21"),
        token=ZERO_ADDRESS,
        params=ZERO_ADDRESS,
        pool=ZERO_ADDRESS,
        accrued=USDC.amount(accrued * 10**6),
        paid=USDC.amount(0),
        provider=None,
        infrastructure_accrual_bps=8000,
        phase=None,
    )
    source = BurnSource.NONE if daily is None else BurnSource.GIVEN
    item = ModelRunway(
        model=model,
        daily_burn=daily,
        burn_source=source,
        runway=compute_runway(model.accrued.units, units, at=AT),
        burn=Burn(daily=daily, source=source),
        contract_days=contract_days,
    )
    window = DaySpan.ending_on(date(2026, 1, 1), 30)
    return RunwayReport(models=(item,), total_accrued=model.accrued, reserve_balance=model.accrued, window=window)


def codes(report: RunwayReport) -> list[str]:
    return [finding.code for finding in warn_runway(report)]


@pytest.mark.parametrize(
    ("accrued", "expected"),
    [(70, []), (69, ["low-runway"]), (30, ["low-runway"]), (29, ["critical-runway"]), (0, ["critical-runway"])],
)
def test_less_than_7_and_less_than_3_days_are_told(accrued: int, expected: list[str]) -> None:
    assert codes(runway_of(accrued, 10)) == expected


def test_neither_unknown_nor_unlimited_is_little() -> None:
    assert codes(runway_of(0, None)) == []
    assert codes(runway_of(0, 0, MAX_UNITS)) == []


def test_a_contract_that_counts_otherwise_is_an_error() -> None:
    assert codes(runway_of(100, 10, 10)) == []
    for report in (runway_of(100, 10, 11), runway_of(100, 10, MAX_UNITS), runway_of(100, 0, 10)):
        (finding,) = warn_runway(report)
        assert (finding.code, finding.severity.value) == ("runway-differs", "error")
    assert "is without end, not 10 days" in warn_runway(runway_of(100, 10, MAX_UNITS))[0].message


def test_a_pipeline_fails_for_what_is_short_or_unknown() -> None:
    assert check_runway(runway_of(100, 10), 10) == ()
    assert [one.code for one in check_runway(runway_of(100, 10), 11)] == ["short-runway"]
    assert [one.code for one in check_runway(runway_of(100, None), 0)] == ["runway-unknown"]
    report = runway_of(100, 0)
    assert check_runway(replace(report), 10_000) == ()
