"""The revocation fence: nobody is told anything before this node knows who may no longer hear it.

Every change of who may do what stands in its workspace's access log, whose versions have no gap, and what
depends on it carries the version it was made under. This node applies that log in order, from messages of the
bus or, where those were lost, from the database, and lets nothing pass that is ahead of what it has applied.
"""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any
from uuid import UUID

from talkoot.chat.access.cache import AccessCache
from talkoot.chat.access.lineages import KnownLineages
from talkoot.chat.access.queries import all_versions, changes_after, versions_seen
from talkoot.kernel.errors import TalkootError
from talkoot.waiting import Waiting

if TYPE_CHECKING:
    from talkoot.audience import Audience, Look
    from talkoot.chat.access.events import AccessChanged
    from talkoot.kernel.metrics import Metrics
    from talkoot.kernel.unit_of_work import UnitOfWork
    from talkoot.realtime.bus import Listener, Message

log = logging.getLogger("talkoot.fence")

WINDOW = 0.02  # seconds: what is missing may be on its way
MOST = 200  # workspaces looked up at the same time; of more than that the next look finds out
AT_ONCE = 500  # changes in one reading; who missed more looks at everybody again instead
_SHORTEST, _LONGEST = 0.05, 2.0  # seconds between two questions to a database that is away


class Fence:
    """Stands between the bus and the hub; `changed` is told every change of access, in whatever order."""

    def __init__(
        self,
        uow: UnitOfWork,
        audience: Audience,
        spawn: Callable[[Coroutine[Any, Any, None]], None],
        deliver: Listener,
    ) -> None:
        self._uow, self.audience, self._spawn, self._deliver = uow, audience, spawn, deliver
        self._cache = uow.caches.of(AccessCache)
        self._cache.on_news = self.notice
        self._ahead: defaultdict[UUID, set[int]] = defaultdict(set)
        self._wanted: dict[UUID, int] = {}
        self._waiting = Waiting()
        self.on_dropped: Callable[[], None] = _nobody_minds
        """Called when some of what waited was too much to be kept: the logs have it."""
        self.read = 0

    def watched_by(self, metrics: Metrics) -> None:
        """Tell these metrics how it goes."""
        self._waiting.watched_by(metrics)
        metrics.watch(
            "talkoot_access_changes_read",
            "Changes of access that the bus did not bring.",
            lambda: self.read,
            kind="counter",
        )

    async def begin(self) -> None:
        """Nobody is connected yet: what the database says now is the beginning."""
        try:
            async with self._uow.read() as read:
                versions = await all_versions(read)
        except Exception as error:  # noqa: BLE001 - each workspace is then looked up when something comes from it
            log.warning("The versions of the access rules could not be read: %s", error)
        else:
            for workspace, version in versions.items():
                self._cache.jump(workspace, version)

    # What comes from the bus

    def receive(self, message: Message) -> None:
        """Deliver a message, now or when all is known that it must not come before."""
        scope = message.scope
        if scope is None or (message.version <= self._cache.applied(scope) and scope not in self._waiting):
            self._deliver(message)
        elif self._may_ask(scope):
            if message.kind != "ephemeral":  # that is not worth waiting
                self._waiting.hold(scope, message)
            self.notice(scope, message.version)
        else:
            self._waiting.dropped = True

    def changed(self, change: AccessChanged) -> None:
        """A change of access was committed; in its order or not, once or twice."""
        workspace, version = change.workspace, change.version
        applied = self._cache.applied(workspace)
        if version <= applied or version in self._ahead.get(workspace, ()):
            return
        self._cache.change(change)
        for look in self.audience.hold_back(change):
            self._spawn(_run(look))
        if version == applied + 1:
            self._advance(workspace, version)
        elif self._may_ask(workspace):
            if len(self._ahead[workspace]) < AT_ONCE:  # else it is applied once more when it was read
                self._ahead[workspace].add(version)
            self.notice(workspace, version)

    def notice(self, workspace: UUID, version: int) -> None:
        """The rules of this workspace are at this version by now: apply whatever is missing here."""
        if version <= self._cache.applied(workspace) or not self._may_ask(workspace):
            return
        busy = workspace in self._wanted
        self._wanted[workspace] = max(version, self._wanted.get(workspace, 0))
        if not busy:
            self._spawn(self._catch_up(workspace))

    def _may_ask(self, workspace: UUID) -> bool:
        """Not of any number of workspaces at once: somebody may name some that there never were."""
        return workspace in self._wanted or len(self._wanted) < MOST

    # Applying

    def leap(self, workspace: UUID, version: int) -> None:
        """Everything may have changed up to this version: look at all of it again."""
        if version <= self._cache.applied(workspace):
            return
        self._cache.jump(workspace, version)
        for look in self.audience.hold_all_back(workspace):
            self._spawn(_run(look))
        self._ahead[workspace] = {later for later in self._ahead[workspace] if later > version}
        self._advance(workspace, version)

    def step_back(self, workspace: UUID, version: int) -> None:
        """The database is at an earlier version than what was applied here: what comes next is news again."""
        log.error("The access rules of workspace %s went back: everybody is looked at again", workspace)
        self._cache.step_back(workspace, version)
        self._uow.caches.of(KnownLineages).by_resource.clear()
        self._ahead.pop(workspace, None)
        for look in self.audience.hold_all_back(workspace):
            self._spawn(_run(look))
        self._let_go(workspace)

    def _advance(self, workspace: UUID, version: int) -> None:
        ahead = self._ahead.get(workspace)
        while ahead and version + 1 in ahead:
            version += 1
            ahead.discard(version)
        if not ahead:
            self._ahead.pop(workspace, None)
        self._cache.reach(workspace, version)
        self._let_go(workspace)

    async def _catch_up(self, workspace: UUID) -> None:
        try:
            await asyncio.sleep(WINDOW)
            pause = _SHORTEST
            while self._cache.applied(workspace) < (wanted := self._wanted[workspace]):
                try:
                    version = await self._read_missed(workspace)
                except Exception as error:  # noqa: BLE001 - it is logged, and tried again
                    _complain(error)
                    if self._uow.closed:
                        return
                    await asyncio.sleep(pause)
                    pause = min(2 * pause, _LONGEST)
                else:
                    if version < wanted:
                        self._disbelieve(workspace, version)
                        return
            self._let_go(workspace)  # nobody else does if `begin` has learned the version meanwhile
        finally:
            del self._wanted[workspace]
            self._make_up_for(workspace)

    async def _read_missed(self, workspace: UUID) -> int:
        """Apply what the database has; at which version it is, 0 if it has no such workspace."""
        applied = self._cache.applied(workspace)
        async with self._uow.read() as read:
            version = (await versions_seen(read, [workspace])).get(workspace, 0)
            far = version > applied + AT_ONCE
            missed = [] if far else await changes_after(read, workspace, applied, AT_ONCE)
        for change in missed:
            if change.version == self._cache.applied(workspace) + 1:
                self.read += 1
                self.changed(change)
        if self._cache.applied(workspace) < version:  # too much, or something is not there
            self.leap(workspace, version)
        return version

    def _disbelieve(self, workspace: UUID, version: int) -> None:
        """What is told has never been in this database: somebody else's, or from before a restore."""
        log.warning(
            "The bus tells of access rules that the database does not have, of workspace %s", workspace
        )
        self._ahead.pop(workspace, None)
        self._waiting.forget(workspace)
        self._cache.disbelieve(workspace, version)

    def _let_go(self, scope: UUID) -> None:
        for message in self._waiting.let_go(scope, self._cache.applied(scope)):
            try:
                self._deliver(message)
            except Exception:  # the others have waited too
                log.exception("A message that waited could not be taken")
        self._make_up_for(scope)

    def _make_up_for(self, scope: UUID) -> None:
        if self._waiting.dropped and scope not in self._waiting:
            self._waiting.dropped = False
            self.on_dropped()


def _complain(error: Exception) -> None:
    if isinstance(error, TalkootError):
        log.warning("The access rules could not be read: %s", error.detail)
    else:
        log.error("The access rules could not be read", exc_info=error)


async def _run(look: Look) -> None:
    await look()


def _nobody_minds() -> None:
    """Nothing was dropped."""
