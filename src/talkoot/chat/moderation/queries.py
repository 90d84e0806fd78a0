"""Reading what moderators work on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import or_, select

from talkoot.chat.access.models import Sanction
from talkoot.chat.accounts.models import User

if TYPE_CHECKING:
    from talkoot.kernel.transactions import Read


async def sanctions_on(
    read: Read, resource: UUID, now: int, *, after: UUID | None, limit: int
) -> Sequence[tuple[Sanction, User]]:
    """The sanctions that stand on a workspace or a room, the oldest first."""
    query = (
        select(Sanction, User)
        .join(User, User.id == Sanction.user_id)
        .where(
            Sanction.resource_id == resource,
            Sanction.ended_at.is_(None),
            or_(Sanction.until.is_(None), Sanction.until > now),
        )
        .order_by(Sanction.id)
        .limit(limit)
    )
    if after is not None:
        query = query.where(Sanction.id > after)
    return [(sanction, user) for sanction, user in await read.session.execute(query)]
