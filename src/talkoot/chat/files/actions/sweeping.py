"""Clearing away what nobody may have any more: the rows say so first, the storage follows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import delete, or_, select, update

from talkoot.chat.files.models import GONE, KEPT, LOOSE, RECEIVING, File, FileText, Upload, UploadPiece
from talkoot.chat.files.views import UNUSED
from talkoot.kernel import jobs, leases
from talkoot.kernel.moments import moment

if TYPE_CHECKING:
    from talkoot.kernel.transactions import Read, Tx

SWEEP = "files.sweep"
_AT_ONCE = 100


def lease_of(upload: UUID) -> str:
    """What only one writes at a time."""
    return f"upload:{upload}"


async def sweep_soon(tx: Tx) -> None:
    """Have the storage cleared after this commit."""
    await jobs.enqueue(tx, SWEEP, dedupe="storage")


async def forget_unused(tx: Tx) -> None:
    """Nobody may have what was in no message or draft for a day, nor what did not come to its end in one."""
    before = moment(tx.connection, tx.now) - UNUSED
    old = (File.changed_at < before, File.message_id.is_(None))
    await tx.connection.execute(
        update(File).where(or_(File.state == RECEIVING, File.state == LOOSE), *old).values(state=GONE)
    )
    forgotten = ~select(File.id).where(File.id == Upload.file_id).exists()
    await tx.connection.execute(delete(Upload).where(or_(Upload.finished_at < before, forgotten)))


async def gone_files(read: Read) -> Sequence[UUID]:
    """Some of those whose content is still to be deleted."""
    found = await read.connection.scalars(select(File.id).where(File.state == GONE).limit(_AT_ONCE))
    return found.all()


async def used_pieces(read: Read) -> Sequence[UUID]:
    """Some of what came in several requests and is in a whole file now, or in none any more."""
    found = await read.connection.scalars(
        select(UploadPiece.id)
        .outerjoin(File, File.id == UploadPiece.file_id)
        .where(or_(File.id.is_(None), File.state != RECEIVING))
        .limit(_AT_ONCE)
    )
    return found.all()


async def forget_pieces(tx: Tx, ids: Sequence[UUID]) -> None:
    """Their content is deleted."""
    await tx.connection.execute(delete(UploadPiece).where(UploadPiece.id.in_(ids)))


async def forget_gone(tx: Tx, ids: Sequence[UUID]) -> None:
    """Their content is deleted: nothing is known of them any more."""
    await tx.connection.execute(delete(Upload).where(Upload.file_id.in_(ids)))
    await leases.forget(tx, map(lease_of, ids))  # of servers that were killed while they wrote
    await tx.connection.execute(delete(FileText).where(FileText.file_id.in_(ids)))
    await tx.connection.execute(delete(File).where(File.id.in_(ids), File.state == GONE))


async def forget_files_of(tx: Tx, owner: UUID) -> None:
    """Nobody may have what somebody uploaded and never sent."""
    await tx.connection.execute(
        update(File)
        .where(File.owner_id == owner, File.state.in_((RECEIVING, LOOSE, KEPT)))
        .values(state=GONE)
    )
    await sweep_soon(tx)
