"""How quick it was for those who read and write."""

from dataclasses import dataclass
from typing import Self

from tests.faults.recording import Recording


@dataclass(frozen=True)
class Speed:
    """The 99th percentile, in milliseconds, and of how many."""

    acknowledged: float
    writes: int
    delivered: float
    deliveries: int

    def __str__(self) -> str:
        return (
            f"acknowledged in {self.acknowledged:.0f} ms (of {self.writes}),"
            f" delivered in {self.delivered:.0f} ms (of {self.deliveries})"
        )

    @classmethod
    def of(cls, recording: Recording, since: float) -> Self:
        """From a moment on; of what was sent once, over a socket, and reached others live."""
        sent: dict[str, float] = {}
        again: set[str] = set()
        acks, events = [], []
        for entry in recording.entries:
            cid = entry.data.get("cid")
            if entry.at < since or not cid or not entry.conn:
                continue
            if entry.kind == "send" and cid in sent:
                again.add(cid)
            elif entry.kind == "send":
                sent[cid] = entry.at
            elif entry.kind == "ack" and cid in sent and cid not in again:
                acks.append(entry.at - sent[cid])
            elif entry.kind == "event" and cid in sent and cid not in again:
                events.append(entry.at - sent[cid])
        return cls(_p99(acks), len(acks), _p99(events), len(events))


def _p99(seconds: list[float]) -> float:
    return 1000 * sorted(seconds)[int(len(seconds) * 0.99)] if seconds else 0.0
