"""Files in messages: taken in when one is sent, and gone with it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import bindparam, delete, select, update

from talkoot.chat.files.actions.sweeping import sweep_soon
from talkoot.chat.files.models import GONE, HELD, LOOSE, File, FileText
from talkoot.kernel.types import Id

if TYPE_CHECKING:
    from talkoot.kernel.transactions import Tx


async def files_to_send(tx: Tx, ids: Collection[UUID]) -> dict[UUID, File]:
    """Those of these files that are in no message; nobody else can take them before this commit."""
    found = await tx.session.scalars(
        select(File)
        .where(File.id.in_(ids), File.state == LOOSE)
        .order_by(File.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return {file.id: file for file in found}


async def carry(tx: Tx, carried: Sequence[tuple[UUID, UUID]], state: str) -> None:
    """These files, each with its message, are in a message now: `sent` or `held`."""
    await tx.connection.execute(
        _CARRY, [{"file": file, "message": m, "now": tx.now, "to": state} for file, m in carried]
    )


_CARRY = (
    update(File)
    .where(File.id == bindparam("file", type_=Id))
    .values(
        message_id=bindparam("message", type_=Id),
        state=bindparam("to"),
        changed_at=bindparam("now"),
    )
)


async def release(tx: Tx, carrier: UUID, state: str = HELD) -> list[UUID]:
    """The files of a held message, or `kept` ones, are in none any more, and can be sent; in their order."""
    found = await tx.connection.scalars(
        update(File)
        .where(File.message_id == carrier, File.state == state)
        .values(message_id=None, state=LOOSE, changed_at=tx.now)
        .returning(File.id)
    )
    return sorted(found.all())


async def lay_in(tx: Tx, draft: UUID, files: Collection[UUID]) -> None:
    """These files, and no others, lie in a draft: while it lives they are not given up as unused."""
    left = (File.message_id == draft, File.state == LOOSE, File.id.not_in(files))
    await tx.connection.execute(update(File).where(*left).values(message_id=None, changed_at=tx.now))
    if files:
        await tx.connection.execute(update(File).where(File.id.in_(files)).values(message_id=draft))


async def drop_files(tx: Tx, ids: Collection[UUID]) -> None:
    """These files are nobody's any more, and nothing is found in them."""
    await tx.connection.execute(delete(FileText).where(FileText.file_id.in_(ids)))
    await tx.connection.execute(update(File).where(File.id.in_(ids)).values(state=GONE, changed_at=tx.now))
    await sweep_soon(tx)


async def drop_files_of(tx: Tx, messages: Collection[UUID]) -> None:
    """The files of messages that are deleted are nobody's any more, and nothing is found in them."""
    theirs = select(File.id).where(File.message_id.in_(messages))
    await tx.connection.execute(delete(FileText).where(FileText.file_id.in_(theirs)))
    await tx.connection.execute(
        update(File).where(File.message_id.in_(messages)).values(state=GONE, changed_at=tx.now)
    )
    await sweep_soon(tx)


async def drop_file(tx: Tx, file: UUID) -> None:
    """A file that was carried is nobody's any more."""
    await drop_files(tx, [file])
