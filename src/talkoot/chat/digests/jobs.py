"""Letters are written when they are due, of what may be read and was not at that moment."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID

from talkoot.chat.digests import letters
from talkoot.chat.digests.actions import (
    LOOK_AT_QUEUES,
    MAIL,
    MAIL_QUEUES,
    forget_taken,
    look_at_queues,
    mail_later,
    take,
    told_of_queues,
)
from talkoot.chat.digests.queries import choice_of, reader
from talkoot.chat.digests.queues import waiting_for
from talkoot.chat.mail.sending import send
from talkoot.chat.notifications.jobs import Whereabouts
from talkoot.chat.notifications.queries import quiet_now
from talkoot.chat.telling.pieces import pieces
from talkoot.kernel.cron import Cron

if TYPE_CHECKING:
    from talkoot.kernel.context import Kernel
    from talkoot.kernel.job_runner import Handler, InTheEnd
    from talkoot.kernel.jobs import Claim

LATER = 5  # minutes until it is tried again, with who is active or not to be disturbed


async def mail_digest(kernel: Kernel, claim: Claim) -> InTheEnd | None:
    """The handler of MAIL: one letter about all that waits; none to who is at the page just now."""
    user = UUID(claim.payload["user"])
    if not kernel.settings.mails:
        return None
    if await _is_here(kernel, user) or await _is_quiet(kernel, user):
        return partial(mail_later, user=user, minutes=LATER)
    taken = await kernel.uow.run(partial(take, user=user, job=claim.id), key=user)
    async with kernel.uow.read() as read:
        person, choice = await reader(read, user), await choice_of(read, user)
        waiting = await pieces(read, user, taken)
    if person is not None and person.email is not None and waiting and (choice is None or choice.messages):
        letter = letters.digest(kernel.settings, kernel.secrets, person, person.email, waiting)
        await send(kernel, claim, letter)
    return partial(forget_taken, job=claim.id)


async def mail_queues(kernel: Kernel, claim: Claim) -> InTheEnd | None:
    """The handler of MAIL_QUEUES: to a moderator, of what did not wait yet when they were last told."""
    user = UUID(claim.payload["user"])
    if not kernel.settings.mails:
        return None
    async with kernel.uow.read() as read:
        person, choice = await reader(read, user), await choice_of(read, user)
        if person is None or person.email is None or choice is None or not choice.moderation:
            return None
        waiting = await waiting_for(read, user)
    if not waiting:
        return None
    newest = max(each.newest for each in waiting)
    if choice.queues_told is not None and newest <= choice.queues_told:
        return None
    await send(kernel, claim, letters.queues(kernel.settings, kernel.secrets, person, person.email, waiting))
    return partial(told_of_queues, user=user, newest=newest)


async def look(_kernel: Kernel, _claim: Claim) -> InTheEnd:
    """The handler of LOOK_AT_QUEUES."""
    return look_at_queues


async def _is_here(kernel: Kernel, user: UUID) -> bool:
    look_at = kernel.uow.caches.of(Whereabouts).look
    return look_at is not None and (await look_at([user])).get(user) == "online"


async def _is_quiet(kernel: Kernel, user: UUID) -> bool:
    async with kernel.uow.read() as read:
        return await quiet_now(read, user, kernel.clock.now())


HANDLERS: dict[str, Handler] = {MAIL: mail_digest, MAIL_QUEUES: mail_queues, LOOK_AT_QUEUES: look}
SCHEDULE = (Cron(LOOK_AT_QUEUES, "*/15 * * * *"),)
