"""One write for each connection at the end of a tick, and rounds over those who follow large topics."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from talkoot.realtime.connection import CHUNK, Connection
from talkoot.realtime.counters import Counters

if TYPE_CHECKING:
    from talkoot.realtime.topic import Topic

SLICE = 200
"""Connections that a round writes to before it looks at the time, about 1 ms; more make a topic large."""

REST = 0.5
"""After a round, as a share of the time that its writes took: what comes meanwhile leaves in one write."""


class Outbound:
    """Answers, notices and small topics leave at the end of the tick in which they came.

    A round over large topics begins a tick later, so that the answers to what it tells leave before it. It
    lets others have their turn after each slice, takes as long as they took, and rests when it is over.
    """

    def __init__(self) -> None:
        self.counters = Counters()
        self._dirty: list[Connection] = []
        self._dirty_topics: list[Topic] = []
        self._large_topics: list[Topic] = []
        self._crowd: deque[Connection] = deque()
        self._wrote_at = 0.0
        self._writing = 0.0  # seconds of this round
        self._rest_until = 0.0
        self._scheduled = False
        self._resting = False

    def start(self) -> None:
        """Begin; call it on the event loop."""
        self._loop = asyncio.get_running_loop()

    def mark(self, topic: Topic) -> None:
        """This topic has something to spread."""
        self._dirty_topics.append(topic)
        self._schedule()

    def mark_connection(self, connection: Connection) -> None:
        """This connection has something to write at the end of the tick."""
        self._dirty.append(connection)
        self._schedule()

    def push_all(self, connections: Mapping[Connection, object], data: bytes, frames: int) -> None:
        """Append joined frames to many connections: the one loop that a message meets per subscriber."""
        waiting: deque[Connection] | list[Connection] = self._dirty
        if len(connections) > SLICE:
            waiting = self._crowd
            self._wrote_at = self._wrote_at if waiting else time.monotonic()
        mark, size, crowded = waiting.append, len(data), []
        for connection in connections:
            if connection.closing:
                continue
            out = connection.out
            if not out:
                mark(connection)
            out.append(data)
            connection.out_bytes += size
            if connection.out_bytes > CHUNK:
                crowded.append(connection)
        self.counters.deliveries += frames * len(connections)
        self._schedule()
        for connection in crowded:
            connection.relieve()

    def flush(self) -> None:
        """The end of the tick."""
        self._scheduled = False
        self._begin_round()
        topics, self._dirty_topics = self._dirty_topics, []
        for topic in topics:
            if len(topic.shared) > SLICE:
                self._large_topics.append(topic)
            else:
                topic.spread()
        connections, self._dirty = self._dirty, []
        self._write(connections)
        self._go_on_with_round()
        if self._dirty_topics or self._dirty or self._crowd:
            self._schedule()
        elif self._large_topics and not self._resting:
            self._resting = True
            self._loop.call_later(max(0.0, self._rest_until - time.monotonic()), self._end_rest)

    def _begin_round(self) -> None:
        if self._large_topics and not self._crowd and time.monotonic() >= self._rest_until:
            large, self._large_topics = self._large_topics, []
            for topic in large:
                topic.spread()

    def _go_on_with_round(self) -> None:
        if not self._crowd:
            return
        begun = now = time.monotonic()
        share = begun - self._wrote_at  # what others took since the last slice: a round is as important
        while self._crowd and now - begun <= share:
            self._write(self._crowd.popleft() for _ in range(min(SLICE, len(self._crowd))))
            now = time.monotonic()
        self._wrote_at = now
        self._writing += now - begun
        if not self._crowd:
            self._rest_until = now + REST * self._writing
            self._writing = 0.0

    def _end_rest(self) -> None:
        self._resting = False
        self._schedule()

    def _write(self, connections: Iterable[Connection]) -> None:
        for connection in connections:
            try:
                if len(connection.out) == 1 and not connection.paused_since:  # nearly always
                    connection.out_bytes = 0
                    self.counters.writes += 1
                    connection.link.write(connection.out.pop())
                else:
                    connection.flush()
            except Exception:  # noqa: BLE001 - `fail` logs it, and the others go on
                connection.fail()

    def _schedule(self) -> None:
        if not self._scheduled:
            self._scheduled = True
            self._loop.call_soon(self.flush)
