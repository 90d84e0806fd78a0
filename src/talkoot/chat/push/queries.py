"""Reading who is told, and with which key."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import select

from talkoot.chat.accounts.models import Session, User
from talkoot.chat.push.models import PushKey, PushSubscription
from talkoot.kernel.clock import rfc3339

if TYPE_CHECKING:
    from talkoot.kernel.transactions import Read

KEY = 1  # there is one
_HOLDING = (
    select(PushSubscription, Session)
    .join(Session, Session.id == PushSubscription.session_id)
    .join(User, User.id == PushSubscription.user_id)
    .where(Session.revoked_at.is_(None), User.deactivated_at.is_(None))
)


async def push_key(read: Read) -> PushKey | None:
    """The key of this installation, if anybody has asked for it yet."""
    return await read.session.get(PushKey, KEY)


async def subscriptions_of(read: Read, user: UUID, now: int) -> Sequence[tuple[PushSubscription, Session]]:
    """The browsers in which somebody is told and signed in, the newest first."""
    query = _HOLDING.where(PushSubscription.user_id == user, Session.expires_at > now)
    found = await read.session.execute(query.order_by(PushSubscription.id.desc()))
    return [(row[0], row[1]) for row in found]


async def subscription_to_tell(read: Read, id_: UUID, now: int) -> PushSubscription | None:
    """One of them; None when its owner is not signed in there any more."""
    query = _HOLDING.where(PushSubscription.id == id_, Session.expires_at > now)
    return (await read.session.scalars(query)).one_or_none()


async def own_browsers(read: Read, user: UUID) -> list[dict[str, Any]]:
    """The browsers in which somebody is told, without what opens the way there: for their own data."""
    found = await read.session.scalars(
        select(PushSubscription).where(PushSubscription.user_id == user).order_by(PushSubscription.id)
    )
    return [
        {"session": each.session_id, "text": each.text, "since": rfc3339(each.created_at)} for each in found
    ]
