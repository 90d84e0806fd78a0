"""Reading tokens that were made."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import Select, select

from talkoot.chat.access.reading import read_grants
from talkoot.chat.accounts.models import MadeToken, Session, User

if TYPE_CHECKING:
    from talkoot.chat.access.permissions import Permission
    from talkoot.kernel.transactions import Read

_STANDING = (
    select(Session, MadeToken)
    .join(MadeToken, MadeToken.session_id == Session.id)
    .where(Session.kind == "made", Session.revoked_at.is_(None))
)


async def tokens_of(read: Read, user: UUID) -> Sequence[tuple[Session, MadeToken]]:
    """Someone's tokens that were not revoked, those too that have expired lately; the newest first."""
    return await _pairs(read, _STANDING.where(Session.user_id == user).order_by(Session.id.desc()))


async def token_of(read: Read, user: UUID, token: UUID) -> tuple[Session, MadeToken] | None:
    """One of someone's tokens that was not revoked."""
    found = await _pairs(read, _STANDING.where(Session.user_id == user, Session.id == token))
    return found[0] if found else None


async def all_tokens(
    read: Read, *, user: UUID | None = None, before: UUID | None = None, limit: int
) -> Sequence[tuple[Session, MadeToken, User]]:
    """Everybody's tokens that were not revoked, or somebody's; the newest first, from behind `before`."""
    query = _STANDING.join(User, User.id == Session.user_id).add_columns(User)
    if user is not None:
        query = query.where(Session.user_id == user)
    if before is not None:
        query = query.where(Session.id < before)
    found = await read.session.execute(query.order_by(Session.id.desc()).limit(limit))
    return [(session, made, owner) for session, made, owner in found]


async def owner_of(read: Read, token: UUID) -> UUID | None:
    """Whose token this is, if it was not revoked."""
    return await read.session.scalar(
        select(Session.user_id).where(
            Session.id == token, Session.kind == "made", Session.revoked_at.is_(None)
        )
    )


async def tokens_made_for_others(read: Read, maker: UUID) -> list[tuple[UUID, UUID]]:
    """The tokens that somebody made for other accounts and that were not revoked, each with its owner."""
    made = select(Session.id, Session.user_id).join(MadeToken, MadeToken.session_id == Session.id)
    mine = MadeToken.made_by == maker, Session.user_id != maker, Session.revoked_at.is_(None)
    return [(row.id, row.user_id) for row in await read.connection.execute(made.where(*mine))]


async def still_looking_after(
    read: Read, workspace: UUID, makers: Collection[UUID], needed: Permission
) -> set[UUID]:
    """Those of the makers whose account is open, and who could make it in this workspace today."""
    there = select(User.id).where(User.id.in_(makers), User.deactivated_at.is_(None))
    held = await read_grants(read, {(user, workspace) for user in await read.connection.scalars(there)})
    return {user for (user, _), grants in held.items() if needed in grants.permissions}


async def _pairs(read: Read, query: Select[Session, MadeToken]) -> list[tuple[Session, MadeToken]]:
    return [(session, made) for session, made in await read.session.execute(query)]
