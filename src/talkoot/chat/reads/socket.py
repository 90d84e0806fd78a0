"""The operation `read`."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

import msgspec

from talkoot.chat.accounts.actors import actor_of
from talkoot.chat.reads.actions import mark_read
from talkoot.kernel.errors import Invalid
from talkoot.realtime.operations import Operation, Ref

if TYPE_CHECKING:
    from talkoot.kernel.unit_of_work import UnitOfWork
    from talkoot.realtime.connection import Connection


class ReadTo(msgspec.Struct, frozen=True):
    """One has read a room up to `seq`."""

    room: UUID
    seq: int
    ref: Ref = None


def operations(uow: UnitOfWork) -> list[Operation]:
    """What reads can do on the socket."""

    async def read(connection: Connection, frame: ReadTo) -> None:
        if frame.seq < 0:
            raise Invalid.field("seq", "out_of_range", "A position is not negative")
        actor = actor_of(connection)
        await uow.run(
            lambda tx: mark_read(tx, actor, frame.room, frame.seq, connection=connection.id), key=frame.room
        )

    return [Operation("read", ReadTo, read)]
