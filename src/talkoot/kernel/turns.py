"""Whose turn it is among several processes: tried for again and again, and never assumed beyond its lease."""

from __future__ import annotations

import asyncio
import logging
import time
from functools import partial
from typing import TYPE_CHECKING

from talkoot.kernel import leases
from talkoot.kernel.errors import TalkootError
from talkoot.kernel.ids import new_id

if TYPE_CHECKING:
    from talkoot.kernel.unit_of_work import UnitOfWork

log = logging.getLogger("talkoot.turns")


class Turn:
    """One process at a time does what `name` says; another takes over when it let go, or its lease ran out.

    `held` is a hint that may be late: what is written proves it in its own transaction, by `holder`.
    """

    def __init__(self, uow: UnitOfWork, name: str, seconds: float) -> None:
        self.holder = new_id()
        self._uow = uow
        self._name = name
        self._seconds = seconds
        self._until = 0.0
        self._task: asyncio.Task[None] | None = None

    @property
    def held(self) -> bool:
        """Whether it is ours."""
        return time.monotonic() < self._until

    def start(self) -> None:
        """Begin to try; call it on the event loop."""
        self._task = asyncio.create_task(self._keep(), name=f"turn-{self._name}")

    async def close(self) -> None:
        """Let the next one have it at once."""
        if self._task is None:
            return
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        self._until = 0.0
        try:
            await self._uow.run(partial(leases.let_go, name=self._name, holder=self.holder))
        except TalkootError as error:  # it runs out by itself
            log.warning("The turn of %s could not be given back: %s", self._name, error.detail)

    async def attempt(self) -> bool:
        """Take it or go on holding it, if nobody else has it."""
        before, end = self.held, time.monotonic() + self._seconds
        taken = await self._uow.run(
            partial(leases.hold, name=self._name, holder=self.holder, seconds=self._seconds)
        )
        self._until = end if taken else 0.0
        if taken != before:
            log.info("The turn of %s is %s", self._name, "ours" if taken else "somebody else's")
        return taken

    async def _keep(self) -> None:
        while True:
            try:
                await self.attempt()
            except TalkootError as error:  # the database is away: what we hold runs out
                log.warning("Nobody knows whose turn of %s it is: %s", self._name, error.detail)
            except Exception:
                log.exception("The turn of %s could not be asked for", self._name)
            await asyncio.sleep(self._seconds / 3)
