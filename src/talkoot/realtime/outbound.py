"""One write for each connection at the end of a tick, and turns for those who follow large topics."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from talkoot.realtime.connection import CHUNK, Connection
from talkoot.realtime.counters import Counters

if TYPE_CHECKING:
    from talkoot.realtime.carousel import Carousel
    from talkoot.realtime.topic import Topic

SLICE = 100
"""Turns of a large topic before somebody looks at the time, about 0.5 ms."""


class Outbound:
    """Answers, notices and small topics leave at the end of the tick in which they came.

    Those who follow large topics have their turns after that: some in each tick, for as long as the rest of
    the tick took, so that neither waits long for the other.
    """

    def __init__(self) -> None:
        self.counters = Counters()
        self._dirty: list[Connection] = []
        self._dirty_topics: list[Topic] = []
        self._behind: dict[Carousel, None] = {}
        self._took_turns_at = 0.0  # the last time, if somebody is behind
        self._scheduled = False

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

    def push_all(self, connections: Mapping[Connection, object], data: bytes) -> None:
        """Append joined frames to some connections: the one loop that a message meets per subscriber."""
        mark, size, crowded = self._dirty.append, len(data), []
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
        self._schedule()
        for connection in crowded:
            connection.relieve()

    def write_now(self) -> None:
        """Answers, notices and small topics; for those who follow large ones it waits for their turns."""
        topics, self._dirty_topics = self._dirty_topics, []
        for topic in topics:
            topic.spread()
            if topic.carousel is not None and topic.carousel.behind:
                self._behind.setdefault(topic.carousel)
        connections, self._dirty = self._dirty, []
        self._write(connections)

    def flush(self) -> None:
        """The end of the tick."""
        self._scheduled = False
        self.write_now()
        if self._behind:
            self._take_turns()
        if self._dirty_topics or self._dirty or self._behind:
            self._schedule()

    def _take_turns(self) -> None:
        """A slice, and more until they took as long as what came between: both are as important."""
        begun = now = time.monotonic()
        share = begun - (self._took_turns_at or begun)
        while self._behind and now - begun <= share:
            carousel = next(iter(self._behind))
            del self._behind[carousel]
            carousel.go_round(SLICE)
            if carousel.behind:
                self._behind[carousel] = None  # after the others
            now = time.monotonic()
        self._took_turns_at = now if self._behind else 0.0

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
