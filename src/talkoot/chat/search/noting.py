"""What is to be indexed again although nobody wrote anything: it stands in a log that is no room's."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from talkoot.kernel import log
from talkoot.kernel.ids import new_id
from talkoot.kernel.upsert import insert_into

if TYPE_CHECKING:
    from talkoot.chat.files.events import TextKept
    from talkoot.kernel.transactions import Tx

NOTED = UUID("74657874-2d69-7320-8001-666f756e642e")  # the log; nobody can make a room of this id


async def index_again(tx: Tx, kept: TextKept) -> None:
    """The index reads a message again, for more of what its files say is known."""
    begun = insert_into(tx.connection, log.Log).values(id=NOTED, epoch=new_id(), head=0, count=0, last_ts=0)
    await tx.connection.execute(begun.on_conflict_do_nothing())
    await log.append(tx, [log.Entry(log=NOTED, type="text.kept", body={}, subject=kept.message)])
