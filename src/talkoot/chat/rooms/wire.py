"""An event of a room's log on the wire: encoded once, for the socket and for `/events` alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

from talkoot.kernel.clock import rfc3339

if TYPE_CHECKING:
    from talkoot.kernel.log import Event


def event_json(event: Event) -> str:
    """`{room, seq, id, type, sender, cid, ts, body}`; the body is JSON text already."""
    sender = f'"{event.sender}"' if event.sender else "null"
    cid = f'"{event.cid}"' if event.cid else "null"
    return (
        f'{{"room":"{event.log}","seq":{event.seq},"id":"{event.id}","type":"{event.type}",'
        f'"sender":{sender},"cid":{cid},"ts":"{rfc3339(event.ts)}","body":{event.body}}}'
    )


def event_frame(event: Event) -> bytes:
    """The same as a frame of the socket: `{"op":"ev", ...}`."""
    return f'{{"op":"ev",{event_json(event)[1:]}'.encode()
