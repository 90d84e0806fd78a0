"""Messages that wait for access rules: bounded, each once, and let go in the order in which they came."""

from __future__ import annotations

import time
from collections import defaultdict
from typing import TYPE_CHECKING
from uuid import UUID

if TYPE_CHECKING:
    from talkoot.kernel.metrics import Metrics
    from talkoot.realtime.bus import Message

MOST = 2000  # messages of one scope; what comes on top is read from the log later
MOST_BYTES = 16 * 1024 * 1024  # of all scopes
_BESIDE_FRAME = 400  # bytes of a message

_Key = tuple[str, UUID, int, bytes]


class Waiting:
    """By the scope of the rules that they wait for."""

    def __init__(self) -> None:
        self._held: defaultdict[UUID, dict[_Key, tuple[Message, float]]] = defaultdict(dict)
        self.bytes = 0
        self.dropped = False
        """Whether there was too much of it since this was set to False."""
        self.waits = 0
        self.seconds = 0.0

    def watched_by(self, metrics: Metrics) -> None:
        """Tell these metrics how much waits, and for how long."""
        watch = metrics.watch
        for name, about, read in (
            ("waits", "Messages that waited for access rules.", lambda: self.waits),
            ("wait_seconds", "How long all of them did.", lambda: self.seconds),
        ):
            watch(f"talkoot_fence_{name}", about, read, kind="counter")
        watch("talkoot_fence_waiting", "Messages that wait now.", lambda: sum(map(len, self._held.values())))
        watch("talkoot_fence_waiting_bytes", "Bytes of those.", lambda: self.bytes)

    def __contains__(self, scope: UUID) -> bool:
        return scope in self._held

    def hold(self, scope: UUID, message: Message) -> None:
        """Keep it until it is let go."""
        held = self._held[scope]
        key = (message.kind, message.topic, message.seq, b"" if message.seq else message.frame)
        if key in held:
            return
        if len(held) >= MOST or self.bytes + _weight(message) > MOST_BYTES:
            self.dropped = True
            if not held:
                del self._held[scope]
            return
        self.waits += 1
        self.bytes += _weight(message)
        held[key] = (message, time.monotonic())

    def let_go(self, scope: UUID, version: int) -> list[Message]:
        """Those that need no later version; one that is later in a log never needs an earlier one."""
        held, now = self._held.pop(scope, {}), time.monotonic()
        later = {key: each for key, each in held.items() if each[0].version > version}
        if later:
            self._held[scope] = later
        free = [(message, since) for message, since in held.values() if message.version <= version]
        self.seconds += sum(now - since for _, since in free)
        self.bytes -= sum(_weight(message) for message, _ in free)
        return [message for message, _ in free]

    def forget(self, scope: UUID) -> None:
        """Nobody shall get them."""
        self.bytes -= sum(_weight(message) for message, _ in self._held.pop(scope, {}).values())


def _weight(message: Message) -> int:
    return len(message.frame) + _BESIDE_FRAME
