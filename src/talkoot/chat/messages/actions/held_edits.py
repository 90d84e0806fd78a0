"""Edits that a moderator looks at first: until then everybody sees the text that was there."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import case, select, update

from talkoot.chat.messages.actions.commands import Held
from talkoot.chat.messages.actions.screen import is_watched, why_hold_edit
from talkoot.chat.messages.events import OwnChanged, ToDecide, What
from talkoot.chat.messages.models import HeldMessage, HeldState
from talkoot.kernel import log
from talkoot.kernel.errors import Conflict
from talkoot.kernel.ids import new_id

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement

    from talkoot.chat.access.cache import Grants
    from talkoot.chat.messages.actions.commands import Edit
    from talkoot.chat.messages.models import Message
    from talkoot.kernel.transactions import Tx

_WAITS = HeldMessage.state == HeldState.WAITING


async def hold_edit(tx: Tx, grants: Grants, message: Message, edit: Edit) -> Held | None:
    """Keep a new text back, if a moderator is to see it first; it takes the place of one that waits.

    Whoever calls this has locked the log of the room. Conflict if the cid was used for something else.
    """
    if not is_watched(grants):
        return None
    if edit.cid is not None and (before := await _held_before(tx, grants.user, edit)) is not None:
        return before
    if not (why := await why_hold_edit(tx, grants, edit.text)):
        return None
    await take_back_edit(tx, message.id)
    held = HeldMessage(
        id=new_id(),
        room_id=message.room_id,
        sender_id=grants.user,
        cid=edit.cid,
        digest=edit.digest() if edit.cid else None,
        thread_id=message.thread_id,
        edits_id=message.id,
        text=edit.text,
        why=" ".join(why),
        state=HeldState.WAITING,
        created_at=tx.now,
    )
    tx.session.add(held)
    await tx.flush()
    await tx.emit(ToDecide(What.HELD, held.id))
    told = {"held": held.id, "cid": held.cid, "room": held.room_id, "state": held.state, "reason": ""}
    await tx.emit(OwnChanged(grants.user, "held", {**told, "message": None, "edits": message.id}))
    return _answer(held, dup=False)


async def take_back_edit(tx: Tx, message: UUID) -> None:
    """What a message was to say does not wait any more, for its author wants something newer."""
    await tx.connection.execute(
        update(HeldMessage)
        .where(HeldMessage.edits_id == message, _WAITS)
        .values(state=HeldState.WITHDRAWN, text="", decided_at=tx.now)
    )


async def forget_edits_of(tx: Tx, messages: Collection[UUID]) -> None:
    """These messages are deleted: nothing is kept of what they were to say."""
    await tx.connection.execute(
        update(HeldMessage)
        .where(HeldMessage.edits_id.in_(messages))
        .values(
            text="",
            state=case((_WAITS, HeldState.WITHDRAWN), else_=HeldMessage.state),
            decided_at=case((_WAITS, tx.now), else_=HeldMessage.decided_at),
        )
    )


async def is_outdated(tx: Tx, held: HeldMessage, message: Message) -> bool:
    """Whether an edit that was rejected has been overtaken: the message was edited since, or is to be."""
    if message.edited_at is not None and message.edited_at >= held.created_at:
        return True
    newer = select(HeldMessage.id).where(HeldMessage.edits_id == message.id, _WAITS).limit(1)
    return await tx.connection.scalar(newer) is not None


async def held_still(tx: Tx, held_id: UUID, *where: ColumnElement[bool]) -> HeldMessage | None:
    """A held message as it is now that nobody else decides on it, or changes the message that it edits."""
    which = (HeldMessage.id == held_id, *where)
    place = select(HeldMessage.room_id).where(HeldMessage.edits_id.is_not(None), *which)
    if (room := await tx.connection.scalar(place)) is not None:
        await log.lock(tx, [room])  # before the row: whoever edits or deletes takes them in this order
    found: HeldMessage | None = await tx.session.scalar(
        select(HeldMessage).where(*which).with_for_update().execution_options(populate_existing=True)
    )
    return found


async def _held_before(tx: Tx, author: UUID, edit: Edit) -> Held | None:
    mine = (HeldMessage.sender_id == author, HeldMessage.cid == edit.cid)
    found = await tx.session.scalar(select(HeldMessage).where(*mine))
    if found is None:
        return None
    if found.digest != edit.digest():
        raise Conflict("This cid was used before, for something else")
    return _answer(found, dup=True)


def _answer(held: HeldMessage, *, dup: bool) -> Held:
    return Held(held.id, held.room_id, held.created_at, held.state, dup, held.edits_id)
