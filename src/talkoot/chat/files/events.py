"""What files tell the features above."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from talkoot.kernel.values import Value

if TYPE_CHECKING:
    from uuid import UUID


class TextKept(Value, frozen=True):
    """What a file of a message that was sent says is known now."""

    message: UUID


class PicturePrepared(Value, frozen=True):
    """A picture of a message that was sent can be shown now: the message shows this of it."""

    workspace: UUID
    room: UUID
    message: UUID
    shown: dict[str, Any]


class FileRefused(Value, frozen=True):
    """Nobody gets a file, for `why`: `infected`, or `refused` where it could not be looked through."""

    owner: UUID
    file: UUID
    room: UUID
    message: UUID | None
    name: str
    why: str
