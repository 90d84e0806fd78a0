"""Leaving for good: planned first, then nothing is left of the account but its id."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from sqlalchemy import delete, select

from talkoot.chat.accounts.actions.sessions import close_sessions_of
from talkoot.chat.accounts.events import ProfileChanged, UserDeactivated
from talkoot.chat.accounts.models import RefreshToken, Session
from talkoot.chat.accounts.names import username_key

if TYPE_CHECKING:
    from talkoot.chat.accounts.models import User
    from talkoot.kernel.transactions import Tx

NOBODY = "Deleted user"


async def plan_to_leave(tx: Tx, user: User, at: int, *, messages: bool) -> None:
    """The account is to be deleted at this moment, with what the person wrote or not; they are signed out."""
    user.delete_at, user.delete_messages = at, messages
    await close_sessions_of(tx, user.id)


async def erase_user(tx: Tx, user: User) -> None:
    """Take away all that tells of a person; name and address are free for others, the id never is."""
    await close_sessions_of(tx, user.id)
    own = select(Session.id).where(Session.user_id == user.id)
    await tx.connection.execute(delete(RefreshToken).where(RefreshToken.session_id.in_(own)))
    await tx.connection.execute(delete(Session).where(Session.user_id == user.id))
    # Random, so that nobody can have taken it before.
    user.username = f"deleted-{secrets.token_hex(12)}"
    user.username_key, user.display_name = username_key(user.username), NOBODY
    user.email = user.email_key = user.password_hash = user.time_zone = None
    user.email_verified_at = None
    user.deleted_at, user.delete_at = tx.now, None
    user.deactivated_at = user.deactivated_at or tx.now
    await tx.flush()
    await tx.emit(ProfileChanged(user.id, user.username, user.display_name, user.bot))
    await tx.emit(UserDeactivated(user.id))
