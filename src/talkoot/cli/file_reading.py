"""What `talkoot search read-files` does: apart from its words, so that help need not load the chat."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from talkoot.backends import open_blobs
from talkoot.chat.files.actions.reading import forget_texts
from talkoot.chat.files.queries import count_unread
from talkoot.chat.files.reading import read_all, reads_files
from talkoot.cli.databases import unit_of_work
from talkoot.cli.failures import Exit, Failure

if TYPE_CHECKING:
    from talkoot.settings import Settings

TOLD_EVERY = 5.0  # seconds


async def read(settings: Settings, tell: Callable[[str], None], *, again: bool) -> tuple[float, int]:
    """Read files; how long it took, and how many they were."""
    if not reads_files(settings):
        raise Failure(Exit.REFUSED, "No files are read: set search and search_files to on first.")
    begin = told = time.monotonic()
    done = 0
    async with unit_of_work(settings) as uow:
        if again:
            await uow.run(forget_texts)
        async with uow.read() as found:
            total = await count_unread(found)

        def count(so_far: int) -> None:
            nonlocal told, done
            done = so_far
            if time.monotonic() - told > TOLD_EVERY:
                told = time.monotonic()
                tell(f"{done:,} of {total:,} files")

        await read_all(uow, open_blobs(settings), settings, count)
    return time.monotonic() - begin, done
