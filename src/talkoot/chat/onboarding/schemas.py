"""What onboarding looks like on the wire."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from talkoot.chat.access.schemas import Name, WorkspaceOut
from talkoot.chat.accounts.factors.schemas import SecondStepOut
from talkoot.chat.accounts.schemas import Me, Moment, NewDisplayName, NewEmail, NewPassword, NewUsername

InvitedRole = Literal["member", "guest"]
DAY = 86_400


class Person(BaseModel):
    """An account to be made for oneself."""

    username: NewUsername
    display_name: NewDisplayName
    password: NewPassword
    email: NewEmail | None = None


class Setup(Person):
    """The first run: the owner, and the first workspace."""

    workspace: Name


class SetupState(BaseModel):
    """Whether the first run is still to come."""

    required: bool


class SetupDone(BaseModel):
    """What the first run made."""

    user: Me
    workspace: WorkspaceOut


class Registration(Person):
    """An account, with the token of an invitation unless registration is open to anybody."""

    invite: Annotated[str, Field(min_length=1, max_length=200)] | None = None


class SessionState(BaseModel):
    """What a browser needs to know before it shows anything."""

    user: Me | None
    csrf: str | None
    setup_required: bool
    registration: Literal["open", "invite", "closed"]
    mail: Annotated[bool, Field(description="Whether this server sends mail.")]
    address_required: Annotated[bool, Field(description="Whether an account needs an email address.")]
    anonymous_readers: bool
    second_step: Annotated[
        SecondStepOut | None, Field(description="The first step was right here, and this is missing.")
    ]
    must_enrol: Annotated[bool, Field(description="A second factor has to be set up before anything else.")]
    passkeys: Annotated[bool, Field(description="Whether this address is one that passkeys can be used at.")]


class NewInvite(BaseModel):
    """An invitation to be made: for a link that is passed around in a team, if nothing else is said."""

    role: InvitedRole = "member"
    max_uses: Annotated[int, Field(ge=1, le=1000)] = 25
    expires_in: Annotated[int, Field(ge=60, le=365 * DAY, description="Seconds.")] = 7 * DAY
    email: Annotated[
        NewEmail | None,
        Field(description="Mail it there; it lets one in then, and only the letter has the link."),
    ] = None


class InviteOut(BaseModel):
    """An invitation as it stands."""

    id: UUID
    workspace: UUID
    role: InvitedRole
    email: Annotated[str | None, Field(description="Where it was mailed to.")]
    uses: int
    max_uses: int
    created_by: UUID
    created_at: Moment
    expires_at: Moment


class InviteMade(InviteOut):
    """A new invitation; its token is shown this once, and not at all when it is mailed."""

    token: str | None
    url: str | None


class InviteCard(BaseModel):
    """What the holder of an invitation is told."""

    workspace: str
    role: InvitedRole
    expires_at: Moment
    email: Annotated[str | None, Field(description="Whoever makes an account with it gets this address.")]


class InviteAccepted(BaseModel):
    """The workspace one joined."""

    workspace: UUID
