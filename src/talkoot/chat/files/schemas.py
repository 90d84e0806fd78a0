"""What files look like on the wire."""

from __future__ import annotations

from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field


class Attachment(BaseModel):
    """A file of a message. `type` is what it was found to be, whatever its name says; `size` is in bytes.

    `width`, `height` (pixels) and `blur` (a tiny picture, as a `data:` URL) are those of pictures and video.
    `preparing`: others get it when it was prepared, and then it is known better. `duration` (milliseconds) is
    that of sound and video. `poster`: there is a small picture of it. `waveform`: a voice message, and how
    loud it is: one byte each for up to 128 equal parts, base64url without padding.
    `scan`: nobody gets it, while it is `waiting` to be looked through for viruses, or ever: `infected`, or
    `refused` as nobody can look through it.
    """

    id: UUID
    name: str
    type: str
    size: int
    width: int | None
    height: int | None
    blur: str | None
    preparing: bool = False
    duration: int | None = None
    poster: bool = False
    waveform: str | None = None
    scan: Literal["waiting", "infected", "refused"] | None = None


class FileOut(Attachment):
    """A file; `sha256` is in hexadecimal. In no message and no draft for a day it is deleted."""

    room: UUID
    sha256: str = Field(min_length=64, max_length=64)


class UploadOut(BaseModel):
    """An upload in several requests: so many bytes of `size` have come; `file` is what it became."""

    id: UUID
    size: int
    offset: int
    file: FileOut | None


FORM: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {"file": {"type": "string", "format": "binary"}},
                }
            }
        },
    }
}
"""The body of an upload, for the document: it is read as a stream."""
