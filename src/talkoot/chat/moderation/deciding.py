"""Who may decide on something is told that it waits, while they are there."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Coroutine
from itertools import islice
from typing import TYPE_CHECKING, Any, Literal, cast
from uuid import UUID

import msgspec

from talkoot.chat.access.cache import AccessCache
from talkoot.chat.access.reading import grants_of_many
from talkoot.chat.messages.events import What
from talkoot.chat.messages.models import HeldMessage
from talkoot.chat.moderation.access import decides_on, moderates, sees
from talkoot.chat.moderation.models import Appeal, Case
from talkoot.realtime.bus import control_message

if TYPE_CHECKING:
    from talkoot.chat.access.cache import Grants
    from talkoot.chat.messages.events import ToDecide
    from talkoot.kernel.transactions import Read
    from talkoot.kernel.unit_of_work import UnitOfWork
    from talkoot.realtime.bus import Bus
    from talkoot.realtime.connection import Connection
    from talkoot.realtime.hub import Hub

TO_DECIDE = "moderation.to_decide"
"""The control message that says: this waits for a moderator."""
_PAUSE = 0.5  # seconds between two looks: a room in which all is held must not cost one for each message
_AT_ONCE = 500  # people who are looked at before others have their turn

Subject = HeldMessage | Case | Appeal


class ToDecideNotice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Something new waits in a queue where one may decide; `room` is null where it is of the workspace."""

    op: Literal["notice"]
    kind: Literal["to_decide"]
    what: Literal["held", "report", "appeal"]
    workspace: UUID
    room: UUID | None


class Deciders:
    """Tells notices of the kind `to_decide`: each server looks who of those who are there may decide.

    What comes to one place while that is looked up is told once.
    """

    def __init__(
        self,
        bus: Bus,
        hub: Hub,
        uow: UnitOfWork,
        spawn: Callable[[Coroutine[Any, Any, None]], None],
        connections: Collection[Connection],
    ) -> None:
        self._bus, self._hub, self._uow, self._spawn = bus, hub, uow, spawn
        self._connections = connections
        self._waiting: dict[UUID, What] = {}
        self._looking = False

    def came(self, event: ToDecide) -> None:
        """Let every server look for those who are connected there."""
        self._bus.publish(control_message(TO_DECIDE, what=event.what, id=event.id))

    def look(self, said: dict[str, str]) -> None:
        """The control message."""
        self._waiting[UUID(said["id"])] = What(said["what"])
        if not self._looking:
            self._looking = True
            self._spawn(self._look_at_all())

    async def _look_at_all(self) -> None:
        try:
            while self._waiting:
                waiting, self._waiting = self._waiting, {}
                told: set[tuple[What, UUID]] = set()
                for subject, what in waiting.items():
                    await self._look(what, subject, told)
                await asyncio.sleep(_PAUSE)
        finally:
            self._looking = False

    async def _look(self, what: What, subject_id: UUID, told: set[tuple[What, UUID]]) -> None:
        async with self._uow.read() as read:
            subject = cast("Subject | None", await read.session.get(_TABLES[what], subject_id))
        if subject is None or (what, _place(subject)) in told:
            return
        told.add((what, _place(subject)))
        people = iter({c.identity.user for c in self._connections if c.identity is not None})
        while some := [*islice(people, _AT_ONCE)]:
            async with self._uow.read() as read:
                deciding = await _who_decides(read, subject, some)
            self._tell(what, deciding)
            await asyncio.sleep(0)

    def _tell(self, what: What, deciding: Collection[Grants]) -> None:
        cache = self._uow.caches.of(AccessCache)
        for grants in deciding:
            if not cache.holds(grants):  # it was taken back meanwhile; they see the queue when they look
                continue
            room = grants.resource if grants.kind == "room" else None
            notice = ToDecideNotice("notice", "to_decide", what.value, grants.workspace, room)
            self._hub.deliver_to_user(grants.user, msgspec.json.encode(notice))


_TABLES: dict[What, type[Subject]] = {What.HELD: HeldMessage, What.REPORT: Case, What.APPEAL: Appeal}


def _place(subject: Subject) -> UUID:
    """The node in whose queue it is."""
    if isinstance(subject, Appeal):
        return subject.resource_id
    return subject.room_id or subject.workspace_id if isinstance(subject, Case) else subject.room_id


async def _who_decides(read: Read, subject: Subject, people: Collection[UUID]) -> list[Grants]:
    """Those of these people who may, each with what they hold on the node that lets them."""
    nodes = {_place(subject)} | ({subject.workspace_id} if isinstance(subject, Case) else set())
    held = await grants_of_many(read, [(user, node) for user in people for node in nodes])
    found = []
    for user in people:
        here = held.get((user, _place(subject)))
        if isinstance(subject, Case):
            top = held.get((user, subject.workspace_id))
            if top is not None and sees(subject, user, top, here):
                found.append(top if here is None or subject.room_id is None or not moderates(here) else here)
        elif here is not None and _decides(subject, here):
            found.append(here)
    return found


def _decides(subject: HeldMessage | Appeal, grants: Grants) -> bool:
    return decides_on(subject, grants) if isinstance(subject, Appeal) else moderates(grants)
