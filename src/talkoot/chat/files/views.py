"""Files as others see them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from talkoot.chat.files.names import disposition
from talkoot.chat.files.schemas import FileOut
from talkoot.chat.files.sniffing import SHOWN, TEXT, UNKNOWN

if TYPE_CHECKING:
    from talkoot.chat.files.models import File


def attachment(file: File) -> dict[str, Any]:
    """A file as a message shows it: the documented `Attachment`."""
    return {
        "id": str(file.id),
        "name": file.name,
        "type": file.type,
        "size": file.size,
        "width": file.width,
        "height": file.height,
        "blur": file.blur,
    }


def file_out(file: File) -> FileOut:
    """A file for its owner."""
    return FileOut(**attachment(file), room=file.room_id, sha256=(file.sha256 or b"").hex())


def tag_of(file: File) -> str:
    """The `ETag` of what it holds."""
    return f'"{(file.sha256 or b"").hex()}"'


def headers_of(file: File) -> dict[str, str]:
    """What goes with its content, whatever is asked of it: nothing in it can act in a page."""
    return {
        "ETag": tag_of(file),
        "Accept-Ranges": "bytes",
        "Cache-Control": "private, no-cache",  # whoever may not read it any more does not get it again
        "Content-Disposition": disposition(file.name, inline=file.type in SHOWN),
        "Content-Security-Policy": "default-src 'none'; sandbox",
    }


def told_type(file: File) -> str:
    """As what browsers are to take it."""
    if file.type in SHOWN:
        return file.type
    return f"{TEXT}; charset=utf-8" if file.type == TEXT else UNKNOWN
