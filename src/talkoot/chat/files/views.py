"""Files as others see them."""

from __future__ import annotations

from typing import Any

from talkoot.chat.files.models import FAILED, READY, RECEIVING, WAITING, WITHHELD, File, Upload
from talkoot.chat.files.names import disposition
from talkoot.chat.files.schemas import FileOut, UploadOut
from talkoot.chat.files.sniffing import SHOWN, TEXT, UNKNOWN
from talkoot.chat.files.tus import expires
from talkoot.kernel.clock import DAY

UNUSED = DAY  # for so long a file may be in no message or draft, and nothing come of an upload


def attachment(file: File) -> dict[str, Any]:
    """A file as a message shows it: the documented `Attachment`."""
    return {
        "id": str(file.id),
        "name": file.name,
        "type": type_of(file),
        "size": file.size,
        "width": file.width,
        "height": file.height,
        "blur": file.blur,
        "preparing": WAITING in {file.picture, file.scan},
        "duration": file.duration,
        "poster": file.picture == READY and file.blur is not None,
        "waveform": file.waveform or None,
        "scan": file.scan,
    }


def type_of(file: File) -> str:
    """What others are told that it is: a picture that could not be prepared is none, nor what was refused."""
    return UNKNOWN if file.picture == FAILED or file.scan in WITHHELD else file.type


def file_out(file: File) -> FileOut:
    """A file for its owner."""
    return FileOut(**attachment(file), room=file.room_id, sha256=(file.sha256 or b"").hex())


def upload_out(file: File, upload: Upload) -> UploadOut:
    """An upload in several requests for its owner."""
    whole = file_out(file) if file.state != RECEIVING else None
    return UploadOut(id=file.id, size=upload.size, offset=upload.received, file=whole)


def progress_of(file: File, upload: Upload) -> dict[str, str]:
    """The same as headers of the tus protocol."""
    headers = {"Upload-Offset": str(upload.received), "Upload-Length": str(upload.size)}
    if upload.told:
        headers["Upload-Metadata"] = upload.told
    if file.state == RECEIVING:
        headers["Upload-Expires"] = expires(file.changed_at + UNUSED)
    return headers


def tag_of(file: File) -> str:
    """The `ETag` of what it holds."""
    return f'"{(file.sha256 or b"").hex()}"'


def headers_of(file: File) -> dict[str, str]:
    """What goes with its content, whatever is asked of it: nothing in it can act in a page."""
    return {
        "ETag": tag_of(file),
        "Accept-Ranges": "bytes",
        "Cache-Control": "private, no-cache",  # whoever may not read it any more does not get it again
        "Content-Disposition": disposition(file.name, inline=type_of(file) in SHOWN),
        "Content-Security-Policy": "default-src 'none'; sandbox",
    }


def told_type(file: File) -> str:
    """As what browsers are to take it."""
    kind = type_of(file)
    if kind in SHOWN:
        return kind
    return f"{TEXT}; charset=utf-8" if kind == TEXT else UNKNOWN
