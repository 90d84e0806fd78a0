"""Nodes on a bus, for the tests of both twins: what each has heard, and waiting for it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Generic, TypeVar
from uuid import UUID

from talkoot.realtime.bus import Bus, Message
from talkoot.realtime.redis_bus import RedisBus
from tests.clients import PATIENCE

NAMES, KEY = "talkoot:test:", b"k" * 32
B = TypeVar("B", bound=Bus)


@dataclass
class Node(Generic[B]):
    """A bus, and somebody who listens to it."""

    bus: B
    heard: list[Message] = field(default_factory=list)
    gaps: int = 0

    def __post_init__(self) -> None:
        self.bus.listen(self.heard.append)
        self.bus.on_gap.append(self._gap)

    def _gap(self) -> None:
        self.gaps += 1

    def say(self, topic: UUID, *numbers: int) -> None:
        """Publish events of a log with these positions."""
        for number in numbers:
            self.bus.publish(Message("log", topic, b"{}", seq=number))

    def seqs(self, topic: UUID) -> list[int]:
        """The positions heard of this topic, in order."""
        return [message.seq for message in self.heard if message.topic == topic]


async def until(true: Callable[[], bool]) -> None:
    """Wait for it; the condition is looked at often."""
    async with asyncio.timeout(PATIENCE):
        while not true():  # noqa: ASYNC110 - of many kinds
            await asyncio.sleep(0.01)


@asynccontextmanager
async def two_on(
    url: str, names: str = NAMES, key: bytes = KEY
) -> AsyncIterator[tuple[Node[RedisBus], Node[RedisBus]]]:
    """Two nodes of an installation on this Redis; they notice quickly when nothing comes back."""
    first, second = [Node(RedisBus(url, names, key, beat=0.3)) for _ in range(2)]
    await first.bus.start()
    await second.bus.start()
    try:
        yield first, second
    finally:
        await first.bus.close()
        await second.bus.close()
