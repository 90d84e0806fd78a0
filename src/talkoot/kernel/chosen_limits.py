"""The limits that somebody chose: where they stand, and how every server takes them over."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from typing import TYPE_CHECKING

from sqlalchemy import delete, select
from sqlalchemy.orm import Mapped, mapped_column

from talkoot.kernel.errors import TalkootError
from talkoot.kernel.limit_book import Numbers
from talkoot.kernel.types import Model
from talkoot.kernel.upsert import insert_into

if TYPE_CHECKING:
    from talkoot.kernel.limit_book import LimitBook
    from talkoot.kernel.transactions import Read, Tx
    from talkoot.kernel.unit_of_work import UnitOfWork

log = logging.getLogger("talkoot.limits")

LOOKED_AT_EVERY = 1.0  # seconds: what another server chose holds within two, though nobody told of it


class ChosenLimit(Model):
    """One limit that has other numbers than the program's own."""

    __tablename__ = "chosen_limits"

    name: Mapped[str] = mapped_column(primary_key=True)
    limit: Mapped[int]
    period_seconds: Mapped[int]
    burst: Mapped[int | None]
    changed_at: Mapped[int]


async def chosen_limits(read: Read) -> dict[str, Numbers]:
    """All that was chosen, by name."""
    c = ChosenLimit
    found = await read.connection.execute(select(c.name, c.limit, c.period_seconds, c.burst))
    return {name: Numbers(limit, period, burst) for name, limit, period, burst in found}


async def choose_limit(tx: Tx, name: str, numbers: Numbers) -> None:
    """Let these numbers hold; the caller looks whether they may."""
    values = {
        "limit": numbers.limit,
        "period_seconds": numbers.period_seconds,
        "burst": numbers.burst,
        "changed_at": tx.now,
    }
    chosen = insert_into(tx.connection, ChosenLimit).values(name=name, **values)
    await tx.connection.execute(chosen.on_conflict_do_update(index_elements=["name"], set_=values))


async def forget_limit(tx: Tx, name: str) -> None:
    """Let the program's own numbers hold again."""
    await tx.connection.execute(delete(ChosenLimit).where(ChosenLimit.name == name))


class LimitWatch:
    """Takes over what was chosen, wherever that was: at once when told, and with others every second."""

    def __init__(self, uow: UnitOfWork, book: LimitBook, *, clustered: bool) -> None:
        self._uow = uow
        self._patience = LOOKED_AT_EVERY if clustered else None
        self._book = book
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Look once, and then again and again."""
        if not await self._look():
            self.look_now()
        self._task = asyncio.create_task(self._watch(), name="limits")

    async def close(self) -> None:
        """Look no more."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def look_now(self) -> None:
        """Something was chosen a moment ago."""
        self._wake.set()

    async def _watch(self) -> None:
        looked = True
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), self._patience if looked else LOOKED_AT_EVERY)
            self._wake.clear()
            looked = await self._look()

    async def _look(self) -> bool:
        """Whether the database answered; while it does not, what held goes on to hold."""
        try:
            async with self._uow.read() as read:
                chosen = await chosen_limits(read)
        except TalkootError as error:
            log.debug("The limits could not be looked up: %s", error.detail)
        except Exception:
            log.exception("The limits could not be looked up")
        else:
            self._book.choose(chosen)
            return True
        return False
