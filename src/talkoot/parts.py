"""Parts of a running process that are made of the settings and of other parts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from talkoot.chat.access.obliged import obliged_to_second_factor
from talkoot.chat.access.ways import FORMS, LASTING, PROVED, ways_of
from talkoot.chat.accounts.gate import Gate
from talkoot.kernel.logging import lines_dropped
from talkoot.kernel.metrics import Metrics
from talkoot.realtime.limits import Limits
from talkoot.realtime.metrics import watch_gateway

if TYPE_CHECKING:
    from talkoot.backends import Backends
    from talkoot.kernel.context import Kernel
    from talkoot.kernel.unit_of_work import UnitOfWork
    from talkoot.realtime.gateway import Gateway
    from talkoot.settings import Settings


def gate(kernel: Kernel, backends: Backends) -> Gate:
    """What lets people in."""
    obliged = obliged_to_second_factor(kernel.settings.second_factor)
    return Gate(kernel, backends.once, ways_of, obliged, lasting=LASTING, proved=PROVED, forms=FORMS)


def metrics_of(uow: UnitOfWork, gateway: Gateway, backends: Backends) -> Metrics:
    """The numbers that a process tells of itself."""
    metrics = Metrics()
    backends.watched_by(metrics)
    metrics.watch_unit_of_work(uow)
    watch_gateway(metrics, gateway)
    metrics.watch("talkoot_log_lines_dropped", "Log lines lost.", lines_dropped, kind="counter")
    return metrics


def socket_limits(settings: Settings) -> Limits:
    """What a connection may cost with these settings."""
    limits = Limits(
        connections=settings.max_connections,
        connections_per_user=settings.max_connections_per_user,
        connections_per_address=settings.max_connections_per_address,
        hello_rate=settings.hello_rate,
        drain_seconds=settings.drain_seconds,
    )
    return limits.without_rates() if settings.rate_limits == "off" else limits
