"""What accounts look like on the wire."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal, cast
from uuid import UUID

from pydantic import BaseModel, Field

from talkoot.kernel.clock import rfc3339

if TYPE_CHECKING:
    from talkoot.chat.accounts.models import Session, User

Moment = Annotated[str, Field(json_schema_extra={"format": "date-time"})]
Login = Annotated[str, Field(min_length=1, max_length=254, description="Username or email address.")]
Secret = Annotated[str, Field(min_length=1, max_length=256)]
NewUsername = Annotated[
    str, Field(min_length=2, max_length=32, description="Letters, digits, `.`, `_`, `-`.")
]
NewDisplayName = Annotated[str, Field(min_length=1, max_length=64)]
NewPassword = Annotated[str, Field(min_length=8, max_length=256)]
NewEmail = Annotated[str, Field(min_length=3, max_length=254)]


class PublicUser(BaseModel):
    """Someone, as shown beside what they wrote."""

    id: UUID
    username: str
    display_name: str
    bot: bool


class UserOut(PublicUser):
    """Someone, as shown on their card."""

    time_zone: str | None
    deactivated: bool


class Me(UserOut):
    """Oneself."""

    email: str | None
    created_at: Moment


class Credentials(BaseModel):
    """Who one says to be, and the proof."""

    username: Login
    password: Secret


class SignedIn(BaseModel):
    """The answer to a sign-in; `csrf` goes into the header `X-CSRF-Token` of every unsafe request."""

    user: Me
    csrf: str


class TokenPair(BaseModel):
    """An access token and the refresh token that gets the next one (RFC 6749)."""

    access_token: str
    token_type: Literal["bearer"] = "bearer"  # noqa: S105 - the name of a scheme
    expires_in: int
    refresh_token: str


class ProfileChanges(BaseModel):
    """What one may change of oneself; what is left out stays. A new password needs the current one."""

    display_name: NewDisplayName | None = None
    time_zone: Annotated[str, Field(min_length=1, max_length=64)] | None = None
    email: NewEmail | None = None
    password: NewPassword | None = None
    current_password: Secret | None = None


class SessionInfo(BaseModel):
    """One of one's own sign-ins."""

    id: UUID
    kind: Literal["cookie", "token"]
    current: bool
    user_agent: str
    address: str
    created_at: Moment
    last_seen_at: Moment
    expires_at: Moment


class Ticket(BaseModel):
    """Opens one socket, once, within `expires_in` seconds."""

    ticket: str
    expires_in: int


def public_user(user: User) -> PublicUser:
    """Someone, as shown beside what they wrote."""
    return PublicUser(id=user.id, username=user.username, display_name=user.display_name, bot=user.bot)


def user_card(user: User) -> UserOut:
    """Someone, as shown on their card."""
    return UserOut(**public_user(user).model_dump(), time_zone=user.time_zone, deactivated=_deactivated(user))


def me(user: User) -> Me:
    """Someone, as shown to themselves."""
    return Me(**user_card(user).model_dump(), email=user.email, created_at=rfc3339(user.created_at))


def session_info(session: Session, current: UUID) -> SessionInfo:
    """A sign-in, as shown to whom it belongs."""
    return SessionInfo(
        id=session.id,
        kind=cast("Literal['cookie', 'token']", session.kind),
        current=session.id == current,
        user_agent=session.user_agent,
        address=session.address,
        created_at=rfc3339(session.created_at),
        last_seen_at=rfc3339(session.last_seen_at),
        expires_at=rfc3339(session.expires_at),
    )


def _deactivated(user: User) -> bool:
    return user.deactivated_at is not None
