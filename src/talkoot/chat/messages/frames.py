"""What messages look like on the socket."""

from __future__ import annotations

from uuid import UUID

import msgspec

from talkoot.realtime.operations import Ref


class PollWish(msgspec.Struct, frozen=True):
    """A poll, as `NewPoll` has it."""

    question: str
    options: tuple[str, ...]
    multiple: bool = False
    anonymous: bool = False
    closes_at: str | None = None


class SendFrame(msgspec.Struct, frozen=True):
    """Send a message; the same `cid` again is answered with the first one's place."""

    cid: UUID
    room: UUID
    text: str = ""
    thread: UUID | None = None
    attachments: tuple[UUID, ...] = ()
    quote: UUID | None = None
    poll: PollWish | None = None
    ref: Ref = None


class EditFrame(msgspec.Struct, frozen=True):
    """Replace the text of one's own message."""

    message: UUID
    text: str
    cid: UUID | None = None
    ref: Ref = None


class DeleteFrame(msgspec.Struct, frozen=True):
    """Delete a message."""

    message: UUID
    cid: UUID | None = None
    ref: Ref = None


class HeldFrame(msgspec.Struct, frozen=True, tag_field="op", tag="held"):
    """The answer to `send` and `edit` where a moderator looks first: nobody sees it yet.

    `notice.held` tells more. Sent again with its `cid` it is not sent twice; `state` is then what came of it:
    `waiting`, `approved`, `rejected` or `withdrawn`. `edits` is the message that is to be edited.
    """

    room: UUID
    id: UUID
    ts: str
    state: str
    dup: bool
    cid: UUID | None = None
    edits: UUID | None = None


class Ack(msgspec.Struct, frozen=True, tag_field="op", tag="ack"):
    """It is stored: the place it has in the room's log, for ever."""

    room: UUID
    seq: int
    id: UUID
    ts: str
    dup: bool
    cid: UUID | None = None
