"""Deleting what has no use any more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import and_, delete, or_, select

from talkoot.chat.accounts.models import RefreshToken, Session
from talkoot.kernel.clock import DAY

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement

    from talkoot.kernel.transactions import Tx

KEPT = 30 * DAY  # an ended session still tells, for so long, from where someone used to sign in
AT_ONCE = 500


async def delete_ended_sessions(tx: Tx) -> int:
    """Delete refresh tokens that expired and sessions that ended long ago, some at a time; how many rows."""
    expired = select(RefreshToken.token_hash).where(RefreshToken.expires_at <= tx.now).limit(AT_ONCE)
    tokens = await tx.connection.execute(delete(RefreshToken).where(RefreshToken.token_hash.in_(expired)))
    ended = select(Session.id).where(_ended_before(tx.now - KEPT)).limit(AT_ONCE)
    sessions = [*await tx.connection.scalars(ended)]
    await tx.connection.execute(delete(RefreshToken).where(RefreshToken.session_id.in_(sessions)))
    await tx.connection.execute(delete(Session).where(Session.id.in_(sessions)))
    return tokens.rowcount + len(sessions)


def _ended_before(moment: int) -> ColumnElement[bool]:
    return or_(
        Session.expires_at <= moment, and_(Session.revoked_at.is_not(None), Session.revoked_at <= moment)
    )
