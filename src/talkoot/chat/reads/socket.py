"""The operation `read`."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID

import msgspec

from talkoot.chat.accounts.actors import actor_of
from talkoot.chat.reads.actions import MARK_READ, MarkRead
from talkoot.chat.reads.frames import WatchReaders
from talkoot.kernel.errors import Invalid
from talkoot.realtime.operations import Later, Operation, Ref

if TYPE_CHECKING:
    from talkoot.chat.reads.live import ReaderWatches
    from talkoot.chat.reads.schemas import UnreadOut
    from talkoot.kernel.unit_of_work import UnitOfWork
    from talkoot.realtime.connection import Connection
    from talkoot.realtime.operations import Reply


class ReadTo(msgspec.Struct, frozen=True):
    """One has read a room up to `seq`."""

    room: UUID
    seq: int
    ref: Ref = None


def operations(uow: UnitOfWork, watches: ReaderWatches) -> list[Operation]:
    """What reads can do on the socket."""

    def read(connection: Connection, frame: ReadTo) -> Later:
        if not 0 <= frame.seq < 2**53:
            raise Invalid.field("seq", "out_of_range", "A position is from 0 to 2^53")
        command = MarkRead(actor_of(connection), frame.room, frame.seq, connection.id)
        return Later(partial(uow.post, MARK_READ, command, frame.room), _done)

    async def readers(connection: Connection, frame: WatchReaders) -> Reply | None:
        return await watches.watch(connection, frame.room)

    return [Operation("read", ReadTo, read), Operation("readers", WatchReaders, readers)]


def _done(_unread: UnreadOut) -> None:
    """The answer is `ok`."""
