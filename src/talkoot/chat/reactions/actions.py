"""Reacting, and taking it back: rows, what stands with the message, and the event, in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING
from uuid import UUID

import msgspec
from msgspec.structs import replace
from sqlalchemy import delete, select

from talkoot.chat.access.grants import versions_of
from talkoot.chat.access.operations import REACT, UNREACT
from talkoot.chat.emoji.queries import with_name
from talkoot.chat.messages.access import message_for
from talkoot.chat.messages.actions.change import done_before, hold
from talkoot.chat.messages.actions.commands import Sent, digest_of
from talkoot.chat.messages.models import Message
from talkoot.chat.messages.reacted import NONE, SHOWN, Reacted, reactions_in, with_reaction
from talkoot.chat.reactions.events import ReactionMoved
from talkoot.chat.reactions.models import Reaction
from talkoot.kernel import log
from talkoot.kernel.errors import Conflict, Invalid, NotFound
from talkoot.kernel.values import Value

if TYPE_CHECKING:
    from talkoot.chat.accounts.actors import Actor
    from talkoot.chat.messages.actions.erase import Erasing
    from talkoot.chat.messages.actions.send import Rules
    from talkoot.chat.messages.events import ReactedErased
    from talkoot.kernel.transactions import Tx

EMOJI = 20  # different ones under a message
OWN_EMOJI = 10  # of one person under a message
_ADDED, _REMOVED = "reaction.added", "reaction.removed"


class React(Value, frozen=True):
    """An emoji that somebody puts under a message, or takes away; it is written as it is stored."""

    message: UUID
    emoji: str
    cid: UUID | None = None

    def digest(self) -> bytes:
        """16 bytes over what was asked."""
        return digest_of(self.message, self.emoji)

    def entry(self, room: UUID, type_: str, sender: UUID, rules: Rules) -> log.Entry:
        """The event of it, still without how the emoji stands then; known by the cid, if there is one."""
        return log.Entry(
            log=room,
            type=type_,
            body={},
            sender=sender,
            cid=self.cid,
            digest=self.digest() if self.cid else None,
            subject=self.message,
            fence=rules.version,
            scope=rules.workspace,
        )


async def react(tx: Tx, actor: Actor, wish: React) -> Sent:
    """Put an emoji under a message; `dup` if it is there already. Conflict where no more fit."""
    message, grants = await message_for(tx, actor, REACT, wish.message)
    await hold(tx, message)
    if wish.cid is not None and (before := await done_before(tx, actor, wish, _ADDED)) is not None:
        return before
    if message.deleted_at is not None:
        raise NotFound("This message was deleted")
    if wish.emoji.startswith(":"):
        wish = await _known(tx, grants.workspace, wish)
    own = await _own(tx, message, actor.user)
    if (there := own.get(wish.emoji)) is not None:
        return Sent(await _event_at(tx, message.room_id, there), dup=True)
    reactions = reactions_in(message.reactions)
    now = reactions.get(wish.emoji, Reacted(wish.emoji, 0, ()))
    if (not now.count and len(reactions) >= EMOJI) or len(own) >= OWN_EMOJI:
        raise Conflict(
            f"A message has at most {EMOJI} different emoji, and {OWN_EMOJI} of one person", code="too_many"
        )
    users = (*now.users, actor.user)[:SHOWN]
    more = Reacted(wish.emoji, now.count + 1, users)
    entry = wish.entry(message.room_id, _ADDED, actor.user, grants)
    event = await _tell(tx, message, entry, more)
    tx.session.add(Reaction(message_id=message.id, emoji=wish.emoji, user_id=actor.user, seq=event.seq))
    await tx.flush()
    return Sent(event, dup=False)


async def _known(tx: Tx, workspace: UUID, wish: React) -> React:
    """The same with the name under which the workspace has the picture."""
    found = await with_name(tx, workspace, wish.emoji.strip(":"))
    if found is None:
        raise Invalid.field("emoji", "not_an_emoji", f"This workspace has no emoji {wish.emoji}")
    return replace(wish, emoji=f":{found.name}:")


async def unreact(tx: Tx, actor: Actor, wish: React) -> Sent:
    """Take one's emoji away; `dup`, with the place of the message, if it is not there."""
    message, grants = await message_for(tx, actor, UNREACT, wish.message)
    await hold(tx, message)
    if wish.cid is not None and (before := await done_before(tx, actor, wish, _REMOVED)) is not None:
        return before
    if wish.emoji not in await _own(tx, message, actor.user):
        return Sent(await _event_at(tx, message.room_id, message.seq), dup=True)
    entry = wish.entry(message.room_id, _REMOVED, actor.user, grants)
    return Sent(await _take_away(tx, message, wish.emoji, entry), dup=False)


async def withdraw_reactions_of(tx: Tx, person: UUID, ids: Sequence[UUID], erasing: Erasing) -> None:
    """Take away what somebody, who has left, put under these messages of one room."""
    rules = replace(erasing, version=(await versions_of(tx, [erasing.workspace]))[erasing.workspace])
    await log.lock(tx, [erasing.room])
    found = await tx.session.scalars(
        select(Message)
        .where(Message.id.in_(ids), Message.room_id == erasing.room)
        .execution_options(populate_existing=True)
    )
    for message in found.all():
        for emoji in await _own(tx, message, person):
            entry = React(message.id, emoji).entry(message.room_id, _REMOVED, person, rules)
            await _take_away(tx, message, emoji, entry)


async def forget_reactions(tx: Tx, erased: ReactedErased) -> None:
    """With a message its reactions are deleted."""
    await tx.connection.execute(delete(Reaction).where(Reaction.message_id.in_(erased.messages)))


async def _own(tx: Tx, message: Message, user: UUID) -> dict[str, int]:
    found = await tx.connection.execute(
        select(Reaction.emoji, Reaction.seq).where(
            Reaction.user_id == user, Reaction.message_id == message.id
        )
    )
    return {row.emoji: row.seq for row in found}


async def _event_at(tx: Tx, room: UUID, seq: int) -> log.Event:
    (event,) = await log.events_after(tx, room, seq - 1, 1)
    return event


async def _take_away(tx: Tx, message: Message, emoji: str, entry: log.Entry) -> log.Event:
    user, this = entry.sender, (Reaction.message_id == message.id, Reaction.emoji == emoji)
    await tx.connection.execute(delete(Reaction).where(*this, Reaction.user_id == user))
    now = reactions_in(message.reactions)[emoji]
    users: Sequence[UUID] = now.users
    if user in now.users:  # the next one in the order is named now
        found = await tx.connection.scalars(
            select(Reaction.user_id).where(*this).order_by(Reaction.seq).limit(SHOWN)
        )
        users = found.all()
    event = await _tell(tx, message, entry, Reacted(emoji, now.count - 1, tuple(users)))
    await tx.flush()
    return event


async def _tell(tx: Tx, message: Message, entry: log.Entry, now: Reacted) -> log.Event:
    entry.body = {"message": message.id, **msgspec.structs.asdict(now)}
    left = with_reaction(message.reactions, entry.body)
    message.reactions = left.decode() if left != NONE else None
    if entry.sender != message.sender_id:
        await tx.emit(ReactionMoved(message.id))
    return (await log.append(tx, [entry]))[0]
