"""The text of files for the search: read by a job as soon as one has come, and kept beside it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import delete, insert, select, update

from talkoot.chat.files.events import TextKept
from talkoot.chat.files.models import GONE, SENT, File, FileText
from talkoot.chat.files.names import ending_of
from talkoot.chat.files.sniffing import TEXT, UNKNOWN
from talkoot.chat.files.texts.words import EMPTY
from talkoot.kernel import jobs

if TYPE_CHECKING:
    from talkoot.chat.files.findings import FoundText
    from talkoot.kernel.transactions import Tx

READ_TEXT, READ_OLDER = "files.read_text", "files.read_older"
_KINDS = frozenset({TEXT, "application/pdf", "application/zip"})
# What is not in UTF-8 is not found to be text; its name says then that it may be.
_ENDINGS = frozenset(
    {".txt", ".csv", ".tsv", ".md", ".log", ".json", ".xml", ".html", ".htm", ".ini", ".srt", ".sql"}
)


def may_have_text(file: File) -> bool:
    """Whether it is worth looking."""
    return file.type in _KINDS or (file.type == UNKNOWN and ending_of(file.name) in _ENDINGS)


async def read_soon(tx: Tx, file: File) -> None:
    """Have the text of a file read after this commit, if it may have any."""
    if may_have_text(file):
        await jobs.enqueue(tx, READ_TEXT, {"file": str(file.id)})
    else:
        file.reading = EMPTY


async def keep_text(tx: Tx, file_id: UUID, found: FoundText) -> None:
    """This is what it says; who carries it is told, if it was sent already."""
    file = await tx.session.get(File, file_id, with_for_update=True, populate_existing=True)
    if file is None or file.state == GONE or file.reading is not None:
        return
    file.reading = found.reading
    if not found.text:
        return
    row = {"file_id": file.id, "characters": len(found.text), "text": found.text}
    await tx.connection.execute(insert(FileText).values(row))
    if file.state == SENT and file.message_id is not None:
        await tx.emit(TextKept(file.message_id))


async def note_empty(tx: Tx, files: Sequence[UUID]) -> None:
    """Nobody need look into these again."""
    empty = update(File).where(File.id.in_(files), File.reading.is_(None)).values(reading=EMPTY)
    await tx.connection.execute(empty)


async def forget_texts_of_gone(tx: Tx) -> None:
    """Nothing is kept of what files said that are not there any more, whoever deleted them."""
    there = select(File.id).where(File.id == FileText.file_id, File.state != GONE)
    await tx.connection.execute(delete(FileText).where(~there.exists()))


async def forget_texts(tx: Tx) -> None:
    """Nobody has read any file."""
    await tx.connection.execute(delete(FileText))
    await tx.connection.execute(update(File).where(File.reading.is_not(None)).values(reading=None))


async def read_older_soon(tx: Tx) -> None:
    """Go on with what nobody has read."""
    await jobs.enqueue(tx, READ_OLDER, dedupe="older")
