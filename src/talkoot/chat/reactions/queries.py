"""Who reacted to a message, beyond what stands with it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import func, select

from talkoot.chat.accounts.models import User
from talkoot.chat.accounts.schemas import PublicUser
from talkoot.chat.messages.models import Message
from talkoot.chat.messages.reacted import reactions_in
from talkoot.chat.reactions.models import Reaction
from talkoot.chat.reactions.schemas import ReactionPeople
from talkoot.chat.rooms.models import Room
from talkoot.kernel.values import Value

if TYPE_CHECKING:
    from talkoot.kernel.transactions import Read

NAMED = 50  # people of each emoji


async def people_of(read: Read, message: Message, reader: UUID) -> list[ReactionPeople]:
    """The reactions of a message with people's names, and which of them are the reader's own."""
    if message.reactions is None:
        return []
    place = func.row_number().over(partition_by=Reaction.emoji, order_by=Reaction.seq).label("place")
    ordered = (
        select(Reaction.emoji, Reaction.user_id, place).where(Reaction.message_id == message.id).subquery()
    )
    named = await read.connection.execute(
        select(ordered.c.emoji, ordered.c.user_id, User.username, User.display_name, User.bot)
        .join(User, User.id == ordered.c.user_id)
        .where((ordered.c.place <= NAMED) | (ordered.c.user_id == reader))
        .order_by(ordered.c.place)
    )
    people: dict[str, list[PublicUser]] = {}
    mine = set()
    for emoji, user, username, name, bot in named:
        those = people.setdefault(emoji, [])
        if user == reader:
            mine.add(emoji)
        if len(those) < NAMED:
            those.append(PublicUser(id=user, username=username, display_name=name, bot=bot))
    return [
        ReactionPeople(emoji=emoji, count=each.count, users=people.get(emoji, []), mine=emoji in mine)
        for emoji, each in reactions_in(message.reactions).items()
    ]


class Given(Value, frozen=True):
    """A reaction of somebody, and in which room of which workspace it is."""

    workspace: UUID
    room: UUID
    message: UUID
    emoji: str


async def reactions_by(read: Read, person: UUID, *, after: UUID | None = None, limit: int) -> list[Given]:
    """The next reactions of somebody, message by message."""
    query = (
        select(Room.workspace_id, Room.id, Reaction.message_id, Reaction.emoji)
        .join(Message, Message.id == Reaction.message_id)
        .join(Room, Room.id == Message.room_id)
        .where(Reaction.user_id == person)
        .order_by(Reaction.message_id, Reaction.seq)
        .limit(limit)
    )
    if after is not None:
        query = query.where(Reaction.message_id > after)
    return [Given(*row) for row in await read.connection.execute(query)]
