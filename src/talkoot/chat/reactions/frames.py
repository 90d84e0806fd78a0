"""What reactions look like on the socket."""

from __future__ import annotations

from uuid import UUID

import msgspec

from talkoot.realtime.operations import Ref


class ReactFrame(msgspec.Struct, frozen=True):
    """React to a message with an emoji; once more changes nothing."""

    message: UUID
    emoji: str
    cid: UUID | None = None
    ref: Ref = None


class UnreactFrame(msgspec.Struct, frozen=True):
    """Take one's reaction back."""

    message: UUID
    emoji: str
    cid: UUID | None = None
    ref: Ref = None
