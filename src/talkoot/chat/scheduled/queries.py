"""Reading scheduled messages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import select

from talkoot.chat.scheduled.models import ScheduledMessage
from talkoot.chat.scheduled.schemas import ScheduledOut
from talkoot.kernel.clock import rfc3339

if TYPE_CHECKING:
    from talkoot.kernel.transactions import Read


async def scheduled_by(read: Read, user: UUID) -> list[ScheduledOut]:
    """What somebody wrote to be sent later, the next one first."""
    found = await read.session.scalars(
        select(ScheduledMessage)
        .where(ScheduledMessage.user_id == user)
        .order_by(ScheduledMessage.due_at, ScheduledMessage.id)
    )
    return [scheduled_out(made) for made in found]


async def own_scheduled(read: Read, user: UUID) -> list[dict[str, Any]]:
    """The same for somebody's own data."""
    return [made.model_dump() for made in await scheduled_by(read, user)]


def scheduled_out(made: ScheduledMessage) -> ScheduledOut:
    """What its author is shown."""
    return ScheduledOut.model_validate(
        {
            "id": made.id,
            "room": made.room_id,
            "thread": made.thread_id,
            "text": made.text,
            "at": rfc3339(made.due_at),
            "state": made.state,
            "code": made.code,
            "reason": made.reason,
        }
    )
