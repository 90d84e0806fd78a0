"""The gateway's plain numbers, told to Prometheus when it asks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from talkoot.kernel.metrics import Metrics
    from talkoot.realtime.gateway import Gateway


def watch_gateway(metrics: Metrics, gateway: Gateway) -> None:
    """Connections now, and what happened to them since the start."""
    counters, watch = gateway.counters, metrics.watch
    watch("talkoot_connections", "Sockets open.", lambda: len(gateway.connections))
    watch("talkoot_connections_accepted", "Sockets accepted.", lambda: counters.accepted, kind="counter")
    watch("talkoot_frames_received", "Frames from clients.", lambda: counters.frames_in, kind="counter")
    watch("talkoot_deliveries", "Frames handed to connections.", lambda: counters.deliveries, kind="counter")
    watch("talkoot_writes", "Writes to the network.", lambda: counters.writes, kind="counter")
    watch("talkoot_frames_dropped", "Ephemeral frames dropped.", lambda: counters.dropped, kind="counter")
    watch("talkoot_repairs", "Holes filled from the log.", lambda: counters.repairs, kind="counter")
    metrics.watch_seconds("talkoot_ack_seconds", "Time from a frame that writes to its ack.", counters.acks)
    for name, about, found, label in (
        ("talkoot_handshakes_refused", "Handshakes refused.", counters.refused, "status"),
        ("talkoot_closes", "Sockets closed by a code.", counters.closes, "code"),
        ("talkoot_operations_refused", "Operations refused.", counters.refusals, "code"),
    ):
        watch(name, about, lambda found=found: _labelled(found), kind="counter", label=label)  # type: ignore[misc]


def _labelled(found: Mapping[int, int] | Mapping[str, int]) -> dict[str, float]:
    return {str(value): number for value, number in found.items()}
