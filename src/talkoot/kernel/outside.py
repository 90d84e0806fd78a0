"""What is written beside the servers, by the command line: counted with the write, and looked for by each."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, select
from sqlalchemy.orm import Mapped, mapped_column

from talkoot.kernel.errors import TalkootError
from talkoot.kernel.types import Model
from talkoot.kernel.unit_of_work import UnitOfWork
from talkoot.kernel.upsert import insert_into

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from typing import TypeVar
    from uuid import UUID

    from talkoot.kernel.transactions import Read, Tx

    T = TypeVar("T")

log = logging.getLogger("talkoot.outside")

LOOKED_AT_EVERY = 1.0  # seconds: so old is what a server remembers, at the most, of what a command changed


class OutsideWrites(Model):
    """One row: how many transactions were committed by somebody who tells no server of them."""

    __tablename__ = "outside_writes"
    __table_args__ = (CheckConstraint("id = 1", name="only_one"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    count: Mapped[int]


async def outside_writes(read: Read) -> int:
    """How many there were."""
    return await read.connection.scalar(select(OutsideWrites.count)) or 0


async def _count(tx: Tx) -> None:
    first = insert_into(tx.connection, OutsideWrites).values(id=1, count=1)
    more = {"count": OutsideWrites.count + 1}
    await tx.connection.execute(first.on_conflict_do_update(index_elements=["id"], set_=more))


class OutsideUnitOfWork(UnitOfWork):
    """That of a command beside the servers: each finds from the count that it believes what is old."""

    def submit(self, action: Callable[[Tx], Awaitable[T]], *, key: UUID | None = None) -> asyncio.Future[T]:
        """Queue an action, which is counted with what it does."""

        async def counted(tx: Tx) -> T:
            done = await action(tx)
            await _count(tx)
            return done

        return super().submit(counted, key=key)


class OutsideWatch:
    """Calls `written` when somebody else wrote, within a second or so, however the servers are told of it."""

    def __init__(self, uow: UnitOfWork, written: Callable[[], None]) -> None:
        self._uow = uow
        self._written = written
        self._known = 0
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Look once, and then again and again."""
        async with self._uow.read() as read:
            self._known = await outside_writes(read)
        self._task = asyncio.create_task(self._watch(), name="outside")

    async def close(self) -> None:
        """Look no more."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(LOOKED_AT_EVERY)
            try:
                await self._look()
            except TalkootError as error:
                log.debug("Whether somebody else wrote could not be looked up: %s", error.detail)
            except Exception:
                log.exception("Whether somebody else wrote could not be looked up")

    async def _look(self) -> None:
        async with self._uow.read() as read:
            count = await outside_writes(read)
        if count != self._known:
            self._written()
            self._known = count
            log.info("Commands have written %d times: what is remembered is read again", count)
