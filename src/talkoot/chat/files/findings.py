"""What is found out about files."""

from __future__ import annotations

from uuid import UUID

import msgspec

from talkoot.kernel.values import Value


class Received(Value, frozen=True):
    """What came."""

    type: str
    size: int
    sha256: bytes


class Drawn(msgspec.Struct, frozen=True):
    """A picture: its pixels, a tiny one as a `data:` URL, and the format of the clean one."""

    width: int
    height: int
    blur: str
    format: str


class Moves(msgspec.Struct, frozen=True):
    """Of a very small picture: whether it moves."""

    animated: bool


class DrawnEmoji(Value, frozen=True):
    """A very small picture, WebP."""

    content: bytes
    animated: bool


class Picture(Value, frozen=True):
    """What is known of a picture now; `clean` is the size and the sum of its clean copy, if there is one."""

    drawn: Drawn
    clean: tuple[int, bytes] | None


class Kept(Value, frozen=True):
    """A picture that the server fetched, drawn and in the storage, and still in no message."""

    file: UUID
    received: Received
    picture: Picture


class Film(Value, frozen=True):
    """Sound or video that was prepared: its copy for others; `duration` in ms, where it is known.

    `waveform` is that of a voice message that came without one.
    """

    type: str
    ending: str
    duration: int | None
    drawn: Drawn | None
    size: int
    sha256: bytes
    waveform: str | None = None


class FoundText(Value, frozen=True):
    """What came of reading the text of a file, as `File.reading` has it, and the text."""

    reading: str
    text: str = ""
