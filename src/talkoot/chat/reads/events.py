"""What reads tell the others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from talkoot.kernel.values import Value

if TYPE_CHECKING:
    from uuid import UUID


class ReadMoved(Value, frozen=True):
    """Someone has read a room up to `seq`, or marked it as unread from `marked` on."""

    user: UUID
    room: UUID
    seq: int
    unread: int
    connection: UUID | None
    workspace: UUID
    version: int
    """Of the workspace's access rules, under which it was done."""
    marked: int | None
    mentions: int


class ShareChosen(Value, frozen=True):
    """Somebody shares what they have read from now on, or does not any more."""

    user: UUID
