"""What moderation looks like on the wire."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, Field

from talkoot.chat.accounts.schemas import Moment, PublicUser
from talkoot.chat.messages.schemas import Text
from talkoot.kernel.text import Line, OptionalLine, body_text

YEAR = 366 * 86_400


class ActOut(BaseModel):
    """One act of the audit log; `actor` is null for the command line and for the program itself."""

    id: UUID
    ts: Moment
    kind: Annotated[str, Field(examples=["member.role_changed"])]
    actor: UUID | None
    address: Annotated[str, Field(description="Of the network, or `command line`, or `job`.")]
    workspace: UUID | None
    place: Annotated[UUID | None, Field(description="The room, category or workspace it was done in.")]
    subject: Annotated[UUID | None, Field(description="To whom or to what it was done.")]
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    reason: str


class Kick(BaseModel):
    """Why somebody is taken out; they are told."""

    reason: OptionalLine = ""


class NewSanction(Kick):
    """A mute or ban to be; without `expires_in` (seconds) it holds until it is lifted."""

    expires_in: Annotated[int, Field(ge=1, le=YEAR)] | None = None


class SanctionOut(BaseModel):
    """A mute or ban that stands, on a workspace or a room."""

    id: UUID
    kind: Literal["mute", "ban"]
    resource: UUID
    user: PublicUser
    reason: str
    created_by: UUID
    created_at: Moment
    until: Moment | None


class NewPurge(Kick):
    """Whose messages are to be deleted; with `hours` only those of so many hours up to now."""

    user: UUID
    hours: Annotated[int, Field(ge=1, le=YEAR // 3600)] | None = None


class PurgeOut(BaseModel):
    """All messages of somebody that are being deleted, or were; `since` spares those before it.

    Rooms that its moderator may not moderate are passed over.
    """

    id: UUID
    resource: UUID
    user: PublicUser
    since: Moment | None
    reason: str
    created_by: UUID
    created_at: Moment
    state: Literal["running", "done", "stopped"]
    ended_at: Moment | None
    deleted: Annotated[int, Field(description="Messages so far.")]
    rooms_done: int
    rooms_total: int


class Rules(BaseModel):
    """What is asked of messages to a room, except from its moderators; as it is here, nothing."""

    slow_seconds: Annotated[
        int,
        Field(
            ge=0, le=21_600, description="So long between two messages of one person; 0: slow mode is off."
        ),
    ] = 0
    hold_all: bool = False
    hold_roles: Annotated[frozenset[UUID], Field(max_length=50)] = frozenset()
    hold_first: Annotated[
        int, Field(ge=0, le=100, description="So many messages of who is new in the room are held.")
    ] = 0
    hold_words: Annotated[
        list[Annotated[Line, Field(max_length=80)]],
        Field(max_length=500, description="Words and phrases; `spam*` is every word that begins so."),
    ] = []
    hold_links: bool = False

    @property
    def any(self) -> bool:
        """Whether there is any rule."""
        return self != Rules()


class Approval(BaseModel):
    """Let it through, with another text if one is given."""

    text: Text | None = None


class Rejection(BaseModel):
    """Why it is not let through; its author is told."""

    reason: OptionalLine = ""


ReportReason = Literal[
    "spam", "harassment", "hate", "violence", "sexual", "self_harm", "privacy", "illegal", "other"
]
Complaint = Annotated[str, Field(min_length=1, max_length=2_000), AfterValidator(body_text)]


class NewReport(BaseModel):
    """Why a message is reported, with a few words if one likes."""

    reason: ReportReason
    text: OptionalLine = ""


class NewUserReport(NewReport):
    """Who is reported, and why."""

    user: UUID


class OwnReport(BaseModel):
    """A report of one's own: `handled` once a moderator has decided; what they decided is theirs to tell."""

    id: UUID
    message: UUID | None
    user: PublicUser
    reason: ReportReason
    text: str
    ts: Moment
    state: Literal["open", "handled"]


class ReportOut(BaseModel):
    """What one person reported, as moderators see it; `seen` where the message had another text by then."""

    reporter: PublicUser
    reason: ReportReason
    text: str
    ts: Moment
    seen: str | None


class CaseOut(BaseModel):
    """All that was reported of one message or, without `message`, of a person.

    `text` is what the message said when it was first reported, for as long as this is open; `now` says what
    became of it since. `room` is null where one may not look: then that one message is all there is to see.
    """

    id: UUID
    user: PublicUser
    message: UUID | None
    room: UUID | None
    seq: int | None
    text: str | None
    now: Literal["unchanged", "edited", "deleted"] | None
    count: Annotated[int, Field(description="People who reported it; `reports` has the first of them.")]
    reports: list[ReportOut]
    state: Literal["open", "closed"]
    opened_at: Moment
    closed_at: Moment | None
    closed_by: UUID | None
    outcome: list[Literal["dismiss", "delete", "hold", "mute", "ban"]]
    note: str | None


class Verdict(Kick):
    """What is done about it: `dismiss` alone, or one or more of the others.

    Mute and ban count in the room, or, with `everywhere` and where there is no room, in the workspace, for
    `expires_in` seconds or until they are lifted. `reason` is told to whom they meet.
    """

    actions: Annotated[list[Literal["dismiss", "delete", "hold", "mute", "ban"]], Field(min_length=1)]
    everywhere: bool = False
    expires_in: Annotated[int, Field(ge=1, le=YEAR)] | None = None


class NewAppeal(BaseModel):
    """Against what: a sanction on oneself, or a message of one's own that was rejected; and why."""

    sanction: UUID | None = None
    held: UUID | None = None
    text: Complaint


class AppealOut(BaseModel):
    """Somebody asked for another look; `against` says at what, and `decided_first` who had decided."""

    id: UUID
    workspace: UUID
    resource: UUID
    user: PublicUser
    against: Literal["mute", "ban", "held"]
    sanction: UUID | None
    held: UUID | None
    because: Annotated[str, Field(description="The reason that was given with the sanction or rejection.")]
    message: Annotated[str | None, Field(description="The text of the message that was rejected.")]
    decided_first: UUID | None
    text: str
    state: Literal["open", "accepted", "denied"]
    created_at: Moment
    decided_at: Moment | None
    decided_by: UUID | None
    reason: str | None


class OwnSanction(BaseModel):
    """A mute or ban that one is under, and what came of an appeal against it."""

    id: UUID
    kind: Literal["mute", "ban"]
    workspace: UUID
    workspace_name: str
    room: UUID | None
    reason: str
    created_at: Moment
    until: Moment | None
    appeal: Literal["open", "accepted", "denied"] | None
    answer: Annotated[str | None, Field(description="The reason given with the decision on it.")]
