"""What files tell the features above."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from uuid import UUID


@dataclass(frozen=True, slots=True)
class TextKept:
    """What a file of a message that was sent says is known now."""

    message: UUID


@dataclass(frozen=True, slots=True)
class PicturePrepared:
    """A picture of a message that was sent can be shown now: the message shows this of it."""

    workspace: UUID
    room: UUID
    message: UUID
    shown: dict[str, Any]


@dataclass(frozen=True, slots=True)
class FileRefused:
    """Nobody gets a file, for `why`: `infected`, or `refused` where it could not be looked through."""

    owner: UUID
    file: UUID
    room: UUID
    message: UUID | None
    name: str
    why: str
