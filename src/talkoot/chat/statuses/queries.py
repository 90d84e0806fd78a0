"""Reading what people show beside their names."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import or_, select

from talkoot.chat.accounts.models import User
from talkoot.chat.notifications.models import QuietTime
from talkoot.chat.presence.frames import UserStatus
from talkoot.chat.statuses.models import Status
from talkoot.kernel.clock import rfc3339_or_none
from talkoot.kernel.slices import slices

if TYPE_CHECKING:
    from talkoot.kernel.clock import Clock
    from talkoot.kernel.transactions import Read

_ALL = (
    select(User.id, Status.emoji, Status.text, Status.until, QuietTime.until.label("quiet"))
    .outerjoin(Status, Status.user_id == User.id)
    .outerjoin(QuietTime, QuietTime.user_id == User.id)
    .where(or_(Status.user_id.is_not(None), QuietTime.until.is_not(None)))
)


async def statuses_among(read: Read, users: Collection[UUID], clock: Clock) -> dict[UUID, UserStatus]:
    """What those of these people show beside their names who show something."""
    return await statuses_at(read, users, clock.now())


async def statuses_at(read: Read, users: Collection[UUID], now: int) -> dict[UUID, UserStatus]:
    """The same at a moment, in microseconds: what has ended by then is left out."""
    found = {}
    for some in slices(users):
        for row in await read.connection.execute(_ALL.where(User.id.in_(some))):
            holds = row.until is None or row.until > now
            quiet = row.quiet if row.quiet is not None and row.quiet > now else None
            status = UserStatus(quiet_until=rfc3339_or_none(quiet))
            if holds and (row.emoji or row.text):
                status = UserStatus(row.emoji, row.text, rfc3339_or_none(row.until), status.quiet_until)
            if status.emoji or status.text or quiet:
                found[row.id] = status
    return found


async def own_status(read: Read, user: UUID) -> list[dict[str, Any]]:
    """What is known of it, for their own data."""
    kept = await read.session.get(Status, user)
    if kept is None:
        return []
    return [{"emoji": kept.emoji, "text": kept.text, "until": rfc3339_or_none(kept.until)}]
