"""What is done with files later."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from talkoot.chat.files.actions.sweeping import SWEEP, forget_gone, forget_unused, gone_files
from talkoot.kernel.cron import Cron

if TYPE_CHECKING:
    from talkoot.kernel.context import Kernel
    from talkoot.kernel.job_runner import Handler
    from talkoot.kernel.jobs import Claim


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


HANDLERS: dict[str, Handler] = {SWEEP: sweep}
SCHEDULE = (Cron(SWEEP, "47 * * * *"),)
