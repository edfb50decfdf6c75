"""The JSON under /infrastructure, the metrics and the page, made of one observation."""

import json
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from hokctl.domain.alerts import StandingAlert
from hokctl.domain.units import BlockRef, ModelId
from hokctl.ledger.snapshots import ModelSnapshot
from hokctl.monitor.web import documents, exposition, page
from hokctl.monitor.web.sights import Condition, Sight
from tests.watched import BLOCK, TOKEN, observed, observed_model, warned
from tests.world import TOGETHER

pytestmark = pytest.mark.unit

FRESH = Condition(age_s=3, stale=False, failure=None, looks=4, failures=0, took_s=0.25)
DOWN = Condition(age_s=3_700, stale=True, failure="node-unreachable", looks=4, failures=9, took_s=10.0)
NEVER = Condition(age_s=None, stale=True, failure="node-unreachable", looks=0, failures=1, took_s=10.0)
HOSTILE = [
    "<script>alert(1)</script>",
    "\"'><img src=x onerror=alert(1)>",
    "a\nb\\",
    '{"} 1',
    "\u202e\u0000",
    "&lt;",
    "..",
    "metrics",
    "é 模型",
]


def sight(*ids: str, alerts: tuple[StandingAlert, ...] = (), name: str = "together") -> Sight:
    models = [observed_model(model_id, accrued="800.5", paid="12", burn="100") for model_id in ids]
    return Sight(observation=observed(models), alerts=alerts, names={TOGETHER: name})


def metrics_of(text: bytes) -> dict[tuple[str, ...], float]:
    return {
        (sample.name, *(f"{key}={value}" for key, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text.decode())
        for sample in family.samples
    }


def test_all_models_are_told_as_the_specification_promises() -> None:
    document: Any = documents.metrics_document(sight("21", alerts=(warned(),)))
    assert document["models"] == [
        {
            "modelId": "21",
            "accruedUSD": "800.50",
            "paidUSD": "12.00",
            "netAccrualUSD": "800.50",
            "infrastructureAccrualBps": 8000,
            "profitShareBps": 2000,
            "runwayDays": 8,
            "runwayState": "limited",
            "provider": TOGETHER,
            "providerName": "together",
        }
    ]
    assert (document["totalAccruedUSD"], document["totalPaidUSD"]) == ("800.50", "12.00")
    assert document["reserve"]["balanceUSD"] == "800.50"
    assert document["token"]["symbol"] == "USDC"
    assert document["alerts"] == [
        {
            "rule": "low-runway",
            "severity": "high",
            "kind": "state",
            "subject": "21",
            "message": "Model 21 lasts 5 days.",
            "since": "2026-11-18T11:06:40Z",
            "runbook": None,
        }
    ]


def test_one_model_is_told_as_the_specification_promises() -> None:
    seen = sight("21", "22", alerts=(warned(), warned(subject="22")))
    document: Any = documents.model_document(seen.observation.models[0], seen)
    assert document["accrual"] == {"accrued": "800.50", "paid": "12.00", "net": "800.50"}
    assert document["split"] == {"infrastructure": "80%", "profit": "20%"}
    assert (document["runway"], document["provider"]) == ("8 days", TOGETHER)
    assert document["lastUpdate"] == "2026-11-18T11:06:40Z"
    assert [alert["subject"] for alert in document["alerts"]] == ["21"]


def test_what_is_unknown_is_told_as_unknown_and_never_as_unlimited() -> None:
    models = [observed_model("23", provider=None, bps=None), observed_model("24", burn="0")]
    seen = Sight(observation=observed(models))
    unknown: Any = documents.model_document(models[0], seen)
    assert (unknown["runway"], unknown["runwayDays"], unknown["runwayState"]) == ("unknown", None, "unknown")
    assert (unknown["provider"], unknown["split"]["infrastructure"], unknown["dailyBurnUSD"]) == (None, None, None)
    unlimited: Any = documents.model_document(models[1], seen)
    assert (unlimited["runway"], unlimited["runwayDays"]) == ("unlimited", None)
    html = page.render_page(seen, interval_s=15).closed(b"").decode()
    assert "no burn is known" in html
    found = metrics_of(exposition.sight_metrics(seen))
    assert [key for key in found if key[0] == "hokctl_model_runway_days"] == []
    assert found["hokctl_model_runway_unknown", "model=23", "provider="] == 1
    assert found["hokctl_model_runway_unknown", "model=24", f"provider={TOGETHER}"] == 0


@given(units=st.integers(min_value=0, max_value=2**256 - 1))
@settings(max_examples=50)
def test_amounts_are_exact_decimal_texts(units: int) -> None:
    text = TOKEN.amount(units).display
    document: Any = documents.history_document("21", [_point(units)], TOKEN)
    assert document["history"][0]["accruedUSD"] == text
    whole, _, fraction = text.partition(".")
    assert int(whole + fraction.ljust(6, "0")) == units


def test_a_history_tells_its_points_in_order() -> None:
    document: Any = documents.history_document("21", [_point(5_000_000), _point(7)], TOKEN)
    assert (document["modelId"], document["dataPoints"]) == ("21", 2)
    assert document["history"][0] == {
        "timestamp": "2026-11-18T11:06:40Z",
        "block": 7,
        "accruedUSD": "5.00",
        "paidUSD": "0.00",
        "runwayDays": 3,
    }


@pytest.mark.parametrize(("bps", "text"), [(8000, "80%"), (6660, "66.6%"), (10000, "100%"), (1, "0.01%"), (0, "0%")])
def test_percentages_are_exact(bps: int, text: str) -> None:
    assert documents.percent_text(bps) == text


def test_every_document_ends_with_the_block_and_the_age_of_the_state() -> None:
    state = documents.state_document(BLOCK, DOWN, observed_at=BLOCK.timestamp, now=BLOCK.timestamp + 9)
    assert json.loads(documents.opened({}).closed(state))["state"] == {
        "block": {
            "number": 1234,
            "hash": BLOCK.hash,
            "timestamp": BLOCK.timestamp,
            "time": "2026-11-18T11:06:40Z",
            "ageSeconds": 9,
        },
        "observedAt": "2026-11-18T11:06:40Z",
        "ageSeconds": 3700,
        "stale": True,
        "failure": "node-unreachable",
    }


def test_a_block_from_beyond_the_calendar_can_be_told() -> None:
    far = BlockRef(number=1, hash="0x", timestamp=2**63)
    assert str(2**63).encode() in documents.state_document(far, FRESH, observed_at=0, now=0)
    seen = sight("21")
    assert b"hokctl" in page.render_page(seen, interval_s=1).closed(page.state_line(seen, FRESH))


def test_metrics_tell_the_figures_in_base_units() -> None:
    found = metrics_of(exposition.sight_metrics(sight("21", alerts=(warned(), warned()))))
    assert found["hokctl_model_accrued_units", "model=21", f"provider={TOGETHER}"] == 800_500_000
    assert found["hokctl_model_runway_days", "model=21", f"provider={TOGETHER}"] == 8
    assert found["hokctl_alert_active", "rule=low-runway", "severity=high", "subject=21"] == 1
    assert found["hokctl_token_decimals", "symbol=USDC"] == 6


def test_metrics_tell_how_the_looking_goes() -> None:
    found = metrics_of(exposition.condition_metrics(DOWN))
    assert found["hokctl_node_up",] == 0
    assert found["hokctl_state_age_seconds",] == 3_700
    assert found["hokctl_refreshes_total", "result=failed"] == 9
    assert ("hokctl_state_age_seconds",) not in metrics_of(exposition.condition_metrics(NEVER))


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_stay_text_everywhere(name: str) -> None:
    seen = sight(name, alerts=(warned(subject=name, message=name, rule=name),), name=name)
    document: Any = json.loads(json.dumps(documents.metrics_document(seen)))
    assert (document["models"][0]["modelId"], document["models"][0]["providerName"]) == (name, name)
    found = metrics_of(exposition.sight_metrics(seen))
    assert ("hokctl_model_accrued_units", f"model={name}", f"provider={TOGETHER}") in found
    reader = Reader()
    reader.feed(page.render_page(seen, interval_s=15).closed(page.state_line(seen, FRESH)).decode())
    assert set(reader.tags) <= Reader.ALLOWED
    assert reader.tags.count("script") == 1
    assert not [name for name in reader.attributes if name.startswith("on") or name == "style"]
    assert name.replace("\0", "\ufffd") in "".join(reader.texts).replace("\0", "\ufffd")


def test_a_lone_surrogate_ends_neither_page_nor_metrics() -> None:
    seen = sight("\ud800")
    assert b"?" in page.render_page(seen, interval_s=1).closed(b"")
    assert exposition.sight_metrics(seen)


def test_the_page_says_when_it_shows_the_past() -> None:
    line = page.state_line(sight("21"), DOWN).decode()
    assert "This is the last known state" in line
    assert "1 h 1 min" in line
    assert "node-unreachable" in line
    assert "Nothing is known yet" in page.state_line(None, NEVER).decode()


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0 s"), (61, "1 min 1 s"), (7_260, "2 h 1 min"), (90_001, "1 d 1 h")]
)
def test_ages_are_told_in_two_units(seconds: int, text: str) -> None:
    assert page.age_text(seconds) == text


def test_trouble_of_the_reserve_is_in_the_figures() -> None:
    seen = Sight(observation=observed([observed_model("21", accrued="10")], balance="4", paused=True))
    html = page.render_page(seen, interval_s=15).closed(b"").decode()
    assert "Shortfall" in html
    assert "paused" in html


def _point(units: int) -> ModelSnapshot:
    return ModelSnapshot(
        model_id=ModelId("21"),
        block_number=7,
        timestamp=BLOCK.timestamp,
        accrued_units=units,
        paid_units=0,
        provider=None,
        infrastructure_accrual_bps=None,
        daily_burn_units=None,
        runway_days=3,
    )


class Reader(HTMLParser):
    """Notes what a page is made of."""

    ALLOWED = frozenset(
        {"html", "head", "meta", "title", "link", "script", "body", "header", "h1", "p", "main", "dl", "div", "dt"}
        | {"dd", "section", "h2", "span", "ul", "li", "b", "code", "table", "thead", "tr", "th", "tbody", "td"}
        | {"small", "svg", "rect", "time", "footer", "a"}
    )

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[str] = []
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag and its attributes."""
        self.tags.append(tag)
        self.attributes += [name for name, _ in attrs]

    def handle_data(self, data: str) -> None:
        """Note text."""
        self.texts.append(data)
