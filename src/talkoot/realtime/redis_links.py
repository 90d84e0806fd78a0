"""Two links to Redis, one that publishes and one that is subscribed, opened again whenever one breaks."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from talkoot.kernel.redis import RedisAway, RedisRefused, RedisTrouble, where
from talkoot.kernel.redis_link import Command, RedisLink, open_link

log = logging.getLogger("talkoot.realtime")

BEAT = 2.0
"""Seconds between two signs of life, each of which has to come back through Redis."""

_UNANSWERED = 3  # signs of life, and then the links are not believed any more
_OPENING = 5.0  # seconds that both links and the subscription may take
_SHORTEST_PAUSE, _LONGEST_PAUSE = 0.1, 5.0  # seconds between two attempts, at most


class RedisLinks:
    """Asks `take` for what to say, gives `receive` what is heard, and tells `changed` whether there is a way.

    `take` with True has to answer with something that comes back, upon which `receive` returns True.
    """

    def __init__(
        self,
        url: str,
        channels: Sequence[bytes],
        *,
        take: Callable[[bool], list[Command]],
        receive: Callable[[bytes], bool],
        changed: Callable[[bool], None],
        beat: float = BEAT,
    ) -> None:
        self._url = url
        self._channels = channels
        self._take = take
        self._receive = receive
        self._changed = changed
        self._every = beat
        self._publishing: RedisLink | None = None
        self._subscribed = asyncio.Event()
        self._tried = asyncio.Event()
        self._confirmed = self._unanswered = 0
        self._asks_role = self._beat_due = self._due = self._heard = False
        self._running: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to connect; returns after the first attempt, however it went."""
        self._running = asyncio.create_task(self._run(), name="bus")
        await self._tried.wait()

    async def close(self) -> None:
        """Say what was published a moment ago, and disconnect."""
        self._flush()
        if self._running is not None:
            self._running.cancel()
            await asyncio.gather(self._running, return_exceptions=True)

    def wake(self) -> None:
        """There is something to take, at the end of this turn of the event loop."""
        if not self._due:
            self._due = True
            asyncio.get_running_loop().call_soon(self._flush)

    def _flush(self) -> None:
        """Everything with one write; what a slow Redis does not take waits until it is free."""
        self._due = False
        if self._publishing is not None and not self._publishing.full:
            beat, self._beat_due = self._beat_due, False
            commands = self._take(beat)
            if beat and self._asks_role:
                commands.append((b"ROLE",))
            if commands:
                self._publishing.say(commands)

    async def _run(self) -> None:
        """Connect, and connect again, for ever; attempts come ever later, and no two nodes at once."""
        pause, told = _SHORTEST_PAUSE, False
        while True:
            self._heard = False
            try:
                await self._serve()
            except (RedisTrouble, TimeoutError) as trouble:
                if self._heard or not told:
                    why = str(trouble) or "it does not answer"
                    log.warning("Redis at %s is away, other servers are told late: %s", where(self._url), why)
            except Exception:  # a mistake must not end the bus for ever
                log.exception("The bus has failed, and begins again")
            told = True
            self._tried.set()
            pause = _SHORTEST_PAUSE if self._heard else min(_LONGEST_PAUSE, pause * 2)
            await asyncio.sleep(random.uniform(0.0, pause))  # noqa: S311 - spreads load

    async def _serve(self) -> None:
        """Open both, and go on until one of them fails."""
        links: list[RedisLink] = []
        try:
            async with asyncio.timeout(_OPENING):
                for _ in range(2):
                    links.append(await open_link(self._url, self._hear, self._flush))  # noqa: PERF401
                publishing, subscribed = links
                self._asks_role = await _may_be_asked(publishing)
                await self._subscribe(subscribed)
            self._publishing, self._unanswered = publishing, 0
            self._changed(True)
            self._tried.set()
            await _until_one_ends(self._beat(), publishing.ended, subscribed.ended)
        finally:
            if self._publishing is not None:
                self._publishing = None
                self._changed(False)
            for link in links:
                link.close()

    async def _subscribe(self, link: RedisLink) -> None:
        self._confirmed = 0
        self._subscribed.clear()
        link.say([(b"SSUBSCRIBE", *self._channels)])
        await _until_one_ends(self._subscribed.wait(), link.ended)

    def _hear(self, said: list[Any]) -> None:
        kind = said[0]
        if kind == b"smessage":
            if self._receive(said[2]):
                self._answered()
        elif kind == b"ssubscribe":
            self._confirmed += 1
            if self._confirmed == len(self._channels):
                self._subscribed.set()
        elif kind != b"master":
            raise RedisAway("it is a replica now" if kind == b"slave" else "a subscription has ended")

    def _answered(self) -> None:
        self._unanswered = 0
        if not self._heard:
            self._heard = True
            log.info("Other servers are heard through Redis at %s", where(self._url))

    async def _beat(self) -> None:
        """Find out that nothing arrives any more, although nothing was closed."""
        while self._unanswered < _UNANSWERED:
            self._unanswered += 1
            self._beat_due = True
            self._flush()
            await asyncio.sleep(self._every)
        raise RedisAway("what is published does not come back")


async def _may_be_asked(link: RedisLink) -> bool:
    """Whether this user may know if it is a primary: on a replica, nodes elsewhere would not be heard."""
    try:
        role, *_ = await link.ask(b"ROLE")
    except RedisRefused:
        return False
    if role != b"master":
        raise RedisAway("it is a replica")
    return True


async def _until_one_ends(work: Coroutine[Any, Any, Any], *ends: asyncio.Future[None]) -> None:
    """Do this work for as long as nothing has ended."""
    task = asyncio.ensure_future(work)
    try:
        done, _ = await asyncio.wait({task, *ends}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        task.cancel()
    for one in done:
        one.result()
