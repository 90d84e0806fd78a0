"""What the server tells people on all their connections, as frames: for the document of the socket."""

from __future__ import annotations

from typing import Any, Literal
from uuid import UUID

import msgspec

from talkoot.chat.moderation.deciding import ToDecideNotice
from talkoot.chat.presence.frames import UserStatus


class FrameUser(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Somebody, as shown beside what they wrote."""

    id: UUID
    username: str
    display_name: str
    bot: bool


class ReadNotice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One has read a room up to here, or marked it as unread from `marked` on, on another device."""

    op: Literal["notice"]
    kind: Literal["read"]
    room: UUID
    seq: int
    unread: int
    mentions: int
    marked: int | None


class ThreadNotice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One stands otherwise to a thread than before; `message` is its first one."""

    op: Literal["notice"]
    kind: Literal["thread"]
    message: UUID
    room: UUID
    followed: bool
    level: Literal["all", "mentions", "nothing"] | None
    read_seq: int
    marked: int | None
    unread: int
    last_seq: int


class SavedNotice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One has saved a message, or let go of it."""

    op: Literal["notice"]
    kind: Literal["saved"]
    message: UUID
    saved: bool


class VoteNotice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One has voted in a poll, on any device, or taken it back; `options` is all that one votes for now."""

    op: Literal["notice"]
    kind: Literal["vote"]
    message: UUID
    options: list[int]


class DraftNotice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A draft of one's own has changed, on any device; one that was removed has version 0 and no text.

    `attachments` are its files.
    """

    op: Literal["notice"]
    kind: Literal["draft"]
    room: UUID
    thread: UUID | None
    version: int
    text: str
    attachments: list[dict[str, Any]]


class ScheduledNotice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A scheduled message of one's own was written, changed, sent, refused (for this `reason`) or removed."""

    op: Literal["notice"]
    kind: Literal["scheduled"]
    scheduled: UUID
    room: UUID
    state: Literal["waiting", "sent", "refused", "removed"]
    reason: str | None


class PostNamedNotice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Somebody has named one as co-author of a post; one may take oneself out."""

    op: Literal["notice"]
    kind: Literal["post.named"]
    post: UUID
    room: UUID
    by: UUID


class PostRefusedNotice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A post that one wanted to be published at a time was not, for this `reason`."""

    op: Literal["notice"]
    kind: Literal["post.refused"]
    post: UUID
    room: UUID
    reason: str


class FileRefusedNotice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Nobody gets a file that one uploaded, in a message or in none yet; `why` is as `scan` of files."""

    op: Literal["notice"]
    kind: Literal["file.refused"]
    file: UUID
    room: UUID
    message: UUID | None
    name: str
    why: Literal["infected", "refused"]


class ExportReadyNotice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The file with what one may read of a workspace is ready."""

    op: Literal["notice"]
    kind: Literal["export.ready"]
    export: UUID
    workspace: UUID


class CommandNotice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Somebody ran a command of this bot, which answers before `expires_at`: as `GET /invocations` has it."""

    op: Literal["notice"]
    kind: Literal["command"]
    invocation: UUID
    workspace: UUID
    room: UUID
    thread: UUID | None
    command: str
    args: str
    user: FrameUser
    ts: str
    expires_at: str


class CommandAnsweredNotice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A bot has dealt with a command that one ran; `text` is what it says to oneself alone, if anything."""

    op: Literal["notice"]
    kind: Literal["command.answered"]
    invocation: UUID
    room: UUID
    thread: UUID | None
    command: str
    bot: FrameUser
    text: str | None


class JoinedNotice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One is a member of a room now; `room` is as `GET /rooms/{id}` answers it."""

    op: Literal["notice"]
    kind: Literal["room.joined"]
    room: dict[str, Any]


class LeftNotice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One is no member of a room any more."""

    op: Literal["notice"]
    kind: Literal["room.left"]
    room: UUID


class SanctionNotice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One was muted, banned or kicked, in a room or (`room` is null) the workspace; or that has ended."""

    op: Literal["notice"]
    kind: Literal["sanction"]
    sanction: Literal["mute", "ban", "kick"]
    workspace: UUID
    room: UUID | None
    reason: str
    until: str | None
    ended: bool


class HeldNotice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A held message is decided on, then `message`, or taken back; an edit of `edits` is told `waiting` too.

    `edits` is null unless it is a new text for a message that is there.
    """

    op: Literal["notice"]
    kind: Literal["held"]
    held: UUID
    cid: UUID | None
    room: UUID
    state: Literal["waiting", "approved", "rejected", "withdrawn"]
    reason: str
    message: UUID | None
    edits: UUID | None


class ReportNotice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A moderator has decided on what one reported."""

    op: Literal["notice"]
    kind: Literal["report"]
    report: UUID
    state: Literal["handled"]


class AppealNotice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A moderator has decided on an appeal of one's own."""

    op: Literal["notice"]
    kind: Literal["appeal"]
    appeal: UUID
    workspace: UUID
    state: Literal["accepted", "denied"]
    reason: str


class PersonNotice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Somebody whose presence one watches has another name now; who has left for good is a `Deleted user`."""

    op: Literal["notice"]
    kind: Literal["person"]
    user: FrameUser


class StatusNotice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Somebody whose presence one watches shows something else beside their name: this, and nothing more."""

    op: Literal["notice"]
    kind: Literal["status"]
    user: UUID
    status: UserStatus


class NotifiedNotice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One is told of a message; `quiet` when one does not want to be disturbed."""

    op: Literal["notice"]
    kind: Literal["notified"]
    id: UUID
    workspace: UUID
    room: UUID
    message: UUID
    thread: UUID | None
    seq: int
    why: Literal["mention", "direct", "reply", "keyword", "message", "reaction", "author"]
    by: UUID
    quiet: bool


class NotificationsReadNotice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One has read notifications: these, and all up to one of them."""

    op: Literal["notice"]
    kind: Literal["notifications.read"]
    ids: list[UUID]
    up_to: UUID | None


class NotificationsChangedNotice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Reactions of which one was told were taken back: these notifications are gone, or of fewer people."""

    op: Literal["notice"]
    kind: Literal["notifications.changed"]
    ids: list[UUID]


class NotificationSettingsNotice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One wants to be told of something else now: ask for the settings again."""

    op: Literal["notice"]
    kind: Literal["notifications.settings"]


NOTICES = {
    "notice.read": ReadNotice,
    "notice.thread": ThreadNotice,
    "notice.saved": SavedNotice,
    "notice.vote": VoteNotice,
    "notice.draft": DraftNotice,
    "notice.scheduled": ScheduledNotice,
    "notice.post.named": PostNamedNotice,
    "notice.post.refused": PostRefusedNotice,
    "notice.command": CommandNotice,
    "notice.command.answered": CommandAnsweredNotice,
    "notice.file.refused": FileRefusedNotice,
    "notice.export.ready": ExportReadyNotice,
    "notice.room.joined": JoinedNotice,
    "notice.room.left": LeftNotice,
    "notice.sanction": SanctionNotice,
    "notice.held": HeldNotice,
    "notice.report": ReportNotice,
    "notice.appeal": AppealNotice,
    "notice.to_decide": ToDecideNotice,
    "notice.person": PersonNotice,
    "notice.status": StatusNotice,
    "notice.notified": NotifiedNotice,
    "notice.notifications.read": NotificationsReadNotice,
    "notice.notifications.changed": NotificationsChangedNotice,
    "notice.notifications.settings": NotificationSettingsNotice,
}
