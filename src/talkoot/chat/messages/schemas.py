"""What messages look like on the wire."""

from __future__ import annotations

from collections.abc import Collection
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BaseModel, Field, ValidationInfo, field_validator

from talkoot.chat.accounts.schemas import Moment, PublicUser
from talkoot.chat.files.schemas import Attachment
from talkoot.chat.messages.polled import Polled, PollOption
from talkoot.kernel.clock import from_datetime, rfc3339
from talkoot.kernel.text import Line, body_text

TEXT = 16_000  # characters
TITLE, EXCERPT, TAGS = 200, 500, 10
FILES = 10  # of one message
OPTIONS = 20  # of a poll

Text = Annotated[str, Field(min_length=1, max_length=TEXT), AfterValidator(body_text)]


class MentionOut(BaseModel):
    """Whom a message names: a `user`, a `role`, or all of the room, of which it is the `id` then."""

    kind: Literal["user", "role", "room", "here"]
    id: UUID
    name: str


def text_with(text: str, beside: Collection[UUID | None]) -> str:
    """The text of a message, which may be empty beside files or a quote; ValueError as for `body_text`."""
    return "" if any(beside) and not text.strip() else body_text(text)


class ReactionOut(BaseModel):
    """How many reacted with an emoji, and the first of them, in the order in which they did."""

    emoji: str
    count: int
    users: list[UUID]


class PreviewPicture(BaseModel):
    """A picture that goes with a preview, got as a file is; `blur` is a tiny one, as a `data:` URL."""

    id: UUID
    width: int
    height: int
    blur: str


class Preview(BaseModel):
    """What a page that a message links to says of itself; nothing of it is loaded from there again."""

    id: UUID
    url: str
    title: str
    description: str
    site: str
    image: PreviewPicture | None


class QuoteOut(BaseModel):
    """A message inside another one, as it was when it was quoted; at most 1,000 characters of its text.

    `room` and `thread` are where it is, for those who may read it there. `files` is how many it has; they are
    not passed on; `has_poll` says that it has one. Of one deleted meanwhile (`gone`) nothing is left.
    """

    message: UUID
    room: UUID
    thread: UUID | None
    sender: UUID | None
    text: str
    ts: Moment | None
    files: int
    gone: bool
    has_poll: bool = False


class PostShown(BaseModel):
    """What a post shows besides its text; `cover` is one of its `attachments`.

    `co_authors` write it together with the sender of its message.
    One that is not public any more is `unpublished`, and shows nothing until it is published again.
    """

    id: UUID
    state: Literal["published", "unpublished"]
    title: str
    slug: str
    excerpt: str
    tags: list[str]
    cover: UUID | None
    published_at: Moment
    co_authors: list[UUID] = []


class NewPoll(BaseModel):
    """A poll to be sent: two to twenty different options, one or several (`multiple`) of which one votes for.

    Of one that is `anonymous` nobody is told who voted. Without `closes_at`, which has a zone and is at most
    a year ahead, it stays open until somebody closes it.
    """

    question: Line
    options: list[Line] = Field(min_length=2, max_length=OPTIONS)
    multiple: bool = False
    anonymous: bool = False
    closes_at: AwareDatetime | None = None

    @field_validator("options")
    @classmethod
    def _differ(cls, value: list[str]) -> list[str]:
        if len({option.casefold() for option in value}) < len(value):
            raise ValueError("two options are the same")
        return value

    def asked(self) -> Polled:
        """The poll before anybody has voted."""
        closes_at = rfc3339(from_datetime(self.closes_at)) if self.closes_at is not None else None
        options = tuple(map(PollOption, self.options))
        return Polled(self.question, options, self.multiple, self.anonymous, closes_at)


class PollOptionOut(BaseModel):
    """What one can vote for, and how many did."""

    text: str
    votes: int


class PollShown(BaseModel):
    """The poll of a message: `voters` is how many people voted. One that is closed takes no more votes."""

    question: str
    options: list[PollOptionOut]
    multiple: bool
    anonymous: bool
    closes_at: Moment | None
    closed_at: Moment | None
    voters: int


class MessageOut(BaseModel):
    """A message as it stands; a deleted one has no text. `thread` is the message that it replies to.

    `replies` says who may reply to it: null whoever may post in the room, `by_entries` whom the entries of
    its thread let, `closed` the same where they deny it to everybody but those whom they name before.
    """

    id: UUID
    room: UUID
    seq: int
    sender: PublicUser
    text: str
    ts: str
    edited_at: str | None
    deleted: bool
    thread: UUID | None
    reply_count: int
    last_reply_at: str | None
    reactions: list[ReactionOut]
    attachments: list[Attachment]
    mentions: list[MentionOut]
    pinned: bool
    replies: Literal["by_entries", "closed"] | None
    previews: list[Preview]
    quote: QuoteOut | None
    post: PostShown | None
    poll: PollShown | None


class EditOut(BaseModel):
    """A text that a message had, since when, and by whom; the first one is what was sent."""

    text: str
    ts: str
    by: PublicUser


class Saying(BaseModel):
    """What a message is to say. `attachments` are files that one has uploaded for its room.

    `quote` is a message of this workspace that one may read, which is shown inside. Beside either the text
    may be empty. One with a `poll` and no text says its question.
    """

    quote: UUID | None = None
    poll: NewPoll | None = None
    attachments: list[UUID] = Field(default=[], max_length=FILES)
    text: str = Field(default="", max_length=TEXT, validate_default=True)

    @field_validator("text")
    @classmethod
    def _says_something(cls, value: str, info: ValidationInfo) -> str:
        asked = info.data.get("poll")
        if asked is not None and not value.strip():
            return str(asked.question)
        return text_with(value, [*(info.data.get("attachments") or ()), info.data.get("quote")])


class NewMessage(Saying):
    """A message to be sent. The same `cid` again answers with the first message and sends nothing.

    `attachments` are files that one has uploaded for this room; `quote` is a message of this workspace that
    one may read, which is shown inside. Beside either the text may be empty. In a room of posts a message
    with a `title` is a post, which is published at once. One with a `poll` and no text says its question.
    """

    cid: UUID | None = None
    thread: UUID | None = None
    title: Annotated[Line, Field(max_length=TITLE)] | None = None


class HeldOut(BaseModel):
    """A message that a moderator looks at before anybody else; `message` is what it became.

    `quoted` is what it quotes, as it is now, for those who may read it there. With `edits` it is a new text
    for that message, and `before` what everybody sees there until then.
    """

    id: UUID
    room: UUID
    sender: PublicUser
    text: str
    ts: Moment
    thread: UUID | None
    why: list[Literal["all", "role", "newcomer", "word", "link", "report"]]
    state: Literal["waiting", "approved", "rejected", "withdrawn"]
    reason: str | None
    message: UUID | None
    quote: UUID | None
    quoted: QuoteOut | None
    edits: UUID | None
    before: str | None
    attachments: list[Attachment]
    poll: PollShown | None


class HeldSend(BaseModel):
    """The answer to what is held; sent again with its `cid`, `state` is what came of it.

    `edits` is the message that is to be edited.
    """

    id: UUID
    room: UUID
    ts: Moment
    state: str
    dup: bool
    edits: UUID | None


class MessagePatch(BaseModel):
    """The text that replaces a message's text."""

    text: Text
    cid: UUID | None = None


class EventOut(BaseModel):
    """One event of a room's log."""

    room: UUID
    seq: int
    id: UUID
    type: str
    sender: UUID | None
    cid: UUID | None
    ts: str
    body: dict[str, Any]


class EventsOut(BaseModel):
    """A stretch of a room's log: `head` is its last position, `epoch` its incarnation."""

    epoch: UUID
    head: int
    events: list[EventOut]
