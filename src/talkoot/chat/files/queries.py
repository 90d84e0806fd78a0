"""Reading files."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import case, func, select

from talkoot.chat.files.models import GONE, UNREAD, WAITING, WITHHELD, File

if TYPE_CHECKING:
    from talkoot.kernel.transactions import Read


LEAST = 4096  # bytes that a file counts as: an empty one costs a row and a place too


async def taken_by(read: Read, workspace: UUID, owner: UUID | None) -> int:
    """Bytes of all files of a workspace, or of one person in it; what is being received counts."""
    little = (File.size < LEAST) | File.scan.in_(WITHHELD)
    counts = case((little, LEAST), else_=File.size) + func.coalesce(File.kept, 0)
    taken = select(func.coalesce(func.sum(counts), 0)).where(
        File.workspace_id == workspace, File.state != GONE
    )
    if owner is not None:
        taken = taken.where(File.owner_id == owner)
    return int(await read.connection.scalar(taken) or 0)


async def waiting_among(read: Read, files: Collection[UUID]) -> set[UUID]:
    """Those of these files that are still to be prepared, or looked through for viruses."""
    undecided = (File.picture == WAITING) | (File.scan == WAITING)
    waiting = select(File.id).where(File.id.in_(files), undecided, File.state != GONE)
    return {*await read.connection.scalars(waiting)}


async def carried_by(read: Read, messages: Collection[UUID]) -> Sequence[File]:
    """The files of these messages, held ones too, in the order in which they came."""
    found = await read.session.scalars(
        select(File).where(File.message_id.in_(messages), File.state != GONE).order_by(File.id)
    )
    return found.all()


async def unread_files(read: Read, limit: int) -> Sequence[File]:
    """The newest files in messages into which nobody has looked for text; none that waits for a scanner."""
    unread = select(File).where(UNREAD, File.scan.is_(None)).order_by(File.id.desc()).limit(limit)
    found = await read.session.scalars(unread)
    return found.all()


async def count_unread(read: Read) -> int:
    """How many of them there are."""
    unread = select(func.count()).select_from(File).where(UNREAD, File.scan.is_(None))
    return await read.connection.scalar(unread) or 0
