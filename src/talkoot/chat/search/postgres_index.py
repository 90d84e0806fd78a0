"""The index of a PostgreSQL database: tables of tokens in it, with a GIN index, and no extension."""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy.exc import DBAPIError

from talkoot.chat.search import postgres_tables as tables
from talkoot.chat.search.documents import Row
from talkoot.chat.search.index import Changes, Hit, Index, search_too_slow
from talkoot.chat.search.postgres_query import expression, vector, within
from talkoot.chat.search.postgres_slices import groups_before, slices_for
from talkoot.chat.search.tokens import VERSION
from talkoot.kernel.errors import Conflict

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

    from talkoot.chat.search.documents import Document
    from talkoot.chat.search.resolved import ResolvedQuery
    from talkoot.chat.search.stems import Stems
    from talkoot.kernel.transactions import Read

log = logging.getLogger("talkoot.search")

_ROOMS = 500  # looked at in one statement
_PATIENCE = "2000"  # milliseconds
_CANCELED = "57014"


class PostgresIndex(Index):
    """One connection of its own that writes; searches use the one of their reader.

    With a `holder` it writes only while the lease of the index is theirs; Conflict when it is not any more.
    """

    def __init__(self, engine: AsyncEngine, stems: Stems, holder: UUID | None = None) -> None:
        self.stems = stems
        self._engine = engine
        self._holder = holder
        self._connection: AsyncConnection | None = None
        self.on_loss: Callable[[], None] = lambda: None

    async def open(self) -> UUID | None:
        """Make ready."""
        async with self._transaction() as connection:
            state = (await connection.execute(tables.STATE)).first()
            too_much = await connection.scalar(tables.KNOWS_TOO_MUCH)
        if state is None or state.version != self.stems.version(VERSION) or too_much:
            await self.clear()
            return UUID(int=0)
        return None if state.complete else state.scanned

    async def clear(self) -> None:
        """Forget everything."""
        async with self._transaction() as connection:
            await connection.execute(tables.HURRY)
            await self._prove(connection)
            await connection.execute(tables.EMPTY)
            await connection.execute(tables.AT_HEADS)
            await connection.execute(
                tables.BEGIN, {"version": self.stems.version(VERSION), "scanned": UUID(int=0)}
            )

    async def messages_behind(self, message: UUID, limit: int) -> list[Row]:
        """The next messages."""
        async with self._transaction() as connection:
            found = await connection.execute(tables.SCAN, {"message": message, "limit": limit})
            return [_row(row.id, row[1:]) for row in found]

    async def rooms_behind(self) -> set[UUID]:
        """Rooms whose logs go on."""
        async with self._transaction() as connection:
            return set(await connection.scalars(tables.BEHIND))

    async def changes(self, rooms: Sequence[UUID], limit: int) -> Changes:
        """Events behind what was indexed."""
        rows: dict[UUID, Row] = {}
        positions: dict[UUID, int] = {}
        async with self._transaction() as connection:
            found = await connection.execute(tables.CHANGES, {"rooms": rooms[:_ROOMS], "limit": limit})
            events = found.all()
            for room, seq, expired, message, *rest in events:
                positions[room] = seq
                if expired is not None:
                    gone = await connection.execute(tables.EXPIRED, {"room": room, **json.loads(expired)})
                    rows |= {each.id: _row(each.id, each[1:]) for each in gone}
                if message is not None:
                    rows[message] = _row(message, rest)
        left = rooms if len(events) >= limit else rooms[_ROOMS:]
        return Changes(list(rows.values()), positions, set(left))

    async def texts(self, message: str) -> list[str]:
        """What files say."""
        async with self._transaction() as connection:
            return [*await connection.scalars(tables.TEXTS, {"message": UUID(message)})]

    async def write(
        self,
        gone: Sequence[str],
        documents: Sequence[Document],
        *,
        positions: dict[UUID, int] | None = None,
        scanned: UUID | None = None,
        complete: bool = False,
    ) -> None:
        """Replace documents."""
        async with self._transaction() as connection:
            await connection.execute(tables.HURRY)
            await self._prove(connection)
            if before := [UUID(message) for message in (*gone, *(each.message for each in documents))]:
                await connection.execute(tables.FORGET, {"messages": before})
            if documents:
                await _insert(connection, documents)
            if positions:
                moved = {"rooms": [*positions], "seqs": [*positions.values()]}
                await connection.execute(tables.MOVE, moved)
            if scanned is not None:
                await connection.execute(tables.SCANNED, {"scanned": scanned, "complete": complete})

    async def find(self, read: Read, wanted: ResolvedQuery, *, before: int, limit: int) -> list[Hit]:
        """What matches, in the reader's own view. Unavailable when it takes too long."""
        try:
            return await self._find(read, wanted, before, limit)
        except DBAPIError as error:
            if getattr(error.orig, "sqlstate", None) == _CANCELED:
                raise search_too_slow() from error
            raise

    async def close(self) -> None:
        """Let go of the connection."""
        await self._drop()
        await self._engine.dispose()

    async def _find(self, read: Read, wanted: ResolvedQuery, before: int, limit: int) -> list[Hit]:
        await read.connection.execute(tables.CAREFULLY, {"milliseconds": _PATIENCE})
        query = expression(wanted)
        given = {"rooms": [*map(UUID, wanted.rooms)], "since": wanted.since, "before": before}
        if not query:
            found = await read.connection.execute(tables.FIND_ALL, {**given, "limit": limit})
            return [*map(_hit, found)]
        hits: list[Hit] = []
        for slices, first in await groups_before(read.connection, before, wanted.since):
            asked = {**given, "query": within(query, slices) if slices else query, "limit": limit - len(hits)}
            hits += map(_hit, await read.connection.execute(tables.FIND, asked))
            if len(hits) >= limit:
                break
            given["before"] = min(before, first)
        return hits

    async def _prove(self, connection: AsyncConnection) -> None:
        if self._holder is None:
            return
        if await connection.scalar(tables.STILL_OURS, {"holder": self._holder}) is None:
            raise Conflict("Somebody else writes the search index now")

    @asynccontextmanager
    async def _transaction(self) -> AsyncIterator[AsyncConnection]:
        if self._connection is None:
            self._connection = await self._engine.connect()
        try:
            async with self._connection.begin():
                yield self._connection
        except BaseException:
            await self._drop()
            raise

    async def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()


async def is_whole(read: Read, stems: Stems) -> bool:
    """Whether all messages that were there when the index was begun are in it."""
    state = (await read.connection.execute(tables.STATE)).first()
    return state is not None and state.version == stems.version(VERSION) and state.complete


async def _insert(connection: AsyncConnection, documents: Sequence[Document]) -> None:
    """At the next free place at or behind each message's moment."""
    waiting = sorted((document.ts, document.message, document) for document in documents)
    slices = dict(
        zip(
            (message for _, message, _ in waiting),
            await slices_for(connection, [place for place, _, _ in waiting]),
            strict=True,
        )
    )
    while waiting:
        free = {place: (message, document) for place, message, document in waiting}  # one for each place
        done = await connection.scalars(
            tables.INSERT,
            {
                "places": [*free],
                "messages": [UUID(message) for message, _ in free.values()],
                "rooms": [UUID(document.room) for _, document in free.values()],
                "tokens": [vector(document, slices[message]) for message, document in free.values()],
            },
        )
        stored = {message.hex for message in done}
        waiting = [
            (place + 1, message, document) for place, message, document in waiting if message not in stored
        ]


def _hit(row: Any) -> Hit:
    return Hit(row.place, row.message_id)


def _row(message: UUID, rest: Sequence[Any]) -> Row:
    room, sender, thread, ts, text, files, poll, pinned, inside = rest
    return Row(
        message=message.hex,
        room=room.hex,
        sender=sender.hex,
        thread=thread.hex if thread else None,
        ts=ts,
        text=text,
        files=files,
        poll=poll,
        pinned=pinned,
        inside=int(inside or 0),
    )
