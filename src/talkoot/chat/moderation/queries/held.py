"""Reading what is held: with what it quotes or edits, as whoever reads it may see that."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import func, select

from talkoot.chat.access.doors import allows
from talkoot.chat.access.operations import GET_MESSAGE
from talkoot.chat.access.reading import grants_of_many
from talkoot.chat.accounts.models import User
from talkoot.chat.files.queries import carried_by
from talkoot.chat.messages.models import HeldMessage, HeldState, Message
from talkoot.chat.messages.quoted import quoted_from
from talkoot.chat.moderation.views.held import HeldRow

if TYPE_CHECKING:
    from talkoot.chat.accounts.actors import Actor
    from talkoot.chat.files.models import File
    from talkoot.chat.messages.quoted import Quoted
    from talkoot.kernel.transactions import Read


async def held_messages(
    read: Read,
    actor: Actor,
    rooms: Collection[UUID],
    *,
    sender: UUID | None = None,
    state: str | None = HeldState.WAITING,
    after: UUID | None = None,
    limit: int,
) -> Sequence[HeldRow]:
    """Held messages of these rooms, of everybody or of one author, in one state or all; the oldest first.

    The actor passed a door to these rooms before.
    """
    query = (
        select(HeldMessage, User)
        .join(User, User.id == HeldMessage.sender_id)
        .where(HeldMessage.room_id.in_(rooms))
        .order_by(HeldMessage.id)
        .limit(limit)
    )
    if state is not None:
        query = query.where(HeldMessage.state == state)
    if sender is not None:
        query = query.where(HeldMessage.sender_id == sender)
    if after is not None:
        query = query.where(HeldMessage.id > after)
    found = (await read.session.execute(query)).all()
    files: dict[UUID | None, list[File]] = {}
    for file in await carried_by(read, [held.id for held, _ in found]) if found else ():
        files.setdefault(file.message_id, []).append(file)
    named = await _named(read, [held for held, _ in found])
    quoted = await _readable(
        read, actor, [named[id_] for held, _ in found if (id_ := held.quote_id) in named]
    )
    return [
        HeldRow(
            held,
            user,
            files.get(held.id, []),
            quoted.get(held.quote_id),
            named[held.edits_id].text if held.edits_id in named else None,
        )
        for held, user in found
    ]


async def _named(read: Read, held: Sequence[HeldMessage]) -> dict[UUID | None, Message]:
    """The messages that these quote or edit, without those that are deleted."""
    ids = {id_ for each in held for id_ in (each.quote_id, each.edits_id) if id_ is not None}
    if not ids:
        return {}
    found = await read.session.scalars(
        select(Message).where(Message.id.in_(ids), Message.deleted_at.is_(None))
    )
    return {message.id: message for message in found}


async def _readable(read: Read, actor: Actor, messages: Sequence[Message]) -> dict[UUID | None, Quoted]:
    """What of these the actor may read, as it is shown inside others."""
    if not messages:
        return {}
    held = await grants_of_many(read, [(actor.user, message.room_id) for message in messages])
    return {
        message.id: quoted_from(message)
        for message in messages
        if allows(held.get((actor.user, message.room_id)), GET_MESSAGE, actor.limits, kind="room")
    }


async def held_waiting(read: Read, rooms: Collection[UUID]) -> tuple[int, UUID | None]:
    """How many held messages wait in these rooms, and the newest of them."""
    newest = (
        select(HeldMessage.id, func.count().over())
        .where(HeldMessage.room_id.in_(rooms), HeldMessage.state == HeldState.WAITING)
        .order_by(HeldMessage.id.desc())
        .limit(1)
    )
    found = (await read.connection.execute(newest)).one_or_none()
    return (0, None) if found is None else (found[1], found[0])


async def held_message(read: Read, held: UUID) -> HeldRow:
    """One that was decided on, by somebody who passed a door to it before."""
    found = await read.session.get_one(HeldMessage, held)
    return HeldRow(found, await read.session.get_one(User, found.sender_id))
