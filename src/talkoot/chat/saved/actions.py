"""Keeping messages for later, and letting go of them."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import delete, func, select

from talkoot.chat.access.operations import SAVE
from talkoot.chat.messages.access import message_for
from talkoot.chat.messages.events import OwnChanged
from talkoot.chat.messages.models import Message
from talkoot.chat.saved.models import SavedMessage
from talkoot.kernel.errors import Conflict, NotFound
from talkoot.kernel.ids import new_id
from talkoot.kernel.upsert import insert_into

if TYPE_CHECKING:
    from talkoot.chat.accounts.actors import Actor
    from talkoot.kernel.transactions import Tx

SAVED = 1000  # of one person


async def save(tx: Tx, actor: Actor, message_id: UUID) -> None:
    """Keep a message for later; once more changes nothing. Conflict where no more fit."""
    message, _ = await message_for(tx, actor, SAVE, message_id)
    if message.deleted_at is not None:
        raise NotFound("This message was deleted")
    await _make_room(tx, actor.user)
    new = {"id": new_id(), "user_id": actor.user, "message_id": message_id, "saved_at": tx.now}
    written = insert_into(tx.connection, SavedMessage).values(new).on_conflict_do_nothing()
    if (await tx.connection.execute(written.returning(SavedMessage.id))).one_or_none() is not None:
        await _tell(tx, actor.user, message_id, saved=True)


async def unsave(tx: Tx, actor: Actor, message_id: UUID) -> None:
    """Let go of a message, though one may not read it any more; what is not saved stays so."""
    this = (SavedMessage.message_id == message_id, SavedMessage.user_id == actor.user)
    gone = await tx.connection.execute(delete(SavedMessage).where(*this).returning(SavedMessage.id))
    if gone.one_or_none() is not None:
        await _tell(tx, actor.user, message_id, saved=False)


async def forget_saved_of(tx: Tx, user: UUID) -> None:
    """It is not known any more what somebody has saved."""
    await tx.connection.execute(delete(SavedMessage).where(SavedMessage.user_id == user))


async def _make_room(tx: Tx, user: UUID) -> None:
    """What was deleted meanwhile does not count."""
    mine = SavedMessage.user_id == user
    count = select(func.count()).select_from(SavedMessage).where(mine)
    if (await tx.connection.scalar(count) or 0) < SAVED:
        return
    deleted = select(Message.id).where(Message.id == SavedMessage.message_id, Message.deleted_at.is_not(None))
    await tx.connection.execute(delete(SavedMessage).where(mine, deleted.exists()))
    if (await tx.connection.scalar(count) or 0) >= SAVED:
        raise Conflict(f"You keep {SAVED} messages already: let go of some first", code="too_many")


async def _tell(tx: Tx, user: UUID, message: UUID, *, saved: bool) -> None:
    await tx.emit(OwnChanged(user, "saved", {"message": message, "saved": saved}))
