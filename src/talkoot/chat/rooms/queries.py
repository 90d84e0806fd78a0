"""Reading rooms as one user sees them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Literal, cast
from uuid import UUID

from sqlalchemy import select

from talkoot.chat.access.grants import grants_inside, grants_of, readable_rooms
from talkoot.chat.access.models import Membership, Resource, Workspace
from talkoot.chat.access.permissions import Permission
from talkoot.chat.accounts.models import User
from talkoot.chat.accounts.views import public_user
from talkoot.chat.rooms.models import Category, Room, people_meant
from talkoot.chat.rooms.schemas import CategoryOut, Kind, RetentionOut, RoomOut
from talkoot.kernel.clock import rfc3339
from talkoot.kernel.log import Head, heads

if TYPE_CHECKING:
    from talkoot.chat.access.cache import Grants
    from talkoot.chat.accounts.schemas import PublicUser
    from talkoot.kernel.transactions import Read


async def rooms_seen_by(read: Read, user: UUID, workspace: UUID, *, archived: bool = False) -> list[RoomOut]:
    """All rooms of a workspace that someone may read, by name."""
    grants = await readable_rooms(read, user, workspace)
    rooms = (
        await read.session.scalars(
            select(Room)
            .join(Resource, Resource.id == Room.id)
            .where(
                Room.workspace_id == workspace,
                Resource.archived_at.is_not(None) if archived else Resource.archived_at.is_(None),
            )
        )
    ).all()
    seen = sorted(
        (room for room in rooms if room.id in grants), key=lambda room: (room.name.casefold(), room.id)
    )
    return await _on_the_wire(read, seen, grants, archived=archived)


async def room_seen_by(read: Read, user: UUID, room: UUID) -> RoomOut:
    """One room as someone sees it, who passed a door to it before."""
    grants = await grants_of(read, user, room)
    assert grants is not None
    return (await room_seen_with(read, room, [grants]))[0]


async def room_seen_with(read: Read, room: UUID, grants: Sequence[Grants]) -> list[RoomOut]:
    """One room as each of those sees it whose grants these are."""
    archived = await read.connection.scalar(select(Resource.archived_at).where(Resource.id == room))
    found = await read.session.get_one(Room, room)
    head = (await heads(read, [room]))[room]
    people = await _people_of(read, [found]) if found.kind == "direct" else {}
    return [_room_out(found, held, head, people.get(room, []), archived is not None) for held in grants]


async def rooms_of_member(read: Read, user: UUID, workspace: UUID) -> Sequence[Room]:
    """The rooms of one workspace that someone is a member of."""
    found = await read.session.scalars(
        select(Room)
        .join(Membership, Membership.resource_id == Room.id)
        .where(Membership.user_id == user, Room.workspace_id == workspace)
    )
    return found.all()


async def default_rooms(read: Read, workspace: UUID) -> Sequence[Room]:
    """The rooms that every new member of a workspace is put into."""
    found = await read.session.scalars(
        select(Room)
        .join(Resource, Resource.id == Room.id)
        .where(Room.workspace_id == workspace, Room.default, Resource.archived_at.is_(None))
        .order_by(Room.id)
    )
    return found.all()


async def retention_of(read: Read, room: UUID) -> RetentionOut:
    """The rule by which messages of a room are deleted."""
    found = await read.session.get_one(Room, room)
    rule: Literal["keep", "delete"] = "keep" if found.retention_days is None else "delete"
    return RetentionOut(
        rule=rule if found.retention_own else "workspace",
        days=found.retention_days,
        workspace_days=await default_retention_of(read, found.workspace_id),
    )


async def default_retention_of(read: Read, workspace: UUID) -> int | None:
    """After how many days messages are deleted where a room has no rule of its own; None keeps them."""
    days: int | None = await read.connection.scalar(
        select(Workspace.retention_days).where(Workspace.id == workspace)
    )
    return days


async def room_with_key(read: Read, key: str) -> Room | None:
    """The room that has this unique key."""
    return await read.session.scalar(select(Room).where(Room.unique_key == key))


async def categories_seen_by(read: Read, user: UUID, workspace: UUID) -> list[CategoryOut]:
    """The categories of a workspace that someone may know of, in their order."""
    grants = await grants_inside(read, user, workspace, as_member=True)
    found = await read.session.scalars(
        select(Category).where(Category.workspace_id == workspace).order_by(Category.position, Category.id)
    )
    return [
        category_out(category)
        for category in found
        if Permission.WORKSPACE_READ in grants[category.id].permissions
    ]


def category_out(category: Category) -> CategoryOut:
    """A category on the wire."""
    return CategoryOut(id=category.id, name=category.name, position=category.position)


async def _on_the_wire(
    read: Read, rooms: Sequence[Room], grants: dict[UUID, Grants], *, archived: bool
) -> list[RoomOut]:
    positions = await heads(read, [room.id for room in rooms])
    people = await _people_of(read, rooms)
    return [_room_out(room, grants[room.id], positions[room.id], people[room.id], archived) for room in rooms]


async def _people_of(read: Read, rooms: Iterable[Room]) -> dict[UUID, list[PublicUser]]:
    """Whom direct rooms are for: those too who have left the workspace, or for good."""
    meant = {room.id: people_meant(room) for room in rooms if room.kind == "direct"}
    found = await read.session.scalars(
        select(User)
        .where(User.id.in_({user for users in meant.values() for user in users}))
        .order_by(User.display_name, User.id)
    )
    known = [(user.id, public_user(user)) for user in found]
    people = {room: [card for user, card in known if user in users] for room, users in meant.items()}
    return defaultdict(list, people)


def _room_out(room: Room, grants: Grants, head: Head, people: list[PublicUser], archived: bool) -> RoomOut:  # noqa: FBT001
    return RoomOut(
        id=room.id,
        workspace=room.workspace_id,
        category=room.category_id,
        kind=cast("Kind", room.kind),
        name=room.name,
        topic=room.topic,
        epoch=head.epoch,
        head=head.head,
        count=head.count,
        archived=archived,
        retention_days=room.retention_days,
        member=grants.member,
        created_at=rfc3339(room.created_at),
        users=people,
        permissions=sorted(grants.permissions),
    )
