"""Who waits for pictures that are being prepared: the database is asked once for all of them."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterable
from contextlib import suppress
from typing import TYPE_CHECKING
from uuid import UUID

from talkoot.chat.files.queries import waiting_among
from talkoot.kernel.errors import TalkootError

if TYPE_CHECKING:
    from talkoot.kernel.unit_of_work import UnitOfWork

LOOKED_EVERY = 0.2  # seconds


class Waiting:
    """Those who wait in this process; the pictures are prepared in any."""

    def __init__(self) -> None:
        self._waiting: dict[UUID, list[asyncio.Future[None]]] = defaultdict(list)
        self._looking: asyncio.Task[None] | None = None

    async def until_decided(self, uow: UnitOfWork, file: UUID, seconds: float) -> None:
        """Return when something came of this picture, or so much later; who asked looks again."""
        decided = asyncio.get_running_loop().create_future()
        self._waiting[file].append(decided)
        if self._looking is None:
            self._looking = asyncio.create_task(self._look(uow))
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await decided
        finally:
            self._leave(file, decided)

    def _leave(self, file: UUID, decided: asyncio.Future[None]) -> None:
        others = [each for each in self._waiting.pop(file, []) if each is not decided]
        if others:
            self._waiting[file] = others

    async def _look(self, uow: UnitOfWork) -> None:
        try:
            while self._waiting:
                await asyncio.sleep(LOOKED_EVERY)
                asked = [*self._waiting]
                async with uow.read() as read:
                    still = await waiting_among(read, asked)
                self._tell(file for file in asked if file not in still)
        except TalkootError:  # the database is away: who waits asks it, and is told
            self._tell([*self._waiting])
        finally:
            self._looking = None

    def _tell(self, files: Iterable[UUID]) -> None:
        for file in files:
            for decided in self._waiting.pop(file, []):
                if not decided.done():
                    decided.set_result(None)
