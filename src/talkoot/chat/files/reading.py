"""Reading the text of files: of one that has just come, and of all that were there before."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from talkoot.chat.files.actions.reading import keep_text, may_have_text, note_empty
from talkoot.chat.files.extracting import text_of
from talkoot.chat.files.findings import FoundText
from talkoot.chat.files.queries import unread_files
from talkoot.chat.files.texts.words import UNREADABLE
from talkoot.kernel.errors import NotFound

if TYPE_CHECKING:
    from talkoot.chat.files.models import File
    from talkoot.kernel.blobs import Blobs
    from talkoot.kernel.unit_of_work import UnitOfWork
    from talkoot.settings import Settings

_AT_ONCE = 100  # files that are asked for


def reads_files(settings: Settings) -> bool:
    """Whether the text of files is looked for at all."""
    return settings.search == settings.search_files == "on"


async def read_one(uow: UnitOfWork, blobs: Blobs, settings: Settings, file: File) -> None:
    """Keep what a file says; what is not in the storage says nothing."""
    try:
        found = await text_of(blobs, file, settings)
    except NotFound:
        found = FoundText(UNREADABLE)
    await uow.run(partial(keep_text, file_id=file.id, found=found))


async def read_all(
    uow: UnitOfWork,
    blobs: Blobs,
    settings: Settings,
    tell: Callable[[int], None],
    *,
    until: float = float("inf"),
    rest: float = 0,
) -> bool:
    """Read what nobody has, the newest first; whether that was all before a moment of the monotonic clock.

    After each file it rests so many times as long as that took. `tell` hears how many are done.
    """
    done = 0
    while time.monotonic() < until:
        async with uow.read() as read:
            files = await unread_files(read, _AT_ONCE)
        if not files:
            return True
        await uow.run(partial(note_empty, files=[file.id for file in files if not may_have_text(file)]))
        for file in filter(may_have_text, files):
            begin = time.monotonic()
            if begin >= until:
                return False
            await read_one(uow, blobs, settings, file)
            done += 1
            tell(done)
            await asyncio.sleep(rest * (time.monotonic() - begin))
    return False
