"""What accounts look like on the wire."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field

Moment = Annotated[str, Field(json_schema_extra={"format": "date-time"})]
# A form, unlike JSON here, may carry NUL, which PostgreSQL can not even compare.
Login = Annotated[
    str,
    Field(min_length=1, max_length=254, pattern=r"^[^\x00]+$", description="Username or email address."),
]
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
    email_verified: Annotated[bool, Field(description="Mail to the address was shown to reach oneself.")]
    created_at: Moment


class Credentials(BaseModel):
    """Who one says to be, and the proof."""

    username: Login
    password: Secret


class SignedIn(BaseModel):
    """The answer to a sign-in; `csrf` goes into the header `X-CSRF-Token` of every unsafe request.

    Who `must_enrol` has to set up a second factor before anything else.
    """

    user: Me
    csrf: str
    must_enrol: bool


class TokenPair(BaseModel):
    """An access token and, but for an assertion, the refresh token that gets the next one (RFC 6749)."""

    access_token: str
    token_type: Literal["bearer"] = "bearer"  # noqa: S105 - the name of a scheme
    expires_in: int
    refresh_token: str | None = None


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
