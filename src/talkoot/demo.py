"""`serve --demo`: a small believable workspace, made through the same actions as everything else."""

from __future__ import annotations

import secrets
from functools import partial
from typing import TYPE_CHECKING

from talkoot.chat.access.actions import add_workspace_member
from talkoot.chat.accounts.actions import NewUser, create_user
from talkoot.chat.accounts.actors import NO_SESSION, Actor
from talkoot.chat.accounts.passwords import hash_now
from talkoot.chat.messages.actions.commands import Send, Sent
from talkoot.chat.messages.actions.send import SEND
from talkoot.chat.onboarding.actions import set_up
from talkoot.chat.reads.actions import MarkRead, begin_at_head, mark_read
from talkoot.chat.rooms import actions as rooms
from talkoot.chat.rooms.events import MembersJoined
from talkoot.chat.rooms.queries import default_rooms
from talkoot.chat.rooms.schemas import NewRoom
from talkoot.demo_script import DIRECT, OWNER, PEOPLE, ROOMS, SCRIPT, WORKSPACE, Line
from talkoot.kernel.clock import MINUTE, SystemClock
from talkoot.kernel.database import open_database
from talkoot.kernel.log import heads
from talkoot.kernel.unit_of_work import UnitOfWork
from talkoot.kernel.values import Value

if TYPE_CHECKING:
    from uuid import UUID

    from talkoot.kernel.transactions import Tx
    from talkoot.settings import Settings


class Demo(Value, frozen=True):
    """How to sign in to look at it."""

    username: str
    password: str


class _PastClock(SystemClock):
    """Tells the time of the line that is being said."""

    moment = 0

    def now(self) -> int:
        """Microseconds since the epoch."""
        return self.moment


async def fill(settings: Settings) -> Demo:
    """Fill an empty, migrated database. Conflict if the server is set up already."""
    database = open_database(settings)
    clock = _PastClock()
    uow = UnitOfWork(database, clock, {MembersJoined: ([begin_at_head], [])})
    uow.start()
    try:
        return await _Stage(uow, clock).play()
    finally:
        await uow.close()
        await database.close()


class _Stage:
    def __init__(self, uow: UnitOfWork, clock: _PastClock) -> None:
        self._uow = uow
        self._clock = clock
        self._start = SystemClock().now()
        self._actors: dict[str, Actor] = {}
        self._rooms: dict[str, UUID] = {}
        self._said: dict[str, UUID] = {}

    async def play(self) -> Demo:
        """Let the people of the script come in, and say their lines at their times."""
        self._at(SCRIPT[0].minutes_ago + 60)
        password = secrets.token_urlsafe(9)
        await self._uow.run(partial(self._enter, hash_now(password)))
        for line in SCRIPT:
            self._at(line.minutes_ago)
            await self._say(line)
        await self._uow.run(self._read_most)
        return Demo(OWNER, password)

    def _at(self, minutes_ago: int) -> None:
        self._clock.moment = self._start - minutes_ago * MINUTE

    async def _enter(self, password_hash: str, tx: Tx) -> None:
        owner, workspace = await set_up(tx, WORKSPACE, NewUser(OWNER, PEOPLE[OWNER], password_hash))
        self._actors[OWNER] = Actor(owner.id, owner.username, NO_SESSION)
        for username, name in PEOPLE.items():
            if username != OWNER:
                user = await create_user(tx, NewUser(username, name, password_hash))
                self._actors[username] = Actor(user.id, username, NO_SESSION)
                await add_workspace_member(tx, workspace.id, user.id, "member")
                await rooms.join_default_rooms(tx, workspace.id, user.id)
        for room in await default_rooms(tx, workspace.id):
            self._rooms[room.name] = room.id
        for name, (kind, topic, members) in ROOMS.items():
            new = NewRoom.model_validate({"name": name, "kind": kind, "topic": topic})
            room = await rooms.create_room(tx, self._actors[OWNER], workspace.id, new)
            self._rooms[name] = room.id
            for member in members:
                await rooms.add_to_room(tx, self._actors[OWNER], room.id, self._actors[member].user)
        others = frozenset(self._actors[name].user for name in DIRECT)
        direct, _ = await rooms.open_direct_room(tx, self._actors[OWNER], workspace.id, others)
        self._rooms["@"] = direct.id

    async def _say(self, line: Line) -> None:
        thread = self._said[line.replies_to] if line.replies_to else None
        send = Send(self._actors[line.who], self._rooms[line.room], line.text, thread=thread)
        sent = await self._uow.submit_to(SEND, send)
        assert isinstance(sent, Sent)  # none of its rooms has rules
        self._said[line.mark] = sent.event.id

    async def _read_most(self, tx: Tx) -> None:
        """The owner has read all but the last few lines of some rooms."""
        for name, room in self._rooms.items():
            head = (await heads(tx, [room]))[room].head
            behind = sum(1 for line in SCRIPT if line.room == name and line.unread)
            await mark_read(tx, [MarkRead(self._actors[OWNER], room, head - behind)])
