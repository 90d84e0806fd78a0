"""Pinning messages, and taking pins away."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import delete, func, select

from talkoot.chat.access.operations import PIN, UNPIN
from talkoot.chat.messages.access import message_for
from talkoot.chat.messages.actions.change import hold
from talkoot.chat.pins.models import Pin
from talkoot.kernel import log
from talkoot.kernel.errors import Conflict, NotFound

if TYPE_CHECKING:
    from talkoot.chat.access.cache import Grants
    from talkoot.chat.accounts.actors import Actor
    from talkoot.chat.messages.events import PinnedErased
    from talkoot.chat.messages.models import Message
    from talkoot.kernel.transactions import Tx

PINS = 50  # of a room


async def pin(tx: Tx, actor: Actor, message_id: UUID) -> None:
    """Pin a message; once more changes nothing. Conflict where no more fit."""
    message, grants = await message_for(tx, actor, PIN, message_id)
    await hold(tx, message)
    if message.deleted_at is not None:
        raise NotFound("This message was deleted")
    if message.pinned_at is not None:
        return
    there = await tx.connection.scalar(select(func.count()).where(Pin.room_id == message.room_id))
    if (there or 0) >= PINS:
        raise Conflict(f"A room has at most {PINS} pinned messages: take one away first", code="too_many")
    event = await _tell(tx, message, grants, "pin.added")
    message.pinned_at = event.ts
    at = {"room_id": message.room_id, "seq": event.seq, "ts": event.ts}
    tx.session.add(Pin(message_id=message.id, user_id=actor.user, **at))
    await tx.flush()


async def unpin(tx: Tx, actor: Actor, message_id: UUID) -> None:
    """Take a pin away, whoever pinned it; where there is none nothing changes."""
    message, grants = await message_for(tx, actor, UNPIN, message_id)
    await hold(tx, message)
    if message.pinned_at is None:
        return
    message.pinned_at = None
    await tx.connection.execute(delete(Pin).where(Pin.message_id == message.id))
    await _tell(tx, message, grants, "pin.removed")
    await tx.flush()


async def forget_pins(tx: Tx, erased: PinnedErased) -> None:
    """With a message its pin is deleted."""
    await tx.connection.execute(delete(Pin).where(Pin.message_id.in_(erased.messages)))


async def _tell(tx: Tx, message: Message, grants: Grants, type_: str) -> log.Event:
    entry = log.Entry(
        log=message.room_id,
        type=type_,
        body={"message": message.id},
        sender=grants.user,
        subject=message.id,
        fence=grants.version,
        scope=grants.workspace,
    )
    return (await log.append(tx, [entry]))[0]
