"""An event of a room's log on the wire: encoded once, for the socket and for `/events` alike."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

import msgspec

from talkoot.kernel.clock import rfc3339
from talkoot.realtime.bus import Message

if TYPE_CHECKING:
    from talkoot.kernel.log import Event

_OP = b'"op":"ev",'


class EventFrame(msgspec.Struct, frozen=True, gc=False, tag_field="op", tag="ev"):
    """What happened at a position of a room's log; the body is JSON text already."""

    room: UUID
    seq: int
    id: UUID
    type: str
    sender: UUID | None
    cid: UUID | None
    ts: str
    body: msgspec.Raw


_encode = msgspec.json.Encoder().encode


def event_frame(event: Event) -> bytes:
    """A frame of the socket: `{"op":"ev", room, seq, id, type, sender, cid, ts, body}`."""
    e = event
    return _encode(
        EventFrame(e.log, e.seq, e.id, e.type, e.sender, e.cid, rfc3339(e.ts), msgspec.Raw(e.body))
    )


def event_message(event: Event, workspace: UUID | None) -> Message:
    """What the bus carries of an event of a room in this workspace."""
    frame = event_frame(event)
    return Message(
        "log", event.log, frame, seq=event.seq, count=event.count, scope=workspace, version=event.fence
    )


def event_json(event: Event) -> bytes:
    """The same without `op`."""
    return event_frame(event).replace(_OP, b"", 1)
