"""Rooms and categories over HTTP."""

from __future__ import annotations

from uuid import UUID

from fastapi import Response

from talkoot.chat.access.doors import resource_for
from talkoot.chat.access.operations import (
    GET_DEFAULT_RETENTION,
    GET_RETENTION,
    GET_ROOM,
    LIST_CATEGORIES,
    LIST_ROOM_MEMBERS,
    LIST_ROOMS,
)
from talkoot.chat.access.queries import members_of
from talkoot.chat.access.schemas import MemberOut
from talkoot.chat.access.views import member_out
from talkoot.chat.accounts.http_auth import CurrentActor, CurrentReader
from talkoot.chat.rooms import actions, categories, queries, retention
from talkoot.chat.rooms.access import room_to_read
from talkoot.chat.rooms.schemas import (
    CategoryOut,
    NewCategory,
    NewDirect,
    NewRetention,
    NewRoom,
    RetentionOut,
    RoomOut,
    RoomPatch,
    WorkspaceRetention,
)
from talkoot.kernel.errors import Conflict, Forbidden, Invalid, NotAuthenticated, NotFound
from talkoot.kernel.http import KernelDep, make_router, problems
from talkoot.kernel.paging import Limit, Page, page_of
from talkoot.kernel.transactions import Tx

router = make_router(NotAuthenticated, NotFound, Invalid, tags=["rooms"])


@router.get("/workspaces/{workspace}/rooms")
async def list_rooms(
    kernel: KernelDep,
    actor: CurrentActor,
    workspace: UUID,
    limit: Limit = 200,
    after: UUID | None = None,
    archived: bool = False,  # noqa: FBT001, FBT002 - a query parameter
) -> Page[RoomOut]:
    """The rooms one can see in a workspace, by name: one's own, direct ones, and all public ones."""
    async with kernel.uow.read() as read:
        await resource_for(read, actor, LIST_ROOMS, workspace)
        rooms = await queries.rooms_seen_by(read, actor.user, workspace, archived=archived)
    start = next((n + 1 for n, room in enumerate(rooms) if room.id == after), 0)
    return page_of(rooms[start : start + limit + 1], limit, key=lambda room: room.id)


@router.post("/workspaces/{workspace}/rooms", status_code=201, responses=problems(Forbidden, Conflict))
async def create_room(kernel: KernelDep, actor: CurrentActor, workspace: UUID, new: NewRoom) -> RoomOut:
    """Make a room; one is its first member."""

    async def action(tx: Tx) -> RoomOut:
        room = await actions.create_room(tx, actor, workspace, new)
        return await queries.room_seen_by(tx, actor.user, room.id)

    return await kernel.uow.run(action)


@router.post(
    "/workspaces/{workspace}/direct",
    status_code=201,
    responses=problems(Forbidden) | {200: {"model": RoomOut, "description": "It was there already"}},
)
async def open_direct(
    kernel: KernelDep, actor: CurrentActor, workspace: UUID, new: NewDirect, response: Response
) -> RoomOut:
    """The direct room with these people; made if it is not there yet."""

    async def action(tx: Tx) -> tuple[RoomOut, bool]:
        room, made = await actions.open_direct_room(tx, actor, workspace, new.users)
        return await queries.room_seen_by(tx, actor.user, room.id), made

    room, made = await kernel.uow.run(action)
    response.status_code = 201 if made else 200
    return room


@router.get("/rooms/{room}")
async def get_room(kernel: KernelDep, actor: CurrentReader, room: UUID) -> RoomOut:
    """One room."""
    async with kernel.uow.read() as read:
        await room_to_read(read, actor, room, GET_ROOM)
        return await queries.room_seen_by(read, actor.user, room)


@router.patch("/rooms/{room}", responses=problems(Forbidden, Conflict))
async def update_room(kernel: KernelDep, actor: CurrentActor, room: UUID, patch: RoomPatch) -> RoomOut:
    """Rename a room, change its topic or category, archive it or bring it back."""

    async def action(tx: Tx) -> RoomOut:
        await actions.update_room(tx, actor, room, patch)
        await tx.flush()
        return await queries.room_seen_by(tx, actor.user, room)

    return await kernel.uow.run(action, key=room)


@router.delete("/rooms/{room}", status_code=204, responses=problems(Forbidden))
async def archive_room(kernel: KernelDep, actor: CurrentActor, room: UUID) -> None:
    """Archive a room: its log stays and can be read, nothing new is taken."""
    await kernel.uow.run(lambda tx: actions.archive_room(tx, actor, room), key=room)


@router.post("/rooms/{room}/join", status_code=204, responses=problems(Forbidden))
async def join_room(kernel: KernelDep, actor: CurrentActor, room: UUID) -> None:
    """Enter a public room."""
    await kernel.uow.run(lambda tx: actions.join_room(tx, actor, room), key=room)


@router.post("/rooms/{room}/leave", status_code=204, responses=problems(Forbidden))
async def leave_room(kernel: KernelDep, actor: CurrentActor, room: UUID) -> None:
    """Leave a room."""
    await kernel.uow.run(lambda tx: actions.leave_room(tx, actor, room), key=room)


@router.get("/rooms/{room}/members")
async def list_room_members(
    kernel: KernelDep, actor: CurrentActor, room: UUID, limit: Limit = 100, after: UUID | None = None
) -> Page[MemberOut]:
    """The members of a room, in the order of their ids."""
    async with kernel.uow.read() as read:
        await room_to_read(read, actor, room, LIST_ROOM_MEMBERS)
        found = await members_of(read, room, after=after, limit=limit + 1)
    return page_of([member_out(*row) for row in found], limit, key=lambda member: member.user.id)


@router.put("/rooms/{room}/members/{user}", status_code=204, responses=problems(Forbidden))
async def add_room_member(kernel: KernelDep, actor: CurrentActor, room: UUID, user: UUID) -> None:
    """Put a member of the workspace into a room."""
    await kernel.uow.run(lambda tx: actions.add_to_room(tx, actor, room, user), key=room)


@router.delete("/rooms/{room}/members/{user}", status_code=204, responses=problems(Forbidden))
async def remove_room_member(kernel: KernelDep, actor: CurrentActor, room: UUID, user: UUID) -> None:
    """Take someone out of a room."""
    await kernel.uow.run(lambda tx: actions.remove_from_room(tx, actor, room, user), key=room)


@router.get("/workspaces/{workspace}/categories")
async def list_categories(kernel: KernelDep, actor: CurrentActor, workspace: UUID) -> Page[CategoryOut]:
    """The headings of the room list, in their order."""
    async with kernel.uow.read() as read:
        await resource_for(read, actor, LIST_CATEGORIES, workspace)
        return Page(items=await queries.categories_seen_by(read, actor.user, workspace))


@router.post("/workspaces/{workspace}/categories", status_code=201, responses=problems(Forbidden))
async def create_category(
    kernel: KernelDep, actor: CurrentActor, workspace: UUID, new: NewCategory
) -> CategoryOut:
    """Make a heading for the room list."""

    async def action(tx: Tx) -> CategoryOut:
        return queries.category_out(await categories.create_category(tx, actor, workspace, new))

    return await kernel.uow.run(action)


@router.put("/categories/{category}", responses=problems(Forbidden))
async def update_category(
    kernel: KernelDep, actor: CurrentActor, category: UUID, new: NewCategory
) -> CategoryOut:
    """Rename or move a heading."""

    async def action(tx: Tx) -> CategoryOut:
        return queries.category_out(await categories.update_category(tx, actor, category, new))

    return await kernel.uow.run(action)


@router.get("/rooms/{room}/retention")
async def get_retention(kernel: KernelDep, actor: CurrentActor, room: UUID) -> RetentionOut:
    """After how many days messages of a room are deleted, and by which rule."""
    async with kernel.uow.read() as read:
        await room_to_read(read, actor, room, GET_RETENTION)
        return await queries.retention_of(read, room)


@router.put("/rooms/{room}/retention", responses=problems(Forbidden))
async def set_retention(
    kernel: KernelDep, actor: CurrentActor, room: UUID, new: NewRetention
) -> RetentionOut:
    """Change that, for what is there already too; what is too old by then is deleted at once, for ever."""

    async def action(tx: Tx) -> RetentionOut:
        await retention.set_retention(tx, actor, room, new)
        return await queries.retention_of(tx, room)

    return await kernel.uow.run(action, key=room)


@router.get("/workspaces/{workspace}/retention")
async def get_default_retention(
    kernel: KernelDep, actor: CurrentActor, workspace: UUID
) -> WorkspaceRetention:
    """After how many days messages are deleted in rooms that have no rule of their own."""
    async with kernel.uow.read() as read:
        await resource_for(read, actor, GET_DEFAULT_RETENTION, workspace)
        return WorkspaceRetention(days=await queries.default_retention_of(read, workspace))


@router.put("/workspaces/{workspace}/retention", responses=problems(Forbidden))
async def set_default_retention(
    kernel: KernelDep, actor: CurrentActor, workspace: UUID, new: WorkspaceRetention
) -> WorkspaceRetention:
    """Change that, for what is there already too; direct rooms keep what is said in them."""
    await kernel.uow.run(lambda tx: retention.set_default_retention(tx, actor, workspace, new.days))
    return new
