"""Writes the exports that people ask for on the server: a job, beside all else that it does."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator
from functools import partial
from typing import IO, TYPE_CHECKING
from uuid import UUID

from talkoot.chat.access.grants import readable_rooms
from talkoot.chat.exports.actions import DROP_CONTENT, WRITE_EXPORT, Written, begin_export, end_export
from talkoot.kernel.errors import Forbidden, NotFound
from talkoot.kernel.job_runner import TOLD_EVERY

if TYPE_CHECKING:
    from talkoot.kernel.context import Kernel
    from talkoot.kernel.job_runner import Handler, InTheEnd
    from talkoot.kernel.jobs import Claim

_PIECE = 1 << 18


async def write_export(kernel: Kernel, claim: Claim) -> InTheEnd | None:
    """Write the file beside the data, and from there into the storage; who was interrupted begins again.

    When it is not wanted any more, or not allowed, what was stored of it is deleted, and that is the end.
    """
    from talkoot.moving.archive import Writer  # servers that nobody asks do without all of these
    from talkoot.moving.exporting import ExportOptions, export_workspace
    from talkoot.moving.reporting import Feedback, Progress, Report
    from talkoot.moving.sharing import Share

    export = UUID(claim.payload["export"])
    try:
        async with kernel.uow.read() as read:
            asked = await begin_export(read, export)
            rooms = frozenset(await readable_rooms(read, asked.user, asked.workspace))
    except (NotFound, Forbidden):
        await kernel.blobs.drop(str(export))  # who was killed after storing it could not do that
        return None
    share = Share(asked.user, rooms, only_clean=kernel.settings.only_clean_files)
    wanted = ExportOptions(asked.workspace, kernel.clock.now(), share=share)
    progress = Progress(lambda _line: claim.progress(progress.items, note="lines"), every=TOLD_EVERY)
    with tempfile.TemporaryFile(dir=kernel.settings.data) as file:
        out = Writer(file, packed=True)
        await export_workspace(kernel.uow, kernel.blobs, wanted, out, Feedback(Report(), progress))
        await asyncio.to_thread(out.close)
        size = file.tell()
        file.seek(0)
        await kernel.blobs.put(f"{export}/{claim.lease}", _pieces(file))
    claim.progress(progress.items, note="lines")
    written = Written(str(claim.lease), size, rooms)
    return partial(end_export, export=export, written=written, days=kernel.settings.export_days)


async def drop_content(kernel: Kernel, claim: Claim) -> None:
    """Nobody wants the file any more."""
    await kernel.blobs.drop(claim.payload["export"])


async def _pieces(file: IO[bytes]) -> AsyncIterator[bytes]:
    while piece := await asyncio.to_thread(file.read, _PIECE):
        yield piece


HANDLERS: dict[str, Handler] = {WRITE_EXPORT: write_export, DROP_CONTENT: drop_content}
