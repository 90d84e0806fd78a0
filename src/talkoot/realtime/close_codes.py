"""Every code a socket is closed with, and what a client should do then; the protocol page is made from it."""

from __future__ import annotations

from enum import IntEnum
from typing import Self, cast


class CloseCode(IntEnum):
    """A WebSocket close code: whether to `reconnect`, whether positions may be `resumed`, and a sentence."""

    reconnect: bool
    resume: bool
    meaning: str

    def __new__(cls, code: int, *advice: object) -> Self:
        """A code with its advice; `CloseCode(4401)` finds the one that is there."""
        member = int.__new__(cls, code)
        member._value_ = code
        member.reconnect, member.resume, member.meaning = cast("tuple[bool, bool, str]", advice)
        return member

    NORMAL = 1000, False, False, "The client closed, and the server agrees."
    PROTOCOL_ERROR = 1002, False, False, "A frame broke RFC 6455."
    UNSUPPORTED = 1003, False, False, "A binary frame came; only text frames are spoken here."
    NOT_UTF8 = 1007, False, False, "A text frame was not valid UTF-8."
    TOO_BIG = 1009, False, False, "A frame or a message was larger than allowed."
    RESTART = 1012, True, True, "The server stopped before its drain was over."
    BAD_PAYLOAD = 4400, False, False, "A frame was not an object in strict JSON."
    NOT_AUTHENTICATED = 4401, False, False, "Nobody is signed in here, or no longer: get a new token first."
    FORBIDDEN = 4403, False, False, "This connection may not be used any more."
    HELLO_LATE = 4408, True, True, "No hello came in time."
    SLOW = 4409, True, True, "The client read too slowly; nothing is lost, resume from the last position."
    HEARTBEAT_LOST = 4410, True, True, "Two heartbeats were missed."
    TOO_MANY = 4413, True, True, "Too many connections, or too much sent before the welcome: wait a minute."
    VERSION = 4426, False, False, "The client needs another protocol level: update one of the two."
    RATE_LIMITED = 4429, True, True, "Too many frames in spite of refusals, or too many hellos: try later."
    INTERNAL = 4500, True, True, "A defect on the server; positions hold."
    DRAINING = 4503, True, True, "The server is stopping: come back after `after_ms`."
