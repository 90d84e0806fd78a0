"""Searching: the index proposes, the messages themselves decide.

What the index knows may be a moment old. Every message that it proposes is read as it is now, in a room that
may be read now: what was deleted, edited or closed since then is not found any more.
"""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any

import msgspec

from talkoot.chat.access.operations import GET_ROOM
from talkoot.chat.accounts.schemas import PublicUser
from talkoot.chat.rooms.access import room_to_read
from talkoot.chat.search.access import rooms_to_search
from talkoot.chat.search.filters import resolve
from talkoot.chat.search.looking import Looking, in_turn
from talkoot.chat.search.queries import messages_found
from talkoot.chat.search.ranking import worth
from talkoot.chat.search.schemas import FoundFile, FoundMessage
from talkoot.chat.search.snippets import snippet
from talkoot.kernel.clock import SECOND, rfc3339, rfc3339_or_none
from talkoot.kernel.errors import NotFound
from talkoot.kernel.paging import Page
from talkoot.kernel.values import Value

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from talkoot.chat.accounts.actors import Actor
    from talkoot.chat.search.index import Hit, Index
    from talkoot.chat.search.language import Query
    from talkoot.chat.search.resolved import ResolvedQuery
    from talkoot.chat.search.stems import Stems
    from talkoot.kernel.transactions import Read

ROUNDS = 5  # times that the index is asked for one page; each time for twice as many
MOST = 200  # candidates at once
SLICE = 50  # candidates that are looked at together
_BUMPED = SECOND  # places lie so much behind the moment at the most


class _Found(Value, frozen=True):
    place: int
    row: Any
    inside: list[FoundFile]


async def find_messages(
    read: Read, index: Index, actor: Actor, workspace: UUID, query: Query, *, after: int | None, limit: int
) -> Page[FoundMessage]:
    """The newest messages of a workspace that match and that the actor may read; `after` is a place.

    The index only proposes: when most of what it proposed was something else by now, the page is short.
    """
    wanted = await _wanted(read, index, actor, workspace, query)
    before = min(after if after is not None else 2**62, wanted.until + _BUMPED)
    found, looked_at = await _collect(read, index, wanted, before, limit)
    return Page(
        items=await _shown(read, index, actor, query, found[:limit]),
        next=_next(found, limit, looked_at),
    )


async def find_best(
    read: Read, index: Index, actor: Actor, workspace: UUID, query: Query, *, limit: int, now: int
) -> Page[FoundMessage]:
    """The best of the newest `MOST` messages that match, the best first: one page, without a next one.

    Those that match by what they say themselves come before those that match by what their files say.
    """
    wanted = await _wanted(read, index, actor, workspace, query)
    found, _ = await _collect(read, index, wanted, wanted.until + _BUMPED, MOST)

    def worth_of(row: Any) -> float:
        return worth(row.text, row.ts, query.terms, index.stems, now)

    ranked = [
        (not each.inside, await in_turn(each.row, partial(worth_of, each.row)), each.place, each)
        for each in found
    ]
    ranked.sort(key=lambda each: each[:3], reverse=True)
    return Page(items=await _shown(read, index, actor, query, [each for *_, each in ranked[:limit]]))


async def _wanted(read: Read, index: Index, actor: Actor, workspace: UUID, query: Query) -> ResolvedQuery:
    rooms = await rooms_to_search(read, actor, workspace)
    index.stems.widen(query)
    return await resolve(read, actor, workspace, query, rooms)


async def _shown(
    read: Read, index: Index, actor: Actor, query: Query, found: Sequence[_Found]
) -> list[FoundMessage]:
    """Each room goes through the door of reading it once more."""
    readable = {each.row.room_id: False for each in found}
    for room in readable:
        with suppress(NotFound):
            await room_to_read(read, actor, room, GET_ROOM)
            readable[room] = True
    return [
        await in_turn(each.row, partial(_out, each, query, index.stems))
        for each in found
        if readable[each.row.room_id]
    ]


async def _collect(
    read: Read, index: Index, wanted: ResolvedQuery, before: int, limit: int
) -> tuple[list[_Found], int | None]:
    """One more than `limit` if there are as many, and how far was looked; None if that is the end."""
    found: list[_Found] = []
    if not wanted.rooms or wanted.since >= wanted.until:
        return found, None
    looking = Looking(read, wanted, index.stems)
    for round_ in range(ROUNDS):
        asked = min(MOST, (limit + 1) << round_)
        hits = await read.behind(partial(_proposals, index, wanted, before, asked))
        messages = await messages_found(read, (hit.message for hit in hits))
        for start in range(0, len(hits), SLICE):
            some = hits[start : start + SLICE]
            rows = [messages.get(hit.message) for hit in some]
            await looking.ahead([row for row in rows if row is not None])
            for hit, row in zip(some, rows, strict=True):
                if looking.is_tired or len(found) > limit:
                    return found, before
                if row is not None and (inside := await looking.at(row)) is not None:
                    found.append(_Found(hit.place, row, inside))
                before = hit.place
        if len(hits) < asked:
            return found, None
    return found, before


async def _proposals(index: Index, wanted: ResolvedQuery, before: int, limit: int, read: Read) -> list[Hit]:
    return await index.find(read, wanted, before=before, limit=limit)


def _next(found: Sequence[_Found], limit: int, looked_at: int | None) -> str | None:
    """The place of the last that is shown, or that was looked at; None at the end of all there is."""
    if len(found) > limit:
        return str(found[limit - 1].place)
    return str(looked_at) if looked_at is not None else None


def _out(found: _Found, query: Query, stems: Stems) -> FoundMessage:
    row = found.row
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
        inside=found.inside,
    )
