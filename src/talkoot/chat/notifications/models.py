"""The tables of notifications, and of what people want to be told of."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint, false, true
from sqlalchemy.orm import Mapped, mapped_column

from talkoot.kernel.types import Model

REPLY, REACTION, AUTHOR = "reply", "reaction", "author"


class Notification(Model):
    """Somebody is told of a message, once. What it says is not here: it is read when they look.

    It is read with `read_at`, or when its room was read up to `seq`, a reply when its thread was; it is gone
    when the message is deleted, or its room can not be read any more. `kind` is `mention`, `direct`, `reply`,
    `keyword` or `message`; or `reaction`, to who wrote it, and then `seq` is that of the newest reaction.
    """

    __tablename__ = "notifications"
    __table_args__ = (
        UniqueConstraint("user_id", "message_id"),
        Index("ix_notifications_user", "user_id", "id"),
        Index("ix_notifications_created", "created_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    workspace_id: Mapped[UUID] = mapped_column(ForeignKey("workspaces.id"))
    room_id: Mapped[UUID] = mapped_column(ForeignKey("rooms.id"))
    message_id: Mapped[UUID] = mapped_column(ForeignKey("messages.id"))
    thread_id: Mapped[UUID | None]
    seq: Mapped[int]
    kind: Mapped[str]
    created_at: Mapped[int]
    read_at: Mapped[int | None]


class NotificationLevel(Model):
    """What somebody wants to know of in a workspace or in one of its rooms: `all`, `mentions` or `nothing`.

    In a room without a level that of the workspace counts. `keywords`, one a line, are of workspaces only.
    """

    __tablename__ = "notification_levels"
    __table_args__ = (Index("ix_notification_levels_resource", "resource_id"),)

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), primary_key=True)
    resource_id: Mapped[UUID] = mapped_column(ForeignKey("resources.id"), primary_key=True)
    workspace_id: Mapped[UUID] = mapped_column(ForeignKey("workspaces.id"))
    level: Mapped[str | None]
    muted: Mapped[bool] = mapped_column(default=False, server_default=false())
    keywords: Mapped[str] = mapped_column(default="", server_default="")


class QuietTime(Model):
    """When somebody does not want to be disturbed: until a moment, and between two minutes of every day."""

    __tablename__ = "quiet_times"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), primary_key=True)
    until: Mapped[int | None]
    begins: Mapped[int | None]
    ends: Mapped[int | None]
    timezone: Mapped[str] = mapped_column(default="UTC", server_default="UTC")


class NotificationChoice(Model):
    """What somebody wants to know of besides, everywhere; who said nothing wants what stands here.

    `reactions` is `nothing`, `here`, which is in the list alone, or `everywhere`: in letters and pushes too.
    """

    __tablename__ = "notification_choices"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), primary_key=True)
    replies: Mapped[bool] = mapped_column(default=True, server_default=true())
    reactions: Mapped[str] = mapped_column(default="here", server_default="here")
