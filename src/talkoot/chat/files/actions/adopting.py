"""Pictures that the server fetched itself, for a message that is there already."""

from __future__ import annotations

from typing import TYPE_CHECKING

from talkoot.chat.files.actions.preparing import show
from talkoot.chat.files.models import RECEIVING, SENT, File

if TYPE_CHECKING:
    from uuid import UUID

    from talkoot.chat.files.findings import Kept
    from talkoot.kernel.transactions import Tx


async def adopt(tx: Tx, kept: Kept, message: UUID) -> File | None:
    """The picture is one of this message from now on; None if nobody waits for it any more."""
    file = await tx.session.get(File, kept.file, with_for_update=True, populate_existing=True)
    if file is None or file.state != RECEIVING:
        return None
    received = kept.received
    file.type, file.size, file.sha256 = received.type, received.size, received.sha256
    file.state, file.message_id, file.changed_at = SENT, message, tx.now
    show(file, kept.picture)
    await tx.flush()
    return file
