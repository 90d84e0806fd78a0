"""The table of messages: their present state; how it came about stands in the room's log."""

from __future__ import annotations

from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from talkoot.kernel.ids import new_id
from talkoot.kernel.types import Model, partial_index


class Message(Model):
    """A message; its id is that of the event that created it. A deleted one stays as an empty tombstone.

    `replies` is for the first one of a thread that has entries: `closed`, or `by_entries`.
    """

    __tablename__ = "messages"
    __table_args__ = (
        partial_index(
            "ix_messages_timeline",
            "room_id",
            "seq",
            where=text("thread_id IS NULL"),
        ),
        partial_index(
            "ix_messages_thread",
            "thread_id",
            "seq",
            where=text("thread_id IS NOT NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    room_id: Mapped[UUID] = mapped_column(ForeignKey("rooms.id"))
    seq: Mapped[int]
    sender_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    thread_id: Mapped[UUID | None] = mapped_column(ForeignKey("messages.id"))
    text: Mapped[str]
    ts: Mapped[int]
    edited_at: Mapped[int | None]
    deleted_at: Mapped[int | None]
    reply_count: Mapped[int] = mapped_column(default=0)
    last_reply_at: Mapped[int | None]
    attachments: Mapped[str | None]
    """What is shown of its files, as JSON; the files themselves are rows of `files`."""
    reactions: Mapped[str | None]
    """The reactions as they are shown, in JSON, so that a page needs nothing else; None if there are none."""
    previews: Mapped[str | None]
    """What pages that it links to say of themselves, in JSON; None while nobody has looked."""
    pinned_at: Mapped[int | None]
    replies: Mapped[str | None] = mapped_column("answers")
    mentions: Mapped[str | None]
    """Whom it names, as JSON; to count them there are rows of `mentions`."""
    quote: Mapped[str | None]
    """What it shows of another message, as JSON; to find those that show one there are rows of `quotes`."""
    post: Mapped[str | None]
    """What a post shows besides its text, as JSON; None for every other message."""
    poll: Mapped[str | None]
    """Its poll as it stands, as JSON; who voted for what are rows of `poll_votes`."""


class Mention(Model):
    """Somebody, or many, named in a message; `target` is a user, a role, or the room itself: all of it."""

    __tablename__ = "mentions"
    __table_args__ = (Index("ix_mentions_message", "message_id"),)

    target: Mapped[UUID] = mapped_column(primary_key=True)
    room_id: Mapped[UUID] = mapped_column(ForeignKey("rooms.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    message_id: Mapped[UUID] = mapped_column(ForeignKey("messages.id"))
    sender_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))


class Quote(Model):
    """A message that quotes another one, which may be in another room of the workspace."""

    __tablename__ = "quotes"
    __table_args__ = (Index("ix_quotes_quoted_id", "quoted_id"),)

    message_id: Mapped[UUID] = mapped_column(ForeignKey("messages.id"), primary_key=True)
    room_id: Mapped[UUID] = mapped_column(ForeignKey("rooms.id"))
    quoted_id: Mapped[UUID] = mapped_column(ForeignKey("messages.id"))


class RoomRules(Model):
    """What is asked of messages to a room before they are in it; only where `Resource.moderated` is set.

    `hold_roles` are ids separated by spaces, `hold_words` one word or phrase a line.
    """

    __tablename__ = "room_rules"

    room_id: Mapped[UUID] = mapped_column(ForeignKey("rooms.id"), primary_key=True)
    slow_seconds: Mapped[int]
    hold_all: Mapped[bool]
    hold_roles: Mapped[str]
    hold_first: Mapped[int]
    hold_words: Mapped[str]
    hold_links: Mapped[bool]


class RoomSender(Model):
    """Somebody in a room with rules: when they last sent, and how many messages they got through.

    `passed` is -1 while nobody has counted.
    """

    __tablename__ = "room_senders"

    room_id: Mapped[UUID] = mapped_column(ForeignKey("rooms.id"), primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), primary_key=True)
    last_at: Mapped[int]
    passed: Mapped[int]


class HeldState(StrEnum):
    """What came of a message that a moderator was to see first."""

    WAITING = "waiting"
    APPROVED = "approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


class HeldMessage(Model):
    """A message that a moderator looks at first: in no log, and known to its author and the moderators alone.

    `state` is a `HeldState`; of one that was approved, `message_id` is what it became. With `edits_id` it is
    a new text for that message, of which one at most waits.
    """

    __tablename__ = "held_messages"
    __table_args__ = (
        UniqueConstraint("cid", "sender_id"),
        Index("ix_held_messages_room", "room_id", "state", "id"),
        Index("ix_held_messages_sender", "sender_id", "id"),
        partial_index("ix_held_messages_edits", "edits_id", where=text("edits_id IS NOT NULL")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    room_id: Mapped[UUID] = mapped_column(ForeignKey("rooms.id"))
    sender_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    cid: Mapped[UUID | None]
    digest: Mapped[bytes | None]
    thread_id: Mapped[UUID | None] = mapped_column(ForeignKey("messages.id"))
    quote_id: Mapped[UUID | None]
    poll: Mapped[str | None]
    edits_id: Mapped[UUID | None]
    text: Mapped[str]
    why: Mapped[str]
    state: Mapped[str]
    created_at: Mapped[int]
    decided_at: Mapped[int | None]
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    reason: Mapped[str | None]
    message_id: Mapped[UUID | None] = mapped_column(ForeignKey("messages.id"))
