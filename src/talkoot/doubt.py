"""After a commit that was not answered: what this process remembers may be behind the database."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Sequence
from typing import TYPE_CHECKING, Any

from talkoot.chat.access.cache import AccessCache
from talkoot.chat.access.grants import versions_of
from talkoot.chat.messages.timelines import Timelines
from talkoot.kernel.log_tails import LogTails
from talkoot.kernel.values import Value

if TYPE_CHECKING:
    from uuid import UUID

    from talkoot.audience import Look
    from talkoot.chat.accounts.live_sessions import LiveSessions
    from talkoot.fence import Fence
    from talkoot.kernel.transactions import Tx
    from talkoot.kernel.unit_of_work import UnitOfWork

log = logging.getLogger("talkoot.doubt")

PAUSE = 0.5  # seconds between two questions to a database that is away


class Doubt(Value, frozen=True):
    """Holds everything back at once, and lets it go on from what the database says when it answers again."""

    uow: UnitOfWork
    sessions: LiveSessions
    fence: Fence
    spawn: Callable[[Coroutine[Any, Any, None]], None]

    def begin(self) -> None:
        """Believe nothing that is in memory, and tell nobody anything of rooms before it was looked up."""
        log.warning("A commit was not answered: all that is remembered is read again")
        access = self.uow.caches.of(AccessCache)
        access.doubt()
        self.uow.caches.of(LogTails).forget_all()
        self.uow.caches.of(Timelines).forget_all()
        self.sessions.forget_all()
        held = [
            look for workspace in access.workspaces for look in self.fence.audience.hold_all_back(workspace)
        ]
        self.spawn(self._end(access, held))

    async def _end(self, access: AccessCache, looks: Sequence[Look]) -> None:
        async def read(tx: Tx) -> dict[UUID, int]:
            return await versions_of(tx, access.workspaces)

        while not self.uow.closed:
            try:
                found = await self.uow.in_every_lane(read)
            except Exception as error:  # noqa: BLE001 - until then nobody is told anything: it has to end well
                log.warning("It can not be read yet: %s", error)
                await asyncio.sleep(PAUSE)
            else:
                for versions in found:  # the lane in doubt has read the last ones
                    for workspace, version in versions.items():
                        self.fence.leap(workspace, version)
                access.trust()
                await asyncio.gather(*(look() for look in looks))
                return
