"""Files that were exported before all was done that is done with files: their jobs stayed behind."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import select

from talkoot.chat.files.actions.preparing import go_on_preparing
from talkoot.chat.files.models import HELD, SENT, WAITING, File

if TYPE_CHECKING:
    from talkoot.kernel.transactions import Tx
    from talkoot.kernel.unit_of_work import UnitOfWork

_AT_ONCE = 500


async def finish_files(uow: UnitOfWork, workspace: UUID) -> None:
    """Write the jobs of a workspace whose files are all here; a second one for the same file does no harm."""
    after: UUID | None = UUID(int=0)
    while after is not None:
        after = await uow.run(partial(_finish_some, workspace=workspace, after=after))


async def _finish_some(tx: Tx, workspace: UUID, after: UUID) -> UUID | None:
    wanted = (File.workspace_id == workspace, File.id > after, File.state.in_((SENT, HELD)))
    undecided = (File.picture == WAITING) | (File.scan == WAITING)
    found = await tx.session.scalars(select(File).where(*wanted, undecided).order_by(File.id).limit(_AT_ONCE))
    files = found.all()
    await go_on_preparing(tx, files)
    return files[-1].id if len(files) == _AT_ONCE else None
