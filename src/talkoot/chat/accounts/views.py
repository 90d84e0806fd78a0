"""From the tables of accounts to what is on the wire."""

from __future__ import annotations

from typing import TYPE_CHECKING

from talkoot.chat.accounts.schemas import Me, PublicUser, SessionInfo, UserOut
from talkoot.kernel.clock import rfc3339

if TYPE_CHECKING:
    from uuid import UUID

    from talkoot.chat.accounts.models import Session, User


def public_user(user: User) -> PublicUser:
    """Someone, as shown beside what they wrote."""
    return PublicUser(id=user.id, username=user.username, display_name=user.display_name, bot=user.bot)


def user_card(user: User) -> UserOut:
    """Someone, as shown on their card."""
    return UserOut(**public_user(user).model_dump(), time_zone=user.time_zone, deactivated=_deactivated(user))


def me(user: User) -> Me:
    """Someone, as shown to themselves."""
    return Me(
        **user_card(user).model_dump(),
        email=user.email,
        email_verified=user.email_verified_at is not None,
        created_at=rfc3339(user.created_at),
    )


def session_info(session: Session, current: UUID) -> SessionInfo:
    """A sign-in, as shown to whom it belongs."""
    return SessionInfo(
        id=session.id,
        kind="cookie" if session.kind == "cookie" else "token",
        current=session.id == current,
        user_agent=session.user_agent,
        address=session.address,
        created_at=rfc3339(session.created_at),
        last_seen_at=rfc3339(session.last_seen_at),
        expires_at=rfc3339(session.expires_at),
    )


def _deactivated(user: User) -> bool:
    return user.deactivated_at is not None
