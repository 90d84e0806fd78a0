"""Moving read positions forward."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from talkoot.chat.reads.events import ReadMoved
from talkoot.chat.reads.models import ReadPosition
from talkoot.chat.reads.queries import count_at, position_of
from talkoot.chat.reads.schemas import UnreadOut
from talkoot.chat.rooms.access import room_to_read
from talkoot.kernel.errors import Invalid
from talkoot.kernel.log import heads
from talkoot.kernel.upsert import insert_into

if TYPE_CHECKING:
    from talkoot.chat.accounts.actors import Actor
    from talkoot.chat.rooms.events import MembersJoined
    from talkoot.kernel.transactions import Tx


async def mark_read(
    tx: Tx, actor: Actor, room: UUID, seq: int, *, connection: UUID | None = None
) -> UnreadOut:
    """One has read a room up to `seq`; a position behind the one that is known changes nothing."""
    await room_to_read(tx, actor, room)
    head = (await heads(tx, [room]))[room]
    known = await position_of(tx, actor.user, room)
    count = await count_at(tx, room, seq)
    if count is None:
        raise Invalid.field("seq", "beyond_head", "The room's log does not reach that far")
    if known is not None and known.seq >= seq:
        seq, count = known.seq, known.count
    else:
        await _move(tx, [actor.user], room, seq, count)
        await tx.emit(ReadMoved(actor.user, room, seq, head.count - count, connection))
    return UnreadOut(room=room, unread=head.count - count, mentions=0, read_seq=seq, head=head.head)


async def begin_at_head(tx: Tx, joined: MembersJoined) -> None:
    """What was said before somebody came is not unread for them."""
    head = (await heads(tx, [joined.room]))[joined.room]
    await _move(tx, joined.users, joined.room, head.head, head.count)


async def _move(tx: Tx, users: Sequence[UUID], room: UUID, seq: int, count: int) -> None:
    position = {"room_id": room, "seq": seq, "count": count}
    statement = insert_into(tx.connection, ReadPosition).values(
        [{**position, "user_id": user} for user in users]
    )
    await tx.connection.execute(
        statement.on_conflict_do_update(
            index_elements=["user_id", "room_id"],
            set_={"seq": statement.excluded.seq, "count": statement.excluded.count},
            where=ReadPosition.seq < statement.excluded.seq,
        )
    )
