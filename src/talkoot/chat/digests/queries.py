"""Reading what somebody wants to be mailed, and what waits for it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import or_, select

from talkoot.chat.accounts.models import User
from talkoot.chat.digests.models import LetterChoice

if TYPE_CHECKING:
    from talkoot.kernel.transactions import Read

_REACHED = (User.email.is_not(None), User.email_verified_at.is_not(None), User.deactivated_at.is_(None))


async def choice_of(read: Read, user: UUID) -> LetterChoice | None:
    """What somebody said of letters."""
    return await read.session.get(LetterChoice, user)


async def reader(read: Read, user: UUID) -> User | None:
    """Somebody whom letters reach."""
    return await read.session.scalar(select(User).where(User.id == user, *_REACHED))


async def readers(read: Read, users: Collection[UUID]) -> dict[UUID, int | None]:
    """Those of these people who are mailed what they were told of; after how many minutes, if they said."""
    query = (
        select(User.id, LetterChoice.wait_minutes)
        .outerjoin(LetterChoice, LetterChoice.user_id == User.id)
        .where(User.id.in_(users), *_REACHED)
        .where(or_(LetterChoice.user_id.is_(None), LetterChoice.messages))
    )
    return {row.id: row.wait_minutes for row in await read.connection.execute(query)}


async def mailed_moderators(read: Read) -> Sequence[UUID]:
    """Who wants to be mailed what waits for moderators."""
    query = (
        select(LetterChoice.user_id)
        .join(User, User.id == LetterChoice.user_id)
        .where(LetterChoice.moderation, *_REACHED)
    )
    return (await read.connection.scalars(query)).all()


async def own_choice(read: Read, user: UUID) -> list[dict[str, Any]]:
    """What somebody said of letters, if they did: for their own data."""
    said = await choice_of(read, user)
    if said is None:
        return []
    return [{"messages": said.messages, "wait_minutes": said.wait_minutes, "moderation": said.moderation}]
