"""What is told on the socket of how far others have read."""

from __future__ import annotations

from uuid import UUID

import msgspec

from talkoot.realtime.operations import Ref


class WatchReaders(msgspec.Struct, frozen=True):
    """Be told how far others have read this room, and of no other; of none without it."""

    room: UUID | None = None
    ref: Ref = None


class ReaderShown(msgspec.Struct, frozen=True):
    """How far somebody has read, who is a member `since` then."""

    seq: int
    since: str


class ReadersFrame(msgspec.Struct, frozen=True, tag_field="op", tag="readers"):
    """How far others have read a room, all of them; not `shared` with oneself, there is nobody."""

    room: UUID
    shared: bool
    readers: dict[UUID, ReaderShown]
