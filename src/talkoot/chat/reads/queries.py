"""Unread counts: derived from positions in the log, never counted up or down."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import and_, func, select

from talkoot.chat.access.grants import member_rooms
from talkoot.chat.access.models import Membership
from talkoot.chat.reads.models import ReadPosition
from talkoot.chat.reads.schemas import UnreadOut
from talkoot.chat.rooms.models import Room
from talkoot.kernel.log import Log

if TYPE_CHECKING:
    from talkoot.chat.accounts.actors import Actor
    from talkoot.kernel.transactions import Read


async def unreads_of(read: Read, actor: Actor) -> list[UnreadOut]:
    """What is unread in every room that the actor is a member of and may read."""
    user = actor.user
    readable = await member_rooms(read, user)
    found = await read.connection.execute(
        select(
            Room.id,
            Room.workspace_id,
            Log.count - func.coalesce(ReadPosition.count, 0),
            func.coalesce(ReadPosition.seq, 0),
            Log.head,
        )
        .join(Membership, and_(Membership.resource_id == Room.id, Membership.user_id == user))
        .join(Log, Log.id == Room.id)
        .outerjoin(ReadPosition, and_(ReadPosition.room_id == Room.id, ReadPosition.user_id == user))
        .order_by(Room.id)
    )
    return [
        UnreadOut(room=room, unread=unread, mentions=0, read_seq=read_seq, head=head)
        for room, workspace, unread, read_seq, head in found
        if room in readable and actor.reaches(room, workspace)
    ]
