"""What voting looks like on the socket."""

from __future__ import annotations

from uuid import UUID

import msgspec

from talkoot.realtime.operations import Ref


class VoteFrame(msgspec.Struct, frozen=True):
    """Vote for options of a poll, in place of what one voted for before; the first one is 0."""

    message: UUID
    options: tuple[int, ...]
    ref: Ref = None


class UnvoteFrame(msgspec.Struct, frozen=True):
    """Take one's vote back."""

    message: UUID
    ref: Ref = None
