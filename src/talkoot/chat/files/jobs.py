"""What is done with files later."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID

from talkoot.chat.files.actions.preparing import PREPARE, use_picture
from talkoot.chat.files.actions.sweeping import SWEEP, forget_gone, forget_unused, gone_files
from talkoot.chat.files.models import GONE, File
from talkoot.chat.files.pictures import prepare
from talkoot.kernel.cron import Cron

if TYPE_CHECKING:
    from talkoot.kernel.context import Kernel
    from talkoot.kernel.job_runner import Handler, InTheEnd
    from talkoot.kernel.jobs import Claim


LARGEST = 60_000_000  # bytes of a picture that is looked at


async def sweep(kernel: Kernel, claim: Claim) -> None:
    """Delete from the storage what nobody may have any more; done twice, it does no harm."""
    await kernel.uow.run(forget_unused)
    await kernel.blobs.sweep()
    done = 0
    while True:
        async with kernel.uow.read() as read:
            ids = await gone_files(read)
        if not ids:
            return
        for file in ids:
            await kernel.blobs.drop(str(file))
        await kernel.uow.run(partial(forget_gone, ids=ids))
        done += len(ids)
        claim.progress(done, note="files deleted")


async def prepare_picture(kernel: Kernel, claim: Claim) -> InTheEnd | None:
    """Make the copies of a picture that others may see; whoever was interrupted begins again."""
    file = UUID(claim.payload["file"])
    size = await _size_of(kernel, file)
    if size is None:
        return None
    picture = await prepare(kernel.blobs, file, size) if size <= LARGEST else None
    if await _size_of(kernel, file) is None:  # deleted meanwhile, and swept perhaps before this was written
        await kernel.blobs.drop(str(file))
        return None
    return partial(use_picture, file_id=file, picture=picture)


async def _size_of(kernel: Kernel, file: UUID) -> int | None:
    async with kernel.uow.read() as read:
        found = await read.session.get(File, file)
    return found.size if found is not None and found.state != GONE else None


HANDLERS: dict[str, Handler] = {SWEEP: sweep, PREPARE: prepare_picture}
SCHEDULE = (Cron(SWEEP, "47 * * * *"),)
