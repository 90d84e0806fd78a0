"""What running a command looks like on the socket."""

from __future__ import annotations

from uuid import UUID

import msgspec

from talkoot.realtime.operations import Ref


class RunFrame(msgspec.Struct, frozen=True):
    """Run a command of a bot; the same `cid` again is answered with the first one's invocation."""

    cid: UUID
    room: UUID
    command: str
    args: str = ""
    thread: UUID | None = None
    ref: Ref = None


class InvokedFrame(msgspec.Struct, frozen=True, tag_field="op", tag="invoked"):
    """The command waits for its bot, until `expires_at`; `notice.command.answered` tells what it says."""

    invocation: UUID
    room: UUID
    expires_at: str
    dup: bool
    cid: UUID
