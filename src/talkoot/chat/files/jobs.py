"""What is done with files later."""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID

from talkoot.chat.files.actions.filming import DROP_ORIGINAL, leave_film, use_film
from talkoot.chat.files.actions.preparing import PREPARE, PREPARE_FILM, SCAN, use_picture
from talkoot.chat.files.actions.reading import READ_OLDER, READ_TEXT, forget_texts_of_gone, read_older_soon
from talkoot.chat.files.actions.scanning import DROP_REFUSED, scan_later, use_scan
from talkoot.chat.files.actions.sweeping import (
    SWEEP,
    forget_gone,
    forget_pieces,
    forget_unused,
    gone_files,
    used_pieces,
)
from talkoot.chat.files.extracting import is_busy
from talkoot.chat.files.films import prepare_film, programs
from talkoot.chat.files.models import GONE, ORIGINAL, UNDECIDED, WAITING, File
from talkoot.chat.files.pictures import prepare
from talkoot.chat.files.queries import count_unread
from talkoot.chat.files.reading import read_all, read_one, reads_files
from talkoot.chat.files.scanners import ScannerAway
from talkoot.chat.files.scanning import contents_of, scan
from talkoot.kernel.cron import Cron
from talkoot.kernel.jobs import wait_turn

if TYPE_CHECKING:
    from talkoot.kernel.context import Kernel
    from talkoot.kernel.job_runner import Handler, InTheEnd
    from talkoot.kernel.jobs import Claim


STRETCH, REST = 300.0, 1.0  # seconds in which older files are read; and times as long as one took, to rest
LARGEST = 60_000_000  # bytes of a picture that is drawn


async def sweep(kernel: Kernel, claim: Claim) -> None:
    """Delete from the storage what nobody may have any more; done twice, it does no harm."""
    await kernel.uow.run(forget_unused)
    await kernel.blobs.sweep()
    done = 0
    for found, forget in ((used_pieces, forget_pieces), (gone_files, forget_gone)):
        while True:
            async with kernel.uow.read() as read:
                ids = await found(read)
            if not ids:
                break
            for folder in ids:
                await kernel.blobs.drop(str(folder))
            await kernel.uow.run(partial(forget, ids=ids))
            done += len(ids)
            claim.progress(done, note="files deleted")


async def prepare_picture(kernel: Kernel, claim: Claim) -> InTheEnd | None:
    """Make the copies of a picture that others may see; whoever was interrupted begins again."""
    file = UUID(claim.payload["file"])
    found = await _undecided(kernel, file)
    if found is None:
        return None
    picture = await prepare(kernel.blobs, file, found.size) if found.size <= LARGEST else None
    if await _there(kernel, file) is None:  # deleted meanwhile, and swept perhaps before this was written
        await kernel.blobs.drop(str(file))
        return None
    return partial(use_picture, file_id=file, picture=picture)


async def prepare_film_of(kernel: Kernel, claim: Claim) -> InTheEnd | None:
    """Make the copy of sound or video that others may have; whoever was interrupted begins again."""
    file = UUID(claim.payload["file"])
    found = await _undecided(kernel, file)
    its = programs(kernel.settings)
    if found is None:
        return None
    if its is None:
        return partial(leave_film, file_id=file)
    busy = kernel.uow.caches.of(OneFilm)
    if busy.taken:  # it may take minutes, in which other jobs have their turns
        return partial(wait_turn, claim=claim)
    busy.taken = True
    try:
        film = await prepare_film(kernel.blobs, found, kernel.settings, its)
    finally:
        busy.taken = False
    if await _there(kernel, file) is None:
        await kernel.blobs.drop(str(file))
        return None
    return partial(use_film, file_id=file, film=film, keep=kernel.settings.media_keep_original)


async def drop_original(kernel: Kernel, claim: Claim) -> None:
    """Delete what was uploaded of a file that has another copy."""
    file = UUID(claim.payload["file"])
    found = await _there(kernel, file)
    if found is not None and found.content != ORIGINAL:
        await kernel.blobs.remove(f"{file}/{ORIGINAL}")


async def read_text(kernel: Kernel, claim: Claim) -> InTheEnd | None:
    """Read what a file says; whoever was interrupted begins again."""
    found = await _there(kernel, UUID(claim.payload["file"]))
    if found is None or found.reading is not None or not reads_files(kernel.settings):
        return None
    if is_busy():
        return partial(wait_turn, claim=claim)
    await read_one(kernel.uow, kernel.blobs, kernel.settings, found)
    return None


async def read_older(kernel: Kernel, claim: Claim) -> InTheEnd | None:
    """Read what was sent before anybody read files, or came from elsewhere; a stretch at a time."""
    await kernel.uow.run(forget_texts_of_gone)
    if not reads_files(kernel.settings):
        return None
    async with kernel.uow.read() as read:
        total = await count_unread(read)

    def tell(done: int) -> None:
        claim.progress(done, max(done, total), note="files read")

    parts = kernel.uow, kernel.blobs, kernel.settings
    whole = await read_all(*parts, tell, until=time.monotonic() + STRETCH, rest=REST)
    return None if whole else read_older_soon


async def scan_file(kernel: Kernel, claim: Claim) -> InTheEnd | None:
    """Have a file looked through for viruses; while nobody can, it waits."""
    file, tries = UUID(claim.payload["file"]), claim.payload.get("tries", 0)
    found = await _there(kernel, file)
    if found is None or found.scan != WAITING:
        return None
    try:
        seen = await scan(kernel, file, contents_of(found.content, found.picture))
    except ScannerAway:
        return partial(scan_later, file_id=file, tries=tries + 1)
    if seen is None:
        return partial(wait_turn, claim=claim)
    return partial(use_scan, file_id=file, seen=seen)


async def drop_refused(kernel: Kernel, claim: Claim) -> None:
    """Delete what a file held that nobody gets."""
    await kernel.blobs.drop(claim.payload["file"])


class OneFilm:
    """Whether this process prepares sound or video now."""

    taken = False


async def _there(kernel: Kernel, file: UUID) -> File | None:
    async with kernel.uow.read() as read:
        found = await read.session.get(File, file)
    return found if found is not None and found.state != GONE else None


async def _undecided(kernel: Kernel, file: UUID) -> File | None:
    """None too where another job has prepared it: what it was made of may be deleted by now."""
    found = await _there(kernel, file)
    return found if found is not None and found.picture in UNDECIDED else None


HANDLERS: dict[str, Handler] = {
    SWEEP: sweep,
    PREPARE: prepare_picture,
    PREPARE_FILM: prepare_film_of,
    DROP_ORIGINAL: drop_original,
    READ_TEXT: read_text,
    READ_OLDER: read_older,
    SCAN: scan_file,
    DROP_REFUSED: drop_refused,
}
SCHEDULE = (Cron(SWEEP, "47 * * * *"), Cron(READ_OLDER, "*/10 * * * *"))
