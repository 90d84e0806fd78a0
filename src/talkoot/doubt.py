"""After a commit that was not answered: what this process remembers may be behind the database."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Coroutine, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from talkoot.chat.access.cache import AccessCache
from talkoot.chat.access.events import AccessChanged
from talkoot.chat.access.grants import versions_of
from talkoot.chat.messages.timelines import Timelines
from talkoot.kernel.errors import TalkootError
from talkoot.kernel.log_tails import LogTails

if TYPE_CHECKING:
    from uuid import UUID

    from talkoot.chat.accounts.live_sessions import LiveSessions
    from talkoot.chat.presence.acquaintance import Acquaintance
    from talkoot.chat.rooms.heads import RoomHeads
    from talkoot.chat.rooms.live import LiveRooms
    from talkoot.kernel.transactions import Tx
    from talkoot.kernel.unit_of_work import UnitOfWork
    from talkoot.realtime.connection import Connection

log = logging.getLogger("talkoot.doubt")

Look = Callable[[], Awaitable[None]]

PAUSE = 0.5  # seconds between two questions to a database that is away


@dataclass(frozen=True, slots=True)
class Doubt:
    """Holds everything back at once, and lets it go on from what the database says when it answers again."""

    uow: UnitOfWork
    sessions: LiveSessions
    live: LiveRooms
    heads: RoomHeads
    acquaintance: Acquaintance
    connections: Collection[Connection]
    spawn: Callable[[Coroutine[Any, Any, None]], None]

    def begin(self) -> None:
        """Believe nothing that is in memory, and tell nobody anything of rooms before it was looked up."""
        log.warning("A commit was not answered: all that is remembered is read again")
        access = self.uow.caches.of(AccessCache)
        access.doubt()
        self.uow.caches.of(LogTails).forget_all()
        self.uow.caches.of(Timelines).forget_all()
        self.sessions.forget_all()
        self.spawn(self._end(access, [*self._held_back(access.workspaces)]))

    def _held_back(self, workspaces: Iterable[UUID]) -> Iterator[Look]:
        """Nothing reaches anybody from now on; how each goes on."""
        users = frozenset(c.identity.user for c in self.connections if c.identity is not None)
        for workspace in workspaces:
            change = AccessChanged(workspace, 0, workspace, "workspace", frozenset())
            yield partial(self.live.look_again, self.live.hold_back(change))
            yield partial(self.heads.watch, self.heads.hold_back(change))
            if users:
                parting = replace(change, users=users)
                yield partial(self.acquaintance.look_again, self.acquaintance.hold_back(parting))

    async def _end(self, access: AccessCache, looks: Sequence[Look]) -> None:
        async def read(tx: Tx) -> dict[UUID, int]:
            return await versions_of(tx, access.workspaces)

        while not self.uow.closed:
            try:
                found = await self.uow.in_every_lane(read)
            except TalkootError:
                await asyncio.sleep(PAUSE)
            else:
                for versions in found:  # the lane in doubt has read the last ones
                    access.catch_up_all(versions)
                access.trust()
                await asyncio.gather(*(look() for look in looks))
                return
