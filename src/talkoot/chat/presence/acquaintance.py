"""Who may know of whose presence, also after people came into a workspace or left it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING
from uuid import UUID

import msgspec

from talkoot.chat.access.looking import look_at_each
from talkoot.chat.access.queries import acquaintances_among
from talkoot.chat.presence.frames import NO_STATUS, PresenceFrame
from talkoot.kernel.errors import Unavailable
from talkoot.kernel.together import Together
from talkoot.kernel.values import Value
from talkoot.realtime.close_codes import CloseCode

if TYPE_CHECKING:
    from talkoot.chat.access.events import AccessChanged
    from talkoot.chat.presence.frames import UserStatus
    from talkoot.chat.presence.watches import PresenceWatches
    from talkoot.kernel.transactions import Read
    from talkoot.kernel.unit_of_work import UnitOfWork
    from talkoot.realtime.connection import Connection
    from talkoot.realtime.presence import Presence, PresenceStore

    Look = Callable[[Read, Collection[UUID]], Awaitable[Mapping[UUID, UserStatus]]]

AT_ONCE = 1000  # people in one reading
_ROUNDS = 10  # of reading again because somebody came or left in the meantime


class Held(Value, frozen=True):
    """Whom a connection is not told of for now, and how they were; it goes on only with the same `list`.

    `statuses_told` is how many statuses were told until then.
    """

    connection: Connection
    list: set[UUID]
    states: Mapping[UUID, Presence]
    statuses_told: int


class Acquaintance:
    """Lets connections watch only those whom their users share a workspace with."""

    def __init__(self, uow: UnitOfWork, watches: PresenceWatches, store: PresenceStore) -> None:
        self._uow = uow
        self._watches = watches
        self._store = store
        self._changes = 0
        self.statuses_among: Look | None = None
        """Who knows what people show beside their names; it is another feature, which stands above."""
        self._reading: Together[tuple[UUID, Collection[UUID]], set[UUID]] = Together(
            self._read, at_once=AT_ONCE, weight=lambda asked: 1 + len(asked[1])
        )
        self._looking: Together[Collection[UUID], dict[UUID, UserStatus]] = Together(
            self._look_at_statuses, at_once=AT_ONCE, weight=lambda users: 1 + len(users)
        )

    async def watch(self, connection: Connection, user: UUID, others: Sequence[UUID]) -> PresenceFrame:
        """Let this connection watch these people, instead of those before; how those are it may know of."""
        known = await self._known_to(user, others)
        self._watches.replace(connection, known)
        statuses = await self._statuses_of(known)
        states = await self._states(connection, known)
        return PresenceFrame(states, {user: status for user, status in statuses.items() if user in states})

    def hold_back(self, change: AccessChanged) -> list[Held]:
        """Nobody is told of whom the change may part them from, until `look_again` has looked."""
        if change.kind != "workspace" or not change.users:  # entries part nobody
            return []
        self._changes += 1
        return [
            Held(connection, watched, self._store.told(users), self._watches.statuses_told)
            for connection, watched, users in self._watches.part(change.users)
        ]

    async def look_again(self, held: Iterable[Held]) -> None:
        """Let those watch on who still may know of each other."""
        for left in await look_at_each(self._look_again, held, what="Who may know of whom"):
            left.connection.close(CloseCode.INTERNAL)

    async def _look_again(self, held: Held) -> None:
        identity = held.connection.identity
        if identity is None or not self._watches.is_list_of(held.connection, held.list):
            return
        known = await self._known_to(identity.user, [*held.states])
        if self._watches.is_list_of(held.connection, held.list):
            self._watches.add(held.connection, known)
            for user, state in (await self._states(held.connection, known)).items():
                if state != held.states[user]:
                    self._watches.tell_one(held.connection, user, state)
            if self._watches.was_told(known, held.statuses_told):
                await self._tell_statuses(held.connection, known)

    async def _tell_statuses(self, connection: Connection, users: Collection[UUID]) -> None:
        """Somebody showed something else while this connection was told nothing of these."""
        statuses = await self._statuses_of(users)
        for user in users:
            if self._watches.is_told_of(connection, user):
                status = msgspec.json.encode(statuses.get(user, NO_STATUS))
                self._watches.tell_one_status(connection, user, status)

    async def _statuses_of(self, users: Collection[UUID]) -> dict[UUID, UserStatus]:
        """Nothing that was told of them in the meantime is newer than what is returned."""
        for _ in range(_ROUNDS):
            told = self._watches.statuses_told
            statuses = await self._looking.ask(users) if users else {}
            if not self._watches.was_told(users, told):
                return statuses
        raise Unavailable("What people show beside their names keeps changing")

    async def _look_at_statuses(self, asked: Sequence[Collection[UUID]]) -> list[dict[UUID, UserStatus]]:
        if self.statuses_among is None:
            return [{} for _ in asked]
        async with self._uow.read() as read:
            found = await self.statuses_among(read, set().union(*asked))
        return [{user: found[user] for user in users if user in found} for users in asked]

    async def _states(self, connection: Connection, users: Iterable[UUID]) -> dict[UUID, Presence]:
        """How those of these users are whom the connection still watches when that is known."""
        states = await self._store.state_of(users)
        return {user: how for user, how in states.items() if self._watches.is_told_of(connection, user)}

    async def _known_to(self, user: UUID, others: Collection[UUID]) -> set[UUID]:
        """Nobody has come or left between the reading and the return."""
        for _ in range(_ROUNDS):
            changes = self._changes
            known = await self._reading.ask((user, others))
            if changes == self._changes:
                return known
        raise Unavailable("Who is in the workspaces keeps changing")

    async def _read(self, asked: Sequence[tuple[UUID, Collection[UUID]]]) -> list[set[UUID]]:
        async with self._uow.read() as read:
            return await acquaintances_among(read, asked)
