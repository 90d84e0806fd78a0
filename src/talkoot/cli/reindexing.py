"""What `talkoot search rebuild` does: apart from its words, so that showing help need not load the chat."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING
from uuid import UUID

from talkoot.chat.search.opening import TURN, index_for
from talkoot.chat.search.queries import count_messages
from talkoot.chat.search.scanning import scan
from talkoot.cli.databases import unit_of_work
from talkoot.cli.failures import Exit, Failure
from talkoot.kernel.turns import Turn

if TYPE_CHECKING:
    from talkoot.chat.search.index import Index
    from talkoot.kernel.unit_of_work import UnitOfWork
    from talkoot.settings import Settings

BATCH = 2000  # messages in one transaction
TOLD_EVERY = 5.0  # seconds
TURN_SECONDS = 15.0


async def reindex(settings: Settings, tell: Callable[[str], None]) -> tuple[float, int]:
    """Make the index again; how long it took, and how many messages there are."""
    async with unit_of_work(settings) as uow:
        async with uow.read() as read:
            total = await count_messages(read)
        async with _own_index(settings, uow) as index:
            return await _fill(index, total, tell)


@asynccontextmanager
async def _own_index(settings: Settings, uow: UnitOfWork) -> AsyncIterator[Index]:
    """The index, which nobody else writes meanwhile: in a cluster it is our turn."""
    turn = Turn(uow, TURN, TURN_SECONDS) if settings.clustered else None
    if turn is not None:
        if not await turn.attempt():
            raise Failure(
                Exit.REFUSED,
                "A worker keeps the search index: stop the workers first, and wait 15 seconds if one was"
                " killed. The servers may go on.",
            )
        turn.start()
    index = index_for(settings, turn.holder if turn else None)
    try:
        yield index
    finally:
        await index.close()
        if turn is not None:
            await turn.close()


async def _fill(index: Index, total: int, tell: Callable[[str], None]) -> tuple[float, int]:
    begin = told = time.monotonic()
    done = 0
    position: UUID | None = UUID(int=0)
    await index.clear()
    while position is not None:
        position, indexed = await scan(index, position, BATCH)
        done += indexed
        if time.monotonic() - told > TOLD_EVERY:
            told = time.monotonic()
            tell(f"{done:,} of {total:,} messages")
    return time.monotonic() - begin, done
