"""What privacy has done later: exports are written, accounts deleted, old files forgotten."""

from __future__ import annotations

import asyncio
from functools import partial
from itertools import count
from typing import TYPE_CHECKING
from uuid import UUID

from talkoot.chat.messages.actions.erase import Erasing, delete_messages_of
from talkoot.chat.privacy.actions import exports
from talkoot.chat.privacy.actions.deletion import DELETE_MESSAGES, delete_now
from talkoot.chat.privacy.archive import Archive
from talkoot.chat.privacy.gathering import gather
from talkoot.chat.privacy.own_messages import BEFORE_ALL, ids_behind
from talkoot.chat.reactions.actions import withdraw_reactions_of
from talkoot.chat.reactions.queries import reactions_by
from talkoot.kernel import jobs

if TYPE_CHECKING:
    from talkoot.kernel.context import Kernel
    from talkoot.kernel.job_runner import InTheEnd
    from talkoot.kernel.jobs import Claim
    from talkoot.kernel.transactions import Tx

_MB = 1_000_000
_STRETCHES = 300  # of all messages that one job looks at
_PORTION = 50  # messages in one transaction


async def make_export(kernel: Kernel, claim: Claim) -> InTheEnd:
    """Write the file from its begin; whoever was interrupted begins again."""
    export = UUID(claim.payload["export"])
    person = await kernel.uow.run(partial(exports.begin, export=export, lease=claim.lease))
    archive, numbers, most = Archive(), count(), kernel.settings.max_export_mb * _MB

    async def store(*, last: bool = False) -> None:
        for piece in archive.pieces(last=last):
            await kernel.uow.run(
                partial(
                    exports.add_piece,
                    export=export,
                    lease=claim.lease,
                    piece=(next(numbers), piece),
                    most=most,
                )
            )

    async for part in gather(kernel.uow, kernel.blobs, person, kernel.clock.now()):
        await asyncio.to_thread(archive.add, part.name, part.data)
        await store()
        claim.progress(part.percent, 100, "percent of an export")
    archive.close()
    await store(last=True)
    return partial(exports.complete, export=export, lease=claim.lease, days=kernel.settings.export_days)


async def delete_account(_kernel: Kernel, claim: Claim) -> InTheEnd:
    """The days that somebody had to change their mind are over."""
    return partial(delete_now, person=UUID(claim.payload["user"]))


async def delete_messages(kernel: Kernel, claim: Claim) -> InTheEnd | None:
    """Delete what somebody wrote who has left, portion by portion; the next job goes on where one stopped."""
    person = UUID(claim.payload["user"])
    after = UUID(claim.payload["after"]) if "after" in claim.payload else BEFORE_ALL
    done: int = claim.payload.get("done", 0)
    await _withdraw_reactions(kernel, person)
    for _ in range(_STRETCHES):
        async with kernel.uow.read() as read:
            found = await ids_behind(read, person, after)
        for (workspace, room), ids in found.ids.items():
            for at in range(0, len(ids), _PORTION):
                portion = ids[at : at + _PORTION]
                erasing = Erasing(workspace, room, None)
                delete = partial(delete_messages_of, author=person, ids=portion, erasing=erasing)
                begin = kernel.clock.monotonic()
                done += await kernel.uow.run(delete, key=room)
                claim.progress(done, note="messages deleted")
                await asyncio.sleep(kernel.clock.monotonic() - begin)  # others have their turn
        if found.last is None:
            return None
        after = found.last
    rest = {"user": str(person), "after": str(after), "done": done}

    async def go_on(tx: Tx) -> None:
        await jobs.enqueue(tx, DELETE_MESSAGES, rest)

    return go_on


async def _withdraw_reactions(kernel: Kernel, person: UUID) -> None:
    while True:
        async with kernel.uow.read() as read:
            found = await reactions_by(read, person, limit=_PORTION)
        if not found:
            return
        there = found[0]
        ids = [*{each.message for each in found if each.room == there.room}]
        erasing = Erasing(there.workspace, there.room, None)
        withdraw = partial(withdraw_reactions_of, person=person, ids=ids, erasing=erasing)
        begin = kernel.clock.monotonic()
        await kernel.uow.run(withdraw, key=there.room)
        await asyncio.sleep(kernel.clock.monotonic() - begin)  # others have their turn


async def forget_exports(_kernel: Kernel, _claim: Claim) -> InTheEnd:
    """Files that nobody may fetch any more are deleted."""
    return exports.forget_old_exports
