"""Unread counts: derived from positions in the log, never counted up or down."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, bindparam, func, select, union_all
from sqlalchemy.orm import aliased

from talkoot.chat.access.grants import member_rooms
from talkoot.chat.access.models import Membership
from talkoot.chat.messages.models import Mention
from talkoot.chat.reads.models import ReadChoice, ReadPosition
from talkoot.chat.reads.schemas import UnreadOut
from talkoot.chat.rooms.models import Room
from talkoot.kernel.log import Log
from talkoot.kernel.types import Id

if TYPE_CHECKING:
    from uuid import UUID

    from talkoot.chat.accounts.actors import Actor
    from talkoot.kernel.transactions import Read


_ROLES = aliased(Membership)
_USER = bindparam("reader", type_=Id)
# One list, so that each target is looked up in the index.
_TARGETS: Any = union_all(
    select(_USER),
    select(Room.id).correlate(Room),
    select(_ROLES.role_id)
    .where(_ROLES.user_id == _USER, _ROLES.resource_id == Room.workspace_id, _ROLES.role_id.is_not(None))
    .correlate(Room),
)
_MENTIONS = (
    select(func.count(Mention.seq.distinct()))
    .where(
        Mention.target.in_(_TARGETS),
        Mention.room_id == Room.id,
        Mention.seq > func.coalesce(ReadPosition.marked_seq - 1, ReadPosition.seq, 0),
        Mention.sender_id != _USER,
    )
    .correlate(Room, ReadPosition)
    .scalar_subquery()
)


async def unreads_of(read: Read, actor: Actor) -> list[UnreadOut]:
    """What is unread in every room that the actor is a member of and may read."""
    user = actor.user
    readable = await member_rooms(read, user)
    found = await read.connection.execute(
        select(
            Room.id,
            Room.workspace_id,
            Log.count - func.coalesce(ReadPosition.marked_count, ReadPosition.count, 0),
            func.coalesce(ReadPosition.seq, 0),
            Log.head,
            ReadPosition.marked_seq,
            _MENTIONS,
        )
        .join(Membership, and_(Membership.resource_id == Room.id, Membership.user_id == user))
        .join(Log, Log.id == Room.id)
        .outerjoin(ReadPosition, and_(ReadPosition.room_id == Room.id, ReadPosition.user_id == user))
        .order_by(Room.id),
        {"reader": user},
    )
    return [
        UnreadOut(room=room, unread=unread, mentions=mentions, read_seq=read_seq, head=head, marked=marked)
        for room, workspace, unread, read_seq, head, marked, mentions in found
        if room in readable and actor.reaches(room, workspace)
    ]


async def shares(read: Read, user: UUID) -> bool:
    """Whether somebody shares what they have read with others, and others theirs with them."""
    choice = await read.session.get(ReadChoice, user)
    return choice is None or choice.share


async def own_read_choice(read: Read, user: UUID) -> list[dict[str, Any]]:
    """The same, for their own data."""
    return [{"share": await shares(read, user)}]
