"""What an export holds: one table of kinds of lines, each with the rows of a workspace that it stands for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

from msgspec import field
from sqlalchemy import Select, case, select, union

from talkoot.chat.access.models import AccessEntry, Membership, Resource, Role, Sanction, Workspace
from talkoot.chat.accounts.models import User
from talkoot.chat.bots.models import Bot
from talkoot.chat.commands.models import Command
from talkoot.chat.drafts.models import Draft
from talkoot.chat.emoji.models import Emoji
from talkoot.chat.files.models import HELD, LOOSE, SENT, File
from talkoot.chat.messages.models import HeldMessage, Mention, Message, Quote, RoomRules
from talkoot.chat.notifications.models import NotificationLevel
from talkoot.chat.pins.models import Pin
from talkoot.chat.polls.models import PollVote
from talkoot.chat.posts.models import Blog, Post, PostAuthor, PostSlug, PostTag, PostVersion
from talkoot.chat.previews.models import RemovedPreview
from talkoot.chat.reactions.models import Reaction
from talkoot.chat.reads.models import ReadPosition
from talkoot.chat.rooms.models import Category, Room
from talkoot.chat.saved.models import SavedMessage
from talkoot.chat.threads.models import ThreadFollow
from talkoot.kernel.log import Log, LogEvent
from talkoot.kernel.values import Value

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement
    from sqlalchemy.sql.elements import KeyedColumnElement

    from talkoot.kernel.types import Model

Within = Callable[[UUID], "ColumnElement[bool]"]


class Section(Value, frozen=True, eq=False):
    """A kind of lines: the rows of `model` that belong `within` a workspace, without what is `left_out`.

    Columns in `json` hold JSON text, which stands in the line as what it is. `order` comes before the key,
    and `instead` is read where a column is not told as it is.
    """

    kind: str
    model: type[Model]
    says: str
    within: Within
    left_out: frozenset[str] = frozenset()
    json: frozenset[str] = frozenset()
    order: Callable[[], Any] | None = None
    instead: Mapping[str, Any] = field(default_factory=dict)

    @property
    def columns(self) -> Sequence[KeyedColumnElement[Any]]:
        """The columns of a line, in their order."""
        return [column for column in self.model.__table__.columns if column.name not in self.left_out]

    def shown(self, column: KeyedColumnElement[Any]) -> Any:
        """What is read for a column."""
        return self.instead[column.name].label(column.name) if column.name in self.instead else column

    @property
    def key(self) -> Sequence[KeyedColumnElement[Any]]:
        """What makes a row one of a kind."""
        return [column for column in self.model.__table__.columns if column.primary_key]


def _rooms(workspace: UUID) -> Select[UUID]:
    return select(Room.id).where(Room.workspace_id == workspace)


def _resources(workspace: UUID) -> Select[UUID]:
    return select(Resource.id).where(Resource.workspace_id == workspace)


def _messages(workspace: UUID) -> Select[UUID]:
    return select(Message.id).where(Message.room_id.in_(_rooms(workspace)))


def _posts(workspace: UUID) -> Select[UUID]:
    return select(Post.id).where(Post.room_id.in_(_rooms(workspace)))


def _lies_in_draft() -> Any:
    return (File.state == LOOSE) & File.message_id.is_not(None)


def _parents_first() -> Any:
    return case({"workspace": 0, "category": 1, "room": 2}, value=Resource.kind, else_=3)


# What somebody holds, or may not do, stands before the memberships that would let them in without it.
FRAME: tuple[Section, ...] = (
    Section(
        "workspace",
        Workspace,
        "The workspace itself.",
        lambda w: Workspace.id == w,
        left_out=frozenset({"access_version"}),
    ),
    Section(
        "user",
        User,
        "Somebody who belongs to it, or did, or wrote in it.",
        lambda w: User.id.in_(_people(w)),
        left_out=frozenset(
            {"username_key", "email_key", "password_hash", "second_factor", "delete_at", "delete_messages"}
        ),
    ),
    Section(
        "resource",
        Resource,
        "A node of the tree: the workspace, a category, a room, a thread with entries.",
        lambda w: Resource.workspace_id == w,
        order=_parents_first,
    ),
    Section("role", Role, "A role.", lambda w: Role.workspace_id == w),
    Section(
        "entry",
        AccessEntry,
        "An entry that allows or denies something on a resource.",
        lambda w: AccessEntry.resource_id.in_(_resources(w)),
    ),
    Section(
        "sanction",
        Sanction,
        "A mute or a ban.",
        lambda w: Sanction.workspace_id == w,
    ),
    Section("category", Category, "A heading in the list of rooms.", lambda w: Category.workspace_id == w),
    Section("room", Room, "A room.", lambda w: Room.workspace_id == w),
    Section(
        "log",
        Log,
        "The log of a room: where it stands.",
        lambda w: Log.id.in_(_rooms(w)),
    ),
    Section(
        "room_rules",
        RoomRules,
        "What is asked of messages to a room before they are in it.",
        lambda w: RoomRules.room_id.in_(_rooms(w)),
    ),
    Section("bot", Bot, "That somebody is a program.", lambda w: Bot.workspace_id == w),
    Section("command", Command, "A command that a bot does.", lambda w: Command.workspace_id == w),
    Section(
        "emoji",
        Emoji,
        "An emoji of the workspace, with its picture.",
        lambda w: Emoji.workspace_id == w,
        order=lambda: case((Emoji.alias_of.is_(None), 0), else_=1),
    ),
    Section(
        "membership",
        Membership,
        "That somebody belongs to the workspace, with a role, or to a room.",
        lambda w: Membership.resource_id.in_(_resources(w)),
        left_out=frozenset({"by_group", "own_role_id"}),
    ),
    Section(
        "file",
        File,
        "A file in a message or a draft; what it holds stands in the folder `files`.",
        lambda w: (File.workspace_id == w) & (File.state.in_((SENT, HELD)) | _lies_in_draft()),
        left_out=frozenset({"kept", "reading"}),
    ),
)
"""What comes first, all of each kind."""

CONTENT: tuple[Section, ...] = (
    Section(
        "message",
        Message,
        "A message as it is now.",
        lambda w: Message.room_id.in_(_rooms(w)),
        json=frozenset({"attachments", "reactions", "previews", "mentions", "quote", "post", "poll"}),
    ),
    Section(
        "reaction",
        Reaction,
        "Somebody's emoji under a message.",
        lambda w: Reaction.message_id.in_(_messages(w)),
    ),
    Section(
        "poll_vote",
        PollVote,
        "That somebody voted for an option of a poll; who that was in no anonymous one.",
        lambda w: PollVote.message_id.in_(_messages(w)),
    ),
    Section("pin", Pin, "That a message is pinned.", lambda w: Pin.room_id.in_(_rooms(w))),
    Section("mention", Mention, "Whom a message names.", lambda w: Mention.room_id.in_(_rooms(w))),
    Section(
        "removed_preview",
        RemovedPreview,
        "A link whose preview was taken away.",
        lambda w: RemovedPreview.message_id.in_(_messages(w)),
    ),
)
"""What stands with messages: for each stretch of a room's log, before the events of that stretch."""

EVENT = Section(
    "event",
    LogEvent,
    "An event of a room's log: how messages came about, with every text that they had.",
    lambda w: LogEvent.log.in_(_rooms(w)),
    left_out=frozenset({"fence"}),
    json=frozenset({"body"}),
)

TAIL: tuple[Section, ...] = (
    Section(
        "read_position",
        ReadPosition,
        "How far somebody has read a room.",
        lambda w: ReadPosition.room_id.in_(_rooms(w)),
    ),
    Section(
        "thread_follow",
        ThreadFollow,
        "That somebody follows a thread, and how far they have read it.",
        lambda w: ThreadFollow.room_id.in_(_rooms(w)),
    ),
    Section(
        "held_message",
        HeldMessage,
        "A message that a moderator was to see first.",
        lambda w: HeldMessage.room_id.in_(_rooms(w)),
        json=frozenset({"poll"}),
    ),
    Section("quote", Quote, "That a message shows another one.", lambda w: Quote.room_id.in_(_rooms(w))),
    Section(
        "saved_message",
        SavedMessage,
        "A message that somebody keeps for later.",
        lambda w: SavedMessage.message_id.in_(_messages(w)),
    ),
    Section("draft", Draft, "What somebody has begun to write.", lambda w: Draft.room_id.in_(_rooms(w))),
    Section(
        "notification_level",
        NotificationLevel,
        "What somebody wants to be told of.",
        lambda w: NotificationLevel.workspace_id == w,
    ),
    Section("blog", Blog, "The name of a room of posts in addresses.", lambda w: Blog.room_id.in_(_rooms(w))),
    Section(
        "post",
        Post,
        "A post, also one that is only begun.",
        lambda w: Post.room_id.in_(_rooms(w)),
        left_out=frozenset({"publish_at", "publish_by", "refusal"}),
    ),
    Section(
        "post_author",
        PostAuthor,
        "That somebody writes a post together with its first author.",
        lambda w: PostAuthor.post_id.in_(_posts(w)),
    ),
    Section(
        "post_slug",
        PostSlug,
        "A name that a post has, or had, in addresses.",
        lambda w: PostSlug.room_id.in_(_rooms(w)),
    ),
    Section("post_tag", PostTag, "A tag of a post.", lambda w: PostTag.post_id.in_(_posts(w))),
    Section(
        "post_version",
        PostVersion,
        "What a post said from a moment on.",
        lambda w: PostVersion.post_id.in_(_posts(w)),
    ),
)
"""What comes last, since it names messages and positions."""

SECTIONS = {section.kind: section for section in (*FRAME, *CONTENT, EVENT, *TAIL)}
ACCESS = frozenset({"resource", "role", "entry", "sanction", "membership"})
"""Kinds that change who may do what."""


def about_message(section: Section) -> KeyedColumnElement[Any]:
    """The column that says to which message a row of `CONTENT` belongs."""
    columns = section.model.__table__.columns
    return columns["id"] if section.model is Message else columns["message_id"]


def _people(workspace: UUID) -> Any:
    """Everybody whom some line names."""
    named = [
        select(column).where(section.within(workspace), column.is_not(None))
        for section in SECTIONS.values()
        if section.model is not User
        for column in section.columns
        if any(key.column.table is User.__table__ for key in column.foreign_keys)
    ]
    senders = select(LogEvent.sender).where(EVENT.within(workspace), LogEvent.sender.is_not(None))
    return union(*named, senders).subquery().select()
