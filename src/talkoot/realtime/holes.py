"""Holes in what came over the bus: a short wait, then one reading of the log for all who miss it."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING
from uuid import UUID

from talkoot.kernel.errors import TalkootError
from talkoot.realtime.close_codes import CloseCode

if TYPE_CHECKING:
    from talkoot.realtime.counters import Counters
    from talkoot.realtime.topic import Topic

log = logging.getLogger("talkoot.realtime")

Fill = Callable[[UUID, int], Awaitable[None]]
"""Is given a topic and a position: delivers what the log has behind it, or as much as it likes at once."""

_SHORTEST, _LONGEST = 0.05, 2.0  # seconds between a reading that brought nothing and the next one


async def _no_log(_topic: UUID, _position: int) -> None:
    raise NotImplementedError("There is no log to read from")


class Holes:
    """At most one reading under way for each topic, whatever the number of its subscribers.

    It begins after a window, for what two nodes publish at the same moment may come in any order. After
    `patience` seconds in which nothing came, the connections that wait are ended.
    """

    def __init__(self, counters: Counters, window: float, patience: float) -> None:
        self.fill: Fill = _no_log
        self._counters = counters
        self._window = window
        self._patience = patience
        self._filling: dict[Topic, asyncio.Task[None]] = {}

    def miss(self, topic: Topic) -> None:
        """Fill the hole of this topic, unless what is missing comes by itself."""
        if topic not in self._filling:
            self._filling[topic] = asyncio.get_running_loop().create_task(self._fill_all(topic))

    async def stop(self) -> None:
        """Give up."""
        tasks = [*self._filling.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _fill_all(self, topic: Topic) -> None:
        try:
            await asyncio.sleep(self._window)
            pause, since = _SHORTEST, time.monotonic()
            while (hole := topic.hole) is not None:
                await self._fill_some(topic, hole)
                if topic.hole != hole:
                    self._counters.repairs += 1
                    pause, since = _SHORTEST, time.monotonic()
                elif time.monotonic() - since > self._patience:
                    for subscription in topic.waiting():  # who resumes elsewhere, or later, gets it then
                        subscription.connection.close(CloseCode.INTERNAL)
                else:
                    await asyncio.sleep(pause)
                    pause = min(2 * pause, _LONGEST)
        finally:
            del self._filling[topic]

    async def _fill_some(self, topic: Topic, hole: int) -> None:
        try:
            await self.fill(topic.id, hole)
        except Exception as error:
            known = isinstance(error, TalkootError)
            log.warning("What the bus lost could not be read: %s", error, exc_info=not known)
