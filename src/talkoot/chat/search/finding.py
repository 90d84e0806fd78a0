"""Searching: the index proposes, the messages themselves decide.

What the index knows may be a moment old. Every message that it proposes is read as it is now, in a room that
may be read now: what was deleted, edited or closed since then is not found any more.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from talkoot.chat.access.operations import GET_ROOM
from talkoot.chat.accounts.schemas import PublicUser
from talkoot.chat.rooms.access import room_to_read
from talkoot.chat.search.access import rooms_to_search
from talkoot.chat.search.documents import Row, document_of
from talkoot.chat.search.filters import resolve
from talkoot.chat.search.queries import messages_found
from talkoot.chat.search.ranking import worth
from talkoot.chat.search.schemas import FoundMessage
from talkoot.chat.search.snippets import snippet
from talkoot.kernel.clock import SECOND, rfc3339, rfc3339_or_none
from talkoot.kernel.errors import NotFound
from talkoot.kernel.paging import Page

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from talkoot.chat.accounts.actors import Actor
    from talkoot.chat.search.index import Hit, Index
    from talkoot.chat.search.language import Query
    from talkoot.chat.search.resolved import ResolvedQuery
    from talkoot.chat.search.stems import Stems
    from talkoot.kernel.transactions import Read

T = TypeVar("T")
SHORT = 2000  # characters, taken apart in a millisecond
_LONG_TEXTS = asyncio.Semaphore(1)
ROUNDS = 5  # times that the index is asked for one page; each time for twice as many
MOST = 200  # candidates at once
CHARACTERS = 100_000  # that are taken apart for one page; then it is short
_BUMPED = SECOND  # places lie so much behind the moment at the most


async def find_messages(
    read: Read, index: Index, actor: Actor, workspace: UUID, query: Query, *, after: int | None, limit: int
) -> Page[FoundMessage]:
    """The newest messages of a workspace that match and that the actor may read; `after` is a place.

    The index only proposes: when most of what it proposed was something else by now, the page is short.
    """
    wanted = await _wanted(read, index, actor, workspace, query)
    before = min(after if after is not None else 2**62, wanted.until + _BUMPED)
    found, looked_at = await _collect(read, index, wanted, before, limit)
    rows = [row for _, row in found[:limit]]
    return Page(
        items=await _shown(read, index, actor, query, rows),
        next=_next(found, limit, looked_at),
    )


async def find_best(
    read: Read, index: Index, actor: Actor, workspace: UUID, query: Query, *, limit: int, now: int
) -> Page[FoundMessage]:
    """The best of the newest `MOST` messages that match, the best first: one page, without a next one."""
    wanted = await _wanted(read, index, actor, workspace, query)
    found, _ = await _collect(read, index, wanted, wanted.until + _BUMPED, MOST)

    def worth_of(row: Any) -> float:
        return worth(row.text, row.ts, query.terms, index.stems, now)

    ranked = [(await _in_turn(row, partial(worth_of, row)), place, row) for place, row in found]
    ranked.sort(key=lambda each: each[:2], reverse=True)
    rows = [row for *_, row in ranked[:limit]]
    return Page(items=await _shown(read, index, actor, query, rows))


async def _wanted(read: Read, index: Index, actor: Actor, workspace: UUID, query: Query) -> ResolvedQuery:
    rooms = await rooms_to_search(read, actor, workspace)
    index.stems.widen(query)
    return await resolve(read, actor, workspace, query, rooms)


async def _shown(
    read: Read, index: Index, actor: Actor, query: Query, rows: Sequence[Any]
) -> list[FoundMessage]:
    """Each room goes through the door of reading it once more."""
    readable = {row.room_id: False for row in rows}
    for room in readable:
        with suppress(NotFound):
            await room_to_read(read, actor, room, GET_ROOM)
            readable[room] = True
    return [
        await _in_turn(row, partial(_out, row, query, index.stems)) for row in rows if readable[row.room_id]
    ]


async def _collect(
    read: Read, index: Index, wanted: ResolvedQuery, before: int, limit: int
) -> tuple[list[tuple[int, Any]], int | None]:
    """One more than `limit` if there are as many, and how far was looked; None if that is the end."""
    found: list[tuple[int, Any]] = []
    if not wanted.rooms or wanted.since >= wanted.until:
        return found, None
    left = CHARACTERS
    for round_ in range(ROUNDS):
        asked = min(MOST, (limit + 1) << round_)
        hits = await read.behind(partial(_proposals, index, wanted, before, asked))
        messages = await messages_found(read, (hit.message for hit in hits))
        for hit in hits:
            if left <= 0 or len(found) > limit:
                return found, before
            row = messages.get(hit.message)
            if row is not None:
                left -= len(row.text or "")
                if await _in_turn(row, partial(_matches, wanted, row, index.stems)):
                    found.append((hit.place, row))
            before = hit.place
        if len(hits) < asked:
            return found, None
    return found, before


async def _proposals(index: Index, wanted: ResolvedQuery, before: int, limit: int, read: Read) -> list[Hit]:
    return await index.find(read, wanted, before=before, limit=limit)


def _next(found: Sequence[tuple[int, Any]], limit: int, looked_at: int | None) -> str | None:
    """The place of the last that is shown, or that was looked at; None at the end of all there is."""
    if len(found) > limit:
        return str(found[limit - 1][0])
    return str(looked_at) if looked_at is not None else None


async def _in_turn(row: Any, work: Callable[[], T]) -> T:
    """A long text is taken apart in a thread, one at a time: the loop goes on meanwhile."""
    if len(row.text or "") <= SHORT:
        await asyncio.sleep(0)
        return work()
    async with _LONG_TEXTS:
        return await asyncio.to_thread(work)


def _matches(wanted: ResolvedQuery, row: Any, stems: Stems) -> bool:
    now = Row(
        message=row.id.hex,
        room=row.room_id.hex,
        sender=row.sender_id.hex,
        thread=row.thread_id.hex if row.thread_id else None,
        ts=row.ts,
        text=row.text,
        files=row.attachments,
        poll=row.poll,
        pinned=row.pinned_at is not None,
    )
    document = document_of(now, stems)
    return document is not None and wanted.matches(document)


def _out(row: Any, query: Query, stems: Stems) -> FoundMessage:
    return FoundMessage(
        id=row.id,
        room=row.room_id,
        seq=row.seq,
        sender=PublicUser(
            id=row.sender_id, username=row.username, display_name=row.display_name, bot=row.bot
        ),
        text=row.text,
        ts=rfc3339(row.ts),
        edited_at=rfc3339_or_none(row.edited_at),
        thread=row.thread_id,
        snippet=snippet(row.text, query.terms, stems),
        attachments=msgspec.json.decode(row.attachments) if row.attachments else [],
    )
