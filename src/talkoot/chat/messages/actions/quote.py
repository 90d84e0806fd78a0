"""Quoting: what its author may read at that moment is copied, and emptied when the message is deleted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING
from uuid import UUID

import msgspec
from sqlalchemy import delete, insert, select

from talkoot.chat.access.doors import admit
from talkoot.chat.access.grants import grants_now, versions_of
from talkoot.chat.access.operations import GET_MESSAGE
from talkoot.chat.messages.models import Message, Quote
from talkoot.chat.messages.quoted import Quoted, as_stored, quoted_from, quoted_in
from talkoot.chat.rooms.models import Room
from talkoot.kernel import jobs, log
from talkoot.kernel.errors import Invalid, TalkootError

if TYPE_CHECKING:
    from talkoot.chat.access.cache import Grants
    from talkoot.chat.messages.actions.commands import Send
    from talkoot.kernel.log import Event
    from talkoot.kernel.transactions import Read, Tx

EMPTY_QUOTES = "messages.empty_quotes"
EMPTIED = "quote.emptied"
_AT_ONCE = 100
Quotes = Mapping[UUID, Quoted]
"""What is shown of each message that is quoted."""


async def take_quotes(
    tx: Tx, sends: Mapping[int, Send], here: Sequence[Grants | None]
) -> tuple[Quotes, dict[int, TalkootError]]:
    """What these sends quote, and who is refused: it is there, in this workspace, and readable for them."""
    quoting = {number: send for number, send in sends.items() if send.quote}
    if not quoting:
        return {}, {}
    found = await _held_still(tx, quoting.values())
    asked = [(number, send, found.get(send.quote)) for number, send in quoting.items() if send.quote]
    places = [(send.actor.user, message.room_id) for _, send, message in asked if message is not None]
    grants = dict(zip(places, await grants_now(tx, places), strict=True))
    refused: dict[int, TalkootError] = {}
    for number, send, message in asked:
        held = grants[send.actor.user, message.room_id] if message is not None else None
        if message is None or not _may_quote(send, held, here[number]):
            refused[number] = Invalid.field(
                "quote", "unknown", "There is no such message in this workspace that could be quoted"
            )
    return {id_: quoted_from(message) for id_, message in found.items()}, refused


async def keep_quotes(tx: Tx, sent: Iterable[tuple[Send, Event]], quotes: Quotes) -> None:
    """It is known from now on which messages quote which."""
    rows = [
        {"message_id": event.id, "room_id": event.log, "quoted_id": quotes[send.quote].message}
        for send, event in sent
        if send.quote
    ]
    await tx.connection.execute(insert(Quote), rows)


async def was_edited_since(read: Read, message: UUID, moment: int) -> bool:
    """Whether a message may say something else than at that moment."""
    edited = await read.connection.scalar(select(Message.edited_at).where(Message.id == message))
    return edited is not None and edited >= moment


async def forget_quotes(tx: Tx, messages: Collection[UUID]) -> None:
    """These messages are deleted, and quote nothing any more."""
    await tx.connection.execute(delete(Quote).where(Quote.message_id.in_(messages)))


async def empty_quotes_soon(tx: Tx, messages: Collection[UUID]) -> None:
    """These messages are deleted: what others show of them is emptied after this commit."""
    await tx.flush()  # who quotes one at this moment has locked it: they are known then, or find it deleted
    found = await tx.connection.scalars(
        select(Quote.quoted_id).where(Quote.quoted_id.in_(messages)).distinct()
    )
    if quoted := found.all():
        await jobs.enqueue(tx, EMPTY_QUOTES, {"messages": [str(id_) for id_ in quoted]})


async def still_quoting(read: Read, quoted: Collection[UUID]) -> dict[UUID, list[UUID]]:
    """Some of the messages that still show these, by their rooms."""
    found = await read.connection.execute(
        select(Quote.room_id, Quote.message_id).where(Quote.quoted_id.in_(quoted)).limit(_AT_ONCE)
    )
    rooms: dict[UUID, list[UUID]] = defaultdict(list)
    for room, message in found:
        rooms[room].append(message)
    return rooms


async def empty_quotes(tx: Tx, room_id: UUID, ids: Sequence[UUID]) -> None:
    """Leave nothing of what these messages of a room quote, in its log too, which tells of it."""
    workspace = await tx.connection.scalar(select(Room.workspace_id).where(Room.id == room_id))
    assert workspace is not None
    version = (await versions_of(tx, [workspace]))[workspace]
    await log.lock(tx, [room_id])
    found = await tx.session.scalars(
        select(Message)
        .where(Message.id.in_(ids), Message.quote.is_not(None))
        .order_by(Message.seq)
        .execution_options(populate_existing=True)
    )
    entries = []
    for message in found:
        emptied = quoted_in(message.quote or "").emptied()
        message.quote = as_stored(emptied)
        (event,) = await log.events_after(tx, room_id, message.seq - 1, 1)
        body = msgspec.json.decode(event.body) | {"quote": emptied}
        await log.rewrite(tx, room_id, message.seq, body)
        told = {"message": message.id, "quote": emptied}
        entries.append(log.Entry(log=room_id, type=EMPTIED, body=told, fence=version, scope=workspace))
    await tx.flush()
    await forget_quotes(tx, ids)
    await log.append(tx, entries)


async def _held_still(tx: Tx, sends: Collection[Send]) -> dict[UUID, Message]:
    """The messages that are quoted, none of which can be deleted before this commit."""
    wanted = {send.quote for send in sends}
    rooms = await tx.connection.scalars(select(Message.room_id).where(Message.id.in_(wanted)).distinct())
    await log.lock(tx, {*rooms, *(send.room for send in sends)})
    found = await tx.session.scalars(
        select(Message)
        .where(Message.id.in_(wanted), Message.deleted_at.is_(None))
        .order_by(Message.id)
        .execution_options(populate_existing=True)
    )
    return {message.id: message for message in found}


def _may_quote(send: Send, held: Grants | None, here: Grants | None) -> bool:
    try:
        admit(send.actor, held, GET_MESSAGE)
    except TalkootError:
        return False
    return held is not None and here is not None and held.workspace == here.workspace
