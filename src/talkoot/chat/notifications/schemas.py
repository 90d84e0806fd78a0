"""What notifications look like on the wire."""

from __future__ import annotations

from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BaseModel, Field, model_validator

from talkoot.chat.accounts.schemas import Moment, PublicUser
from talkoot.chat.messages.schemas import MessageOut
from talkoot.chat.notifications.keywords import cleaned
from talkoot.chat.notifications.zones import zone_named
from talkoot.kernel.paging import Page

Level = Literal["all", "mentions", "nothing"]
Kind = Literal["mention", "direct", "reply", "keyword", "message", "reaction", "author"]
Reactions = Annotated[
    Literal["nothing", "here", "everywhere"],
    Field(description="To what one wrote: in the list (`here`), in letters and pushes too (`everywhere`)."),
]
Minutes = Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$", examples=["22:00"])]


def _known_zone(name: str) -> str:
    zone_named(name)
    return name


class Reactors(BaseModel):
    """How many others have reacted to a message, and the newest three of them."""

    count: int
    users: list[PublicUser]


class NotificationOut(BaseModel):
    """Something that one is told of, with the message as it is now; `reactors` of a `reaction` only."""

    id: UUID
    kind: Kind
    workspace: UUID
    message: MessageOut
    ts: Moment
    read: bool
    reactors: Reactors | None = None


class NotificationPage(Page[NotificationOut]):
    """A page of them, those that are not read first; `unread` counts all of those, up to 100."""

    unread: int


class ReadNotifications(BaseModel):
    """Which were read: these, or all up to one of them."""

    ids: list[UUID] = Field(default=[], max_length=200)
    up_to: UUID | None = None


class QuietHours(BaseModel):
    """Every day from one time to another, which may be on the next day."""

    begins: Minutes
    ends: Minutes
    timezone: Annotated[str, Field(min_length=1, max_length=64), AfterValidator(_known_zone)] = "UTC"

    @model_validator(mode="after")
    def _is_a_time(self) -> Self:
        if self.begins == self.ends:
            raise ValueError("It begins and ends at the same time")
        return self


class QuietOut(BaseModel):
    """When one does not want to be disturbed."""

    until: Moment | None
    hours: QuietHours | None


class SettingsPatch(BaseModel):
    """What is to change, of what one wants everywhere; null takes a time away."""

    replies: bool | None = None
    reactions: Reactions | None = None

    until: AwareDatetime | None = None
    hours: QuietHours | None = None


class WorkspaceLevel(BaseModel):
    """What one wants to be told of in a workspace."""

    level: Level = "mentions"
    keywords: Annotated[list[str], Field(max_length=200), AfterValidator(cleaned)] = []


class WorkspaceLevelOut(WorkspaceLevel):
    """The same, and where."""

    workspace: UUID


class RoomLevel(BaseModel):
    """What one wants to be told of in a room; without a level what holds in its workspace. Muted: nothing."""

    level: Level | None = None
    muted: bool = False


class RoomLevelOut(RoomLevel):
    """The same, and where."""

    room: UUID


class NotificationSettings(BaseModel):
    """All that one has said of what one wants to be told of; where nothing is said it is `mentions`."""

    quiet: QuietOut
    replies: Annotated[bool, Field(description="In threads that one follows.")]
    reactions: Reactions
    workspaces: list[WorkspaceLevelOut]
    rooms: list[RoomLevelOut]
