"""What happened, in plain numbers that the metrics read."""

from __future__ import annotations

from collections import Counter

from msgspec import field

from talkoot.kernel.histogram import Histogram
from talkoot.kernel.values import State


class Counters(State):
    """Since the process began; all of them only grow."""

    accepted: int = 0
    refused: Counter[int] = field(default_factory=Counter)
    """Handshakes refused, by HTTP status."""
    closes: Counter[int] = field(default_factory=Counter)
    """Connections closed by us or by a close frame, by code."""
    frames_in: int = 0
    deliveries: int = 0
    """Frames handed to a connection; one event for a thousand subscribers is a thousand."""
    writes: int = 0
    """Writes to a transport: what remains of the deliveries after joining."""
    dropped: int = 0
    """Ephemeral frames dropped for slow connections."""
    refusals: Counter[str] = field(default_factory=Counter)
    """Operations refused, by code."""
    repairs: int = 0
    acks: Histogram = field(default_factory=Histogram)
    """Seconds from a frame that writes to its acknowledgement, which is put where the next write takes it."""
