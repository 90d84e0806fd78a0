"""Tells how far others have read a room to the connections that have it open, as long as they may know."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any
from uuid import UUID

import msgspec

from talkoot.chat.access.cache import AccessCache
from talkoot.chat.access.operations import LIST_READERS
from talkoot.chat.accounts.actors import actor_of
from talkoot.chat.reads.frames import ReadersFrame, ReaderShown
from talkoot.chat.reads.readers import Readers, readers_of, rooms_of
from talkoot.chat.rooms.access import room_to_read
from talkoot.kernel.clock import rfc3339
from talkoot.kernel.errors import TalkootError
from talkoot.realtime.bus import control_message
from talkoot.realtime.operations import Reply

if TYPE_CHECKING:
    from talkoot.chat.reads.events import ReadMoved
    from talkoot.kernel.unit_of_work import UnitOfWork
    from talkoot.realtime.bus import Bus
    from talkoot.realtime.connection import Connection

MOVED = "reads.moved"
"""The control message that says: more was read of these rooms, or these people or workspaces chose anew."""
_PAUSE = 0.2  # seconds: what is read in one room in this time is told once


class ReaderWatches:
    """Which connections have which room open; only that a room was read is told to all servers.

    Each server that has a room open reads who has read it, and who may know, before it tells anybody.
    """

    def __init__(
        self, uow: UnitOfWork, bus: Bus, spawn: Callable[[Coroutine[Any, Any, None]], None], most: int
    ) -> None:
        self._uow, self._bus, self._spawn, self._most = uow, bus, spawn, most
        self._open: defaultdict[UUID, set[Connection]] = defaultdict(set)
        self._room: dict[Connection, UUID] = {}
        self._moved: set[UUID] = set()
        self._chosen: set[UUID] = set()
        self._telling = False
        self._waiting: set[UUID] = set()
        self._looking = False
        self._looks = 0

    def moved(self, event: ReadMoved) -> None:
        """Somebody has read more: tell all servers, in a moment."""
        self._tell_soon(self._moved, event.room)

    def chosen(self, whose: UUID) -> None:
        """This person, or this workspace, shares now, or does not any more: tell all servers, in a moment."""
        self._tell_soon(self._chosen, whose)

    def look(self, said: dict[str, str]) -> None:
        """The control message: look who has read the rooms that are open here."""
        self._look_soon(self._open.keys() & set(map(UUID, said["rooms"].split())))
        chosen = set(map(UUID, said.get("chosen", "").split()))  # the version before says no such thing
        if chosen and self._open:
            self._spawn(self._look_at_rooms_of(chosen))

    async def watch(self, connection: Connection, room: UUID | None) -> Reply | None:
        """This connection has this room open now, and no other; how far others have read it."""
        self.forget(connection)
        if room is None:
            return None
        actor, looks = actor_of(connection), self._looks
        try:
            async with self._uow.read() as read:
                await room_to_read(read, actor, room, LIST_READERS)
                if not connection.closing:
                    self._room[connection] = room
                    self._open[room].add(connection)
                readers = await readers_of(read, room, self._most)
        except TalkootError:  # access may have been taken back while this was read
            self.forget(connection)
            raise
        if actor.user not in readers.positions:  # they are not told when somebody reads, either
            self.forget(connection)

        def then() -> None:
            if self._looks != looks:  # what was told in between may be newer than this answer
                self._look_soon({room})

        return Reply(_frame(readers, room, actor.user), then)

    def forget(self, connection: Connection) -> None:
        """This connection has no room open."""
        room = self._room.pop(connection, None)
        if room is not None:
            self._open[room].discard(connection)
            if not self._open[room]:
                del self._open[room]

    def _tell_soon(self, of: set[UUID], which: UUID) -> None:
        if self._most == 0:
            return
        of.add(which)
        if not self._telling:
            self._telling = True
            asyncio.get_running_loop().call_later(_PAUSE, self._tell_servers)

    def _tell_servers(self) -> None:
        self._telling = False
        said = {"rooms": " ".join(map(str, self._moved)), "chosen": " ".join(map(str, self._chosen))}
        self._moved.clear()
        self._chosen.clear()
        self._bus.publish(control_message(MOVED, **said))

    async def _look_at_rooms_of(self, whose: set[UUID]) -> None:
        async with self._uow.read() as read:
            rooms = await rooms_of(read, whose)
        self._look_soon(self._open.keys() & rooms)

    def _look_soon(self, rooms: set[UUID]) -> None:
        self._waiting |= rooms
        if self._waiting and not self._looking:
            self._looking = True
            self._spawn(self._look_at_all())

    async def _look_at_all(self) -> None:
        try:
            while self._waiting:
                rooms, self._waiting = self._waiting, set()
                for room in rooms:
                    await self._look(room)
                await asyncio.sleep(_PAUSE)
        finally:
            self._looking = False

    async def _look(self, room: UUID) -> None:
        async with self._uow.read() as read:
            readers = await readers_of(read, room, self._most)
        self._looks += 1
        cache = self._uow.caches.of(AccessCache)
        for connection in list(self._open.get(room, ())):
            user = connection.identity.user if connection.identity else None
            held = readers.grants.get(user) if user else None
            if user is None:
                continue
            if held is not None and not cache.holds(held):  # rules changed meanwhile: look again who may know
                self._waiting.add(room)
                continue
            connection.send(msgspec.json.encode(_frame(readers, room, user)))
            if user not in readers.positions:
                self.forget(connection)


def _frame(readers: Readers, room: UUID, user: UUID) -> ReadersFrame:
    others = readers.shared_with(user).items()
    shown = {other: ReaderShown(at.seq, rfc3339(at.joined_at)) for other, at in others}
    return ReadersFrame(room, user in readers.positions, shown)
