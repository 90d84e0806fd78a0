"""Numbers for Prometheus: counted here, or kept by others as plain integers and read when asked for."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Literal

from prometheus_client import (
    CollectorRegistry,
    Counter,
    GCCollector,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.metrics_core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

from talkoot.kernel.histogram import STEPS

if TYPE_CHECKING:
    from talkoot.kernel.histogram import Histogram as Counted
    from talkoot.kernel.unit_of_work import UnitOfWork

# A number, or numbers by the value of one label.
Reading = float | Mapping[str, float]

_LAG_EVERY = 0.5


class Metrics:
    """One registry for one running program."""

    def __init__(self) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call] # the time of birth of each series would double them
        self.registry = CollectorRegistry()
        for collect in (ProcessCollector, PlatformCollector, GCCollector):
            collect(registry=self.registry)
        self._requests = Counter(
            "talkoot_http_requests",
            "HTTP requests answered.",
            ["method", "route", "status"],
            registry=self.registry,
        )
        self._seconds = Histogram(
            "talkoot_http_request_seconds",
            "Time to answer a HTTP request.",
            ["method", "route"],
            buckets=STEPS,
            registry=self.registry,
        )
        self._answered: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}
        self._lag = Histogram(
            "talkoot_loop_lag_seconds",
            "How late the event loop came back to what was due.",
            buckets=STEPS,
            registry=self.registry,
        )
        self._measuring: asyncio.Task[None] | None = None

    def observe_request(self, method: str, route: str, status: int, seconds: float) -> None:
        """A HTTP request was answered; `route` is its template, never the path itself."""
        series = self._answered.get((method, route, status))
        if series is None:
            series = self._requests.labels(method, route, str(status)), self._seconds.labels(method, route)
            self._answered[method, route, status] = series
        count, histogram = series
        count.inc()
        histogram.observe(seconds)

    def watch(
        self,
        name: str,
        about: str,
        read: Callable[[], Reading],
        *,
        kind: Literal["gauge", "counter"] = "gauge",
        label: str = "",
    ) -> None:
        """Read a number that somebody else keeps, each time the metrics are asked for."""
        self.registry.register(_Watched(name, about, read, kind, label))

    def watch_seconds(self, name: str, about: str, counted: Counted) -> None:
        """Read how long something took, which somebody else counts."""
        self.registry.register(_WatchedSeconds(name, about, counted))

    def watch_unit_of_work(self, uow: UnitOfWork) -> None:
        """Commits, and the actions that shared them: their ratio is what grouping brings."""
        self.watch("talkoot_commits", "Transactions committed.", lambda: uow.commits, kind="counter")
        self.watch("talkoot_actions", "Actions that were committed.", lambda: uow.actions, kind="counter")
        self.watch("talkoot_actions_waiting", "Actions that wait for a transaction.", lambda: uow.waiting)
        if (replica := uow.replica) is not None:
            about = "Questions to the replica."
            self.watch("talkoot_replica_asked", about, lambda: replica.asked, kind="counter")
            about = "Those that it did not answer; the database itself did."
            self.watch("talkoot_replica_failures", about, lambda: replica.failures, kind="counter")

    def start(self) -> None:
        """Begin to measure the event loop that runs now."""
        self._measuring = asyncio.create_task(self._measure_lag(), name="loop-lag")

    async def close(self) -> None:
        """Stop measuring."""
        if self._measuring is not None:
            self._measuring.cancel()
            await asyncio.gather(self._measuring, return_exceptions=True)

    def exposition(self) -> bytes:
        """All of it, in the text format of Prometheus."""
        return generate_latest(self.registry)

    async def _measure_lag(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            due = loop.time() + _LAG_EVERY
            await asyncio.sleep(_LAG_EVERY)
            self._lag.observe(max(0.0, loop.time() - due))


class _Watched(Collector):
    def __init__(self, name: str, about: str, read: Callable[[], Reading], kind: str, label: str) -> None:
        self._name, self._about, self._read, self._label = name, about, read, label
        self._family = CounterMetricFamily if kind == "counter" else GaugeMetricFamily

    def describe(self) -> Iterable[Metric]:
        return [self._family(self._name, self._about)]

    def collect(self) -> Iterable[Metric]:
        reading = self._read()
        family = self._family(self._name, self._about, labels=[self._label] if self._label else [])
        if isinstance(reading, Mapping):
            for value, number in sorted(reading.items()):
                family.add_metric([value], number)
        else:
            family.add_metric([], reading)
        yield family


class _WatchedSeconds(Collector):
    def __init__(self, name: str, about: str, counted: Counted) -> None:
        self._name, self._about, self._counted = name, about, counted

    def describe(self) -> Iterable[Metric]:
        return [HistogramMetricFamily(self._name, self._about)]

    def collect(self) -> Iterable[Metric]:
        family = HistogramMetricFamily(self._name, self._about)
        family.add_metric([], self._counted.buckets(), self._counted.sum)
        yield family
