"""What reads tell the others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from uuid import UUID


@dataclass(frozen=True, slots=True)
class ReadMoved:
    """Someone has read a room up to here, on one of their devices."""

    user: UUID
    room: UUID
    seq: int
    unread: int
    connection: UUID | None
    workspace: UUID
    version: int
    """Of the workspace's access rules, under which it was done."""
