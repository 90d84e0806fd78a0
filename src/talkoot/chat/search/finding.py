"""Searching: the index proposes, the messages themselves decide.

What the index knows may be a moment old. Every message that it proposes is read as it is now, in a room that
may be read now: what was deleted, edited or closed since then is not found any more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from talkoot.chat.accounts.schemas import PublicUser
from talkoot.chat.rooms.access import room_to_read
from talkoot.chat.search.access import rooms_to_search
from talkoot.chat.search.documents import Row, document_of
from talkoot.chat.search.filters import wanted_of
from talkoot.chat.search.queries import messages_found
from talkoot.chat.search.schemas import FoundMessage
from talkoot.chat.search.snippets import snippet
from talkoot.kernel.clock import SECOND, rfc3339
from talkoot.kernel.paging import Page

if TYPE_CHECKING:
    from uuid import UUID

    from talkoot.chat.accounts.actors import Actor
    from talkoot.chat.search.index import Index
    from talkoot.chat.search.language import Query
    from talkoot.chat.search.wanted import Wanted
    from talkoot.kernel.transactions import Read

ROUNDS = 5  # times that the index is asked again because messages have changed since it saw them
_BUMPED = SECOND  # places lie so much behind the moment at the most


async def find_messages(
    read: Read, index: Index, actor: Actor, workspace: UUID, query: Query, *, after: int | None, limit: int
) -> Page[FoundMessage]:
    """The newest messages of a workspace that match and that the actor may read; `after` is a place."""
    rooms = await rooms_to_search(read, actor, workspace)
    wanted = await wanted_of(read, actor, workspace, query, rooms)
    if not wanted.rooms or wanted.since >= wanted.until:
        return Page(items=[])
    before = min(after if after is not None else 2**62, wanted.until + _BUMPED)
    found: list[tuple[int, Any]] = []
    for _ in range(ROUNDS):
        hits = await index.find(read, wanted, before=before, limit=limit + 1 - len(found))
        messages = await messages_found(read, (hit.message for hit in hits))
        found += [
            (hit.place, row)
            for hit in hits
            if (row := messages.get(hit.message)) is not None and _matches(wanted, row)
        ]
        if not hits or len(found) > limit:
            break
        before = hits[-1].place
    for room in {row.room_id for _, row in found[:limit]}:
        await room_to_read(read, actor, room)
    return Page(
        items=[_out(row, query) for _, row in found[:limit]],
        next=str(found[limit - 1][0]) if len(found) > limit else None,
    )


def _matches(wanted: Wanted, row: Any) -> bool:
    thread = row.thread_id.hex if row.thread_id else None
    now = Row(row.id.hex, row.room_id.hex, row.sender_id.hex, thread, row.ts, row.text)
    document = document_of(now)
    return document is not None and wanted.matches(document)


def _out(row: Any, query: Query) -> FoundMessage:
    return FoundMessage(
        id=row.id,
        room=row.room_id,
        seq=row.seq,
        sender=PublicUser(
            id=row.sender_id, username=row.username, display_name=row.display_name, bot=row.bot
        ),
        text=row.text,
        ts=rfc3339(row.ts),
        edited_at=rfc3339(row.edited_at) if row.edited_at is not None else None,
        thread=row.thread_id,
        snippet=snippet(row.text, query.terms),
    )
