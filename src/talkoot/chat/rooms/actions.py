"""Making and changing rooms, and who is in them."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

from talkoot.chat.access import actions as access
from talkoot.chat.access.doors import resource_for
from talkoot.chat.access.grants import grants_of, versions_of
from talkoot.chat.access.models import Workspace
from talkoot.chat.access.operations import (
    ADD_ROOM_MEMBER,
    ARCHIVE_ROOM,
    CREATE_ROOM,
    JOIN_ROOM,
    LEAVE_ROOM,
    OPEN_DIRECT,
    REMOVE_ROOM_MEMBER,
    UPDATE_ROOM,
    Operation,
)
from talkoot.chat.access.permissions import (
    DIRECT_ROOM,
    POSTS_MAKER,
    PRIVATE_ROOM,
    ROOM_MAKER,
    ROOM_MEMBER,
    Permission,
)
from talkoot.chat.access.queries import are_members
from talkoot.chat.access.roles import what_one_may_give
from talkoot.chat.access.schemas import NewEntry
from talkoot.chat.rooms.access import room_to_change
from talkoot.chat.rooms.events import MemberLeft, MembersJoined, PostsRoomMade
from talkoot.chat.rooms.models import POSTS, Room, direct_key
from talkoot.chat.rooms.queries import default_rooms, room_with_key, rooms_of_member
from talkoot.chat.rooms.schemas import DIRECT_USERS, RoomPatch
from talkoot.kernel import log
from talkoot.kernel.audit import Act, record
from talkoot.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from talkoot.kernel.ids import new_id

if TYPE_CHECKING:
    from talkoot.chat.access.events import WorkspaceMemberLeaving
    from talkoot.chat.accounts.actors import Actor
    from talkoot.chat.rooms.schemas import NewRoom
    from talkoot.kernel.transactions import Tx


async def create_room(tx: Tx, actor: Actor, workspace: UUID, new: NewRoom, *, default: bool = False) -> Room:
    """A room, with the actor as its first member. Conflict if its name is taken."""
    await resource_for(tx, actor, CREATE_ROOM, workspace)
    await _category_of(tx, actor, workspace, new.category)
    room = Room(
        id=new_id(),
        workspace_id=workspace,
        category_id=new.category,
        kind=new.kind,
        name=new.name,
        topic=new.topic,
        unique_key=_name_key(workspace, new.name),
        default=default,
        retention_days=(await tx.session.get_one(Workspace, workspace)).retention_days,
        created_by=actor.user,
        created_at=tx.now,
    )
    await _refuse_taken_name(tx, room)
    await _open(tx, room, _entries_of(room, actor.user))
    await _join(tx, room, [actor.user], by=actor.user)
    if room.kind == POSTS:
        await tx.emit(PostsRoomMade(room.id, room.name))
    await record(tx, actor, Act("room.created", workspace, room.id, room.id, after={"kind": room.kind}))
    return room


async def open_direct_room(
    tx: Tx, actor: Actor, workspace: UUID, others: frozenset[UUID]
) -> tuple[Room, bool]:
    """The direct room of the actor and these users; it is made when it is not there (then True)."""
    await resource_for(tx, actor, OPEN_DIRECT, workspace)
    users = sorted(others | {actor.user})
    if len(users) > DIRECT_USERS:
        raise Invalid.field("users", "too_many", f"At most {DIRECT_USERS} people fit into a direct room")
    if await are_members(tx, workspace, users) != set(users):
        raise Invalid.field("users", "unknown", "Somebody named is not in this workspace")
    key = direct_key(workspace, users)
    if (there := await room_with_key(tx, key)) is not None:
        await _join(tx, there, users, by=actor.user)  # those who left the workspace and came back
        return there, False
    room = Room(
        id=new_id(),
        workspace_id=workspace,
        category_id=None,
        kind="direct",
        name="",
        topic="",
        unique_key=key,
        default=False,
        created_by=actor.user,
        created_at=tx.now,
    )
    await _open(tx, room, [_allow("members", ROOM_MEMBER), _deny(DIRECT_ROOM)])
    await _join(tx, room, users, by=actor.user)
    return room, True


_KINDS = {None: "room.changed", True: "room.archived", False: "room.restored"}


async def update_room(
    tx: Tx, actor: Actor, room_id: UUID, patch: RoomPatch, *, operation: Operation = UPDATE_ROOM
) -> Room:
    """Rename a room, give it a topic, file it elsewhere, archive it or bring it back."""
    room = await room_to_change(tx, actor, room_id, operation)
    changed = {name: value for name, value in patch if name in patch.model_fields_set and value is not None}
    before = {"name": room.name, "topic": room.topic, "category": room.category_id}
    if "name" in changed and changed["name"] != room.name:
        room.name, room.unique_key = changed["name"], _name_key(room.workspace_id, changed["name"])
        await _refuse_taken_name(tx, room)
    room.topic = changed.get("topic", room.topic)
    if "category" in patch.model_fields_set and patch.category != room.category_id:
        await _file_under(tx, actor, room, patch.category)
        changed["category"] = patch.category
    if "archived" in changed:
        await access.archive_resource(tx, room.id, workspace=room.workspace_id, archived=changed["archived"])
    if changed:
        await tell_rooms(tx, room.workspace_id, [(room, "room.updated", changed)], by=actor.user)
        kind = _KINDS[changed.get("archived")]
        was = {name: value for name, value in before.items() if name in changed}
        await record(tx, actor, Act(kind, room.workspace_id, room.id, room.id, before=was, after=changed))
    return room


async def archive_room(tx: Tx, actor: Actor, room_id: UUID) -> Room:
    """Close a room to anything new."""
    return await update_room(tx, actor, room_id, RoomPatch(archived=True), operation=ARCHIVE_ROOM)


async def join_room(tx: Tx, actor: Actor, room_id: UUID) -> None:
    """Enter a room by oneself; whoever is in it already stays in it."""
    room = await room_to_change(tx, actor, room_id, JOIN_ROOM)
    await _join(tx, room, [actor.user], by=actor.user)


async def leave_room(tx: Tx, actor: Actor, room_id: UUID) -> None:
    """Walk out of a room; a direct room can not be left."""
    await _leave(tx, await room_to_change(tx, actor, room_id, LEAVE_ROOM), actor.user, by=actor.user)


async def add_to_room(tx: Tx, actor: Actor, room_id: UUID, user: UUID) -> None:
    """Put another member of the workspace into a room."""
    room = await room_to_change(tx, actor, room_id, ADD_ROOM_MEMBER)
    if not await are_members(tx, room.workspace_id, [user]):
        raise NotFound("There is no such member of this workspace")
    if user != actor.user:  # nobody makes what groups gave them their own
        await access.keep_by_hand(tx, room.id, user)
    if await _join(tx, room, [user], by=actor.user) and user != actor.user:
        await record(tx, actor, Act("room.member_added", room.workspace_id, user, room.id))


async def bring_into_room(tx: Tx, room_id: UUID, user: UUID, *, by_group: bool) -> bool:
    """Make somebody a member of a room, unless they are one; whoever calls this may do so."""
    room = await tx.session.get_one(Room, room_id)
    return bool(await _join(tx, room, [user], by=user, by_group=by_group))


async def remove_from_room(tx: Tx, actor: Actor, room_id: UUID, user: UUID) -> None:
    """Take someone out of a room; everybody may take out themselves."""
    room = await room_to_change(tx, actor, room_id, REMOVE_ROOM_MEMBER, own=user == actor.user)
    await _leave(tx, room, user, by=actor.user)
    if user != actor.user:
        await record(tx, actor, Act("room.member_removed", room.workspace_id, user, room.id))


async def take_out_of_room(tx: Tx, room_id: UUID, user: UUID, *, by: UUID) -> None:
    """End a membership of a room, if there is one; whoever calls this may do so."""
    room = await tx.session.get_one(Room, room_id)
    if await are_members(tx, room_id, [user]):
        await _leave(tx, room, user, by=by)


async def join_default_rooms(tx: Tx, workspace: UUID, user: UUID) -> None:
    """Put a new member of the workspace into the rooms that all are in, except where they are banned."""
    for room in await default_rooms(tx, workspace):
        if not await access.are_banned(tx, room.id, [user], workspace=workspace):
            await _join(tx, room, [user], by=user)


async def leave_rooms_of_workspace(tx: Tx, leaving: WorkspaceMemberLeaving) -> None:
    """Someone is about to lose their membership of the workspace: say goodbye in each of its rooms."""
    rooms = await rooms_of_member(tx, leaving.user, leaving.workspace)
    if not rooms:
        return
    goodbye = {"user": leaving.user} | ({"deleted": True} if leaving.for_good else {})
    said = [(room, "member.left", goodbye) for room in rooms]
    version = await tell_rooms(tx, leaving.workspace, said, by=leaving.user)
    for room in rooms:
        await tx.emit(MemberLeft(room.id, leaving.user, leaving.workspace, version, with_workspace=True))


async def _open(tx: Tx, room: Room, entries: Sequence[NewEntry]) -> None:
    parent = room.category_id or room.workspace_id
    posts, direct = room.kind == POSTS, room.kind == "direct"
    where = {"workspace": room.workspace_id, "parent": parent}
    await access.add_resource(tx, room.id, "room", **where, posts=posts, attentive=direct)
    await log.create_log(tx, room.id)
    tx.session.add(room)
    await tx.flush()
    await access.set_entries(tx, room.id, entries, workspace=room.workspace_id)


def _entries_of(room: Room, creator: UUID) -> list[NewEntry]:
    own = _allow("user", POSTS_MAKER if room.kind == POSTS else ROOM_MAKER, creator)
    if room.kind == "private":
        return [own, _allow("members", ROOM_MEMBER | {Permission.ROOM_INVITE}), _deny(PRIVATE_ROOM)]
    return [own, _allow("members", ROOM_MEMBER)]


def _allow(principal: str, permissions: Iterable[Permission], whom: UUID | None = None) -> NewEntry:
    return NewEntry.model_validate(
        {"allow": True, "principal": principal, "principal_id": whom, "permissions": [*permissions]}
    )


def _deny(permissions: frozenset[Permission]) -> NewEntry:
    return NewEntry(allow=False, principal="everyone", permissions=permissions)


async def _join(tx: Tx, room: Room, users: Sequence[UUID], *, by: UUID, by_group: bool = False) -> list[UUID]:
    """Those of these people who were no members before."""
    new = await access.add_members(tx, room.id, users, workspace=room.workspace_id, by_group=by_group)
    if new:
        await tell_rooms(
            tx, room.workspace_id, [(room, "member.joined", {"user": user}) for user in new], by=by
        )
        await tx.emit(MembersJoined(room.id, new))
    return new


async def _leave(tx: Tx, room: Room, user: UUID, *, by: UUID) -> None:
    if room.kind == "direct":
        raise Forbidden("A direct room can not be left")
    if not await access.remove_member(tx, room.id, user, workspace=room.workspace_id):
        if user == by:
            return
        raise NotFound("There is no such member of this room")
    version = await tell_rooms(tx, room.workspace_id, [(room, "member.left", {"user": user})], by=by)
    await tx.emit(MemberLeft(room.id, user, room.workspace_id, version))


async def tell_rooms(
    tx: Tx, workspace: UUID, events: Sequence[tuple[Room, str, dict[str, Any]]], *, by: UUID
) -> int:
    """Append these events to the logs of rooms; the version of the access rules that they carry."""
    fence = (await versions_of(tx, [workspace]))[workspace]
    entries = [
        log.Entry(room.id, type_, body, sender=by, fence=fence, scope=workspace)
        for room, type_, body in events
    ]
    await log.append(tx, entries)
    return fence


async def _category_of(tx: Tx, actor: Actor, workspace: UUID, category: UUID | None) -> None:
    if category is None:
        return
    grants = await resource_for(tx, actor, CREATE_ROOM, category, kind="category")
    if grants.workspace != workspace:
        raise Invalid.field("category", "unknown", "There is no such category in this workspace")


async def _file_under(tx: Tx, actor: Actor, room: Room, category: UUID | None) -> None:
    await _category_of(tx, actor, room.workspace_id, category)
    before = await grants_of(tx, actor.user, room.id)
    room.category_id = category
    parent = category or room.workspace_id
    await access.move_resource(tx, room.id, workspace=room.workspace_id, parent=parent)
    after = await grants_of(tx, actor.user, room.id)
    assert before is not None
    assert after is not None
    had = await what_one_may_give(tx, actor.user, room.workspace_id, before.permissions)
    if gained := sorted(after.permissions - had):
        raise Forbidden(f"There you would get what is denied to you here: {', '.join(gained)}")


def _name_key(workspace: UUID, name: str) -> str:
    return f"name:{workspace.hex}:{unicodedata.normalize('NFKC', name).casefold()}"


async def _refuse_taken_name(tx: Tx, room: Room) -> None:
    assert room.unique_key is not None
    with tx.session.no_autoflush:
        there = await room_with_key(tx, room.unique_key)
    if there is not None and there.id != room.id:
        raise Conflict(f"There is a room {room.name!r} already")
