"""The bus of several nodes: each tells its own listeners at once, and the other nodes through Redis."""

from __future__ import annotations

import asyncio
import logging
import math
import time
from collections import defaultdict
from typing import TYPE_CHECKING

from talkoot.kernel.failpoints import hit
from talkoot.kernel.histogram import Histogram
from talkoot.kernel.values import State
from talkoot.realtime.bus import MemoryBus, Message
from talkoot.realtime.bus_wire import (
    CHANNELS,
    NotOurs,
    Receiver,
    Sender,
    channel_of,
    portions,
    weight_of,
)
from talkoot.realtime.redis_links import BEAT, RedisLinks

if TYPE_CHECKING:
    from talkoot.kernel.metrics import Metrics
    from talkoot.kernel.redis_link import Command

log = logging.getLogger("talkoot.realtime")

WAITING = 4 * 1024 * 1024
"""Bytes that may wait for a slow Redis; what comes on top is lost, and counted."""

_GAPS_EVERY = 1.0  # seconds: each makes a node ask the database
_TOLD_EVERY = 60.0  # seconds between two complaints about what is not ours


class BusCounters(State):
    """Messages since the process began; `bytes` as they travel."""

    published: int = 0
    received: int = 0
    dropped: int = 0
    rejected: int = 0
    bytes_out: int = 0
    bytes_in: int = 0
    connects: int = 0


class RedisBus(MemoryBus):
    """Sharded pub/sub on a few channels that all topics share, and that every node is subscribed to.

    `names` is what the channels of the installation begin with, and `key` what its nodes seal with.
    """

    def __init__(self, url: str, names: str, key: bytes, *, beat: float = BEAT) -> None:
        super().__init__()
        self.counters = BusCounters()
        self.connected = False
        self._prefix = f"{names}bus:"
        self._channels = [f"{self._prefix}{number}".encode() for number in range(CHANNELS)]
        self._links = RedisLinks(
            url,
            self._channels,
            take=self._take,
            receive=self._receive,
            changed=self._changed,
            beat=beat,
        )
        self._lag = Histogram()
        self._sender = Sender(key)
        self._receiver = Receiver(key)
        self._waiting: defaultdict[int, list[Message]] = defaultdict(list)
        self._weight = 0
        self._gap_at = self._told_at = -math.inf
        self._gap: asyncio.TimerHandle | None = None

    async def start(self) -> None:
        """Begin to connect; returns after the first attempt, however it went."""
        await self._links.start()

    async def close(self) -> None:
        """Say what was published, if that is quickly done, and disconnect."""
        await self._links.close()
        if self._gap is not None:
            self._gap.cancel()

    def publish(self, message: Message) -> None:
        """Hand the message to every listener here, and to those of the other nodes if Redis keeps up."""
        super().publish(message)
        weight = weight_of(message)
        if not self.connected or self._weight + weight > WAITING:
            self._lose(1)
            return
        self._waiting[channel_of(message)].append(message)
        self._weight += weight
        self._links.wake()

    @property
    def waiting(self) -> int:
        """Bytes that Redis has not taken yet."""
        return self._weight

    @property
    def missed(self) -> int:
        """Messages of other nodes that are known not to have come."""
        return self._receiver.missed

    def watched_by(self, metrics: Metrics) -> None:
        """Tell these metrics how it goes."""
        counters, watch = self.counters, metrics.watch
        watch("talkoot_bus_connected", "Whether other servers are heard.", lambda: float(self.connected))
        watch("talkoot_bus_waiting_bytes", "Bytes that wait for Redis.", lambda: self.waiting)
        for name, about, read in (
            ("published", "Messages told to other servers.", lambda: counters.published),
            ("received", "Messages heard from other servers.", lambda: counters.received),
            ("dropped", "Messages not told to others: Redis is away or slow.", lambda: counters.dropped),
            ("missed", "Messages of others that did not come.", lambda: self.missed),
            ("rejected", "Payloads on our channels that are not ours.", lambda: counters.rejected),
            ("sent_bytes", "Bytes published.", lambda: counters.bytes_out),
            ("received_bytes", "Bytes received, our own too.", lambda: counters.bytes_in),
            ("connects", "Connections made to Redis.", lambda: counters.connects),
        ):
            watch(f"talkoot_bus_{name}", about, read, kind="counter")
        metrics.watch_seconds(
            "talkoot_bus_lag_seconds", "Time from publishing to hearing it back through Redis.", self._lag
        )

    # Out

    def _lose(self, messages: int) -> None:
        """Others see from the number of the next batch that there was something."""
        self.counters.dropped += messages
        self._sender.counted += messages

    def _take(self, beat: bool) -> list[Command]:  # noqa: FBT001 - only the links call it
        """Everything that waits: all messages of a tick and channel in one batch, or an empty one."""
        waiting, now = self._waiting, time.monotonic()
        self._waiting, self._weight = defaultdict(list), 0
        if beat:
            self._receiver.forget(now)
            waiting.setdefault(0, [])
        commands: list[Command] = []
        for channel, messages in waiting.items():
            for some in portions(messages):
                payload = self._sender.batch(some, now)
                self.counters.published += len(some)
                self.counters.bytes_out += len(payload)
                commands.append((b"SPUBLISH", self._channels[channel], payload))
        return commands

    # In

    def _receive(self, payload: bytes) -> bool:
        """Whether it is our own, come back."""
        now = time.monotonic()
        self.counters.bytes_in += len(payload)
        try:
            node, first, sent_at = self._receiver.open(payload)
            if node == self._sender.node:
                self._lag.observe(now - sent_at)
                return True
            messages, gap = self._receiver.read(payload, node, first, now)
        except NotOurs as error:
            self._reject(error, now)
            if error.newer:
                self._tell_gap()
            return False
        self.counters.received += len(messages)
        for message in messages:
            for _ in range(_times(message)):
                super().publish(message)
        if gap:
            self._tell_gap()
        return False

    def _reject(self, error: NotOurs, now: float) -> None:
        self.counters.rejected += 1
        if now - self._told_at > _TOLD_EVERY:
            self._told_at = now
            log.warning("Ignored what somebody else published on %s*: %s", self._prefix, error)

    # Gaps

    def _changed(self, connected: bool) -> None:  # noqa: FBT001 - only the links call it
        self.connected = connected
        if connected:
            self.counters.connects += 1
            self._tell_gap()
        else:
            self._lose(sum(map(len, self._waiting.values())))
            self._waiting.clear()
            self._weight = 0

    def _tell_gap(self) -> None:
        """Soon; and in a moment, when it was told just before."""
        if self._gap is None:
            due = max(0.0, self._gap_at + _GAPS_EVERY - time.monotonic())
            self._gap = asyncio.get_running_loop().call_later(due, self._tell_gap_now)

    def _tell_gap_now(self) -> None:
        self._gap, self._gap_at = None, time.monotonic()
        for call in self.on_gap:
            try:
                call()
            except Exception:  # the others have to hear of it too
                log.exception("What follows from a gap of the bus failed")


def _times(message: Message) -> int:
    """How often it arrives: once, but for failpoints."""
    if message.kind in {"log", "control"} and hit(f"bus_drop_{message.kind}"):
        return 0
    return 2 if hit("bus_double") else 1
