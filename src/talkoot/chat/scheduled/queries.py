"""Reading scheduled messages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import select

from talkoot.chat.files.showing import shown_with
from talkoot.chat.messages.schemas import PollShown
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
    return await scheduled_out(read, found.all())


async def own_scheduled(read: Read, user: UUID) -> list[dict[str, Any]]:
    """The same for somebody's own data."""
    return [made.model_dump() for made in await scheduled_by(read, user)]


async def scheduled_out(read: Read, those: Sequence[ScheduledMessage]) -> list[ScheduledOut]:
    """What their author is shown."""
    files = await shown_with(read, [made.id for made in those if made.attachments is not None])
    return [_out(made, files[made.id]) for made in those]


def _out(made: ScheduledMessage, files: list[dict[str, Any]]) -> ScheduledOut:
    return ScheduledOut.model_validate(
        {
            "id": made.id,
            "room": made.room_id,
            "thread": made.thread_id,
            "text": made.text,
            "attachments": files,
            "quote": made.quote_id,
            "poll": PollShown.model_validate_json(made.poll) if made.poll is not None else None,
            "at": rfc3339(made.due_at),
            "state": made.state,
            "code": made.code,
            "reason": made.reason,
        }
    )
