"""Two connections to Redis, one that publishes and one that is subscribed, opened again when one breaks."""

from __future__ import annotations

import asyncio
import itertools
import logging
import math
import random
from collections.abc import Callable, Coroutine, Sequence
from contextlib import AsyncExitStack, suppress
from typing import TYPE_CHECKING, Any

from talkoot.kernel.redis import RedisAway, RedisTrouble, redis_connection, redis_errors, where

if TYPE_CHECKING:
    from talkoot.kernel.redis import RedisConnection

log = logging.getLogger("talkoot.realtime")

BEAT = 2.0
"""Seconds between two signs of life, each of which has to come back through Redis."""

_UNANSWERED = 3  # signs of life, and then the connections are not believed any more
_OPENING = 5.0  # seconds that both connections and the subscription may take
_SHORTEST_PAUSE, _LONGEST_PAUSE = 0.1, 5.0  # seconds between two attempts, at most
_LAST_TURNS = 3  # of the event loop: the sender wakes up, and writes
_IN_ONE_GO = 64  # payloads, before others have their turn

Command = tuple[bytes, bytes, bytes]


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
        self._wake = asyncio.Event()
        self._tried = asyncio.Event()
        self._unanswered = 0
        self._beat_due = self._heard = False
        self._running: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to connect; returns after the first attempt, however it went."""
        self._running = asyncio.create_task(self._run(), name="bus")
        await self._tried.wait()

    async def close(self) -> None:
        """Let what was published a moment ago leave, and disconnect."""
        for _ in range(_LAST_TURNS):
            await asyncio.sleep(0)
        if self._running is not None:
            self._running.cancel()
            await asyncio.gather(self._running, return_exceptions=True)

    def wake(self) -> None:
        """There is something to take."""
        self._wake.set()

    async def _run(self) -> None:
        """Connect, and connect again, for ever; attempts come ever later, and no two nodes at once."""
        pause, told = _SHORTEST_PAUSE, False
        while True:
            self._heard = False
            try:
                with redis_errors():
                    await self._serve()
            except RedisTrouble as trouble:
                if self._heard or not told:
                    log.warning(
                        "Redis at %s is away, other servers are told late: %s",
                        where(self._url),
                        trouble,
                        exc_info=_unexpected(trouble),
                    )
            except Exception:  # a mistake must not end the bus for ever
                log.exception("The bus has failed, and begins again")
            told = True
            self._tried.set()
            pause = _SHORTEST_PAUSE if self._heard else min(_LONGEST_PAUSE, pause * 2)
            await asyncio.sleep(random.uniform(0.0, pause))  # noqa: S311 - spreads load

    async def _serve(self) -> None:
        """Open both, and work until one of them fails."""
        async with AsyncExitStack() as stack:
            publishing, subscribed = redis_connection(self._url), redis_connection(self._url)
            for connection in (publishing, subscribed):
                stack.push_async_callback(_disconnect, connection)
            async with asyncio.timeout(_OPENING):
                await publishing.connect()
                await self._subscribe(subscribed)
            stack.callback(self._changed, False)
            self._changed(True)
            self._unanswered = 0
            self._tried.set()
            await _until_one_ends(
                self._listen(subscribed),
                self._send(publishing),
                _read_answers(publishing),
                self._beat(),
            )

    async def _subscribe(self, subscribed: RedisConnection) -> None:
        await subscribed.connect()
        await subscribed.send_command("SSUBSCRIBE", *self._channels, check_health=False)
        for _ in self._channels:
            await subscribed.read_response(timeout=math.inf)

    async def _send(self, publishing: RedisConnection) -> None:
        """What came up while the last write was under way goes out with the next one."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            beat, self._beat_due = self._beat_due, False
            packed = publishing.pack_commands(self._take(beat))
            await publishing.send_packed_command(packed, check_health=False)

    async def _listen(self, subscribed: RedisConnection) -> None:
        for turn in itertools.count(1):
            kind, _, payload = await subscribed.read_response(timeout=math.inf)
            if kind != b"smessage":
                raise RedisAway("a subscription has ended")
            if self._receive(payload):
                self._answered()
            if turn % _IN_ONE_GO == 0:
                await asyncio.sleep(0)

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
            self._wake.set()
            await asyncio.sleep(self._every)
        raise RedisAway("what is published does not come back")


async def _read_answers(publishing: RedisConnection) -> None:
    """How many have heard is of no interest; an error is, and so is the end."""
    while True:
        await publishing.read_response(timeout=math.inf)


async def _until_one_ends(*work: Coroutine[Any, Any, None]) -> None:
    """Run all of these together; the end of one, always an error, is the end of all."""
    tasks = [asyncio.ensure_future(one) for one in work]
    try:
        ended, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    for task in ended:
        task.result()


async def _disconnect(connection: RedisConnection) -> None:
    with suppress(RedisTrouble), redis_errors():
        await connection.disconnect(nowait=True)


def _unexpected(trouble: RedisTrouble) -> BaseException | None:
    """What may be a mistake of our own, and wants its traceback."""
    return trouble.__cause__ if isinstance(trouble.__cause__, TypeError | AttributeError) else None
