"""What `talkoot search rebuild` does: apart from its words, so that showing help need not load the chat."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING
from uuid import UUID

from talkoot.chat.search.follower import scan
from talkoot.chat.search.opening import index_for
from talkoot.chat.search.queries import count_messages
from talkoot.cli.databases import unit_of_work

if TYPE_CHECKING:
    from talkoot.settings import Settings

BATCH = 2000  # messages in one transaction
TOLD_EVERY = 5.0  # seconds


async def reindex(settings: Settings, tell: Callable[[str], None]) -> tuple[float, int]:
    """Make the index again; how long it took, and how many messages there are."""
    async with unit_of_work(settings) as uow, uow.read() as read:
        total = await count_messages(read)
    index = index_for(settings)
    begin = told = time.monotonic()
    done = 0
    position: UUID | None = UUID(int=0)
    try:
        await index.clear()
        while position is not None:
            position, indexed = await scan(index, position, BATCH)
            done += indexed
            if time.monotonic() - told > TOLD_EVERY:
                told = time.monotonic()
                tell(f"{done:,} of {total:,} messages")
    finally:
        await index.close()
    return time.monotonic() - begin, done
