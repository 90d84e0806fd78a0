"""Who has read what, in small rooms: derived from how far each has read, and stored nowhere."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING
from uuid import UUID

from msgspec import field
from sqlalchemy import and_, func, select, true

from talkoot.chat.access.models import Membership, Workspace
from talkoot.chat.access.permissions import Permission
from talkoot.chat.access.reading import grants_of_many
from talkoot.chat.accounts.models import User
from talkoot.chat.accounts.views import public_user
from talkoot.chat.reads.models import ReadChoice, ReadPosition
from talkoot.chat.rooms.models import Room
from talkoot.kernel.values import Value

if TYPE_CHECKING:
    from talkoot.chat.access.cache import Grants
    from talkoot.chat.accounts.schemas import PublicUser
    from talkoot.chat.messages.models import Message
    from talkoot.kernel.transactions import Read

_SHARING = (
    select(
        Membership.user_id,
        Membership.joined_at,
        func.coalesce(ReadPosition.seq, 0).label("seq"),
        ReadChoice.share.label("share"),
    )
    .join(Room, Room.id == Membership.resource_id)
    .join(Workspace, and_(Workspace.id == Room.workspace_id, Workspace.read_by == true()))
    .outerjoin(
        ReadPosition,
        and_(ReadPosition.room_id == Membership.resource_id, ReadPosition.user_id == Membership.user_id),
    )
    .outerjoin(ReadChoice, ReadChoice.user_id == Membership.user_id)
)


class Stand(Value, frozen=True):
    """How far a member has read, and since when they are one (microseconds)."""

    seq: int
    joined_at: int


class Readers(Value, frozen=True):
    """The members of a room who share how far they have read it, each with what they may do."""

    positions: Mapping[UUID, Stand] = field(default_factory=dict)
    grants: Mapping[UUID, Grants] = field(default_factory=dict)

    def shared_with(self, user: UUID) -> Mapping[UUID, Stand]:
        """All others, if this is one of them."""
        if user not in self.positions:
            return {}
        return {other: at for other, at in self.positions.items() if other != user}


NOBODY = Readers()


async def readers_of(read: Read, room: UUID, most: int) -> Readers:
    """Those of a room; nobody if it has more than so many members, or its workspace does without."""
    rows = (
        await read.connection.execute(_SHARING.where(Membership.resource_id == room).limit(most + 1))
    ).all()
    if not rows or len(rows) > most:
        return NOBODY
    sharing = {row.user_id: Stand(row.seq, row.joined_at) for row in rows if row.share is not False}
    held = await grants_of_many(read, [(user, room) for user in sharing])
    grants = {each.user: each for each in held.values() if Permission.ROOM_READ in each.permissions}
    return Readers({user: sharing[user] for user in sharing if user in grants}, grants)


async def rooms_of(read: Read, whose: Collection[UUID]) -> set[UUID]:
    """The rooms of these people and of these workspaces."""
    theirs = select(Membership.resource_id).where(Membership.user_id.in_(whose))
    inside = select(Room.id).where(Room.workspace_id.in_(whose))
    return {*(await read.connection.scalars(theirs.union_all(inside))).all()}


def read_by(readers: Readers, message: Message) -> list[UUID]:
    """Those of them who have read this message. What was said before somebody came they did not read."""
    return [
        user
        for user, at in readers.positions.items()
        if user != message.sender_id and at.seq >= message.seq and at.joined_at <= message.ts
    ]


async def shown(read: Read, users: Collection[UUID]) -> list[PublicUser]:
    """These people, by their names."""
    found = await read.session.scalars(
        select(User).where(User.id.in_(users)).order_by(User.display_name, User.id)
    )
    return [public_user(user) for user in found]
