"""What messages have done later: those that are too old are deleted, and quotes of deleted ones emptied."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID

from talkoot.chat.messages.actions.expire import expire_held, expire_some, rooms_to_expire
from talkoot.chat.messages.actions.quote import EMPTY_QUOTES, empty_quotes, still_quoting
from talkoot.chat.rooms.retention import EXPIRE

if TYPE_CHECKING:
    from talkoot.kernel.context import Kernel
    from talkoot.kernel.job_runner import Handler
    from talkoot.kernel.jobs import Claim

_SECONDS = 600.0  # that one run takes at most; the next one goes on where it ended


async def expire_messages(kernel: Kernel, claim: Claim) -> None:
    """Delete what rooms do not keep any longer, by the clock of the database."""
    end = kernel.clock.monotonic() + _SECONDS
    await kernel.uow.run(expire_held)
    async with kernel.uow.read() as read:
        rooms = await rooms_to_expire(read, kernel.clock.now())
    done = 0
    for number, room in enumerate(rooms):
        some: int | None = 0
        while some is not None and kernel.clock.monotonic() < end:
            some = await kernel.uow.run(partial(expire_some, room_id=room), key=room)
            done += some or 0
            claim.progress(number, len(rooms), f"{done} messages deleted")


async def empty_all_quotes(kernel: Kernel, claim: Claim) -> None:
    """Empty what messages show of others that were deleted; who was interrupted goes on where that ended."""
    quoted, done = [UUID(id_) for id_ in claim.payload["messages"]], 0
    while True:
        async with kernel.uow.read() as read:
            rooms = await still_quoting(read, quoted)
        if not rooms:
            return
        for room, messages in rooms.items():
            await kernel.uow.run(partial(empty_quotes, room_id=room, ids=messages), key=room)
            done += len(messages)
        claim.progress(done, note="quotes emptied")


HANDLERS: dict[str, Handler] = {EXPIRE: expire_messages, EMPTY_QUOTES: empty_all_quotes}
