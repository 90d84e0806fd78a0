"""What is done about notifications later: telling people, and forgetting what is old."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID

from talkoot.chat.notifications.actions import FORGET, NOTIFY, forget_old, tell
from talkoot.chat.notifications.audience import FIRST, HERE, concerned, notable_message
from talkoot.chat.notifications.reacting import REACTED, tell_of_reactions
from talkoot.kernel.cron import Cron

if TYPE_CHECKING:
    from talkoot.kernel.context import Kernel
    from talkoot.kernel.job_runner import Handler, InTheEnd
    from talkoot.kernel.jobs import Claim


class Whereabouts:
    """Who is there at this moment; it is wired where presence is known."""

    def __init__(self) -> None:
        self.look: Callable[[Iterable[UUID]], Awaitable[Mapping[UUID, str]]] | None = None

    async def there(self, users: Iterable[UUID]) -> set[UUID]:
        """Those of these people who are connected."""
        if self.look is None:
            return set()
        return {user for user, state in (await self.look(users)).items() if state != "offline"}


async def notify(kernel: Kernel, claim: Claim) -> None:
    """Tell everybody of these messages whom they concern; done twice, nobody is told twice."""
    done = 0
    for message, only in claim.payload["messages"]:
        names = None if only is None else frozenset(map(UUID, only))
        after: UUID | None = FIRST
        while after is not None:
            async with kernel.uow.read() as read:
                about = await notable_message(read, UUID(message), names)
                people, after = ({}, None) if about is None else await concerned(read, about, after)
            if here := [user for user, kind in people.items() if kind == HERE]:
                there = await kernel.uow.caches.of(Whereabouts).there(here)
                people = {user: kind for user, kind in people.items() if kind != HERE or user in there}
            if people:
                await kernel.uow.run(partial(tell, message=UUID(message), names=names, people=people))
            done += len(people)
            claim.progress(done, note="people looked at")


async def forget(kernel: Kernel, _claim: Claim) -> None:
    """The table of notifications does not grow for ever. A portion at a time: others have their turn."""
    while await kernel.uow.run(forget_old):
        pass


async def reacted(_kernel: Kernel, claim: Claim) -> InTheEnd:
    """Tell the author of a message of the reactions to it; done twice, they are told once."""
    return partial(tell_of_reactions, message=UUID(claim.payload["message"]))


HANDLERS: dict[str, Handler] = {NOTIFY: notify, REACTED: reacted, FORGET: forget}
SCHEDULE = (Cron(FORGET, "57 3 * * *"),)
