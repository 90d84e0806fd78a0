"""Reading files."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import func, select

from talkoot.chat.files.models import GONE, File

if TYPE_CHECKING:
    from talkoot.kernel.transactions import Read


async def taken_by(read: Read, workspace: UUID, owner: UUID | None) -> int:
    """Bytes of all files of a workspace, or of one person in it; what is being received counts."""
    taken = select(func.coalesce(func.sum(File.size), 0)).where(
        File.workspace_id == workspace, File.state != GONE
    )
    if owner is not None:
        taken = taken.where(File.owner_id == owner)
    return int(await read.connection.scalar(taken) or 0)


async def carried_by(read: Read, messages: Collection[UUID]) -> Sequence[File]:
    """The files of these messages, held ones too, in the order in which they came."""
    found = await read.session.scalars(
        select(File).where(File.message_id.in_(messages), File.state != GONE).order_by(File.id)
    )
    return found.all()
