"""What following threads tells the others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from talkoot.kernel.values import Value

if TYPE_CHECKING:
    from uuid import UUID


class ThreadMoved(Value, frozen=True):
    """Someone stands otherwise to a thread than before: for their own devices."""

    user: UUID
    message: UUID
    room: UUID
    followed: bool
    level: str | None
    read_seq: int
    marked: int | None
    unread: int
    last_seq: int
    workspace: UUID
    version: int
    """Of the workspace's access rules, under which it was done."""
