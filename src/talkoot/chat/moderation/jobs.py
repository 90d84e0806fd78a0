"""What moderation has done later."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID

from talkoot.chat.moderation.actions import purging
from talkoot.chat.moderation.actions.forgetting import forget_old_copies
from talkoot.chat.moderation.actions.sanctions import end_in_time
from talkoot.kernel import jobs

if TYPE_CHECKING:
    from talkoot.kernel.context import Kernel
    from talkoot.kernel.job_runner import InTheEnd
    from talkoot.kernel.jobs import Claim
    from talkoot.kernel.transactions import Tx

AT_A_TIME = 500  # portions that one job deletes: the next job goes on where it stopped
REST = 1.0  # times as long as a portion took: others have their turn


async def end_sanction(_kernel: Kernel, claim: Claim) -> InTheEnd:
    """The time of a sanction has come: it does not count any more, and now people hear of that."""
    return partial(end_in_time, sanction=UUID(claim.payload["sanction"]))


async def forget_copies(_kernel: Kernel, _claim: Claim) -> InTheEnd:
    """What was reported is kept no longer than its room keeps messages."""
    return forget_old_copies


async def purge(kernel: Kernel, claim: Claim) -> InTheEnd | None:
    """Delete all that somebody wrote, portion by portion; what a dead runner began is gone on with."""
    purge_id = UUID(claim.payload["purge"])
    for _ in range(AT_A_TIME):
        begin = kernel.clock.monotonic()
        async with kernel.uow.read() as read:
            portion = await purging.next_portion(read, purge_id)
        if portion is None:
            return None
        delete = partial(purging.delete_portion, purge_id=purge_id, portion=portion)
        done = await kernel.uow.run(delete, key=portion.room)
        claim.progress(done.rooms_done, done.rooms_total, note=f"rooms; {done.deleted} messages deleted")
        await asyncio.sleep(REST * (kernel.clock.monotonic() - begin))

    async def go_on(tx: Tx) -> None:
        await jobs.enqueue(tx, purging.PURGE, claim.payload)

    return go_on
