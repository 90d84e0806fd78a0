"""The files of one person: what is known of them, and what they hold."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import select

from talkoot.chat.files.models import GONE, ORIGINAL, RECEIVING, File
from talkoot.kernel.clock import rfc3339
from talkoot.kernel.errors import NotFound

if TYPE_CHECKING:
    from talkoot.kernel.blobs import Blobs
    from talkoot.kernel.transactions import Read


async def files_behind(read: Read, person: UUID, after: UUID, limit: int) -> Sequence[File]:
    """The next files that somebody uploaded and that are there."""
    found = await read.session.scalars(
        select(File)
        .where(File.owner_id == person, File.id > after, File.state.not_in((GONE, RECEIVING)))
        .order_by(File.id)
        .limit(limit)
    )
    return found.all()


def name_in_archive(file: File) -> str:
    """Where its content stands: names may be there twice, ids not."""
    return f"files/{file.id}-{file.name}"


def line_of(file: File) -> dict[str, Any]:
    """What is known of it."""
    return {
        "id": file.id,
        "name": file.name,
        "type": file.type,
        "size": file.size,
        "room": file.room_id,
        "message": file.message_id,
        "created_at": rfc3339(file.created_at),
        "content": name_in_archive(file),
    }


async def content_of(blobs: Blobs, file: File) -> AsyncIterator[bytes]:
    """It, as it was uploaded if that was kept; nothing of one that was deleted in this moment.

    Nor of what was not looked through for viruses yet, or is withheld: its owner does not get it either.
    """
    if file.scan is not None:
        return
    for content in dict.fromkeys((ORIGINAL, file.content)):
        try:
            async for piece in blobs.get(f"{file.id}/{content}", 0, 2**62):
                yield piece
        except NotFound:
            continue
        return
