"""Short questions to Redis that nobody waits long for: one connection, one round trip for all that wait.

While Redis is away every question is refused at once, and it is asked in the background whether it is back.
"""

from __future__ import annotations

import asyncio
import logging
import math
import random
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from talkoot.kernel.redis import RedisAway, RedisRefused, RedisTrouble, redis_connection, redis_errors
from talkoot.kernel.together import Together

if TYPE_CHECKING:
    from redis.asyncio.connection import AbstractConnection

    from talkoot.kernel.metrics import Metrics

log = logging.getLogger("talkoot.redis")

PATIENCE = 0.25
"""Seconds for one round trip; who asks waits for two of them at the most."""
CONNECTING = 2.0
AT_ONCE = 256
PAUSE = 1.0
"""Seconds between two tries to reach a Redis that is away, at the most."""

TOLD_ODD_EVERY = 3600.0
"""Seconds between two complaints about what stands in Redis."""

Argument = bytes | str | int | float
Command = Sequence[Argument]


class RedisCalls:
    """Asks Redis; RedisAway as soon as it is known to be away, RedisRefused for an error that it answered."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._connection: AbstractConnection | None = None
        self._together: Together[Command, Any] = Together(self._answer, at_once=AT_ONCE)
        self._lost = asyncio.Event()
        self._keeper: asyncio.Task[None] | None = None
        self.on_return: list[Callable[[], None]] = []
        """Called whenever Redis is reached, the first time too: it may have forgotten everything."""
        self.failures = 0
        self.alone: Counter[str] = Counter()
        """By part of the program: what it did without Redis, because that was away or refused."""
        self.odd: Counter[str] = Counter()
        """By part of the program: how often something stood under its names that it had not put there."""
        self._told_odd_at = -math.inf

    def found_odd(self, part: str) -> None:
        """Something that makes no sense stood there, and was given up; it is told in the log once an hour."""
        self.odd[part] += 1
        if time.monotonic() - self._told_odd_at > TOLD_ODD_EVERY:
            self._told_odd_at = time.monotonic()
            log.warning(
                "Redis held what Talkoot has not put there, for %s: does somebody else write to it?", part
            )

    @property
    def up(self) -> bool:
        """Whether Redis answered last time."""
        return self._connection is not None

    async def start(self) -> None:
        """Reach Redis, or go on without it for now."""
        with suppress(RedisTrouble):
            await self._connect()
        self._keeper = asyncio.create_task(self._keep(), name="redis-calls")

    async def close(self) -> None:
        """Let go."""
        if self._keeper is not None:
            self._keeper.cancel()
            await asyncio.gather(self._keeper, return_exceptions=True)
        await self._drop()

    def watched_by(self, metrics: Metrics) -> None:
        """Tell these metrics how it goes."""
        watch = metrics.watch
        watch("talkoot_redis_up", "Whether Redis answers questions.", lambda: float(self.up))
        watch(
            "talkoot_redis_failures",
            "Questions that Redis did not answer in time.",
            lambda: self.failures,
            kind="counter",
        )
        watch(
            "talkoot_redis_alone",
            "What was done without Redis.",
            lambda: {part: float(times) for part, times in self.alone.items()},
            kind="counter",
            label="part",
        )
        watch(
            "talkoot_redis_odd",
            "What was found in Redis and given up, since it made no sense.",
            lambda: {part: float(times) for part, times in self.odd.items()},
            kind="counter",
            label="part",
        )

    async def ask(self, *command: Argument) -> Any:
        """The answer to one command."""
        if self._connection is None:
            raise RedisAway("Redis is away")
        return await self._together.ask(command)

    async def ask_all(self, commands: Sequence[Command]) -> list[Any]:
        """The answers to some commands, in one round trip with all others that wait now."""
        answers = await self.ask_each(commands)
        for answer in answers:
            if isinstance(answer, RedisRefused):
                raise answer
        return answers

    async def ask_each(self, commands: Sequence[Command]) -> list[Any]:
        """The same; what Redis refused is among the answers as RedisRefused."""
        if self._connection is None:
            raise RedisAway("Redis is away")
        futures = [self._together.ask(command) for command in commands]
        answers: list[Any] = await asyncio.gather(*futures, return_exceptions=True)
        for answer in answers:
            if isinstance(answer, BaseException) and not isinstance(answer, RedisRefused):
                raise answer
        return answers

    async def _answer(self, commands: Sequence[Command]) -> list[Any]:
        connection = self._connection
        if connection is None:
            raise RedisAway("Redis is away")
        try:
            with redis_errors():
                async with asyncio.timeout(PATIENCE):
                    await connection.send_packed_command(connection.pack_commands(commands))
                    return [await _reply(connection) for _ in commands]
        except BaseException as error:
            if isinstance(error, TimeoutError | RedisTrouble):
                self.failures += 1
                log.warning("Redis does not answer; this server goes on alone until it does")
            await self._drop()
            raise

    async def _keep(self) -> None:
        while True:
            if self._connection is None:
                try:
                    await self._connect()
                    log.warning("Redis answers again")
                except RedisTrouble:
                    pass
                except Exception:  # a mistake must not end it for ever
                    log.exception("Redis could not be reached")
            if self._connection is None:
                await asyncio.sleep(random.uniform(PAUSE / 2, PAUSE))  # noqa: S311 - spreads load
            else:
                self._lost.clear()
                await self._lost.wait()

    async def _connect(self) -> None:
        connection: Any = redis_connection(self._url)  # its `connect` has no types
        try:
            with redis_errors():
                async with asyncio.timeout(CONNECTING):
                    await connection.connect()
                    await connection.send_packed_command(connection.pack_commands([("PING",), ("ROLE",)]))
                    await connection.read_response()
                    role = await _reply(connection)  # refused to a user who may not know
                    _require_primary(role)
        except BaseException:
            await _disconnect(connection)
            raise
        self._connection = connection
        for call in self.on_return:
            call()

    async def _drop(self) -> None:
        connection, self._connection = self._connection, None
        self._lost.set()
        if connection is not None:
            await _disconnect(connection)


async def _reply(connection: AbstractConnection) -> Any:
    """One answer; what Redis refuses is an answer too, and the ones after it are still to be read."""
    try:
        with redis_errors():
            return await connection.read_response(disable_decoding=True)
    except RedisRefused as refused:
        return refused


def _require_primary(role: Any) -> None:
    if isinstance(role, list) and role[0] == b"slave":
        raise RedisAway("it is a replica")


async def _disconnect(connection: AbstractConnection) -> None:
    with suppress(Exception):
        await connection.disconnect(nowait=True)
