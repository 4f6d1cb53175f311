"""Prometheus metrics of a process; labels never carry an id."""

from functools import lru_cache
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.process_collector import ProcessCollector

REGISTRY = CollectorRegistry()
ProcessCollector(registry=REGISTRY)

request_seconds = Histogram(
    "http_server_request_duration_seconds",
    "Time to answer, by route template.",
    ("method", "route", "status"),
    registry=REGISTRY,
    buckets=(0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 3),
)
outbox_rows = Gauge("outbox_rows", "Events not yet handed to the broker.", registry=REGISTRY)
outbox_oldest_age_seconds = Gauge(
    "outbox_oldest_age_seconds", "Age of the oldest event not yet handed over.", registry=REGISTRY
)
unheard_total = Counter("unheard_events_total", "Listener failures.", ("listener",), registry=REGISTRY)
tick_failures_total = Counter("tick_failures_total", "Ticks that raised.", ("tick",), registry=REGISTRY)


@lru_cache(4096)
def _timed(method: str, route: str, status: int) -> Any:
    return request_seconds.labels(method, route, str(status))


def observe(method: str, route: str, status: int, seconds: float) -> None:
    """Count one request; the labelled child is remembered, since finding it costs more than counting."""
    _timed(method, route, status).observe(seconds)


def exposition() -> bytes:
    """The text that `/metrics` answers."""
    return generate_latest(REGISTRY)
