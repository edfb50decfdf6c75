"""The metrics for Prometheus. Its values are floats, so that amounts above 2**53 base units are rounded there."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, InfoMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from hokctl import __version__
from hokctl.domain.alerts import Alert
from hokctl.monitor.web.sights import Condition, Sight

if TYPE_CHECKING:
    from hokctl.services.observation import Observation, ObservedModel

MEDIA_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
_OF_A_MODEL: Final = ("model", "provider")


def sight_metrics(sight: Sight) -> bytes:
    """Return the figures of one sight in Prometheus' text format."""
    return _written(_of_sight(sight))


def condition_metrics(condition: Condition) -> bytes:
    """Return how the looking itself goes; always there, also before there is anything to show."""
    return _written(_of_condition(condition))


def _of_condition(condition: Condition) -> Iterator[Metric]:
    yield InfoMetricFamily("hokctl_build", "The version of hokctl.", {"version": __version__})
    up = condition.failure is None and condition.looks > 0
    yield _gauge("hokctl_node_up", "1 when the last look at the deployment went well, else 0.", up)
    yield _gauge("hokctl_state_stale", "1 when the state is older than it may be, or there is none.", condition.stale)
    if condition.age_s is not None:
        yield _gauge("hokctl_state_age_seconds", "How long ago the state was read.", condition.age_s)
    yield _gauge("hokctl_refresh_duration_seconds", "How long the last look took.", condition.took_s)
    looks = CounterMetricFamily("hokctl_refreshes", "Looks at the deployment since the start.", labels=["result"])
    looks.add_metric(["ok"], condition.looks)
    looks.add_metric(["failed"], condition.failures)
    yield looks


def _of_sight(sight: Sight) -> Iterator[Metric]:
    seen = sight.observation
    yield _gauge("hokctl_state_block_number", "The block that the figures are of.", seen.block.number)
    yield _gauge("hokctl_state_block_timestamp_seconds", "The time of that block.", seen.block.timestamp)
    token = GaugeMetricFamily(
        "hokctl_token_decimals", "Digits after the point of an amount; all amounts are base units.", labels=["symbol"]
    )
    token.add_metric([_label(seen.token.symbol)], seen.token.decimals)
    yield token
    yield from _of_reserve(seen)
    yield from _of_models(seen.models)
    alerts = GaugeMetricFamily(
        "hokctl_alert_active", "1 for every alert that holds.", labels=["rule", "severity", "subject"]
    )
    for labels in sorted({_labels_of(standing.alert) for standing in sight.alerts}):
        alerts.add_metric([_label(label) for label in labels], 1)
    yield alerts


def _of_reserve(seen: "Observation") -> Iterator[Metric]:
    yield _gauge("hokctl_reserve_balance_units", "What the reserve holds, in base units.", seen.balance.units)
    yield _gauge("hokctl_reserve_owed_units", "What all models accrued and were not paid.", seen.owed.units)
    yield _gauge("hokctl_reserve_shortfall_units", "What is missing to pay all that is owed.", seen.shortfall.units)
    yield _gauge("hokctl_reserve_paused", "1 while the reserve is paused.", seen.paused)
    yield _gauge("hokctl_models", "How many models there are.", len(seen.models))


def _of_models(models: "Iterable[ObservedModel]") -> Iterable[Metric]:
    accrued = _by_model("hokctl_model_accrued_units", "Set aside and not paid out, in base units.")
    paid = _by_model("hokctl_model_paid_units", "Paid out so far, in base units.")
    burn = _by_model("hokctl_model_daily_burn_units", "Burn a day in base units; absent when unknown.")
    runway = _by_model("hokctl_model_runway_days", "Runway in whole days; absent when unknown or unlimited.")
    unknown = _by_model("hokctl_model_runway_unknown", "1 while the runway is unknown.")
    split = _by_model("hokctl_model_infrastructure_accrual_bps", "Infrastructure's share of each fee.")
    for model in models:
        labels = [_label(model.model_id), model.state.provider or ""]
        accrued.add_metric(labels, model.state.accrued.units)
        paid.add_metric(labels, model.state.paid.units)
        if model.runway.daily_burn is not None:
            burn.add_metric(labels, model.runway.daily_burn.units)
        if model.runway.runway.days is not None:
            runway.add_metric(labels, model.runway.runway.days)
        unknown.add_metric(labels, model.runway.daily_burn is None)
        if model.state.infrastructure_accrual_bps is not None:
            split.add_metric(labels, model.state.infrastructure_accrual_bps)
    return accrued, paid, burn, runway, unknown, split


def _labels_of(alert: Alert) -> tuple[str, str, str]:
    return alert.rule, alert.severity.value, alert.subject


def _label(text: str) -> str:
    """Return `text` as something that UTF-8 can carry."""
    return text.encode(errors="replace").decode()


def _gauge(name: str, what: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, what, value=value)


def _by_model(name: str, what: str) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, what, labels=_OF_A_MODEL)


class _Once(Collector):
    """Metrics that are there already."""

    def __init__(self, metrics: Iterable[Metric]) -> None:
        self._metrics = tuple(metrics)

    def collect(self) -> Iterable[Metric]:
        return self._metrics


def _written(metrics: Iterable[Metric]) -> bytes:
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Once(metrics))
    return generate_latest(registry)
